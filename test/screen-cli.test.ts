// From the example's neoantigens and receptors through two rounds of screening and a titration to a signed choice: every step by the command line, plates simulated with a seed.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@cognate/core/base'
import { translate } from '@cognate/core/bio'
import { formatCsv, formatTsv, parseDelimited, parseFasta } from '@cognate/core/format'
import { beforeAll, describe, expect, test } from 'vitest'
import { data, oracle, type Row, root, rowsOf, value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const rowsAt = (path: string): readonly Row[] => rowsOf(readFileSync(path, 'utf8'), path.endsWith('.csv') ? ',' : '\t')

const HLA = 'A*02:01,A*11:01,B*07:02,B*35:01,C*04:01,C*07:02'
const random = seededRandom('plates')
const noise = (mean: number) => Math.max(0, Math.round(mean + (random.below(2001) / 1000 - 1) * Math.sqrt(mean) * 1.5))

describe('screens of the example, to the choice', () => {
  const out = temporary()
  const at = (...parts: string[]) => join(out, ...parts)
  const must = (args: readonly string[]) => {
    const run = cognate(args)
    expect([run.code, run.err]).toEqual([0, expect.anything()])
    return run
  }
  let receptors: readonly Row[] = []
  let minigenes: readonly Row[] = []
  /** What each receptor truly sees. */
  const truth = new Map<string, string>()

  beforeAll(() => {
    must(['run', join(root, 'examples/crc-001/CASE.yaml'), '--out', at('case')])
    const paired = new Map<string, Row[]>()
    for (const row of rowsAt(at('case/receptors.tsv'))) paired.set(row.clonotype_id!, [...(paired.get(row.clonotype_id!) ?? []), row])
    receptors = [...paired.values()]
      .filter(rows => rows.length === 1)
      .flat()
      .slice(0, 6)
    writeFileSync(
      at('receptors.tsv'),
      formatTsv(
        Object.keys(receptors[0]!),
        receptors.map(row => Object.values(row)),
      ),
    )
    must([
      'screen',
      'design',
      '--minigenes',
      at('case/minigenes.tsv'),
      '--hla',
      HLA,
      '--effectors',
      receptors.map(row => row.receptor_id).join(','),
      '--top',
      '24',
      '--out',
      at('design'),
    ])
    minigenes = rowsAt(at('design/minigenes.tsv'))
    // of mutations that are expressed: the others are gated
    const silent = new Set(
      rowsAt(at('case/neoantigens.tsv'))
        .filter(row => Number(row.allele_expression) === 0)
        .map(row => row.neoantigen_id),
    )
    const seen = minigenes.filter(row => !silent.has(row.neoantigen_id))
    for (const [i, row] of receptors.slice(0, 4).entries()) truth.set(row.receptor_id!, seen[1 + 4 * i]!.minigene_id!)
  }, 120_000)

  /** Reads a map and writes what a reader would count. */
  function simulate(map: string, readout: string, sees: (effector: string, antigen: string) => boolean): void {
    const wells = rowsAt(map).filter(row => row.kind !== 'empty')
    writeFileSync(
      readout,
      formatCsv(
        ['plate', 'well', 'value'],
        wells.map(row => [
          row.plate,
          row.well,
          noise(row.kind === 'positive' ? 600 : row.kind === 'test' && sees(row.effector!, row.antigen!) ? 250 : 8),
        ]),
      ),
    )
  }

  test('the design: every minigene in a construct, bases that translate, a map with controls on every plate', () => {
    const map = rowsAt(at('design/plate-map.csv'))
    const plates = new Set(map.map(row => row.plate))
    for (const plate of plates) {
      const own = map.filter(row => row.plate === plate)
      expect(own.length).toBe(96)
      expect(own.filter(row => row.kind === 'negative').length).toBe(6)
      expect(own.filter(row => row.kind === 'positive').length).toBe(1)
    }
    expect(minigenes.every(row => row.nt!.length === 3 * row.aa!.length)).toBe(true)
    expect(
      cognate([
        'screen',
        'design',
        '--minigenes',
        at('case/minigenes.tsv'),
        '--hla',
        HLA,
        '--effectors',
        'R',
        '--top',
        '24',
        '--out',
        at('again'),
      ]).code,
    ).toBe(0)
    expect(readFileSync(at('again/minigenes.tsv'), 'utf8')).toBe(readFileSync(at('design/minigenes.tsv'), 'utf8'))
  })

  test('a wild-type twin of every construct: the same places with the unchanged residues, on the same plates and on the order', () => {
    const out = temporary()
    const design = [
      'screen',
      'design',
      '--minigenes',
      at('case/minigenes.tsv'),
      '--hla',
      HLA,
      '--effectors',
      'R1',
      '--top',
      '24',
      '--quiet',
    ]
    expect(cognate([...design, '--wild-types', '--out', out]).code).toBe(0)
    const sequences = new Map(
      value(parseFasta(readFileSync(join(out, 'minigenes.fasta'), 'utf8'))).map(({ id, sequence }) => [id, sequence]),
    )
    const rows = rowsAt(join(out, 'minigenes.tsv'))
    const constructs = [...new Set(rows.map(row => row.construct!))]
    expect(constructs.length).toBeGreaterThan(1)
    expect([...sequences.keys()].toSorted()).toEqual(constructs.flatMap(id => [id, `${id}-wt`]).toSorted())
    for (const id of constructs) {
      const wild = rows.filter(row => row.construct === id).map(row => row.wild_type_aa!)
      expect(translate(sequences.get(`${id}-wt`)!)).toBe(`M${wild.join('')}*`)
    }
    const antigens = new Set(
      value(parseDelimited(readFileSync(join(out, 'plate-map.csv'), 'utf8'), { delimiter: ',' })).rows.map(row => row.cells[4]),
    )
    for (const id of constructs) expect(antigens.has(`${id}-wt`)).toBe(true)
  })

  test('pools: each replicate on its own plates with controls, everything on the order, and the planted peptide found', () => {
    must([
      'screen',
      'design',
      '--minigenes',
      at('case/minigenes.tsv'),
      '--hla',
      HLA,
      '--effectors',
      'R1',
      '--top',
      '24',
      '--pool-size',
      '6',
      '--out',
      at('pools'),
    ])
    const pools = rowsAt(at('pools/peptide-pools.tsv'))
    const map = rowsAt(at('pools/pool-plate-map.csv'))
    for (const plate of new Set(map.map(row => row.plate))) {
      const own = map.filter(row => row.plate === plate)
      expect(own.filter(row => row.kind === 'negative').length).toBe(6)
      expect(new Set(own.filter(row => row.kind === 'test').map(row => row.antigen!.split('-')[1]))).toEqual(
        new Set([/^R(\d)/.exec(plate!)![1]]),
      )
    }
    const ordered = rowsAt(at('pools/order.csv'))
    expect(new Set(ordered.filter(row => row.kind === 'peptide').map(row => row.name))).toEqual(new Set(pools.map(row => row.peptide_id)))
    expect(ordered.every(row => row.sequence!.length === Number(row.length))).toBe(true)
    const planted = pools[7]!.peptide_id
    const with_ = new Set(pools.filter(row => row.peptide_id === planted).map(row => row.pool))
    simulate(at('pools/pool-plate-map.csv'), at('pools.csv'), (_, antigen) => with_.has(antigen))
    must([
      'screen',
      'read',
      '--map',
      at('pools/pool-plate-map.csv'),
      '--readout',
      at('pools.csv'),
      '--pools',
      at('pools/peptide-pools.tsv'),
      '--out',
      at('pools-read'),
    ])
    expect(rowsAt(at('pools-read/deconvolution.tsv')).map(row => [row.peptide_id, row.confidence])).toEqual([[planted, 'confident']])
    // and by each rule of others, that its users may hold ours against theirs
    for (const method of ['empirical', 'em', 'lasso']) {
      const read = ['screen', 'read', '--map', at('pools/pool-plate-map.csv'), '--readout', at('pools.csv')]
      must([...read, '--pools', at('pools/peptide-pools.tsv'), '--deconvolution', method, '--out', at(`pools-${method}`)])
      const found = rowsAt(at(`pools-${method}/deconvolution.tsv`)).map(row => row.peptide_id)
      expect([method, found]).toEqual([method, expect.arrayContaining([planted])])
    }
  })

  test('two rounds, a titration, and the choice names what was simulated', () => {
    const constructOf = new Map(minigenes.map(row => [row.minigene_id!, row.construct!]))
    simulate(at('design/plate-map.csv'), at('round1.csv'), (effector, antigen) => constructOf.get(truth.get(effector) ?? '') === antigen)
    must([
      'screen',
      'read',
      '--map',
      at('design/plate-map.csv'),
      '--readout',
      at('round1.csv'),
      '--minigenes',
      at('design/minigenes.tsv'),
      '--out',
      at('round1'),
    ])
    const first = rowsAt(at('round1/screen.tsv')).filter(row => row.call === 'positive')
    expect(first.map(row => [row.receptor_id, row.neoantigen_id]).sort()).toEqual(
      [...truth].map(([receptor, minigene]) => [receptor, constructOf.get(minigene)]).sort(),
    )
    expect(readFileSync(at('round1/plates.svg'), 'utf8')).toContain('<svg')
    // what it proposes next: the minigenes of the constructs that answered, each alone
    const next = rowsAt(at('round1/next-round.tsv'))
    expect(next.every(row => row.step === 'split')).toBe(true)
    expect(next.map(row => `${row.receptor_id} ${row.antigen}`).sort()).toEqual(
      first.flatMap(row => minigenes.filter(m => m.construct === row.neoantigen_id).map(m => `${row.receptor_id} ${m.minigene_id}`)).sort(),
    )
    expect(
      new Set(
        rowsAt(at('round1/next-plate-map.csv'))
          .filter(row => row.kind === 'test')
          .map(row => `${row.effector} ${row.antigen}`),
      ),
    ).toEqual(new Set(next.map(row => `${row.receptor_id} ${row.antigen}`)))
    // second round: the minigenes of the positive constructs alone, with their wild types, twice
    const names = 'ABCDEFGH'
    const map: (string | number)[][] = []
    for (const [i, row] of first.entries()) {
      const singles = minigenes.filter(other => other.construct === row.neoantigen_id).slice(0, 12)
      for (const copy of [1, 2]) {
        const plate = `S${2 * i + copy}`
        const wells = singles.flatMap(other => [other.minigene_id!, other.minigene_id!, other.minigene_id!])
        const twins = [`${truth.get(row.receptor_id!)}-wt`].flatMap(name => [name, name, name])
        const all = [
          ...wells.map(name => ['test', name]),
          ...twins.map(name => ['test', name]),
          ...Array.from({ length: 6 }, () => ['negative', '']),
          ['positive', 'control'],
        ]
        for (const [w, [kind, antigen]] of all.entries())
          map.push([plate, `${names[Math.floor(w / 12)]}${(w % 12) + 1}`, kind!, row.receptor_id!, antigen!, 1])
      }
    }
    writeFileSync(at('singles.csv'), formatCsv(['plate', 'well', 'kind', 'effector', 'antigen', 'replicate'], map))
    simulate(at('singles.csv'), at('round2.csv'), (effector, antigen) => truth.get(effector) === antigen)
    must(['screen', 'read', '--map', at('singles.csv'), '--readout', at('round2.csv'), '--out', at('round2')])
    const second = rowsAt(at('round2/screen.tsv')).filter(row => row.call === 'positive')
    expect(new Set(second.map(row => `${row.receptor_id} ${row.neoantigen_id}`))).toEqual(new Set([...truth].map(pair => pair.join(' '))))
    // a titration of the first receptor on one allele
    const [receptor, minigene] = [...truth][0]!
    const doses = [1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6].flatMap(dose => [dose, dose])
    const course = (antigen: string, ec50: number) =>
      doses.map((dose, i) => ({
        antigen,
        dose,
        row: antigen.endsWith('-wt') ? 'B' : 'A',
        column: i + 1,
        value: noise(8 + 500 / (1 + ec50 / dose)),
      }))
    const wells = [...course(minigene, 4e-10), ...course(`${minigene}-wt`, 1)]
    writeFileSync(
      at('titration-map.csv'),
      formatCsv(
        ['plate', 'well', 'kind', 'effector', 'antigen', 'replicate', 'dose_molar', 'presenter_hla'],
        wells.map(w => ['T1', `${w.row}${w.column}`, 'test', receptor, w.antigen, 1, w.dose, 'HLA-A*02:01']),
      ),
    )
    writeFileSync(
      at('titration.csv'),
      formatCsv(
        ['plate', 'well', 'value'],
        wells.map(w => ['T1', `${w.row}${w.column}`, w.value]),
      ),
    )
    must(['screen', 'read', '--map', at('titration-map.csv'), '--readout', at('titration.csv'), '--out', at('titration')])
    const fitted = rowsAt(at('titration/screen.tsv')).find(row => row.neoantigen_id === minigene)!
    expect(Math.abs(Math.log10(Number(fitted.ec50_molar)) - Math.log10(4e-10))).toBeLessThan(0.2)
    const lines = ['round2', 'titration'].map(name => readFileSync(at(name, 'screen.tsv'), 'utf8').split('\n'))
    writeFileSync(at('screen.tsv'), [...lines[0]!, ...lines[1]!.slice(1)].filter(line => line !== '').join('\n'))
    writeFileSync(at('loss.tsv'), 'allele\tlost\tevidence\nHLA-A*02:01\tfalse\tkept in both lesions\n')
    const select = [
      'select',
      '--receptors',
      at('receptors.tsv'),
      '--screen',
      at('screen.tsv'),
      '--neoantigens',
      at('case/neoantigens.tsv'),
      '--minigenes',
      at('design/minigenes.tsv'),
      '--hla',
      HLA,
      '--hla-loss',
      at('loss.tsv'),
    ]
    must([...select, '--out', at('product')])
    const selection = rowsAt(at('product/selection.tsv'))
    expect(new Set(selection.filter(row => row.chosen === 'true').map(row => row.receptor_id))).toEqual(new Set(truth.keys()))
    expect(selection.find(row => row.receptor_id === receptor)).toMatchObject({
      rank: '1',
      evidence_level: '4',
      hla_status: 'kept',
      hla: 'HLA-A*02:01',
    })
    for (const row of selection.filter(other => other.chosen !== 'true')) expect(row.reason).toContain('evidence below level 3')
    // the same bytes in, the same payload out; a lost allele stops the first
    must([...select, '--out', at('product2')])
    expect(readFileSync(at('product2/selection.payload.json'), 'utf8')).toBe(readFileSync(at('product/selection.payload.json'), 'utf8'))
    writeFileSync(at('loss.tsv'), 'allele\tlost\tevidence\nHLA-A*02:01\ttrue\tlost in lung-2\n')
    must([...select, '--out', at('product3')])
    expect(rowsAt(at('product3/selection.tsv')).find(row => row.receptor_id === receptor)).toMatchObject({
      chosen: 'false',
      gates_failed: 'hla-lost',
    })
  }, 120_000)

  test('the case with its plates runs end to end: the chosen receptors, and no others, become constructs', () => {
    cpSync(join(root, 'examples/crc-001'), at('full'), { recursive: true })
    for (const name of ['singles.csv', 'round2.csv', 'titration-map.csv', 'titration.csv']) cpSync(at(name), at('full', name))
    cpSync(at('design/minigenes.tsv'), at('full/screened.tsv'))
    const yaml = readFileSync(at('full/CASE.yaml'), 'utf8')
    writeFileSync(
      at('full/CASE.yaml'),
      `${yaml}screens:\n  - {plate: round2.csv, map: singles.csv}\n  - {plate: titration.csv, map: titration-map.csv}\nminigenes: screened.tsv\n`,
    )
    const run = must(['run', at('full/CASE.yaml'), '--out', at('full-out')])
    expect(run.out).toContain('construct')
    const chosen = rowsAt(at('full-out/selection.tsv')).filter(row => row.chosen === 'true')
    expect(new Set(chosen.map(row => row.receptor_id))).toEqual(new Set(truth.keys()))
    const constructs = rowsAt(at('full-out/constructs.tsv'))
    expect(constructs.map(row => row.receptor_id)).toEqual(chosen.map(row => row.receptor_id))
    const sha = readFileSync(at('full-out/selection.payload.sha256'), 'utf8').slice(0, 64)
    expect(readFileSync(at('full-out/construct-sheet.html'), 'utf8')).toContain(sha)
    // the same by hand: the chosen ones of the whole table, and not one that was changed since
    const build = (receptors: string) =>
      cognate(['construct', '--receptors', receptors, '--selection', at('full-out/selection.payload.json'), '--out', at('by-hand')])
    const byHand = build(at('full-out/receptors.tsv'))
    expect([byHand.code, byHand.err]).toEqual([0, expect.stringContaining(`selection ${sha.slice(0, 12)}`)])
    expect(rowsAt(at('by-hand/constructs.tsv')).map(row => row.sha256)).toEqual(constructs.map(row => row.sha256))
    const table = readFileSync(at('full-out/receptors.tsv'), 'utf8')
    const { trb_junction_aa: junction } = rowsAt(at('full-out/receptors.tsv')).find(row => row.receptor_id === chosen[0]!.receptor_id)!
    writeFileSync(at('changed.tsv'), table.replaceAll(junction!, `${junction!.slice(0, 4)}W${junction!.slice(5)}`))
    expect(build(at('changed.tsv'))).toMatchObject({ code: 1, err: expect.stringContaining('[selection-differs]') })
    writeFileSync(
      at('fewer.tsv'),
      table
        .split('\n')
        .filter(line => !line.includes(chosen[0]!.receptor_id!))
        .join('\n'),
    )
    expect(build(at('fewer.tsv'))).toMatchObject({ code: 1, err: expect.stringContaining('[selection-receptor]') })
    // a choice of nobody builds nothing, and says so
    const nobody = { ...JSON.parse(readFileSync(at('full-out/selection.payload.json'), 'utf8')), chosen: [] }
    writeFileSync(at('nobody.json'), JSON.stringify(nobody))
    const none = cognate(['construct', '--receptors', at('changed.tsv'), '--selection', at('nobody.json'), '--out', at('none')])
    expect([none.code, none.err]).toEqual([0, expect.stringContaining('no receptor was chosen')])
    const dossier = readFileSync(at('full-out/dossier.html'), 'utf8')
    expect(dossier).toContain('Screens and selection')
    expect(dossier).toContain('aria-label="Plates"')
    const again = must(['run', at('full/CASE.yaml'), '--out', at('full-out')])
    expect(`${again.out}${again.err}`).toContain('unchanged, not run again')
  }, 120_000)

  test('a case that says how to scan has what answered scanned for before the choice, and what is red and untested stops it', () => {
    const yaml = readFileSync(at('full/CASE.yaml'), 'utf8')
    const [first] = rowsAt(at('full-out/selection.tsv')).filter(row => row.chosen === 'true')
    const tissues = 'gene\theart muscle\tskin\nHEARTY\t80\t1\n'
    writeFileSync(at('full/tissues.tsv'), tissues)
    writeFileSync(
      at('full/scanned.yaml'),
      `${yaml.replace('  vcf:', '  proteome: proteome.fasta\n  vcf:')}safety: {tissues: tissues.tsv}\n`,
    )
    const scan = (protein: string) => {
      writeFileSync(at('full/proteome.fasta'), `>P1 gene_symbol:HEARTY transcript:ENST9\n${protein}\n`)
      const run = cognate(['run', at('full/scanned.yaml'), '--out', at('scanned-out')])
      expect([run.code, run.err]).toEqual([0, expect.stringContaining('safety')])
      const chosen = rowsAt(at('scanned-out/selection.tsv')).find(row => row.receptor_id === first!.receptor_id)
      return { words: rowsAt(at('scanned-out/safety.tsv')).filter(row => row.receptor_id === first!.receptor_id), chosen: chosen! }
    }
    const { words, chosen } = scan('MGGGGSGGGGSGGGGSGGGGSGGGGS')
    expect(chosen.chosen).toBe('true')
    expect(words.every(row => row.hla === first!.hla && row.class !== 'red')).toBe(true)
    // a human protein that the heart makes and that holds the peptide itself
    const found = scan(`MGGGG${words[0]!.query}GGGGS`)
    expect(found.words[0]).toMatchObject({ word: words[0]!.query, genes: 'HEARTY', mismatches: '0', class: 'red' })
    expect(found.chosen).toMatchObject({ chosen: 'false', gates_failed: 'red-word' })
    // or that only this patient has: the stage of the neoantigens leaves what the germline makes beside its tables
    const germline = at('scanned-out/germline-proteins.fasta')
    writeFileSync(germline, `>T2:germline:9A>G gene_symbol:HEARTY\nMGGGG${words[0]!.query}GGGGS\n`)
    expect(scan('MGGGGSGGGGSGGGGSGGGGSGGGGS').words[0]).toMatchObject({ word: words[0]!.query, proteins: 'T2:germline:9A>G', class: 'red' })
    rmSync(germline)
    expect(scan('MGGGGSGGGGSGGGGSGGGGSGGGGS').chosen.chosen).toBe('true')
  }, 120_000)

  test('wrong plates are refused by plate and well', () => {
    writeFileSync(at('bad-map.csv'), 'plate,well,kind,effector,antigen\nP1,A1,test,R,X\nP1,A1,test,R,Y\n')
    writeFileSync(at('map.csv'), 'plate,well,kind,effector,antigen\nP1,A1,test,R,X\nP1,A2,negative,R,\n')
    writeFileSync(at('short.csv'), 'plate,well,value\nP1,A1,3\n')
    writeFileSync(at('stray.csv'), 'plate,well,value\nP1,A1,3\nP1,A2,3\nP1,H9,40\n')
    const read = (map: string, readout: string) => cognate(['screen', 'read', '--map', at(map), '--readout', at(readout), '--out', at('x')])
    expect(read('bad-map.csv', 'short.csv')).toMatchObject({ code: 1, err: expect.stringContaining('A1 of plate P1 stands twice') })
    expect(read('map.csv', 'short.csv')).toMatchObject({ code: 1, err: expect.stringContaining('A2 of plate P1') })
    expect(read('map.csv', 'stray.csv')).toMatchObject({ code: 1, err: expect.stringContaining('H9 of plate P1') })
  })
})

oracle('an ACE screen in its own workbooks: peptides 1 and 10 and no other, from the pool list and from the plate reader', () => {
  const ace = (name: string) => data(`singlecell/screen/ace/25peptides_5perpool_3x_${name}.xlsx`)
  for (const readout of ['readout_pool-ids', 'readout_aid-plate-reader']) {
    const out = temporary()
    const done = cognate(['screen', 'read', '--map', ace('configuration'), '--readout', ace(readout), '--min-spots', '200', '--out', out])
    expect([readout, done.code, done.err]).toEqual([readout, 0, done.err])
    const table = value(parseDelimited(readFileSync(join(out, 'deconvolution.tsv'), 'utf8'), { delimiter: '\t' }))
    expect(table.rows.map(row => row.cells.slice(1, 3))).toEqual([
      ['peptide_1', 'confident'],
      ['peptide_10', 'confident'],
    ])
    expect(readFileSync(join(out, 'next-round.tsv'), 'utf8')).toContain('peptide_10\tconfirm')
  }
})

test('a workbook that is cut, or holds no plate, is refused by name', () => {
  const folder = temporary()
  const cut = join(folder, 'cut.xlsx')
  writeFileSync(cut, Buffer.from('504b0304000000', 'hex'))
  const map = join(folder, 'map.csv')
  writeFileSync(map, 'plate,well,kind\nP1,A1,test\n')
  const done = cognate(['screen', 'read', '--map', map, '--readout', cut, '--out', join(folder, 'out')])
  expect([done.code, done.err.includes('cut.xlsx'), done.err.includes('spreadsheet')]).toEqual([1, true, true])
})
