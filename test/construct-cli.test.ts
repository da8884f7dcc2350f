// The commands around a construct, as a user runs them: build with a preset and contigs, check an edited insert, verify a returned plasmid.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { translate } from '@cognate/core/bio'
import { parseDelimited, parseFasta, parseGenbank } from '@cognate/core/format'
import { beforeAll, describe, expect, test } from 'vitest'
import { data, oracle, readData, root, rowsOf, value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const COLUMNS = ['receptor_id', 'tra_v_call', 'tra_j_call', 'tra_junction_aa', 'trb_v_call', 'trb_j_call', 'trb_junction_aa']
// TP53 R175H on HLA-A*02:01, PMID 30709841
const TP53 = ['R1', 'TRAV38-1', 'TRAJ28', 'CAFMGYSGAGSYQLTF', 'TRBV10-3', 'TRBJ1-6', 'CAISELVTGDSPLHF']

const folder = temporary()
const receptors = join(folder, 'receptors.tsv')
const built = join(folder, 'built')

const insertOf = (path: string) => value(parseFasta(readFileSync(path, 'utf8')))[0]!

beforeAll(() => {
  writeFileSync(receptors, `${COLUMNS.join('\t')}\n${TP53.join('\t')}\n`)
  expect(cognate(['construct', '--receptors', receptors, '--out', built]).code).toBe(0)
})

describe('construct check', () => {
  test('what was built holds; one base lost is refused, exit 1', () => {
    const { id, sequence } = insertOf(join(built, 'constructs.fasta'))
    const clean = cognate(['construct', 'check', join(built, 'constructs.gb'), '--spec', join(built, 'constructs.tsv')])
    expect([clean.code, clean.out.includes('\tfails\t')]).toEqual([0, false])
    // whatever the codons are, a lost base changes the product
    writeFileSync(join(folder, 'edited.fasta'), `>${id}\n${sequence.slice(0, 900)}${sequence.slice(901)}\n`)
    const edited = cognate(['construct', 'check', join(folder, 'edited.fasta'), '--spec', join(built, 'constructs.tsv')])
    expect(edited.code).toBe(1)
    expect(edited.out).toMatch(/\tframe\tfails\t/)
    writeFileSync(join(folder, 'other.fasta'), `>other\n${sequence}\n`)
    const other = cognate(['construct', 'check', join(folder, 'other.fasta'), '--spec', join(built, 'constructs.tsv')])
    expect([other.code, other.err.includes('construct-undeclared')]).toEqual([1, true])
  })
})

describe('construct verify', () => {
  test('a consensus that is the design matches; a planted base is named with its place', () => {
    const { id, sequence } = insertOf(join(built, 'constructs.fasta'))
    const verdict = (name: string, consensus: string) => {
      const reads = join(folder, name)
      mkdirSync(reads)
      writeFileSync(join(reads, `${id}.fasta`), `>${id}\n${consensus}\n`)
      const out = join(folder, `${name}-out`)
      const run = cognate(['construct', 'verify', '--design', join(built, 'constructs.gb'), '--reads', reads, '--out', out])
      return { run, table: readFileSync(join(out, 'verification.tsv'), 'utf8') }
    }
    const same = verdict('same', sequence)
    expect([same.run.code, same.table.includes('match')]).toEqual([0, true])
    const base = sequence[1000] === 'A' ? 'C' : 'A'
    const changed = verdict('changed', `${sequence.slice(0, 1000)}${base}${sequence.slice(1001)}`)
    expect(changed.run.code).toBe(1)
    expect(changed.table).toMatch(/differs/)
    expect(changed.table).toContain('1001')
  })
})

test('a receptor that a person has to settle is told apart from one that cannot be built', () => {
  const table = join(folder, 'three.tsv')
  const rows = [TP53, ['R2', 'TRAV12-2,TRAV12-3', ...TP53.slice(2)], ['R3', 'TRAV12-2', 'TRAJ28', 'CAFM*YSGAGSYQLTF', ...TP53.slice(4)]]
  writeFileSync(table, [COLUMNS, ...rows].map(cells => `${cells.join('\t')}\n`).join(''))
  const out = join(folder, 'three')
  const done = cognate(['construct', '--receptors', table, '--out', out])
  expect([done.code, done.err]).toEqual([1, expect.stringContaining('1 construct ready, 2 refused, 1 of them for a decision')])
  const constructs = rowsOf(readFileSync(join(out, 'constructs.tsv'), 'utf8'))
  expect(constructs.map(row => [row.receptor_id, row.status])).toEqual([
    ['R1', 'ready'],
    ['R2', 'needs-decision'],
    ['R3', 'refused'],
  ])
  expect(constructs[1]!.failed_checks).toContain('may mean TRAV12-2, TRAV12-3')
})

test('each codon that is not the wanted one has a row with what it cost; another objective is another insert with another name', () => {
  const build = (codons: string) => {
    const out = join(folder, `codons-${codons}`)
    const done = cognate(['construct', '--receptors', receptors, '--most', '4', '--codons', codons, '--out', out])
    expect([done.code, done.err]).toEqual([0, done.err])
    const rows = (name: string) => rowsOf(readFileSync(join(out, name), 'utf8'))
    const constructs = rows('constructs.tsv')
    expect(new Set(constructs.map(row => row.codons))).toEqual(new Set([codons]))
    for (const construct of constructs) {
      const own = rows('codons.tsv').filter(row => row.construct_id === construct.construct_id)
      expect([own.length, own.length > 0]).toEqual([Number(construct.changed_codons), true])
      for (const { position, residue_number, residue, codon, wanted, limit } of own) {
        expect(construct.insert_nt!.slice(Number(position) - 1, Number(position) + 2)).toBe(codon)
        expect(construct.protein_aa![Number(residue_number) - 1]).toBe(residue)
        expect([translate(wanted!), limit === '']).toEqual([residue, false])
      }
    }
    // the chains, alone and as they stand in the protein
    const nt = value(parseFasta(readFileSync(join(out, 'chains.fasta'), 'utf8')))
    const aa = value(parseFasta(readFileSync(join(out, 'chains.faa'), 'utf8')))
    expect(nt.map(({ id }) => id)).toEqual(constructs.flatMap(row => ['TRB', 'TRA'].map(locus => `${row.construct_id}-${locus}`)))
    for (const [i, chain] of aa.entries()) {
      const row = constructs[Math.floor(i / 2)]!
      expect([chain.id, translate(nt[i]!.sequence), row.insert_nt!.includes(nt[i]!.sequence)]).toEqual([nt[i]!.id, chain.sequence, true])
      expect(i % 2 === 0 ? row.protein_aa!.startsWith(chain.sequence) : row.protein_aa!.endsWith(chain.sequence)).toBe(true)
      expect(chain.sequence).toContain(i % 2 === 0 ? row.b_junction_aa : row.a_junction_aa)
    }
    return constructs
  }
  const best = build('best')
  const mixed = build('match-usage')
  expect(mixed.map(row => row.protein_aa)).toEqual(best.map(row => row.protein_aa))
  for (const [i, row] of mixed.entries()) expect([row.construct_id === best[i]!.construct_id, Number(row.cai) < 0.9]).toEqual([false, true])
  expect(cognate(['construct', '--receptors', receptors, '--codons', 'worst', '--out', folder]).code).toBe(2)
})

describe('vectors', () => {
  oracle(
    'a receptor goes into a real vector; the returned plasmid is verified with its effect on the protein; a wrong place is refused',
    () => {
      const out = join(folder, 'in-vector')
      const vector = data('tcr/vectors/pCMV6-Entry.dna')
      const args = ['construct', '--receptors', receptors, '--vector', vector, '--out', out]
      expect(cognate([...args, '--cut', 'EcoRI/NotI', '--barcode', '12']).code).toBe(0)
      expect(cognate(['construct', 'check', join(out, 'constructs.gb'), '--spec', join(out, 'constructs.tsv')]).code).toBe(0)
      const insert = insertOf(join(out, 'constructs.fasta'))
      expect(insertOf(join(out, 'plasmids.fasta')).sequence).toBe(
        value(parseGenbank(readFileSync(join(out, 'plasmids.gb'), 'utf8')))[0]!.sequence,
      )
      const plasmid = value(parseGenbank(readFileSync(join(out, 'plasmids.gb'), 'utf8')))[0]!
      expect([plasmid.topology, plasmid.sequence.startsWith(insert.sequence), insert.sequence.startsWith('GAATTC')]).toEqual([
        'circular',
        true,
        true,
      ])
      // the plasmid that came back, cut open elsewhere, with one base changed in the second codon
      const at = insert.sequence.indexOf('GCCGCCACCATG') + 12
      const changed = `${plasmid.sequence.slice(0, at)}${plasmid.sequence[at] === 'A' ? 'C' : 'A'}${plasmid.sequence.slice(at + 1)}`
      const reads = join(folder, 'returned')
      mkdirSync(reads)
      writeFileSync(join(reads, `${insert.id}.fasta`), `>${insert.id}\n${changed.slice(3000)}${changed.slice(0, 3000)}\n`)
      const verified = cognate([
        'construct',
        'verify',
        '--design',
        join(out, 'plasmids.gb'),
        '--reads',
        reads,
        '--out',
        join(folder, 'returned-out'),
      ])
      expect(verified.code).toBe(1)
      expect(verified.out).toMatch(new RegExp(`differs {2}${at + 1} .>. \\((missense|synonymous|nonsense)\\)`))
      const twice = cognate([...args, '--cut', 'BsmBI'])
      expect([twice.code, twice.err.includes('vector-site'), twice.err.includes('pCMV6-Entry.dna')]).toEqual([1, true, true])
    },
  )
})

describe('germlines of the user', () => {
  oracle('a 10x reference and a table of our own form are added by name and build the same insert as the open set', () => {
    const of = (name: string) => {
      const run = cognate(['construct', '--receptors', receptors, '--germline', name, '--out', join(folder, `by-${name}`)])
      expect([run.err, run.code]).toEqual([run.err, 0])
      return insertOf(join(folder, `by-${name}`, 'constructs.fasta')).sequence
    }
    const added = cognate(['reference', 'add', 'tenx', data('tcr/germline/tenx_vdj_refs_7.0/human'), '--name', 'tenx-7'])
    expect([added.code, added.out.includes('C genes')]).toEqual([0, true])
    expect(cognate(['reference', 'add', 'vdj', join(root, 'packages/node/data/germline-human.tsv'), '--name', 'own']).code).toBe(0)
    const open = insertOf(join(built, 'constructs.fasta')).sequence
    expect([of('tenx-7'), of('own')]).toEqual([open, open])
    const unknown = cognate(['construct', '--receptors', receptors, '--germline', 'nowhere', '--out', folder])
    expect([unknown.code, unknown.err.includes('germline-unknown')]).toEqual([1, true])
  })
})

describe('species', () => {
  test('a mouse receptor is built from the mouse germline when it is said to be one, and refused when not', () => {
    const table = join(folder, 'mouse.tsv')
    // made up for the test: mouse genes, junctions that fit them
    writeFileSync(table, `${COLUMNS.join('\t')}\nM1\tTRAV14-1\tTRAJ33\tCAASDNYQLIW\tTRBV12-1\tTRBJ2-7\tCASSRANYEQYF\n`)
    const args = ['construct', '--receptors', table, '--constant', 'murine', '--out', join(folder, 'mouse')]
    const mouse = cognate([...args, '--species', 'mouse'])
    expect([mouse.err, mouse.code]).toEqual([mouse.err, 0])
    expect(
      cognate([
        'construct',
        'check',
        join(folder, 'mouse/constructs.gb'),
        '--spec',
        join(folder, 'mouse/constructs.tsv'),
        '--species',
        'mouse',
      ]).code,
    ).toBe(0)
    expect(cognate([...args.slice(0, -1), join(folder, 'mouse-as-human')]).code).toBe(1)
  })
})

describe('alleles', () => {
  test('one that the germline has not is refused, or gives way with a caveat when that is said; preferred ones are taken', () => {
    const table = join(folder, 'absent.tsv')
    writeFileSync(table, `${COLUMNS.join('\t')}\n${TP53.map(cell => (cell === 'TRBV10-3' ? 'TRBV10-3*77' : cell)).join('\t')}\n`)
    const refused = cognate(['construct', '--receptors', table, '--out', join(folder, 'absent')])
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('TRBV10-3*77')])
    const run = cognate(['construct', '--receptors', table, '--allele-fallback', '--out', join(folder, 'fallback')])
    expect([run.err, run.code]).toEqual([expect.stringContaining('TRBV10-3*01 stands in for it'), 0])
    const preferred = join(folder, 'preferred.tsv')
    writeFileSync(preferred, 'Gene\tAllele\tRegion\nTRBV10-3\t02\tVARIABLE\n')
    expect(
      cognate(['construct', '--receptors', receptors, '--preferred-alleles', preferred, '--out', join(folder, 'preferred')]).code,
    ).toBe(0)
    expect(readFileSync(join(folder, 'preferred/constructs.tsv'), 'utf8')).toContain('TRBV10-3*02')
    writeFileSync(preferred, 'Gene\tAllele\nTRBV10-3\t02\n')
    const wrong = cognate(['construct', '--receptors', receptors, '--preferred-alleles', preferred, '--out', folder])
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('preferred.tsv:1: the header has no column Region')])
  })
})

describe('presets', () => {
  test('a file of the user is used and named; a wrong one is refused by its key', () => {
    const shipped = JSON.parse(readFileSync(join(root, 'packages/core/src/bio/presets/generic-strict.json'), 'utf8')) as object
    const own = join(folder, 'ours.json')
    writeFileSync(own, JSON.stringify({ ...shipped, name: 'ours', verified: true, source: 'agreed with the supplier' }))
    const run = cognate(['construct', '--receptors', receptors, '--preset', own, '--out', join(folder, 'own')])
    expect(run.code).toBe(0)
    const table = value(parseDelimited(readFileSync(join(folder, 'own/constructs.tsv'), 'utf8'), { delimiter: '\t' }))
    expect(table.rows.length).toBe(1)
    const text = readFileSync(join(folder, 'own/constructs.tsv'), 'utf8')
    expect([text.includes('\tours\t'), text.includes('preset-unverified')]).toEqual([true, false])
    // the declaration names a preset that only the file knows
    const check = ['construct', 'check', join(folder, 'own/constructs.fasta'), '--spec', join(folder, 'own/constructs.tsv')]
    expect(cognate(check).code).toBe(1)
    expect(cognate([...check, '--preset', own]).code).toBe(0)
    writeFileSync(own, JSON.stringify({ ...shipped, name: 'ours', gcWhole: [40, 65] }))
    const wrong = cognate(['construct', '--receptors', receptors, '--preset', own, '--out', join(folder, 'wrong')])
    expect([wrong.code, wrong.err.includes('gcWhole'), wrong.err.includes('ours.json')]).toEqual([1, true, true])
  })
})

describe('contigs', () => {
  oracle('two real contigs are built base for base; a second contig of the same name is refused', () => {
    const contigs = JSON.parse(readData('singlecell/scirpy/all_contig_annotations.json')) as { contig_name: string; sequence: string }[]
    const fasta = join(folder, 'contigs.fasta')
    writeFileSync(fasta, contigs.map(c => `>${c.contig_name}\n${c.sequence}\n`).join(''))
    const table = join(folder, 'cells.tsv')
    const row = ['A', 'TRAV17', 'TRAJ33', 'CATDAKDSNYQLIW', 'TRBV18', 'TRBJ2-2', 'CASSPPSQGLSTGELFF']
    const ids = ['AAACCTGAGTACGCCC-1_contig_4', 'AAACCTGAGACCTTTG-1_contig_1']
    writeFileSync(table, `${[...COLUMNS, 'tra_sequence_id', 'trb_sequence_id'].join('\t')}\n${[...row, ...ids].join('\t')}\n`)
    const out = join(folder, 'from-contigs')
    const args = ['construct', '--receptors', table, '--contigs', fasta, '--preset', 'none', '--out', out]
    expect(cognate(args).code).toBe(0)
    expect(readFileSync(join(out, 'constructs.tsv'), 'utf8')).toContain('\tcontig\tcontig\t')
    writeFileSync(join(folder, 'again.fasta'), `>${ids[0]}\nACGT\n`)
    const twice = cognate(['construct', '--receptors', table, '--contigs', fasta, join(folder, 'again.fasta'), '--out', out])
    expect([twice.code, twice.err.includes('contig-twice')]).toEqual([1, true])
  })
})
