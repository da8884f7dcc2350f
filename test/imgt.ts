// Germlines for tests: the user's own import of IMGT folders in stitchr's layout (read in place, never copied), and the open sets that ship.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CodonUsage, type Germline, makeGermline, PRESETS, parseFrameworkRows, parseGermline } from '@cognate/core/bio'
import { CONSTANT_SETS, type GateReferences, importGermline, parseStitchrReference, SHIPPED_LINKERS } from '@cognate/core/construct'
import { readData, root, value } from './oracle.ts'

export const IMGT_FOLDER = { human: 'tcr/imgt_202514-7_stitchr_format/HUMAN', mouse: 'tcr/imgt_202341-7_stitchr_format/MOUSE' } as const

export function imgtGermline(species: 'human' | 'mouse'): Germline {
  const folder = IMGT_FOLDER[species]
  const files = ['TRA', 'TRB', 'TRG', 'TRD'].map(locus => ({ text: readData(`${folder}/${locus}.fasta`) }))
  const reference = value(parseStitchrReference(files, readData(`${folder}/C-region-motifs.tsv`)))
  const frameworks = parseFrameworkRows(readData(`tcr/germline/igblast_1.20/${species}.ndm.imgt`))
  return importGermline(reference, frameworks, species, 'IMGT', readData(`${folder}/J-region-motifs.tsv`)).germline
}

export function openGermline(species: 'human' | 'mouse'): Germline {
  return makeGermline(species, 'open', value(parseGermline(readFileSync(join(root, `packages/node/data/germline-${species}.tsv`), 'utf8'))))
}

export function openReferences(): GateReferences {
  const human = openGermline('human')
  return {
    receptor: human,
    constants: { human, mouse: openGermline('mouse') },
    constantSets: CONSTANT_SETS,
    linkers: SHIPPED_LINKERS,
    presets: PRESETS,
  }
}

/** The shipped table of human codon usage. */
export function humanUsage(): CodonUsage {
  const lines = readFileSync(join(root, 'packages/node/data/codon-usage-human.tsv'), 'utf8').trim().split('\n').slice(1)
  return { species: 'human', count: new Map(lines.map(line => line.split('\t')).map(cells => [cells[0]!, Number(cells[2])] as const)) }
}
