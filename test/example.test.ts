// The main job on the bundled synthetic patient, and what users do wrong.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { columnReader, parseDelimited, parseGenbank } from '@cognate/core/format'
import { beforeAll, describe, expect, test } from 'vitest'
import { root, value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const EXAMPLE = join(root, 'examples/crc-001')
const FILES = [
  'variants.tsv',
  'proteins.fasta',
  'neoantigens.tsv',
  'minigenes.tsv',
  'minigenes.fasta',
  'clonotypes.tsv',
  'receptors.tsv',
  'cells.tsv.gz',
  'tandem-minigenes.tsv',
  'tandem-minigenes.fasta',
  'peptide-pools.tsv',
  'plate-map.csv',
  'pool-plate-map.csv',
  'screen-order.csv',
  'strategy.tsv',
  'constructs.tsv',
  'codons.tsv',
  'gate.tsv',
  'constructs.gb',
  'constructs.fasta',
  'chains.fasta',
  'chains.faa',
  'order.csv',
  'construct-sheet.html',
  'funnel.tsv',
  'dossier.html',
  'ro-crate-metadata.json',
]

const rowsOf = (path: string) => {
  const table = value(parseDelimited(readFileSync(path, 'utf8'), { delimiter: path.endsWith('.csv') ? ',' : '\t' }))
  const get = columnReader(table.columns)
  return table.rows.map(row => Object.fromEntries(table.columns.map(name => [name, get(row, name)])))
}

describe('examples/crc-001', () => {
  const out = temporary()
  beforeAll(() => {
    const run = cognate(['run', join(EXAMPLE, 'CASE.yaml'), '--out', out])
    expect(run.err + run.out).toContain('dossier')
    expect(run.code).toBe(0)
  })

  test('the plates that would test the shortlist are its: every shortlisted receptor against every construct, with controls', () => {
    const wells = rowsOf(join(out, 'plate-map.csv'))
    const shortlist = rowsOf(join(out, 'receptors.tsv'))
      .filter(row => row.shortlisted === 'true')
      .map(row => row.receptor_id)
    const constructs = [...new Set(rowsOf(join(out, 'tandem-minigenes.tsv')).map(row => row.construct))]
    expect([shortlist.length, constructs.length > 1]).toEqual([4, true])
    for (const effector of shortlist) {
      const own = wells.filter(well => well.effector === effector)
      expect(new Set(own.filter(well => well.kind === 'test').map(well => well.antigen))).toEqual(new Set(constructs))
      expect(new Set(own.map(well => well.kind))).toEqual(new Set(['test', 'negative', 'positive']))
    }
  })

  test('the maps of the dossier draw the parts of an insert, each once from end to end', () => {
    const [map = ''] =
      readFileSync(join(out, 'dossier.html'), 'utf8').match(/<svg[^>]*>(?:(?!<\/svg>).)*TRB constant(?:(?!<\/svg>).)*<\/svg>/s) ?? []
    const titles = [...map.matchAll(/<title>([^<]+) (\d+)-(\d+)<\/title>/g)].map(([, label, from, to]) => ({
      label,
      from: Number(from),
      to: Number(to),
    }))
    expect(titles.length).toBeGreaterThan(12)
    for (const [i, part] of titles.entries()) if (i > 0) expect([part.label, part.from]).toEqual([part.label, titles[i - 1]!.to + 1])
  })

  test('writes every file of these stages', () => {
    expect(FILES.filter(name => !existsSync(join(out, name)))).toEqual([])
    expect(readdirSync(out).filter(name => name.includes('partial'))).toEqual([])
  })

  test('KRAS G12D is presented on C*08:02 by the decamer that published receptors see', () => {
    const kras = rowsOf(join(out, 'neoantigens.tsv')).find(row => row.gene === 'KRAS')!
    expect(kras).toMatchObject({
      amino_acid_change: 'G12D',
      best_peptide: 'GADGVGKSAL',
      best_allele: 'HLA-C*08:02',
      changed_positions: '3',
      minigene_25: 'MTEYKLVVVGADGVGKSALTIQLI',
    })
  })

  test('the four published receptors are the shortlist, and their constructs are ready', () => {
    const published = rowsOf(join(EXAMPLE, 'published-receptors.tsv')).map(row => `${row.tra_junction_aa} ${row.trb_junction_aa}`)
    const receptors = rowsOf(join(out, 'receptors.tsv'))
    expect(
      receptors
        .filter(row => row.shortlisted === 'true')
        .map(row => `${row.tra_junction_aa} ${row.trb_junction_aa}`)
        .sort(),
    ).toEqual(published.sort())
    const constructs = rowsOf(join(out, 'constructs.tsv'))
    expect(constructs.map(row => row.status)).toEqual(Array(5).fill('ready'))
    const genbank = value(parseGenbank(readFileSync(join(out, 'constructs.gb'), 'utf8')))
    expect(genbank.map(record => record.sequence)).toEqual(constructs.map(row => row.insert_nt))
    expect(rowsOf(join(out, 'order.csv')).map(row => row.sequence)).toEqual(constructs.map(row => row.insert_nt))
  })

  test('the crate holds the checksum of every input and output', () => {
    const crate = JSON.parse(readFileSync(join(out, 'ro-crate-metadata.json'), 'utf8')) as {
      '@graph': { '@type': string; sha256?: string; name?: string }[]
    }
    const files = crate['@graph'].filter(node => node['@type'] === 'File')
    expect(files.every(node => /^[0-9a-f]{64}$/.test(node.sha256 ?? ''))).toBe(true)
    expect(files.map(node => node.name)).toEqual(
      expect.arrayContaining(['somatic.vcf.gz', 'quant.sf', 'liver-1/filtered_feature_bc_matrix.h5', 'constructs.gb', 'order.csv']),
    )
  })

  test('the same inputs give the same bytes', () => {
    const again = temporary()
    expect(cognate(['run', join(EXAMPLE, 'CASE.yaml'), '--out', again, '--quiet']).code).toBe(0)
    for (const name of FILES.filter(file => file !== 'ro-crate-metadata.json'))
      expect([name, readFileSync(join(again, name)).equals(readFileSync(join(out, name)))]).toEqual([name, true])
  })

  test('a second run does nothing again; a damaged output is made anew', () => {
    expect(cognate(['run', join(EXAMPLE, 'CASE.yaml'), '--out', out]).err.match(/unchanged, not run again/g)).toHaveLength(5)
    writeFileSync(join(out, 'receptors.tsv'), 'edited by hand\n')
    const rerun = cognate(['run', join(EXAMPLE, 'CASE.yaml'), '--out', out])
    expect(rerun.err.match(/unchanged, not run again/g)).toHaveLength(4)
  })

  test('stage commands write what run writes', () => {
    const folder = temporary()
    const vcf = ['--vcf', join(EXAMPLE, 'somatic.vcf.gz'), '--tumour', 'TUMOR_DNA', '--normal', 'NORMAL_DNA']
    expect(cognate(['variants', ...vcf, '--out', folder]).code).toBe(0)
    expect(
      cognate([
        'neoantigens',
        ...vcf,
        '--hla',
        'A0201,HLA-A*11:01,B07:02,B*35:01,C*07:02,C*08:02,DRB1*04:05',
        '--expression',
        join(EXAMPLE, 'quant.sf'),
        '--out',
        folder,
      ]).code,
    ).toBe(0)
    expect(cognate(['construct', '--receptors', join(out, 'receptors.tsv'), '--most', '5', '--out', folder]).code).toBe(0)
    for (const name of ['variants.tsv', 'neoantigens.tsv', 'constructs.gb', 'order.csv'])
      expect([name, readFileSync(join(folder, name)).equals(readFileSync(join(out, name)))]).toEqual([name, true])
  })

  test('--explain tells one variant’s terms and one cell’s story', () => {
    const explained = cognate([
      'neoantigens',
      '--vcf',
      join(EXAMPLE, 'somatic.vcf.gz'),
      '--tumour',
      'TUMOR_DNA',
      '--hla',
      'C*08:02',
      '--explain',
      'kras:g12d',
    ])
    expect(explained.out).toContain('GADGVGKSAL')
    const beside = cognate([
      ...['neoantigens', '--vcf', join(EXAMPLE, 'somatic.vcf.gz'), '--tumour', 'TUMOR_DNA'],
      ...['--hla', 'C*08:02,A*02:01', '--explain', 'KRAS:G12D, tp53:r175h'],
    ])
    expect(beside.out).toMatch(/^ +KRAS:G12D +TP53:R175H\nrank .*\n(.*\n)*presentation +\S+ +\S+\n/)
    const cell = gunzipSync(readFileSync(join(out, 'cells.tsv.gz')))
      .toString()
      .split('\n')[1]!
      .split('\t')[1]!
    const story = cognate([
      'receptors',
      '--contigs',
      `liver-1=${join(EXAMPLE, 'liver-1/filtered_contig_annotations.csv')}`,
      '--explain',
      cell,
    ])
    expect(story.out).toContain(cell)
  })
})

describe('what a case may bring', () => {
  test('known receptors flag without taking away, and every file stands in the crate', () => {
    const folder = temporary()
    cpSync(EXAMPLE, folder, { recursive: true })
    const text = readFileSync(join(folder, 'CASE.yaml'), 'utf8')
    writeFileSync(
      join(folder, 'CASE.yaml'),
      `${text}receptors: {known: [known.tsv], v_loops: [loops.csv], signatures: [own.tsv], mana3: true, candidates: 3}\n`.replace(
        'tumour:\n',
        'tumour:\n  hotspots: hotspots.tsv\n',
      ),
    )
    writeFileSync(join(folder, 'hotspots.tsv'), 'gene\tchange\tsource\nKRAS\tG12\tsynthetic\n')
    const out = join(folder, 'out')
    const names = ['known.tsv', 'loops.csv', 'own.tsv'] as const
    const own = (name: string) =>
      writeFileSync(
        join(folder, 'own.tsv'),
        `signature\tgene\tlineage\tdirection\n${name}\tCXCL13\tCD8\tup\n${name}\tENTPD1\tCD8\tup\n${name}\tIL7R\tCD8\tdown\n`,
      )
    own('NeoTCR-8')
    const missing = cognate(['run', join(folder, 'CASE.yaml'), '--out', out])
    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('known.tsv')])
    writeFileSync(
      join(folder, 'known.tsv'),
      'cdr3.alpha\tv.alpha\tcdr3.beta\tv.beta\tantigen.epitope\tantigen.gene\tantigen.species\treference.id\n',
    )
    writeFileSync(join(folder, 'loops.csv'), 'organism,gene,cdr1,cdr2,cdr2_5\nhuman,TRBV1*01,A,A,A\n')
    own('NEOTCR8')
    expect(cognate(['run', join(folder, 'CASE.yaml'), '--out', out]).err).toContain('another set has the column score_neotcr8 already')
    own('Mine')
    expect(cognate(['run', join(folder, 'CASE.yaml'), '--out', out]).code).toBe(0)
    const scored = gunzipSync(readFileSync(join(out, 'cells.tsv.gz')))
      .toString()
      .split('\n')[0]!
      .split('\t')
    expect(scored.filter(name => name.startsWith('score_'))).toEqual(['score_neotcr8', 'score_neotcr4', 'score_mana_3', 'score_mine'])
    const before = rowsOf(join(out, 'receptors.tsv'))
    const first = before[0]!
    // the best one is said to see influenza
    writeFileSync(
      join(folder, 'known.tsv'),
      `cdr3.alpha\tv.alpha\tcdr3.beta\tv.beta\tantigen.epitope\tantigen.gene\tantigen.species\treference.id\n${first.tra_junction_aa}\t${first.tra_v_call}\t${first.trb_junction_aa}\t${first.trb_v_call}\tGILGFVFTL\tM\tInfluenzaA\tsynthetic\n`,
    )
    expect(cognate(['run', join(folder, 'CASE.yaml'), '--out', out]).code).toBe(0)
    const after = rowsOf(join(out, 'receptors.tsv'))
    expect(after.map(row => row.receptor_id)).toEqual(before.map(row => row.receptor_id))
    expect([first.flags, after[0]!.flags]).toEqual(['', 'viral-match'])
    expect(after[0]!.reasons).toContain('known: InfluenzaA M GILGFVFTL (alpha exact, beta exact; synthetic)')
    expect(after.filter(row => row.shortlisted === 'true' || row.shortlisted === 'yes')).toHaveLength(3)
    const crate = readFileSync(join(out, 'ro-crate-metadata.json'), 'utf8')
    for (const name of [...names, 'hotspots.tsv']) expect(crate).toContain(name)
  })
})

test('what the product section asks for is in the insert: own linker, tag, barcode, two stops; and the gate holds it', () => {
  const folder = temporary()
  cpSync(EXAMPLE, folder, { recursive: true })
  writeFileSync(
    join(folder, 'linker.yaml'),
    'name: tail-T2A\ncitation: made for this test\nparts:\n  - {label: furin, aa: RKRR}\n  - {label: T2A, aa: EGRGSLLTCGDVEENPGP}\n',
  )
  const path = join(folder, 'CASE.yaml')
  const product = 'product: {linker_file: linker.yaml, tags: [Myc@beta-C], barcode: 12, stop: TAATGA, receptors: 2}'
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^product: .*$/m, product))
  const out = join(folder, 'out')
  expect(cognate(['run', path, '--out', out, '--quiet']).code).toBe(0)
  const constructs = rowsOf(join(out, 'constructs.tsv'))
  expect(constructs.map(row => [row.status, row.linker, row.stop])).toEqual(Array(2).fill(['ready', 'tail-T2A', 'TAATGA']))
  for (const row of constructs) {
    expect(row.protein_aa).toContain('EQKLISEEDLRKRREGRGSLLTCGDVEENPGPM') // Myc behind the beta chain, then the linker
    expect(row.insert_nt).toMatch(/TAATGA[ACGT]{12}$/)
  }
  const check = ['construct', 'check', join(out, 'constructs.fasta'), '--spec', join(out, 'constructs.tsv')]
  expect(cognate([...check, '--linker-file', join(folder, 'linker.yaml')]).code).toBe(0)
  expect(cognate([...check, '--quiet'])).toMatchObject({ code: 1, err: expect.stringContaining('2 inserts judged, 2 refused') })
})

test('what a stage no longer makes does not stay beside its new results; a file that someone changed does', () => {
  const folder = temporary()
  cpSync(EXAMPLE, folder, { recursive: true })
  const path = join(folder, 'CASE.yaml')
  const text = readFileSync(path, 'utf8')
  const out = join(folder, 'out')
  const run = (more: string) => {
    writeFileSync(path, `${text}${more}`)
    expect(cognate(['run', path, '--out', out, '--quiet']).code).toBe(0)
    return readdirSync(out).filter(name => name.includes('pool'))
  }
  expect(run('')).toEqual(['peptide-pools.tsv', 'pool-plate-map.csv', 'pool-plate-map.svg'])
  writeFileSync(join(out, 'pool-plate-map.csv'), 'with notes of the laboratory\n')
  expect(run('screen_design: {pool_size: 0}\n')).toEqual(['pool-plate-map.csv'])
})

describe('what goes wrong', () => {
  /** A copy of the example that a test may spoil. */
  function spoiled(change: (folder: string) => void): { code: number; err: string; out: string; written: readonly string[] } {
    const folder = temporary()
    cpSync(EXAMPLE, folder, { recursive: true })
    change(folder)
    const out = join(folder, 'out')
    const run = cognate(['run', join(folder, 'CASE.yaml'), '--out', out])
    return { ...run, written: existsSync(out) ? readdirSync(out).filter(name => !name.startsWith('.')) : [] }
  }
  const editCase = (from: string, to: string) => (folder: string) => {
    const path = join(folder, 'CASE.yaml')
    const text = readFileSync(path, 'utf8')
    expect(text).toContain(from)
    writeFileSync(path, text.replace(from, to))
  }
  const editVcf = (edit: (text: string) => string) => (folder: string) => {
    const path = join(folder, 'somatic.vcf.gz')
    writeFileSync(path, gzipSync(edit(gunzipSync(readFileSync(path)).toString())))
  }

  const cases: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
    [
      'a misspelt key',
      editCase('  sample: TUMOR_DNA', '  sampel: TUMOR_DNA'),
      /CASE\.yaml:9: "sampel" is not a key of tumour \[case-key\]\n {2}remedy: did you mean "sample"/,
    ],
    [
      'a sample the VCF does not have',
      editCase('TUMOR_DNA', 'TUMOUR'),
      /somatic\.vcf\.gz:\d+: the VCF has no sample "TUMOUR"; it has NORMAL_DNA, TUMOR_DNA \[sample-absent\]/,
    ],
    [
      'an unknown allele',
      editCase('A*11:01', 'A*11:999'),
      /A\*11:999.*is not known.*\[hla-unsupported\]\n {2}remedy: use one of the nearest names/,
    ],
    ['an allele that is none', editCase('A*11:01', 'A*2:01'), /"A\*2:01" is not an HLA allele name \[hla-unparsable\]/],
    [
      'a serotype',
      editCase('A*11:01', 'A2'),
      /"A2" is a serotype.*\[hla-serotype\]\n {2}remedy: give two fields; measured most in training: A\*02:01/,
    ],
    ['a file that is not there', editCase('quant.sf', 'quant.tsv'), /quant\.tsv: there is no such file \[file-missing\]/],
    [
      'a VCF without annotation',
      editVcf(text => text.replace(/##INFO=<ID=CSQ.*\n/, '').replace(/CSQ=\S+/g, 'DP=9')),
      /somatic\.vcf\.gz:\d+: the VCF carries no VEP annotation \(INFO\/CSQ\) \[csq-absent\]/,
    ],
    ['a VCF cut in a line', editVcf(text => text.slice(0, text.lastIndexOf('\t'))), /somatic\.vcf\.gz:\d+: .*\[vcf-truncated\]/],
    ['a truncated gzip file', folder => truncateSync(join(folder, 'somatic.vcf.gz'), 9000), /somatic\.vcf\.gz: .*\[gzip-truncated\]/],
    [
      'annotation of another release',
      editVcf(text => text.replace('|12|G/D|', '|12|W/D|')),
      /somatic\.vcf\.gz:\d+: .* names W at residue 12, its WildtypeProtein has G \[annotation-mismatch\]/,
    ],
    [
      'contigs without rows',
      folder => {
        const path = join(folder, 'liver-1/filtered_contig_annotations.csv')
        writeFileSync(path, `${readFileSync(path, 'utf8').split('\n')[0]}\n`)
      },
      /filtered_contig_annotations\.csv.*: the contig file of liver-1 has a header and no contigs \[no-contigs\]/,
    ],
    ['an empty contig file', folder => writeFileSync(join(folder, 'liver-1/filtered_contig_annotations.csv'), ''), /\[table-empty\]/],
    [
      'the matrix of another sample',
      folder => {
        const path = join(folder, 'lung-2/filtered_feature_bc_matrix/barcodes.tsv.gz')
        const text = gunzipSync(readFileSync(path)).toString()
        writeFileSync(path, gzipSync(text.replace(/^([ACGT]{16})/gm, (_, barcode: string) => [...barcode].reverse().join(''))))
      },
      /lung-2: \d+ of \d+ cells with contigs are in its matrix; contigs have [ACGT]{16}-1, .* the matrix .*\[barcodes-differ\]/,
    ],
    [
      'a matrix folder without barcodes',
      folder =>
        writeFileSync(
          join(folder, 'CASE.yaml'),
          readFileSync(join(folder, 'CASE.yaml'), 'utf8').replace('lung-2/filtered_feature_bc_matrix}', 'lung-2}'),
        ),
      /\[matrix-files\]/,
    ],
    [
      'a damaged HDF5 file',
      folder => truncateSync(join(folder, 'liver-1/filtered_feature_bc_matrix.h5'), 3000),
      /filtered_feature_bc_matrix\.h5: .*\[h5-layout\]/,
    ],
    [
      'expression of another annotation',
      folder => writeFileSync(join(folder, 'quant.sf'), 'Name\tLength\tEffectiveLength\tTPM\tNumReads\nNM_1\t5\t5\t1\t1\n'),
      /quant\.sf: .*\[expression-ids\]/,
    ],
    ['an unknown constant set', editCase('murine-cys-lvl', 'murine-cis-lvl'), /constant "murine-cis-lvl" is not known \[product-option\]/],
  ]
  test.each(cases)('%s: exit 1, one error that names place and remedy', (_name, change, message) => {
    const { code, err, written } = spoiled(change)
    expect(err).toMatch(message)
    expect(err.match(/remedy:/g)).toHaveLength(1)
    expect(code).toBe(1)
    // nothing that looks complete
    expect(written).not.toContain('dossier.html')
    expect(written).not.toContain('.partial')
  })

  test('a result that is empty explains itself and ends with 0', () => {
    const { code, err } = spoiled(editVcf(text => text.replaceAll('\tPASS\t', '\tq10\t')))
    expect(code).toBe(0)
    expect(err).toMatch(/note: 0 protein changes because every record was filtered \(q10: \d+/)
    expect(err).toMatch(/note: 0 neoantigens/)
  })

  test('no tumour named and two candidates: the names are listed', () => {
    const { code, err } = spoiled(folder => {
      editCase('  sample: TUMOR_DNA\n', '')(folder)
      editVcf(text => text.replace('\tNORMAL_DNA\tTUMOR_DNA', '\tA\tB'))(folder)
      editCase('  normal: NORMAL_DNA\n', '')(folder)
    })
    expect(code).toBe(1)
    expect(err).toContain('the VCF has the samples A, B and none was named [sample-ambiguous]')
  })

  test('usage errors end with 2, help with 0', () => {
    expect(cognate(['run']).code).toBe(2)
    expect(cognate(['nonsense']).code).toBe(2)
    expect(cognate(['variants', '--vcf', 'x']).code).toBe(2)
    expect(cognate(['construct', '--linker', 'P3A', '--receptors', 'x', '--out', 'y']).code).toBe(2)
    expect(cognate(['--help']).code).toBe(0)
    for (const command of ['run', 'variants', 'present', 'neoantigens', 'receptors', 'construct', 'reference', 'doctor'])
      expect(cognate([command, '--help']).code).toBe(0)
  })

  test('a receptor that cannot be built keeps its row, good ones are written, exit 1', () => {
    const folder = temporary()
    const head = 'receptor_id\ttra_v_call\ttra_j_call\ttra_junction\ttra_junction_aa\ttrb_v_call\ttrb_j_call\ttrb_junction\ttrb_junction_aa'
    writeFileSync(
      join(folder, 'r.tsv'),
      `${head}\ngood\tTRAV38-1\tTRAJ28\t\tCAFMGYSGAGSYQLTF\tTRBV10-3\tTRBJ1-6\t\tCAISELVTGDSPLHF\nbad\tTRAV38-1\tTRAJ28\t\tCAFMGYSGAGSYQLTF\tTRBV3-2\tTRBJ1-6\t\tCAISELVTGDSPLHF\n`,
    )
    const run = cognate(['construct', '--receptors', join(folder, 'r.tsv'), '--out', join(folder, 'out')])
    expect(run.code).toBe(1)
    expect(rowsOf(join(folder, 'out/constructs.tsv')).map(row => [row.receptor_id, row.status])).toEqual([
      ['good', 'ready'],
      ['bad', 'refused'],
    ])
    expect(rowsOf(join(folder, 'out/order.csv')).map(row => row.receptor_id)).toEqual(['good'])
  })
})

describe('present', () => {
  test('reads standard input, writes a table, keeps order', () => {
    const run = cognate(['present', '--peptides', '-', '--alleles', 'C0802,A*02:01', '--quiet'], 'GADGVGKSAL\nGILGFVFTL\n')
    expect(run.code).toBe(0)
    const lines = run.out
      .trim()
      .split('\n')
      .map(line => line.split('\t'))
    expect(lines.map(cells => cells.slice(0, 2))).toEqual([
      ['peptide', 'allele'],
      ['GADGVGKSAL', 'HLA-A*02:01'],
      ['GADGVGKSAL', 'HLA-C*08:02'],
      ['GILGFVFTL', 'HLA-A*02:01'],
      ['GILGFVFTL', 'HLA-C*08:02'],
    ])
  })

  test('no peptide is an error; all windows of a FASTA are scored', () => {
    expect(cognate(['present', '--peptides', '-', '--alleles', 'A*02:01'], '').code).toBe(1)
    const folder = temporary()
    writeFileSync(join(folder, 'p.fa'), '>p\nMTEYKLVVVGADGVGKSALTIQLI\n')
    const run = cognate(['present', '--fasta', join(folder, 'p.fa'), '--lengths', '9', '--alleles', 'A*02:01', '--quiet'])
    expect(run.out.trim().split('\n')).toHaveLength(1 + 24 - 9 + 1)
  })
})

describe('reference and doctor', () => {
  test('a proteome is added, listed, verified and used by name', () => {
    const folder = temporary()
    mkdirSync(join(folder, 'x'))
    writeFileSync(join(folder, 'x/self.fa'), '>ENSP1 transcript:ENST9 gene_symbol:SELF\nMMMGADGVGKSALTMMM\n')
    expect(cognate(['reference', 'add', 'proteome', join(folder, 'x/self.fa'), '--name', 'tiny']).out).toContain('1 proteins, 17 residues')
    expect(cognate(['reference', 'list']).out).toContain('tiny')
    const verified = cognate(['reference', 'verify'])
    expect([verified.code, verified.out.match(/class I+ model/g)]).toEqual([0, ['class I model', 'class II model']])
    const run = cognate([
      'neoantigens',
      '--vcf',
      join(EXAMPLE, 'somatic.vcf.gz'),
      '--tumour',
      'TUMOR_DNA',
      '--hla',
      'C*08:02',
      '--proteome',
      'tiny',
      '--out',
      join(folder, 'out'),
    ])
    expect(run.code).toBe(0)
    expect(rowsOf(join(folder, 'out/neoantigens.tsv')).find(row => row.gene === 'KRAS')).toMatchObject({
      ref_match: 'yes',
      pvacseq_tier: expect.stringMatching(/RefMatch|Poor/),
    })
  })

  test('the list written as pVACseq writes it is read back as the table of a peer, row for row', () => {
    const folder = temporary()
    const vcf = [
      'neoantigens',
      '--vcf',
      join(EXAMPLE, 'somatic.vcf.gz'),
      '--tumour',
      'TUMOR_DNA',
      '--hla',
      'A*02:01,C*08:02',
      '--out',
      folder,
    ]
    expect(cognate([...vcf, '--pvacseq-tables']).code).toBe(0)
    expect(cognate([...vcf, '--peer', join(folder, 'all_epitopes.aggregated.tsv')]).code).toBe(0)
    const [ours, theirs] = [rowsOf(join(folder, 'neoantigens.tsv')), rowsOf(join(folder, 'peers.tsv'))]
    expect(theirs.length).toBeGreaterThan(5)
    // its rules take the strongest binder, ours what is presented best: the variant is the same, the peptide often
    expect(theirs.map(row => row.gene).toSorted()).toEqual(ours.map(row => row.gene).toSorted())
    const same = theirs.filter(row => row.status === 'same-peptide')
    expect(same.length).toBeGreaterThan(theirs.length / 3)
    expect(same.every(row => ours[Number(row.rank) - 1]?.best_peptide === row.peptide)).toBe(true)
    expect(theirs.filter(row => row.status !== 'same-peptide').every(row => row.status === 'same-variant')).toBe(true)
    for (const row of theirs) expect(Number(row.ic50)).toBeCloseTo(Number(row.peer_ic50), -1)
  })

  test('doctor says what is there', () => {
    const run = cognate(['doctor'])
    expect(run.code).toBe(0)
    expect(run.out).toContain('class I model')
  })
})
