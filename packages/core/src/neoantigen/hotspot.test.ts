// Hotspots of the user's table: the very change, another of the residue, other numbering. Expression tables of other headers.
import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import type { ProteinChange } from '../variant/index.ts'
import { expressionOf, hotspotOf, parseExpression, parseHotspots } from './index.ts'

const change = (gene: string, proteinPosition: string, aminoAcidChange: string) =>
  ({ gene, proteinPosition, aminoAcidChange }) as ProteinChange

test('the very change is told before another of the residue; a wild type that differs is another numbering', () => {
  const hotspots = value(
    parseHotspots(
      'gene\tchange\tsource\nKRAS\tG12\tPMID:1\nKRAS\tp.G12D\tPMID:2\nTP53\t175\t\nBRAF\tV600E\tCOSMIC\nEGFR\tE746\tx\nAPC\tR1450*\ty\n',
    ),
  )
  expect([
    hotspotOf(hotspots, change('KRAS', '12', 'G/D')),
    hotspotOf(hotspots, change('KRAS', '12', 'G/V')),
    hotspotOf(hotspots, change('KRAS', '13', 'G/D')),
    hotspotOf(hotspots, change('TP53', '175', 'R/H')),
    // numbered in another transcript
    hotspotOf(hotspots, change('BRAF', '600', 'A/E')),
    // several residues are replaced at once
    hotspotOf(hotspots, change('EGFR', '744-747', 'IKEL/K')),
    hotspotOf(hotspots, change('APC', '1450/2843', 'R/*')),
    hotspotOf(hotspots, change('NRAS', '12', 'G/D')),
  ]).toEqual(['KRAS G12D (PMID:2)', 'KRAS residue 12 (PMID:1)', '', 'TP53 residue 175', '', 'EGFR residue 746 (x)', 'APC R1450* (y)', ''])
  const code = (text: string) => {
    const read = parseHotspots(text)
    return read.ok ? 'ok' : `${read.issue.code}:${read.issue.line}`
  }
  expect([code('gene\nKRAS\n'), code('gene,change\nKRAS,G12D\nKRAS,Gly12Asp\n'), code('gene,change\n,G12D\n')]).toEqual([
    'column-missing:1',
    'hotspot-change:3',
    'hotspot-change:2',
  ])
})

test('an expression table of any header is read by the columns that are named', () => {
  const columns = { id: 'Gene name', value: 'nTPM' }
  const read = value(parseExpression('Gene name,Tissue,nTPM\nKRAS,colon,12.5\nENST00000256078.9,colon,3\n', columns))
  expect(expressionOf(read, 'ENST00000256078.4', 'ENSG00000133703.13', 'KRAS')).toEqual({ transcript: 3, gene: 12.5 })
  const wrong = parseExpression('Gene,nTPM\nKRAS,12.5\n', columns)
  expect(wrong.ok ? '' : wrong.issue.remedy).toContain('Gene name, nTPM')
})
