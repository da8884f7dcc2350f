// `npm run model:evaluate`: the shipped presentation models, and the development twin where the shipped model has seen the peptides, on every labelled set
// beside the rivals' columns in the same rows. Prints Markdown; fails if a set is empty. Needs the development data (COGNATE_DATA). Whole in one file: a report of short sections, one function a set.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@cognate/core/base'
import { type HlaAllele, parseHlaAllele } from '@cognate/core/bio'
import { columnReader, parseDelimited } from '@cognate/core/format'
import { rankTerms } from '@cognate/core/neoantigen'
import { type Predictor, spearman, unscorable } from '@cognate/core/presentation'
import { must } from '../packages/node/src/cli/exit.ts'
import { openClass1Predictor } from '../packages/node/src/model/class1-predictor.ts'
import { openPredictors } from '../packages/node/src/model/open-predictors.ts'
import { areaUnderCurve, mean } from '../test/area-under-curve.ts'
import { weeklySets } from '../test/iedb-weekly.ts'
import { type Row, readData, root } from '../test/oracle-data.ts'

const shipped = must(openPredictors())
const twin = must(openClass1Predictor(join(root, 'models/class1/development.cogm')))

const print = (line = '') => process.stdout.write(`${line}\n`)
const heading = (title: string, columns: readonly string[]) => {
  print(`\n### ${title}\n`)
  print(`| ${columns.join(' | ')} |`)
  print(`|${columns.map(() => '---').join('|')}|`)
}

function rowsOf(path: string): readonly Row[] {
  const table = must(parseDelimited(readData(path), { delimiter: /\.csv(\.gz)?$/.test(path) ? ',' : '\t' }))
  const get = columnReader(table.columns)
  if (table.rows.length === 0) throw new Error(`${path} is empty`)
  return table.rows.map(row => Object.fromEntries(table.columns.map(name => [name.replaceAll('"', ''), get(row, name)])))
}

interface Pair {
  readonly peptide: string
  readonly allele: HlaAllele
  readonly row: Row
}

/** Pairs a predictor can score, and what could not be. */
function pairsOf(predictor: Predictor, rows: readonly Row[], peptide: string, allele: string): readonly Pair[] {
  return rows.flatMap(row => {
    const parsed = parseHlaAllele((row[allele] ?? '').replace('_', '-'))
    const text = (row[peptide] ?? '').toUpperCase()
    return parsed.ok && predictor.support(parsed.value.allele) !== undefined && unscorable(predictor, text) === undefined
      ? [{ peptide: text, allele: parsed.value.allele, row }]
      : []
  })
}

interface Scored {
  readonly pair: Pair
  readonly ic50: number
  readonly percentile: number
  readonly score: number
}

function scoreAll(predictor: Predictor, pairs: readonly Pair[]): readonly Scored[] {
  if (pairs.length === 0) throw new Error('nothing to compare')
  return [...Map.groupBy(pairs, pair => pair.allele)].flatMap(([allele, list]) => {
    const block = predictor.predict(
      list.map(pair => pair.peptide),
      [allele],
    )
    return list.map((pair, i) => ({
      pair,
      ic50: block.ic50NanoMolar[i]!,
      percentile: block.presentationPercentile[i]!,
      score: block.presentationScore[i]!,
    }))
  })
}

/** Area under the precision-recall curve as average precision. */
function averagePrecision(scores: readonly number[], positive: readonly boolean[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!)
  let hits = 0
  let sum = 0
  for (const [rank, i] of order.entries()) {
    if (!positive[i]) continue
    hits++
    sum += hits / (rank + 1)
  }
  return sum / hits
}

/** 95 % bootstrap interval over rows, 500 draws. */
function interval(statistic: (at: readonly number[]) => number, n: number): string {
  const random = seededRandom('bootstrap')
  const values = Array.from({ length: 500 }, () => statistic(Array.from({ length: n }, () => random.below(n))))
    .filter(value => !Number.isNaN(value))
    .sort((a, b) => a - b)
  return `${values[Math.floor(values.length * 0.025)]!.toFixed(3)}-${values[Math.floor(values.length * 0.975)]!.toFixed(3)}`
}

function kendall(x: readonly number[], y: readonly number[]): number {
  let agree = 0
  let total = 0
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j < i; j++) {
      const product = Math.sign(x[i]! - x[j]!) * Math.sign(y[i]! - y[j]!)
      agree += product
      if (product !== 0) total++
    }
  return agree / total
}

function transphla(): void {
  const scored = scoreAll(twin, pairsOf(twin, rowsOf('mhc/bench/transphla_independent_set.tsv.gz'), 'peptide', 'allele'))
  heading('TransPHLA independent set (development twin; not trained on)', ['rows', 'pooled AUC by score', 'by %rank', 'mean over alleles'])
  const label = scored.map(s => s.pair.row.label === '1')
  const perAllele = [...Map.groupBy(scored, s => s.pair.allele).values()]
    .filter(list => list.length >= 50 && new Set(list.map(s => s.pair.row.label)).size === 2)
    .map(list =>
      areaUnderCurve(
        list.map(s => s.score),
        list.map(s => s.pair.row.label === '1'),
      ),
    )
  const bySupport = [
    [0, 99],
    [100, 999],
    [1000, Number.POSITIVE_INFINITY],
  ].map(([low, high]) =>
    [...Map.groupBy(scored, s => s.pair.allele)]
      .filter(([allele, list]) => {
        const { ligands } = twin.support(allele)!
        return ligands >= low! && ligands <= high! && list.length >= 50 && new Set(list.map(s => s.pair.row.label)).size === 2
      })
      .map(([, list]) =>
        areaUnderCurve(
          list.map(s => s.score),
          list.map(s => s.pair.row.label === '1'),
        ),
      ),
  )
  print(
    `| ${scored.length} | ${areaUnderCurve(
      scored.map(s => s.score),
      label,
    ).toFixed(4)} | ${areaUnderCurve(
      scored.map(s => -s.percentile),
      label,
    ).toFixed(4)} | ${mean(perAllele).toFixed(4)} (${perAllele.length}) |`,
  )
  print(
    `\nBy ligands of the allele in training, mean AUC over alleles: ${['fewer than 100', '100 to 999', '1,000 or more'].map((name, i) => `${name}: ${bySupport[i]!.length === 0 ? 'none' : `${mean(bySupport[i]!).toFixed(4)} (${bySupport[i]!.length})`}`).join('; ')}.`,
  )
}

function zhaoSher(): void {
  heading('Zhao & Sher 2018, quantitative binding (shipped model; some rows may be in the 2018 affinity table)', [
    'set',
    'rows',
    'model',
    'AUC at 500 nM',
    'Kendall τ',
  ])
  const nine = scoreAll(shipped.I, pairsOf(shipped.I, rowsOf('mhc/bench/zhaosher_std_benchmark_with_peers.csv.gz'), 'peptide', 'allele'))
  const measured = nine.map(s => Number(s.pair.row['Quantitative measurement']))
  const line = (set: string, model: string, ic50: readonly number[], truth: readonly number[]) =>
    print(
      `| ${set} | ${truth.length} | ${model} | ${areaUnderCurve(
        ic50.map(v => -v),
        truth.map(v => v < 500),
      ).toFixed(4)} | ${kendall(ic50, truth).toFixed(3)} |`,
    )
  line(
    '9-mers',
    shipped.I.id,
    nine.map(s => s.ic50),
    measured,
  )
  for (const peer of ['netmhcpan_ba', 'ann', 'smmpmbec', 'smm', 'mhcflurry', 'VTAPERNet'])
    line(
      '9-mers',
      peer,
      nine.map(s => Number(s.pair.row[`${peer}_BAV`])),
      measured,
    )
  const ten = scoreAll(shipped.I, pairsOf(shipped.I, rowsOf('mhc/bench/zhaosher2018_10mers.tsv.gz'), 'peptide', 'allele'))
  line(
    '10-mers',
    shipped.I.id,
    ten.map(s => s.ic50),
    ten.map(s => Number(s.pair.row.ic50_nM)),
  )
}

function peers(): void {
  const rows = rowsOf('mhc/bench/pvactools_example_peer_predictions.tsv.gz')
  heading('Rank correlation with peers, IC50, pairs of the pVACtools examples', [
    'allele',
    'peer',
    'pairs',
    'Spearman with ours',
    'with NetMHCpan or NetMHCIIpan',
  ])
  const disagreements: string[] = []
  for (const [predictor, names] of [
    [shipped.I, ['NetMHCpan', 'MHCflurry', 'NetMHC', 'MHCnuggetsI', 'PickPocket']],
    [shipped.II, ['NetMHCIIpan', 'NNalign', 'MHCnuggetsII', 'SMMalign']],
  ] as const) {
    const scored = scoreAll(
      predictor,
      pairsOf(predictor, rows, 'peptide', 'allele').filter(pair => names.some(name => (pair.row[`${name}|IC50 Score`] ?? '') !== '')),
    )
    for (const [allele, list] of Map.groupBy(scored, s => s.pair.allele)) {
      for (const name of names) {
        const both = list.filter(s => (s.pair.row[`${name}|IC50 Score`] ?? '') !== '')
        if (both.length < 30) continue
        const pairs = both.map(s => [s.ic50, Number(s.pair.row[`${name}|IC50 Score`])] as const)
        // how far the peers agree with one another on these rows, most of which bind nothing
        const other = list.filter(
          s => (s.pair.row[`${name}|IC50 Score`] ?? '') !== '' && (s.pair.row[`${names[0]}|IC50 Score`] ?? '') !== '',
        )
        const among =
          name === names[0] || other.length < 30
            ? ''
            : spearman(
                other.map(s => [Number(s.pair.row[`${name}|IC50 Score`]), Number(s.pair.row[`${names[0]}|IC50 Score`])] as const),
              ).toFixed(3)
        print(`| ${allele} | ${name} | ${both.length} | ${spearman(pairs).toFixed(3)} | ${among} |`)
        if (name === 'NetMHCpan' || name === 'NetMHCIIpan')
          for (const s of both) {
            const theirs = Number(s.pair.row[`${name}|IC50 Score`])
            disagreements.push(
              [
                Math.abs(Math.log10(s.ic50 / theirs)).toFixed(2),
                s.pair.peptide,
                allele,
                s.ic50.toFixed(0),
                s.percentile.toFixed(2),
                name,
                theirs.toFixed(0),
              ].join('\t'),
            )
          }
      }
    }
  }
  const most = disagreements.sort((a, b) => Number(b.split('\t')[0]) - Number(a.split('\t')[0]))
  heading('Where ours and NetMHCpan differ most, log10 of the IC50 ratio', [
    'log10',
    'peptide',
    'allele',
    'ours nM',
    'ours %rank',
    'peer',
    'peer nM',
  ])
  for (const line of most.slice(0, 12)) print(`| ${line.split('\t').join(' | ')} |`)
}

function immunogenicity(): void {
  heading('Immunogenicity of tested peptides: what presentation alone gives (no target)', [
    'set',
    'rows',
    'positive',
    'by',
    'AUC (95 %)',
    'average precision',
  ])
  const report = (
    set: string,
    rows: readonly Row[],
    peptide: string,
    allele: string,
    positive: (row: Row) => boolean,
    columns: readonly (readonly [string, 1 | -1])[],
  ) => {
    const scored = scoreAll(shipped.I, pairsOf(shipped.I, rows, peptide, allele))
    const label = scored.map(s => positive(s.pair.row))
    const line = (by: string, values: readonly number[]) => {
      const auc = (at: readonly number[]) =>
        areaUnderCurve(
          at.map(i => values[i]!),
          at.map(i => label[i]!),
        )
      const all = values.map((_, i) => i)
      print(
        `| ${set} | ${values.length} | ${label.filter(p => p).length} | ${by} | ${auc(all).toFixed(3)} (${interval(auc, values.length)}) | ${averagePrecision(values, label).toFixed(3)} |`,
      )
    }
    line(
      'Cognate %rank',
      scored.map(s => -s.percentile),
    )
    line(
      'Cognate IC50',
      scored.map(s => -s.ic50),
    )
    for (const [name, sign] of columns)
      line(
        name,
        scored.map(s => sign * Number(s.pair.row[name])),
      )
  }
  const prime1 = rowsOf('mhc/bench/prime_train_2020_PRIME1.0.csv.gz').filter(row => row.StudyOrigin !== 'Random')
  report('PRIME 1.0, tested', prime1, 'Mutant', 'Allele', row => row.Immunogenicity === '1', [
    ['NetMHCpanEL', -1],
    ['NetMHCpanBA', -1],
    ['MixMHCpred', -1],
    ['MHCflurry', -1],
    ['HLAthena', -1],
  ])
  const prime2 = rowsOf('mhc/bench/prime_train_2023_PRIME2.0.csv.gz').filter(row => row.Random === '0')
  report('PRIME 2.0, tested', prime2, 'Mutant', 'Allele', row => row.Immunogenicity === '1', [
    ['NetMHCpan', -1],
    ['MixMHCpred', -1],
    ['MHCflurry', -1],
    ['HLAthena', -1],
  ])
  report('DeepImmuno IEDB', rowsOf('mhc/bench/deepimmuno_iedb.csv.gz'), 'peptide', 'HLA', row => row.immunogenicity !== 'Negative', [])
  report('SARS-CoV-2', rowsOf('mhc/bench/deepimmuno_sars_cov_2_result.csv'), 'peptide', 'HLA', row => row['immunogenicity-con'] === '1', [])
  report('ITSNdb', rowsOf('mhc/bench/ITSNdb.csv'), 'Neoantigen', 'HLA', row => row.NeoType!.includes('Positive'), [])
}

/**
 * The same tested peptides study by study, where a pooled figure mostly tells one study's peptides from another's: the terms of our rank that a peptide and its wild type
 * decide (presentation, change at an anchor only), by weights set by hand and by weights fitted on the other studies.
 */
function immunogenicityByStudy(): void {
  const rows = rowsOf('mhc/bench/prime_train_2020_PRIME1.0.csv.gz').filter(
    row => row.StudyOrigin !== 'Random' && /^[A-Z]+$/.test(row.WT_peptide ?? ''),
  )
  const mutant = scoreAll(shipped.I, pairsOf(shipped.I, rows, 'Mutant', 'Allele'))
  const wild = new Map(scoreAll(shipped.I, pairsOf(shipped.I, rows, 'WT_peptide', 'Allele')).map(scored => [scored.pair.row, scored]))
  const tested = mutant.flatMap(scored => {
    const { row, peptide, allele } = scored.pair
    const wt = wild.get(row)
    if (wt === undefined || wt.pair.peptide.length !== peptide.length) return []
    const changedPositions = [...peptide].flatMap((residue, i) => (residue === wt.pair.peptide[i] ? [] : [i + 1]))
    const terms = rankTerms({
      best: {
        sequence: peptide,
        allele,
        wildType: wt.pair.peptide,
        changedPositions,
        ic50Mutant: scored.ic50,
        ic50WildType: wt.ic50,
        percentileMutant: scored.percentile,
        percentileWildType: wt.percentile,
        presentationScore: scored.score,
      },
      class2: undefined,
      kind: 'missense',
      geneExpression: undefined,
      alleleExpression: undefined,
      rnaVaf: undefined,
      rnaAltReads: undefined,
      dnaVaf: undefined,
      clonality: 'unknown',
      cellFraction: undefined,
      allelesPresenting: [],
    })
    const value = (name: string) => terms.find(term => term.name === name)?.value ?? 0
    return [
      {
        study: row.StudyOrigin!,
        positive: row.Immunogenicity === '1',
        row,
        percentile: scored.percentile,
        features: [value('presentation'), value('anchor-only')] as const,
      },
    ]
  })
  const studies = [...Map.groupBy(tested, one => one.study)].filter(([, list]) => {
    const positive = list.filter(one => one.positive).length
    return positive >= 5 && list.length - positive >= 20
  })
  if (studies.length < 3) throw new Error('fewer than three studies can be compared')
  const scorers: readonly (readonly [string, (one: (typeof tested)[number], others: typeof tested) => number])[] = [
    ['Cognate %rank', one => -one.percentile],
    ['Cognate rank terms, by hand', one => one.features[0] + one.features[1]],
    ['the same, fitted on the other studies', (one, others) => dot(fitted(others), one.features)],
    ['NetMHCpanEL', one => -Number(one.row.NetMHCpanEL)],
    ['MixMHCpred', one => -Number(one.row.MixMHCpred)],
    ['DisToSelf', one => Number(one.row.DisToSelf)],
  ]
  heading('Tested peptides with a wild type, PRIME 1.0, AUC study by study', [
    'by',
    ...studies.map(([name, list]) => `${name} (${list.filter(one => one.positive).length} of ${list.length})`),
    'mean',
  ])
  for (const [name, score] of scorers) {
    const values = studies.map(([study, list]) => {
      const others = tested.filter(one => one.study !== study)
      return areaUnderCurve(
        list.map(one => score(one, others)),
        list.map(one => one.positive),
      )
    })
    print(`| ${name} | ${values.map(value => value.toFixed(3)).join(' | ')} | ${mean(values).toFixed(3)} |`)
  }
}

const dot = (weights: readonly number[], values: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0)

const fits = new WeakMap<object, readonly number[]>()

/** Logistic weights of two features, by gradient descent; studies weigh alike, so that the largest does not decide. */
function fitted(
  rows: readonly { readonly study: string; readonly positive: boolean; readonly features: readonly [number, number] }[],
): readonly number[] {
  const held = fits.get(rows)
  if (held !== undefined) return held
  const size = new Map<string, number>()
  for (const row of rows) size.set(`${row.study} ${row.positive}`, (size.get(`${row.study} ${row.positive}`) ?? 0) + 1)
  const beta = [0, 0, 0]
  for (let step = 0; step < 2000; step++) {
    const gradient = [0, 0, 0]
    let total = 0
    for (const row of rows) {
      const weight = 1 / size.get(`${row.study} ${row.positive}`)!
      const x = [...row.features, 1]
      const p = 1 / (1 + Math.exp(-dot(beta, x)))
      for (let i = 0; i < 3; i++) gradient[i]! += weight * (Number(row.positive) - p) * x[i]!
      total += weight
    }
    for (let i = 0; i < 3; i++) beta[i]! += (0.5 * gradient[i]!) / total
  }
  fits.set(rows, beta.slice(0, 2))
  return beta.slice(0, 2)
}

/**
 * The large IEDB weekly sets, and by which trained molecule's predictions each is ranked best: where that is one of another locus, what was measured may not be
 * what the set is named after.
 */
function weekly(): void {
  const sets = weeklySets(rowsOf('mhc/bench/classII_iedb_weekly_with_peers.tsv.gz'))
  const trained = shipped.II.alleles().filter(allele => shipped.II.support(allele as HlaAllele)!.affinities > 500) as HlaAllele[]
  const scored = sets.map(({ peptides, allele, binder, peer }) => {
    const aucBy = (molecule: HlaAllele) => areaUnderCurve([...shipped.II.predict(peptides, [molecule]).presentationScore], binder)
    return {
      ours: aucBy(allele),
      peer: areaUnderCurve(peer, binder),
      best: peptides.length <= 500 ? [] : trained.map(molecule => [aucBy(molecule), molecule] as const).sort((a, b) => b[0] - a[0]),
    }
  })
  heading('IEDB weekly sets of more than 500 rows: AUC by the predictions for the molecule, and for other trained molecules', [
    'molecule, reference',
    'rows',
    'measurements in training',
    'ours',
    'NetMHCIIpan-3.1',
    'best by the predictions for',
  ])
  for (const [i, { allele, reference, peptides }] of sets.entries()) {
    const { ours, peer, best } = scored[i]!
    if (best.length === 0) continue
    const others = best
      .filter(([auc], k) => auc !== best[k - 1]?.[0])
      .slice(0, 3)
      .map(([auc, molecule]) => `${molecule.replace('HLA-', '')} ${auc.toFixed(3)}`)
    print(
      `| ${allele}, ${reference} | ${peptides.length} | ${shipped.II.support(allele)!.affinities} | ${ours.toFixed(3)} | ${peer.toFixed(3)} | ${others.join(', ')} |`,
    )
  }
  // sets of DQ that predictions for DR rank better by more than 0.1 than those for the molecule itself
  const doubtful = scored.map(
    ({ ours, best }, i) => sets[i]!.allele.startsWith('HLA-DQ') && best[0]?.[1].startsWith('HLA-DR') && best[0][0] > ours + 0.1,
  )
  const of = (which: 'ours' | 'peer', kept: (i: number) => boolean) =>
    mean(scored.filter((_, i) => kept(i)).map(one => one[which])).toFixed(4)
  print(
    `\nMean over ${sets.length} sets: ours ${of('ours', () => true)}, NetMHCIIpan-3.1 ${of('peer', () => true)}; without the ${doubtful.filter(yes => yes).length} DQ sets that predictions for a DR molecule rank better by more than 0.1: ${of('ours', i => !doubtful[i])}, ${of('peer', i => !doubtful[i])}.`,
  )
}

/** Natural peptides that no calibration has seen, by seed: the share at or below each %rank should be that %rank. */
function calibration(): void {
  const proteins = readData('reference/hcc1395_vep105_wildtype_proteins.fasta.gz')
    .split('\n')
    .filter(line => line !== '' && line[0] !== '>')
  heading('%rank on 100,000 fresh natural peptides: share of them at or below', [
    'allele',
    'trained',
    '0.1 %',
    '0.5 %',
    '2 %',
    '10 %',
    'KS distance',
  ])
  const curves: { readonly name: string; readonly ranks: Float32Array }[] = []
  for (const [predictor, names, lengths] of [
    [shipped.I, ['HLA-A*02:01', 'HLA-B*07:02', 'HLA-C*08:02', 'HLA-B*82:02'], [8, 9, 10, 11]],
    [shipped.II, ['HLA-DRB1*01:01', 'HLA-DQA1*05:01/DQB1*02:01', 'HLA-DRB1*16:04'], [15]],
  ] as const) {
    const random = seededRandom('fresh peptides')
    const peptides: string[] = []
    while (peptides.length < 100_000) {
      const protein = proteins[random.below(proteins.length)]!
      const length = lengths[peptides.length % lengths.length]!
      const at = random.below(Math.max(1, protein.length - length))
      const peptide = protein.slice(at, at + length)
      if (peptide.length === length && unscorable(predictor, peptide) === undefined) peptides.push(peptide)
    }
    for (const name of names) {
      const allele = name as HlaAllele
      const ranks = predictor.predict(peptides, [allele]).presentationPercentile.slice().sort()
      const below = (percent: number) => `${((100 * ranks.filter(rank => rank <= percent).length) / ranks.length).toFixed(3)} %`
      const distance = ranks.reduce((most, rank, i) => Math.max(most, Math.abs(rank / 100 - (i + 1) / ranks.length)), 0)
      const { ligands, affinities } = predictor.support(allele)!
      print(
        `| ${name} | ${ligands} ligands, ${affinities} affinities | ${[0.1, 0.5, 2, 10].map(below).join(' | ')} | ${distance.toFixed(4)} |`,
      )
      curves.push({ name, ranks })
    }
  }
  writeFileSync(join(root, 'packages/node/models/calibration.svg'), calibrationFigure(curves))
}

const CURVE_COLOURS = ['#1f5fb4', '#c62828', '#2e7d32', '#7b3fa0', '#9a5b00', '#00798c', '#444444']

/** Share of peptides at or below a %rank against that %rank, both logarithmic from 0.01 to 100 %; a good calibration lies on the diagonal. */
function calibrationFigure(curves: readonly { readonly name: string; readonly ranks: Float32Array }[]): string {
  const size = 360
  const left = 60
  const at = (percent: number) => (size * (Math.log10(percent) + 2)) / 4
  const ticks = [0.01, 0.1, 1, 10, 100]
  const axis = ticks.map(
    t =>
      `<text x="${left + at(t)}" y="${size + 40}" text-anchor="middle">${t}</text><text x="${left - 8}" y="${size + 24 - at(t)}" text-anchor="end">${t}</text><path d="M${left + at(t)} 20V${size + 20}M${left} ${size + 20 - at(t)}H${left + size}" stroke="#e3e8ec"/>`,
  )
  const lines = curves.map(({ name, ranks }, c) => {
    const points = Array.from({ length: 81 }, (_, i) => 10 ** (-2 + i / 20)).map(percent => {
      const share = (100 * ranks.filter(rank => rank <= percent).length) / ranks.length
      return share < 0.01 ? undefined : `${(left + at(percent)).toFixed(1)} ${(size + 20 - at(share)).toFixed(1)}`
    })
    const colour = CURVE_COLOURS[c % CURVE_COLOURS.length]!
    return `<path d="M${points.filter(point => point !== undefined).join('L')}" fill="none" stroke="${colour}" stroke-width="1.5"/><text x="${left + size + 14}" y="${40 + c * 20}" fill="${colour}">${name}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="660" height="430" viewBox="0 0 660 430" font-family="Arial, Helvetica, sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${axis.join('')}<path d="M${left} ${size + 20}L${left + size} 20" stroke="#999" stroke-dasharray="4 4"/>${lines.join('')}<text x="${left + size / 2}" y="${size + 60}" text-anchor="middle">%rank</text><text transform="rotate(-90 16 ${size / 2 + 20})" x="16" y="${size / 2 + 20}" text-anchor="middle">share of fresh natural peptides at or below it, %</text></svg>\n`
}

print(`Models: ${shipped.I.id}, ${shipped.II.id}, ${twin.id}`)
calibration()
transphla()
zhaoSher()
weekly()
peers()
immunogenicity()
immunogenicityByStudy()
