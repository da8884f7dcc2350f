import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { oracle, readData, root } from '../../../../test/oracle.ts'
import {
  checkPairing,
  elementString,
  gs1CheckDigit,
  mod37_2,
  mod37_36,
  parseBracketed,
  parseElementString,
  parseGs1Dictionary,
} from './index.ts'

const dictionary = parseGs1Dictionary(readFileSync(join(root, 'packages/node/data/gs1-identifiers.tsv'), 'utf8'))

interface Row {
  kind: string
  input: string
  ok: boolean
  expected?: string
  rule?: string
}
const rows = () => (JSON.parse(readData('clinical/gs1/vectors.json')) as { vectors: Row[] }).vectors

oracle('every bracketed and every raw element string is read or refused as GS1’s engine does', () => {
  const bracketed = rows().filter(row => row.kind === 'bracketed-to-element-string')
  const raw = rows().filter(row => row.kind === 'element-string-valid')
  expect([bracketed.length, raw.length]).toEqual([18, 53])
  const written = bracketed.map(row => {
    const parsed = parseBracketed(dictionary, row.input)
    return [row.input, parsed.ok ? elementString(dictionary, parsed.value) : null]
  })
  expect(written).toEqual(bracketed.map(row => [row.input, row.expected ?? null]))
  expect(raw.filter(row => parseElementString(dictionary, row.input).ok !== row.ok).map(row => row.input)).toEqual([])
})

/** Rows of content rules whose checks need tables (countries, currencies, coupons) that no label of this product uses. */
const NOT_CHECKED =
  /ISO3166|ISO4217|IBAN|COUPON|CHECK_PAIR|IMPORT_IDX|PIECE_NUMBER|PERCENT|LONGITUDE|HYPHEN|BIOLOGICAL_SEX|POSITION_IN_SEQUENCE|ZERO_PREFIX|ILLEGAL_SECOND|CSET64_PADDING/

oracle('content rules of the identifiers that labels use, and every pairing rule, are judged as GS1’s engine does', () => {
  const content = rows().filter(row => row.kind === 'content-rule' && !NOT_CHECKED.test(row.rule ?? ''))
  expect(content.length).toBeGreaterThanOrEqual(12)
  expect(content.filter(row => parseBracketed(dictionary, row.input).ok !== row.ok).map(row => [row.input, row.rule])).toEqual([])
  const pairing = rows().filter(row => row.kind === 'pairing-rule')
  expect(pairing).toHaveLength(52)
  const wrong = pairing.filter(row => {
    // the reference's pairing tests allow identifiers that no dictionary knows
    const elements = [...row.input.matchAll(/\((\d+)\)([^(]+)/g)].map(([, ai, value]) => ({ ai: ai!, value: value! }))
    // each row tests one rule; the engine's other rules are off in it
    const judged = checkPairing(dictionary, elements)
    const about = judged.ok ? '' : judged.issue.what
    const rule =
      row.rule === 'validateAIrepeats'
        ? /twice/
        : row.rule === 'validateAImutex'
          ? /together/
          : row.rule === 'validateAIrequisites'
            ? /needs/
            : /serial number/
    return rule.test(about) === row.ok
  })
  expect(wrong.map(row => row.input)).toEqual([])
})

oracle('check characters equal those of an independent program, and any one changed character is refused', () => {
  const { rows } = JSON.parse(readData('clinical/gs1/check_characters.json')) as {
    rows: { algorithm: string; body: string; check: string }[]
  }
  const make = { mod_37_2: mod37_2, mod_37_36: mod37_36, gs1_mod10_gtin14: gs1CheckDigit } as const
  expect(rows).toHaveLength(27)
  expect(rows.map(row => make[row.algorithm as keyof typeof make](row.body))).toEqual(rows.map(row => row.check))
  for (const row of rows.filter(row => row.algorithm === 'mod_37_36'))
    for (let i = 0; i < row.body.length; i++)
      for (const letter of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ')
        if (letter !== row.body[i]) expect(mod37_36(row.body.slice(0, i) + letter + row.body.slice(i + 1))).not.toBe(row.check)
})
