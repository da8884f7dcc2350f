import { expect } from 'vitest'
import { oracle, readData } from '../../../../test/oracle.ts'
import { adaptiveGeneName } from './adaptive-gene.ts'

const lines = (path: string) => readData(path).trim().split('\n').slice(1)

oracle('immunoSEQ gene names become those that tcrconvert gives, gene by gene', () => {
  const genes = new Set(
    lines('tcr/nomenclature/tcrconvert_human_lookup.csv').flatMap(line => line.split(',').map(name => name.split('*')[0]!)),
  )
  let compared = 0
  const wrong: string[] = []
  for (const line of lines('tcr/nomenclature/tcrconvert_human_lookup_from_adaptive.csv')) {
    const [older = '', newer = '', imgt = ''] = line.split(',')
    for (const written of new Set([older, newer])) {
      compared++
      const name = adaptiveGeneName(written, genes)
      if (name.split('*')[0] !== imgt.split('*')[0]) wrong.push(`${written} → ${name}, not ${imgt}`)
    }
  }
  expect(compared).toBeGreaterThan(500)
  expect(wrong).toEqual([])
})
