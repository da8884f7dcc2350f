// A cohort as tables and as one page: figures of every case, what must be looked at first, and the mutated sequences that patients share.
import { byText } from '../base/index.ts'
import { escapeHtml, formatTsv, htmlTable, raw } from '../format/index.ts'
import { type Cohort, type CohortCase, type PublicReceptor, pairsToLookAt, type RecurrentNeoantigen } from './cohort.ts'
import { PAGE_STYLE, RESEARCH_NOTICE } from './dossier.ts'
import { barsFigure, funnelCount } from './figures.ts'

/** Figures of a case: column of cohort.tsv, head in the page, stage and reason of the funnel. */
const FIGURES = [
  ['variant_records', 'records', 'variants', 'in'],
  ['protein_changes', 'protein changes', 'variants', 'out'],
  ['neoantigens', 'candidates', 'neoantigens', 'out'],
  ['presented', 'presented', 'neoantigens', 'presented'],
  ['presented_expressed', 'and expressed', 'neoantigens', 'presented and expressed'],
  ['cells', 'cells', 'cells', 'in'],
  ['clonotypes', 'clonotypes', 'cells', 'out'],
  ['receptors', 'receptors', 'receptors', 'out'],
  ['shortlisted', 'shortlisted', 'receptors', 'shortlisted'],
  ['constructs_asked', 'asked for', 'constructs', 'in'],
  ['constructs_ready', 'constructs', 'constructs', 'out'],
] as const

/** What the page draws of each case. */
const DRAWN: readonly string[] = ['presented_expressed', 'clonotypes', 'shortlisted', 'constructs_ready']

/** Undefined where the stage did not run, and of what is expressed where no expression was given. */
function figuresOf(one: CohortCase): readonly (number | undefined)[] {
  if (one.kind === 'unfinished') return FIGURES.map(() => undefined)
  const stages = new Set(one.funnel.map(row => row.stage))
  const hasExpression = one.neoantigens.some(row => (row.rna_expression ?? '') !== '')
  return FIGURES.map(([column, , stage, reason]) =>
    !stages.has(stage) || (column === 'presented_expressed' && !hasExpression) ? undefined : funnelCount(one.funnel, stage, reason),
  )
}

const doubtOf = ({ doubtful }: RecurrentNeoantigen | PublicReceptor): string =>
  doubtful.length === 0 ? '' : `may be one person: ${doubtful.join(', ')}`

const byCase = ({ cases }: RecurrentNeoantigen): string =>
  cases.map(({ id, peptide, allele, percentile }) => `${id}:${peptide}/${allele}:${percentile}`).join(' ')

const flagsOf = ({ cases }: PublicReceptor): readonly string[] =>
  [...new Set(cases.flatMap(({ flags }) => flags.split(',')))].filter(flag => flag !== '').sort(byText)

/** cohort.tsv, recurrent.tsv, public-receptors.tsv, case-pairs.tsv and cohort.html. */
export function cohortFiles(cohort: Cohort, software: string): ReadonlyMap<string, string> {
  const suspicious = pairsToLookAt(cohort)
  const cases = formatTsv(
    ['case', 'status', 'why', 'synthetic', 'hla', ...FIGURES.map(([column]) => column), 'pairs_to_look_at'],
    cohort.cases.map(one => [
      one.id,
      one.kind,
      one.kind === 'unfinished' ? one.why : '',
      one.kind === 'finished' ? String(one.synthetic) : '',
      one.kind === 'finished' ? one.hla.join(',') : '',
      ...figuresOf(one),
      suspicious.filter(pair => pair.a === one.id || pair.b === one.id).length,
    ]),
  )
  const recurrent = formatTsv(
    ['gene', 'amino_acid_change', 'cases', 'alleles_shared', 'minigene_25', 'best_by_case', 'doubt'],
    cohort.recurrent.map(one => [
      one.gene,
      one.change,
      one.cases.length,
      one.sharedAlleles.join(','),
      one.minigene,
      byCase(one),
      doubtOf(one),
    ]),
  )
  const pairs = formatTsv(
    [
      'case_a',
      'case_b',
      'shared_variants',
      'fewer_variants',
      'shared_receptors',
      'same_typing',
      'shared_inputs',
      'findings',
      'why',
      'examples',
    ],
    cohort.pairs.map(pair => [
      pair.a,
      pair.b,
      pair.sharedVariants.length,
      pair.fewerVariants,
      pair.sharedReceptors.length,
      String(pair.sameTyping),
      pair.sharedInputs.join(','),
      pair.findings.map(finding => finding.code).join(','),
      pair.findings.map(finding => finding.text).join('; '),
      pair.sharedVariants.slice(0, 5).join(','),
    ]),
  )
  const publics = formatTsv(
    ['tra_junction_aa', 'trb_junction_aa', 'cases', 'by_case', 'flags', 'made_apart', 'doubt'],
    cohort.publicReceptors.map(one => [
      one.alphaJunction,
      one.betaJunction,
      one.cases.length,
      one.cases.map(({ id, receptor }) => `${id}:${receptor}`).join(' '),
      flagsOf(one).join(','),
      String(one.madeApart),
      doubtOf(one),
    ]),
  )
  return new Map([
    ['cohort.tsv', cases],
    ['recurrent.tsv', recurrent],
    ['public-receptors.tsv', publics],
    ['case-pairs.tsv', pairs],
    ['cohort.html', cohortHtml(cohort, software)],
  ])
}

function cohortHtml(cohort: Cohort, software: string): string {
  const finished = cohort.cases.filter(one => one.kind === 'finished')
  const synthetic = finished.filter(one => one.synthetic).length
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Cognate cohort</title><style>${PAGE_STYLE}</style></head><body><main>
<h1>Cohort</h1><p class="muted">${finished.length} of ${cohort.cases.length} cases finished, ${cohort.compared.toLocaleString('en-US')} pairs compared. ${escapeHtml(software)}</p>${synthetic === 0 ? '' : `<p class="note"><strong>${synthetic} synthetic ${synthetic === 1 ? 'patient' : 'patients'}.</strong> These cases were generated; no person stands behind them.</p>`}<p class="note">${RESEARCH_NOTICE}</p>
<nav><a href="#look">Look here first</a><a href="#cases">Cases</a><a href="#recurrent">Shared mutations</a><a href="#public">Public receptors</a></nav>
${lookSection(cohort)}
${caseSection(cohort)}
${recurrentSection(cohort)}
${publicSection(cohort)}
</main></body></html>
`
}

function lookSection(cohort: Cohort): string {
  const unfinished = cohort.cases.filter(one => one.kind === 'unfinished')
  const pairs = pairsToLookAt(cohort)
  const parts = [
    unfinished.length === 0
      ? ''
      : `<h3>Cases without results</h3>${htmlTable(
          ['case', 'why'],
          unfinished.map(one => [one.id, one.why]),
        )}`,
    pairs.length === 0
      ? ''
      : `<h3>Pairs that two patients should not be</h3><p class="muted">A swapped tube, mixed cells or a CASE.yaml that was copied end in a receptor for the wrong person.</p>${htmlTable(
          ['cases', 'what', 'in words'],
          pairs.flatMap(pair =>
            pair.findings.map(finding => [`${pair.a}, ${pair.b}`, raw(`<strong>${escapeHtml(finding.code)}</strong>`), finding.text]),
          ),
        )}`,
  ].join('')
  return `<h2 id="look">Look here first</h2>${parts === '' ? `<p>Every case finished, and no pair of them looks like one person.</p>` : parts}`
}

function caseSection(cohort: Cohort): string {
  const figures = cohort.cases.map(one => ({ one, own: figuresOf(one) }))
  const drawn = FIGURES.flatMap(([column, head], i) => (DRAWN.includes(column) ? [{ head, i }] : []))
  const figure = barsFigure(
    drawn.map(({ head }) => (head === 'and expressed' ? 'presented, expressed' : head)),
    figures.filter(({ one }) => one.kind === 'finished').map(({ one, own }) => ({ label: one.id, counts: drawn.map(({ i }) => own[i]) })),
  )
  const link = (one: CohortCase) =>
    one.kind === 'finished'
      ? raw(`<code><a href="${encodeURIComponent(one.id)}/dossier.html">${escapeHtml(one.id)}</a></code>`)
      : raw(`<code>${escapeHtml(one.id)}</code>`)
  const rows = figures.map(({ one, own }) => [
    link(one),
    ...own.map(figure => (figure === undefined ? '–' : figure.toLocaleString('en-US'))),
  ])
  return `<h2 id="cases">Cases</h2><p class="muted">Each column has its own scale, which is logarithmic. What was left behind, and why, is in each case's dossier.</p>${figure}${htmlTable(['case', ...FIGURES.map(([, head]) => head)], rows)}`
}

const bestOf = ({ id, peptide, allele, percentile }: RecurrentNeoantigen['cases'][number]): string =>
  `${escapeHtml(id)}: <code>${escapeHtml(peptide)}</code> on ${escapeHtml(allele)}, ${percentile} %`

function recurrentSection({ recurrent }: Cohort): string {
  if (recurrent.length === 0) return '<h2 id="recurrent">Shared mutations</h2><p class="muted">No mutated sequence is in two cases.</p>'
  const rows = recurrent
    .slice(0, 50)
    .map(one => [
      raw(`<strong>${escapeHtml(one.gene)}</strong> ${escapeHtml(one.change)}`),
      String(one.cases.length),
      raw(one.cases.map(bestOf).join('<br>')),
      one.sharedAlleles.join(', ') || 'none',
      doubtOf(one),
    ])
  return `<h2 id="recurrent">Shared mutations</h2><p class="muted">The same 25 residues around the mutation in two cases or more. Where an allele presents them in several, one receptor could serve several patients. Showing ${rows.length} of ${recurrent.length}; all in recurrent.tsv.</p>${htmlTable(['mutation', 'cases', 'best peptide by case', 'alleles shared', 'doubt'], rows)}`
}

function publicSection({ publicReceptors }: Cohort): string {
  const head = '<h2 id="public">Public receptors</h2>'
  if (publicReceptors.length === 0) return `${head}<p class="muted">No pair of junctions is in two cases.</p>`
  const rows = publicReceptors
    .slice(0, 50)
    .map(one => [
      raw(`<code>${escapeHtml(one.alphaJunction)}</code><br><code>${escapeHtml(one.betaJunction)}</code>`),
      String(one.cases.length),
      raw(one.cases.map(({ id, receptor }) => `${escapeHtml(id)}: ${escapeHtml(receptor)}`).join('<br>')),
      flagsOf(one).join(', '),
      one.madeApart ? 'V genes or bases differ' : 'equal to the base',
      doubtOf(one),
    ])
  return `${head}<p class="muted">Both junctions letter by letter in two cases or more: often a receptor of a common virus or an invariant one, seldom one of this tumour. Equal to the base it may be a cell of one patient in the other's library. Showing ${rows.length} of ${publicReceptors.length}; all in public-receptors.tsv.</p>${htmlTable(['junctions', 'cases', 'receptor by case', 'flags', 'made apart', 'doubt'], rows)}`
}
