// Tables as a spreadsheet may save them and as a bad copy may leave them: the same answer, or none and the file's name. Nothing is half read.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'
import { makeScreenedExample } from './screened-example.ts'

const folder = temporary()
const at = (name: string) => join(folder, name)
const example = (name: string) => join(root, 'examples', name)
const HLA = 'A*02:01,A*11:01,B*07:02,B*35:01,C*07:02,C*08:02,DRB1*04:05'
const CONTIGS = 'crc-001/liver-1/filtered_contig_annotations.csv'

/** A command and one table of it, which stands for FILE in its words. */
const READERS: Readonly<Record<string, readonly [table: string, words: readonly string[]]>> = {
  variants: [at('plain.vcf'), ['variants', '--vcf', 'FILE', '--tumour', 'TUMOR_DNA', '--normal', 'NORMAL_DNA']],
  'neoantigens --expression': [
    example('crc-001/quant.sf'),
    ['neoantigens', '--vcf', at('plain.vcf'), '--tumour', 'TUMOR_DNA', '--hla', HLA, '--expression', 'FILE'],
  ],
  'receptors --contigs': [
    example(CONTIGS),
    ['receptors', '--contigs', 'liver-1=FILE', '--matrix', `liver-1=${example('crc-001/liver-1/filtered_feature_bc_matrix.h5')}`],
  ],
  'screen design': [at('out/minigenes.tsv'), ['screen', 'design', '--minigenes', 'FILE', '--hla', HLA, '--effectors', 'R1']],
  'screen read --map': [at('map.csv'), ['screen', 'read', '--map', 'FILE', '--readout', at('plate.csv')]],
  'screen read --readout': [at('plate.csv'), ['screen', 'read', '--map', at('map.csv'), '--readout', 'FILE']],
  'select --receptors': [
    at('out/receptors.tsv'),
    [
      'select',
      '--screen',
      at('out/screen.tsv'),
      '--receptors',
      'FILE',
      '--neoantigens',
      at('out/neoantigens.tsv'),
      '--minigenes',
      at('out/minigenes.tsv'),
    ],
  ],
  construct: [at('out/receptors.tsv'), ['construct', '--receptors', 'FILE', '--species', 'human', '--most', '2']],
  'construct check --spec': [at('out/constructs.tsv'), ['construct', 'check', at('out/constructs.fasta'), '--spec', 'FILE']],
  'persistence --receptors': [at('out/constructs.tsv'), ['persistence', '--receptors', 'FILE', '--sample', `30=${example(CONTIGS)}`]],
  'safety --targets': [at('out/targets.tsv'), ['safety', '--targets', 'FILE', '--proteome', at('out/proteins.fasta')]],
  'response --tr': [example('trial-crc/tr.csv'), ['response', '--tu', example('trial-crc/tu.csv'), '--tr', 'FILE']],
  'infusion grade': [example('trial-crc/lb.csv'), ['infusion', 'grade', 'FILE']],
  'survival km': [at('out/times.csv'), ['survival', 'km', 'FILE', '--time', 'time', '--status', 'status', '--event', 'dead']],
}

/** How spreadsheets save a table, and the same answer is expected. */
const SAVED: Readonly<Record<string, (text: string) => Uint8Array>> = {
  'with a mark and Windows line ends': text => Buffer.from(`\uFEFF${text.replaceAll('\n', '\r\n')}`),
  'as UTF-16': text => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'with carriage returns alone, and empty lines at the end': text => Buffer.from(`${text}\n \n`.replaceAll('\n', '\r')),
}
/** What a bad copy leaves. */
const DAMAGED: Readonly<Record<string, (text: string) => Uint8Array>> = {
  'cut within its last line': text => Buffer.from(text.trimEnd().slice(0, text.trimEnd().lastIndexOf('\n') + 4)),
  'with zeros in it': text => Buffer.from(`${text.slice(0, text.length >> 1)}\0\0${text.slice(text.length >> 1)}`),
  'with its header twice over': text =>
    Buffer.from(text.replace(/^(?!##)(.*)$/m, line => (line.includes('\t') ? `${line}\t${line}` : `${line},${line}`))),
  empty: () => new Uint8Array(0),
}

/** A file is said by the checksum of its bytes in payloads, and those differ. */
const withoutChecksums = (text: string) => text.replace(/[0-9a-f]{64}/g, '')
const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const answer = (out: string) =>
  (statSync(out).isDirectory()
    ? readdirSync(out, { recursive: true, encoding: 'utf8' })
        .filter(name => /\.(tsv|csv|fasta|gb|json)$/.test(name) && !name.startsWith('ro-crate'))
        .sort()
    : ['']
  ).map(name => [name, sha256(withoutChecksums(readFileSync(join(out, name), 'utf8')))])

let runs = 0
function run(words: readonly string[], file: string) {
  const out = at(`run-${++runs}`)
  const { code, err } = cognate([...words.map(word => word.replace('FILE', file)), '--out', out])
  return { code, err, answer: code === 0 ? answer(out) : [] }
}

beforeAll(() => {
  makeScreenedExample(folder)
  writeFileSync(at('plain.vcf'), gunzipSync(readFileSync(example('crc-001/somatic.vcf.gz'))))
  expect(cognate(['run', at('CASE.yaml'), '--out', at('out'), '--quiet']).code).toBe(0)
  writeFileSync(
    at('out/targets.tsv'),
    'receptor_id\tpeptide\twt_peptide\thla\nR1\tYLASTTLSL\t\tHLA-C*07:02\nR2\tGILGFVFTL\t\tHLA-A*02:01\nR3\tNLVPMVATV\t\tHLA-A*02:01\n',
  )
  writeFileSync(
    at('out/times.csv'),
    `id,time,status\n${Array.from({ length: 12 }, (_, i) => `${i},${7 * i + 3},${i % 3 === 0 ? 'alive' : 'dead'}\n`).join('')}`,
  )
}, 60_000)

describe.each(Object.entries(READERS))('%s', (_, [table, words]) => {
  test('a table is the same however a spreadsheet saved it; what a bad copy left is refused by its name', () => {
    const text = readFileSync(table, 'utf8')
    const plain = run(words, table)
    expect([plain.code, plain.answer.length > 0]).toEqual([0, true])
    const name = table.endsWith('.csv') ? 'saved.csv' : 'saved.tsv'
    for (const [how, make] of Object.entries(SAVED)) {
      writeFileSync(at(name), make(text))
      const saved = run(words, at(name))
      expect([how, saved.code, saved.code === 0 ? saved.answer : saved.err]).toEqual([how, 0, plain.answer])
    }
    for (const [how, make] of Object.entries(DAMAGED)) {
      writeFileSync(at(name), make(text))
      const damaged = run(words, at(name))
      expect([how, damaged.code, damaged.err.includes(name)]).toEqual([how, 1, true])
    }
  }, 60_000)
})

describe('select', () => {
  const [, words] = READERS['select --receptors']!
  const changed = (from: string | RegExp, to: string) => {
    writeFileSync(at('changed.tsv'), readFileSync(at('out/receptors.tsv'), 'utf8').replace(from, to))
    return run(words, at('changed.tsv'))
  }
  const beside = (flag: string, name: string, text: string) => {
    writeFileSync(at(name), text)
    return run([...words, flag, at(name)], at('out/receptors.tsv'))
  }

  test('the payload says each file by the checksum of its bytes, the table of HLA loss too', () => {
    const loss = Buffer.from('\uFEFFallele\tstatus\r\nA*02:01\tkept\r\n')
    writeFileSync(at('loss.tsv'), loss)
    const out = at('chosen')
    expect(
      cognate([...words.map(word => word.replace('FILE', at('out/receptors.tsv'))), '--hla-loss', at('loss.tsv'), '--out', out]).code,
    ).toBe(0)
    const payload = readFileSync(join(out, 'selection.payload.json'), 'utf8')
    for (const bytes of [loss, readFileSync(at('out/receptors.tsv')), readFileSync(at('out/screen.tsv'))])
      expect(payload).toContain(sha256(bytes))
  })

  test('a receptor twice, a word that a column does not know, tables without their columns: refused', () => {
    const faults = [
      [changed(/^(1\t.*\n)/m, '$1$1'), 'row-twice'],
      [beside('--safety', 'safety.tsv', 'receptor_id\tword\tclass\nR1\tYLASTTLSL\tRed\n'), 'class is "Red"'],
      [beside('--safety', 'safety.tsv', 'receptor_id\tword\nR1\tYLASTTLSL\n'), 'there is no column class'],
      [beside('--constructs', 'built.tsv', 'construct_id\treceptor_id\tstatus\nC1\tR1\tREADY\n'), 'status is "READY"'],
      [beside('--minigenes', 'mini.tsv', 'minigene_id;neoantigen_id\nM;N\n'), 'there is no column'],
    ] as const
    expect(faults.map(([{ code, err }, words]) => [code, err.includes(words)])).toEqual(faults.map(() => [1, true]))
  })
})

test('research is said aloud, or by itself; beside a signed choice it is a fault of usage', () => {
  const build = (...flags: readonly string[]) => {
    const out = at(`built-${++runs}`)
    const { code } = cognate(['construct', '--receptors', at('out/receptors.tsv'), '--most', '1', ...flags, '--out', out])
    return code === 0 ? readFileSync(join(out, 'construct-sheet.html'), 'utf8') : code
  }
  expect(build('--research')).toBe(build())
  expect(build('--research')).toContain('taken by rank, not by a signed selection')
  expect(build('--research', '--selection', at('out/selection.payload.json'))).toBe(2)
})

test('the gate does not pass a file without an insert, or a construct that is declared twice', () => {
  writeFileSync(at('none.fasta'), '\n')
  const none = cognate(['construct', 'check', at('none.fasta'), '--spec', at('out/constructs.tsv')])
  expect([none.code, none.err.includes('inserts-none')]).toEqual([1, true])
  const lines = readFileSync(at('out/constructs.tsv'), 'utf8').trimEnd().split('\n')
  writeFileSync(at('twice.tsv'), `${[...lines, lines[1]].join('\n')}\n`)
  const twice = cognate(['construct', 'check', at('out/constructs.fasta'), '--spec', at('twice.tsv')])
  expect([twice.code, twice.err.includes('construct-twice')]).toEqual([1, true])
})

describe('doses', () => {
  const drug = '{name: FLUDARABINE, dose: 25, unit: mg, per: fixed, days: [-7, -6], round_to: 5, citation: made up}'
  const plan = (text: string, ...more: readonly string[]) => {
    writeFileSync(at('regimen.yaml'), text)
    return cognate(['infusion', 'plan', '--regimen', at('regimen.yaml'), '--weight', '80', '--height', '180', ...more])
  }
  const regimen = (...drugs: readonly string[]) => `regimen: R\nversion: '1'\ndrugs:\n${drugs.map(one => `  - ${one}\n`).join('')}`

  test('a drug that stands on a day twice, or is rounded to nothing, is not planned', () => {
    expect(plan(regimen(drug)).code).toBe(0)
    const twice = plan(regimen(drug, drug.replace('[-7, -6]', '[-6]')))
    expect([twice.code, twice.err.includes('regimen.yaml:5'), twice.err.includes('stands on day -6 twice')]).toEqual([1, true, true])
    expect(plan(regimen(drug.replace('[-7, -6]', '[-7, -7]'))).code).toBe(1)
    const nothing = plan(regimen(drug.replace('dose: 25', 'dose: 2')))
    expect([nothing.code, nothing.err.includes('dose-zero')]).toEqual([1, true])
  })

  test('a given dose that is no number, or a day that is none, is no dose that agrees', () => {
    const beside = (from: string, to: string) => {
      writeFileSync(at('given.csv'), readFileSync(example('trial-crc/ex.csv'), 'utf8').replace(from, to))
      return plan(regimen(drug), '--ex', at('given.csv'), '--subject', 'SYN-C01', '--product', 'TCR-T CELLS')
    }
    expect(beside('', '').code).toBe(0)
    for (const [from, to] of [
      ['CYCLOPHOSPHAMIDE,4860,', 'CYCLOPHOSPHAMIDE,"4,860",'],
      ['CYCLOPHOSPHAMIDE,4860,mg,INTRAVENOUS,2022-01-11', 'CYCLOPHOSPHAMIDE,4860,mg,INTRAVENOUS,soon'],
    ] as const) {
      const run = beside(from, to)
      expect([to, run.code, /given\.csv:\d+: EX/.test(run.err)]).toEqual([to, 1, true])
    }
  })

  test('findings without a row are no grades of nothing', () => {
    writeFileSync(at('findings.csv'), 'subject,when,temperature_c,fever_treated,hypotension,hypoxia\n')
    const run = cognate(['infusion', 'astct', at('findings.csv')])
    expect([run.code, run.err.includes('rows-none')]).toEqual([1, true])
  })
})

test('one file for two lesions, or for two days, is found out under another name', () => {
  const copy = at('copy.csv')
  writeFileSync(copy, readFileSync(example(CONTIGS)))
  const twice = cognate(['receptors', '--contigs', `liver-1=${example(CONTIGS)}`, '--contigs', `lung-2=${copy}`, '--out', at('unused')])
  expect([twice.code, twice.err.includes('lesion-copied'), twice.err.includes('liver-1 and lung-2')]).toEqual([1, true, true])
  const days = cognate([
    'persistence',
    '--receptors',
    at('out/constructs.tsv'),
    '--sample',
    `0=${example(CONTIGS)}`,
    '--sample',
    `30=${copy}`,
    '--out',
    at('unused'),
  ])
  expect([days.code, days.err.includes('day 0 and day 30')]).toEqual([1, true])
  // a tenth of one run in the other is told, and goes on
  const lines = readFileSync(example(CONTIGS), 'utf8').trimEnd().split('\n')
  const lung = readFileSync(example('crc-001/lung-2/filtered_contig_annotations.csv'), 'utf8').trimEnd()
  writeFileSync(copy, `${[lung, ...lines.slice(1, 80)].join('\n')}\n`)
  const mixed = cognate(['receptors', '--contigs', `liver-1=${example(CONTIGS)}`, '--contigs', `lung-2=${copy}`, '--out', at('mixed')])
  expect([mixed.code, mixed.err.includes('cells-shared')]).toEqual([0, true])
})

test('a list whose variants stand in the normal too is doubted', () => {
  const germline = readFileSync(at('plain.vcf'), 'utf8')
    .split('\n')
    .map(line => {
      const cells = line.split('\t')
      // the normal carries what the tumour does
      return line.startsWith('#') || cells.length < 11 ? line : [...cells.slice(0, 9), cells[10], cells[10]].join('\t')
    })
  writeFileSync(at('germline.vcf'), germline.join('\n'))
  const of = (vcf: string) =>
    cognate(['variants', '--vcf', at(vcf), '--tumour', 'TUMOR_DNA', '--normal', 'NORMAL_DNA', '--out', at('unused')])
  expect(of('germline.vcf').err).toMatch(/\d+ of 72 variants stand in a fifth or more of the normal's reads.*normal-carries/)
  expect(of('plain.vcf').err).not.toContain('normal-carries')
})

test('tumour and normal exchanged: an empty answer asks for it', () => {
  const run = cognate(['variants', '--vcf', at('plain.vcf'), '--tumour', 'NORMAL_DNA', '--normal', 'TUMOR_DNA', '--out', at('unused')])
  expect([run.code, run.err.includes('Are tumour and normal exchanged?')]).toEqual([0, true])
})

test('numbers outside what an option can be, and places that cannot be written: no faults of the program', () => {
  const design = ['screen', 'design', '--minigenes', at('out/minigenes.tsv'), '--hla', HLA, '--effectors', 'R1', '--out', at('unused')]
  for (const [option, value] of [
    ['--top', '0'],
    ['--replicates', ''],
    ['--coverage', '999999999'],
    ['--cells', '1e999'],
  ] as const)
    expect([option, cognate([...design, option, value]).code]).toEqual([option, 2])
  const km = ['survival', 'km', at('out/times.csv'), '--time', 'time', '--status', 'status', '--event', 'dead']
  for (const more of [
    ['--level', '1'],
    ['--level', '-1'],
    ['--at', ''],
    ['--at', '-6'],
  ])
    expect([more, cognate([...km, ...more]).code]).toEqual([more, 2])
  for (const place of [folder, join(at('map.csv'), 'x.json'), join(folder, 'nowhere', 'x.json')]) {
    const run = cognate([...km, '--out', place])
    expect([place, run.code, run.err.includes('file-access')]).toEqual([place, 1, true])
  }
  const onFile = cognate(['variants', '--vcf', at('plain.vcf'), '--tumour', 'TUMOR_DNA', '--out', at('map.csv')])
  expect([onFile.code, onFile.err.includes('file-access')]).toEqual([1, true])
})

test('an option that would be left aside without another one is a fault of usage', () => {
  const neoantigens = ['neoantigens', '--vcf', at('plain.vcf'), '--tumour', 'TUMOR_DNA', '--hla', HLA]
  const faults: readonly (readonly [words: readonly string[], other: string])[] = [
    [[...neoantigens, '--phased', at('plain.vcf')], '--reference'],
    [[...neoantigens, '--phased-sample', 'TUMOR_DNA'], '--phased'],
    [[...neoantigens, '--enumerate-phases'], '--reference'],
    [[...neoantigens, '--star-fusion', at('map.csv')], '--fusions'],
    [[...neoantigens, '--sex', 'female'], '--copy-number'],
    [['receptors', '--contigs', `liver-1=${example(CONTIGS)}`, '--v-loops', at('map.csv')], '--known'],
    [['construct', '--receptors', at('out/receptors.tsv'), '--overlap', '20'], '--vector'],
    [['response', '--tu', example('trial-crc/tu.csv'), '--tr', example('trial-crc/tr.csv'), '--product', 'TCR-T CELLS'], '--ex'],
    [['safety', '--targets', at('out/targets.tsv'), '--proteome', at('out/proteins.fasta'), '--hla', 'A*02:01'], '--peptide'],
  ]
  for (const [words, other] of faults) {
    const run = cognate([...words, '--out', at('unused')])
    expect([words.join(' '), run.code, run.err.includes(`needs '${other}'`)]).toEqual([words.join(' '), 2, true])
  }
})
