import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { humanUsage } from '../../../../test/imgt.ts'
import { oracle, readData, root, value } from '../../../../test/oracle.ts'
import { parseThimbleHeader, parseThimbleLine, thimbleOutputColumns } from '../format/index.ts'
import { makeStitcher, parseStitchrReference, stitchedCells } from './index.ts'

const shipped = (name: string) =>
  readFileSync(join(root, 'packages/node/data', name), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split('\t'))
const usage = humanUsage()
const linkers = new Map(shipped('linkers.tsv').map(cells => [cells[0]!, cells[1]!] as const))
const IMGT = 'tcr/imgt_202514-7_stitchr_format/HUMAN'

/** Compares all columns but the free-text warnings; returns rows compared. */
function compare(set: string, extra: boolean): number {
  const files = ['TRA', 'TRB', 'TRG', 'TRD'].map(locus => ({ text: readData(`${IMGT}/${locus}.fasta`) }))
  const genes = extra ? [{ text: readData('tcr/constants/additional-genes.cognate.fasta'), extra: true }] : []
  const stitcher = makeStitcher(value(parseStitchrReference([...files, ...genes], readData(`${IMGT}/C-region-motifs.tsv`))), usage, linkers)
  const [head, ...rows] = readData(`tcr/golden/${set}_in.tsv`)
    .split('\n')
    .filter(line => line !== '')
  const { loci } = value(parseThimbleHeader(head!))
  const [outHead, ...outRows] = readData(`tcr/golden/${set}_out.tsv.gz`)
    .split('\n')
    .filter(line => line !== '')
  expect(outHead).toBe(thimbleOutputColumns(loci[0], loci[1]).join('\t'))
  expect(rows.length).toBe(outRows.length)
  rows.forEach((row, i) => {
    const ours = stitchedCells(stitcher.stitch(parseThimbleLine(row, i + 2), loci))
    expect(ours.slice(0, 23)).toEqual(outRows[i]!.split('\t').slice(0, 23))
  })
  return rows.length
}

oracle('set A (human constants, P2A): 251 of 251 rows byte for byte', () => expect(compare('A_vdjdb_humanC_P2A', false)).toBe(251))
oracle('set B (clinical insert): 251 of 251 rows byte for byte', () => expect(compare('B_vdjdb_muC_CysLVL_furinP2A', true)).toBe(251))
oracle('set G (given nucleotides): 543 of 543 rows byte for byte', () => expect(compare('G_human_10x_nt', false)).toBe(543))
