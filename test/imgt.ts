// An IMGT folder in stitchr's layout as a germline with offsets: what tests of the gate use as the user's own import.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Germline,
  type GermlineSegment,
  j118Offset,
  makeGermline,
  parseFrameworkRows,
  parseGermline,
  vOffsets,
} from '@cognate/core/bio'
import { parseStitchrReference } from '@cognate/core/construct'
import { readData, root, value } from './oracle.ts'

export function imgtHuman(): Germline {
  const folder = 'tcr/imgt_202514-7_stitchr_format/HUMAN'
  const { regions } = value(
    parseStitchrReference(
      ['TRA', 'TRB', 'TRG', 'TRD'].map(locus => ({ text: readData(`${folder}/${locus}.fasta`) })),
      readData(`${folder}/C-region-motifs.tsv`),
    ),
  )
  const frameworks = parseFrameworkRows(readData('tcr/germline/igblast_1.20/human.ndm.imgt'))
  const segments: GermlineSegment[] = []
  for (const [gene, alleles] of regions.VARIABLE) {
    const leaders = regions.LEADER.get(gene) ?? []
    for (const { allele, sequence } of alleles) {
      const offsets = vOffsets(sequence, frameworks.get(gene) ?? [], 0)
      const leader = (leaders.find(l => l.allele === allele) ?? leaders[0])?.sequence ?? ''
      segments.push({
        region: 'V',
        gene,
        allele,
        record: 'IMGT',
        leader,
        sequence,
        cys23: offsets?.cys23,
        trp41: offsets?.trp41,
        cys104: offsets?.cys104,
      })
    }
  }
  for (const [gene, alleles] of regions.JOINING)
    for (const { allele, sequence } of alleles)
      segments.push({ region: 'J', gene, allele, record: 'IMGT', sequence, j118: j118Offset(sequence, gene.slice(0, 3)) })
  return makeGermline('human', 'IMGT 202514-7', segments)
}

export function openGermline(species: 'human' | 'mouse'): Germline {
  return makeGermline(species, 'open', value(parseGermline(readFileSync(join(root, `packages/node/data/germline-${species}.tsv`), 'utf8'))))
}
