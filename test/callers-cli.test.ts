// Several callers of one tumour: the example's VCF as three callers might have written it, with other sample names and other records left out.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { columnReader, parseDelimited } from '@cognate/core/format'
import { expect, test } from 'vitest'
import { root, value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const source = gunzipSync(readFileSync(join(root, 'examples/crc-001/somatic.vcf.gz'))).toString()
const lines = source.trimEnd().split('\n')
const records = lines.filter(line => !line.startsWith('#'))
const head = lines.filter(line => line.startsWith('#'))

/** A caller's file: the records it keeps, its own names of the samples. */
function write(path: string, keep: (i: number) => boolean, tumour = 'TUMOR_DNA', edit = (line: string) => line): string {
  const named = head.map(line => (line.startsWith('#CHROM') ? line.replace('TUMOR_DNA', tumour) : line))
  writeFileSync(path, `${[...named, ...records.filter((_, i) => keep(i)).map(edit)].join('\n')}\n`)
  return path
}

const rowsOf = (path: string) => {
  const table = value(parseDelimited(readFileSync(path, 'utf8'), { delimiter: '\t' }))
  const get = columnReader(table.columns)
  return table.rows.map(row => ({
    id: get(row, 'variant_id'),
    transcript: get(row, 'transcript_id'),
    callers: get(row, 'callers'),
    caveats: get(row, 'caveats'),
    text: row.cells.slice(0, 33).join('\t'),
  }))
}

test('three callers make one list: each variant once, with who saw it; two of three drops the rest with a count', () => {
  const folder = temporary()
  const at = (name: string) => join(folder, name)
  const whole = cognate(['variants', '--vcf', join(root, 'examples/crc-001/somatic.vcf.gz'), '--tumour', 'TUMOR_DNA', '--out', at('whole')])
  expect(whole.code).toBe(0)
  const kept = { mutect2: (i: number) => i % 3 !== 0, strelka2: (i: number) => i % 3 !== 1, varscan2: (i: number) => i % 2 === 0 }
  const files = [
    `mutect2=${write(at('a.vcf'), kept.mutect2)}`,
    `strelka2=${write(at('b.vcf'), kept.strelka2, 'TUMOR')}`,
    `varscan2=${write(at('c.vcf'), kept.varscan2, 'patient_tumour')}`,
  ]
  const merged = (least: string, out: string) =>
    cognate(['variants', ...files.flatMap(file => ['--vcf', file]), '--tumour', 'TUMOR_DNA', '--min-callers', least, '--out', at(out)])
  expect([merged('1', 'one').code, merged('2', 'two').code]).toEqual([0, 0])
  const all = rowsOf(at('whole/variants.tsv'))
  const one = rowsOf(at('one/variants.tsv'))
  // every record is in at least one file, so the union is the whole, row for row
  expect(one.map(row => row.id + row.transcript).sort()).toEqual(all.map(row => row.id + row.transcript).sort())
  const placeOf = new Map(records.map((line, i) => [line.split('\t').slice(0, 2).join(':'), i]))
  const seenBy = (id: string) => {
    const row = all.find(other => other.id === id)!.text.split('\t')
    const i = placeOf.get(`${row[1]}:${row[2]}`)!
    return Object.entries(kept)
      .filter(([, keep]) => keep(i))
      .map(([name]) => name)
  }
  for (const row of one) expect([row.id, row.callers]).toEqual([row.id, seenBy(row.id).join(',')])
  const two = rowsOf(at('two/variants.tsv'))
  expect(two.map(row => row.id + row.transcript).sort()).toEqual(
    all
      .filter(row => seenBy(row.id).length >= 2)
      .map(row => row.id + row.transcript)
      .sort(),
  )
  expect(readFileSync(at('two/funnel.tsv'), 'utf8')).toMatch(/^variants\ttoo-few-callers\t\d+/m)
})

test('callers whose fractions differ are told; more callers than files, or two of one name, are refused', () => {
  const folder = temporary()
  const at = (name: string) => join(folder, name)
  const other = write(
    at('b.vcf'),
    () => true,
    'TUMOR_DNA',
    line => line.replace(/0\.\d+/g, share => String(Math.min(0.99, Number(share) + 0.5))),
  )
  const one = write(at('a.vcf'), () => true)
  const done = cognate(['variants', '--vcf', `x=${one}`, '--vcf', `y=${other}`, '--tumour', 'TUMOR_DNA', '--out', at('out')])
  expect([done.code, rowsOf(at('out/variants.tsv')).some(row => row.caveats.includes('callers-disagree'))]).toEqual([0, true])
  const refused = cognate(['variants', '--vcf', one, '--tumour', 'TUMOR_DNA', '--min-callers', '2', '--out', at('no')])
  expect([refused.code, refused.err.includes('too-few-files')]).toEqual([1, true])
  expect(cognate(['variants', '--vcf', `x=${one}`, '--vcf', `x=${other}`, '--out', at('no')]).code).toBe(2)
})

test('what became of a variant that is not in the list is told by its place, in words', () => {
  const asked = (what: string) =>
    cognate([
      'neoantigens',
      '--vcf',
      join(root, 'examples/crc-001/somatic.vcf.gz'),
      '--tumour',
      'TUMOR_DNA',
      '--hla',
      'A*02:01,C*08:02',
      '--explain',
      what,
    ])
  expect(asked('1:51534148').out).toContain('its FILTER is not PASS')
  expect(asked('chr1:51534148').out).toContain('not in the list of neoantigens')
  const listed = asked('chr1:52588713').out
  expect([listed.includes('called in the tumour'), listed.includes('PIGT:V35G  rank')]).toEqual([true, true])
  const none = asked('chr1:999')
  expect([none.code, none.err.includes('variant-unknown')]).toEqual([1, true])
})
