// What readers called themselves, beside their measurements: three public sets, one of them with two known faults and one with swapped columns. Baselines and proposals of targets.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { data, oracle, readData, value } from '../../../../test/oracle.ts'
import { parseDelimited, type Table } from '../format/index.ts'
import {
  ACCEPTED,
  agrees,
  assessImmuneVisits,
  assessVisits,
  compareCalls,
  proposalRows,
  readBaselineLesions,
  readerCallRow,
  readLesions,
  readReaderCalls,
  setsOfReader,
} from './index.ts'

const csv = (text: string): Table => value(parseDelimited(text, { delimiter: ',' }))
const table = (path: string): Table => csv(path.endsWith('.gz') ? gunzipSync(readFileSync(data(path))).toString('utf8') : readData(path))
const tally = (words: readonly string[]) => {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
const SMALL = 'clinical/recist/pharmaverse'
const BULK = 'clinical/recist/pharmaverse_bulk'

oracle('five public subjects, three readers: every call is what the reader measured', () => {
  const { sets } = value(readLesions(table(`${SMALL}/tu.csv`), table(`${SMALL}/tr.csv`)))
  const { calls, issues } = value(readReaderCalls(table(`${SMALL}/rs.csv`)))
  const compared = compareCalls(
    sets.flatMap(set => assessVisits(set)),
    calls,
  )
  expect([issues, compared.length, compared.filter(agrees).length]).toEqual([[], 45, 45])
})

oracle('254 public subjects: the two faults of their calls are found, by class and number; what is no response is named', () => {
  const { sets } = value(readLesions(table(`${BULK}/tu_onco.csv.gz`), table(`${BULK}/tr_onco.csv.gz`)))
  const { calls, issues } = value(readReaderCalls(table(`${BULK}/rs_onco.csv.gz`)))
  // three rows say CHECK, where two assessments stand under one visit
  expect(issues.map(({ code, what }) => `${code} ${/"CHECK"/.test(what)}`).sort()).toEqual([
    'call-part true',
    'call-part true',
    'call-part true',
    'call-twice false',
  ])
  const twice = /^(\S+), .*, visit ([\d.]+):/.exec(issues.find(({ code }) => code === 'call-twice')!.what)!
  const compared = compareCalls(
    sets.flatMap(set => assessVisits(set)),
    calls.filter(({ subject, visitNumber }) => subject !== twice[1] || visitNumber !== Number(twice[2])),
  )
  expect(compared.length).toBeGreaterThan(5600)
  const differing = compared.filter(one => !agrees(one))
  expect(tally(differing.filter(({ part }) => part === 'target').map(({ call, ours }) => `${call} → ${ours}`))).toEqual({
    'SD → PD': 94,
    'PR → PD': 64,
    'CR → NE': 22,
    'PR → NE': 11,
    'SD → NE': 9,
  })
  expect(differing.filter(({ part }) => part === 'non-target')).toEqual([])
  // an overall response differs only where the target response that it is made of does
  const of = new Set(differing.filter(({ part }) => part === 'target').map(one => `${one.subject} ${one.reader} ${one.visitNumber}`))
  expect(differing.every(one => of.has(`${one.subject} ${one.reader} ${one.visitNumber}`))).toBe(true)
  expect(readerCallRow(differing[0]!)[7]).toMatch(/^targets (PD|NE): sum [\d.]+ mm.* nadir [\d.]+/)
})

oracle('swapped columns of a public iRECIST set are named, and only overall responses are compared', () => {
  const { calls, issues } = value(readReaderCalls(table(`${BULK}/rs_onco_irecist.csv`)))
  expect(tally(issues.map(({ code, what }) => `${code} ${/the (\S+) response is "(\w+)"/.exec(what)?.slice(1).join(' ')}`))).toEqual({
    'call-part non-target iSD': 2,
    'call-part non-target iPR': 1,
  })
  const { sets } = value(readLesions(table(`${BULK}/tu_onco.csv.gz`), table(`${BULK}/tr_onco.csv.gz`)))
  const immune = sets
    .flatMap(set => assessImmuneVisits(set))
    .flatMap(({ point, response }) => (response === undefined ? [] : [[point, response] as const]))
  const compared = compareCalls(
    sets.flatMap(set => assessVisits(set)),
    calls,
    new Map(immune),
  )
  expect([new Set(compared.map(({ part }) => part)), compared.length]).toEqual([new Set(['overall']), 75])
  // without our iRECIST responses nothing is compared: iPR is not PR
  expect(compareCalls([], calls).filter(({ immune: own }) => own)).toEqual([])
})

const TU = csv(
  'USUBJID,TULNKID,TUORRES,TULOC,TUEVAL,TUEVALID,VISITNUM\nS1,T1,TARGET,LIVER,INDEPENDENT ASSESSOR,R1,1\nS1,T1,TARGET,LIVER,INDEPENDENT ASSESSOR,R2,1\nS2,T1,TARGET,LUNG,INDEPENDENT ASSESSOR,R1,1\n',
)
const measured = (flags: readonly string[]) =>
  csv(
    `USUBJID,TRLNKID,TRTESTCD,TRSTRESC,TRSTRESU,TREVAL,TREVALID,TRACPTFL,VISITNUM,TRDTC\n${[
      `S1,T1,LDIAM,20,mm,INDEPENDENT ASSESSOR,R1,${flags[0]},1,2022-01-01`,
      `S1,T1,LDIAM,22,mm,INDEPENDENT ASSESSOR,R2,${flags[1]},1,2022-01-01`,
      `S2,T1,LDIAM,30,mm,INDEPENDENT ASSESSOR,R1,${flags[2]},1,2022-01-01`,
    ].join('\n')}\n`,
  )

test('the accepted reader is one of each subject; two are nobody', () => {
  const chosen = (flags: readonly string[]) => {
    const { sets, issues } = setsOfReader(value(readLesions(TU, measured(flags))), ACCEPTED)
    return [sets.map(set => `${set.subject} ${set.reader}`), issues.map(({ code }) => code)]
  }
  expect(chosen(['', 'Y', 'Y'])).toEqual([['S1 R2', 'S2 R1'], []])
  expect(chosen(['Y', 'Y', 'Y'])).toEqual([['S2 R1'], ['accepted-several']])
  expect(chosen(['Y', '', ''])).toEqual([['S1 R1'], []])
})

test('calls: a cut, a second row that differs, a visit without a number, a part that is not done', () => {
  const read = value(
    readReaderCalls(
      csv(
        [
          'USUBJID,RSTESTCD,RSSTRESC,RSSTAT,VISITNUM,RSDTC',
          'S1,OVRLRESP,PR,,2,2022-02-01',
          'S1,OVRLRESP,SD,,2,2022-02-01',
          'S1,NTRGRESP,,NOT DONE,2,2022-02-01',
          'S1,OVRLRESP,PD,,3,2022-09-01',
          'S1,OVRLRESP,PD,,,2022-02-01',
          'S1,NEWLPROG,UNEQUIVOCAL,,2,2022-02-01',
          'S1,TRGRESP,NON-CR/NON-PD,,2,2022-02-01',
        ].join('\n'),
      ),
      'rs.csv',
      { first: 19_100, last: 19_100, text: '2022-04-18' },
    ),
  )
  expect(read.calls.map(({ part, call, reader }) => `${reader} ${part} ${call}`)).toEqual([
    'INVESTIGATOR overall PR',
    'INVESTIGATOR non-target NE',
  ])
  expect(read.issues.map(({ code, line }) => `${code} ${line}`)).toEqual(['call-twice 3', 'visit-number 6', 'call-part 8'])
  expect(readReaderCalls(csv('USUBJID\nS1\n')).ok).toBe(false)
})

test('what is measurable depends on method and slice; irradiated lesions and bare bone are no targets', () => {
  const read = value(
    readBaselineLesions(
      csv(
        [
          'lesion,organ,size_mm,method,slice_mm,irradiated,grown_since,soft_tissue',
          'A,liver,12,CT,5,,,',
          'B,lung,12,CT,7.5,,,',
          'C,lung,19,X-RAY,,,,',
          'D,kidney,25,,,yes,,',
          'E,kidney,24,,,yes,yes,',
          'F,bone,30,MRI,,,,',
          'G,bone,20,MRI,,,,yes',
          'H,lymph node,15,CT,8,,,',
          'I,lymph node,9.99,,,,,',
          'J,liver,<5,,,,,',
          'K,liver,12,ultrasound,,,,',
          'A,liver,12,,,perhaps,,',
          ',liver,12,,,,,',
          'L,,12,,,,,',
        ].join('\n'),
      ),
    ),
  )
  expect(read.issues.map(({ code, line }) => `${code} ${line}`)).toEqual([
    'length-value 11',
    'lesion-method 12',
    'lesion-twice 13',
    'yes-no 13',
    'lesion-unnamed 14',
    'lesion-unnamed 15',
  ])
  expect(proposalRows('', read.bySubject.get('')!).map(row => `${row[1]} ${row[4]}`)).toEqual([
    'A TARGET',
    'B NON-TARGET',
    'C NON-TARGET',
    'D NON-TARGET',
    'E TARGET',
    'F NON-TARGET',
    'G TARGET',
    'H NON-TARGET',
    'I not recorded',
  ])
  expect(readBaselineLesions(csv('lesion\nA\n')).ok).toBe(false)
  expect(readBaselineLesions(csv('lesion,organ,size_mm\n'))).toMatchObject({ ok: false, issue: { code: 'rows-none' } })
})
