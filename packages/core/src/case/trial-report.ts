// The read-out as one printable page: funnel, subjects, treatment, efficacy, figures, safety, cells, parameters. Counts before percentages; criteria and kinds of interval beside each
// figure. Whole: the sections of one page, in its order.
import { dayText, describeIssue } from '../base/index.ts'
import { escapeHtml, htmlTable, raw } from '../format/index.ts'
import { cellCourseFigure, toxicityFigure } from '../infusion/index.ts'
import {
  agrees,
  bestImmuneResponse,
  type ComparedCall,
  type Figure,
  kaplanMeierFigure,
  type LesionCourse,
  lesionMapFigure,
  spiderFigure,
  swimmerFigure,
  waterfallFigure,
} from '../response/index.ts'
import { PAGE_STYLE, RESEARCH_NOTICE } from './dossier.ts'
import { landmarks, months, type Proportion, type ReadOut, respondersOf, type Survival } from './read-out.ts'
import type { EventPart } from './read-out-safety.ts'
import { SILENT_DOMAINS, type SilentDomain } from './trial-tables.ts'

/** Figures in the order of the report. */
export function readOutFigures(out: ReadOut): readonly Figure[] {
  const { file, treated } = out
  const counted = (one: ReadOut['treated'][number]) => (file.confirmation.required ? one.confirmed : one.best).response
  const survival = (name: Survival['name']) => out.survival.find(one => one.name === name)!
  return [
    waterfallFigure(
      treated.map(one => ({
        subject: one.subject.id,
        change: one.bestChange,
        response: counted(one),
        newLesion: one.points.some(point => point.overall === 'PD' && point.newLesion && point.date?.last === one.progression),
      })),
    ),
    spiderFigure(
      treated.map(one => ({
        subject: one.subject.id,
        response: counted(one),
        points: one.points
          .filter(point => point.change !== undefined && point.date !== undefined)
          .map(point => ({ day: point.date!.last - one.start, change: point.change!, overall: point.overall! })),
      })),
      file.month_days,
    ),
    swimmerFigure(
      treated.map(one => ({
        subject: one.subject.id,
        note: counted(one),
        end: one.endpoints.OS.date - one.start,
        response: one.response === undefined ? undefined : { from: one.response - one.start, to: one.endpoints.DOR!.date - one.start },
        progression: one.progression === undefined ? undefined : one.progression - one.start,
        newTherapy: one.subject.newTherapy === undefined ? undefined : one.subject.newTherapy - one.start,
        death: one.subject.death === undefined ? undefined : one.subject.death - one.start,
        ongoing: one.subject.death === undefined,
      })),
      file.month_days,
    ),
    lesionMapFigure(treated.flatMap(lesionCourses), file.month_days),
    kaplanMeierFigure('ttp', 'Time to progression', survival('TTP').curves[0]!, file.month_days),
    kaplanMeierFigure('pfs', 'Progression-free survival', survival('PFS').curves[0]!, file.month_days),
    kaplanMeierFigure('dor', 'Duration of response', survival('DOR').curves[0]!, file.month_days),
    kaplanMeierFigure('os', 'Overall survival', survival('OS').curves[0]!, file.month_days),
    cellCourseFigure(
      treated.map(one => ({
        subject: one.subject.id,
        responded: one.response !== undefined,
        points: one.cells.points.map(({ day, value, total }) => ({ day, value, detectionLimit: total > 0 ? 300 / total : 0.01 })),
      })),
      `all receptors, ${[...new Set(treated.map(one => one.cells.method).filter(method => method !== ''))].join(', ') || 'no sample'}`,
    ),
    toxicityFigure(out.adverseEvents[0]!.grades, treated.length),
  ]
}

const lesionCourses = ({ subject, start }: ReadOut['treated'][number]): readonly LesionCourse[] =>
  (subject.lesions?.lesions ?? []).map(lesion => ({
    subject: subject.id,
    lesion: lesion.id,
    role: lesion.role,
    organ: lesion.organ,
    points: subject.lesions!.visits.flatMap(visit => {
      const finding = visit.findings.get(lesion.id)
      const { date, length, state } = finding ?? {}
      return date === undefined || (length === undefined && state === undefined) ? [] : [{ day: date.last - start, length, state }]
    }),
  }))

const percent = (share: number, decimals: number) => (100 * share).toFixed(decimals)

/** `3/7 (43 %; Clopper-Pearson 9.9-81.6, Wilson 15.8-75.0)`: counts first; no decimals in a percentage of fewer than 20. */
export function proportionText({ count, of, intervals }: Proportion): string {
  if (of === 0) return '0/0 (no subject)'
  const kinds = intervals.map(
    ({ kind, low, high }) => `${kind === 'wilson' ? 'Wilson' : 'Clopper-Pearson'} ${percent(low, 1)}-${percent(high, 1)}`,
  )
  return `${count}/${of} (${percent(count / of, of < 20 ? 0 : 1)} %; ${kinds.join(', ')})`
}

/** `4.6 months (log 2.6-not reached, log-log 1.4-6.9)`. */
export function medianText(survival: Survival, out: ReadOut): string {
  const shown = (days: number | undefined) => (days === undefined ? 'not reached' : months(days, out.file).toFixed(1))
  if (survival.subjects === 0) return 'no subject'
  const kinds = survival.medians.map((m, i) => `${out.file.intervals.survival[i]} ${shown(m.lower)}-${shown(m.upper)}`)
  return `${shown(survival.medians[0]!.estimate)}${survival.medians[0]!.estimate === undefined ? '' : ' months'} (${kinds.join(', ')}); ${survival.events} events of ${survival.subjects}`
}

const NAMES = { TTP: 'time to progression', PFS: 'progression-free survival', DOR: 'duration of response', OS: 'overall survival' } as const

/** The sentences that a reader looks for first. */
export function headlines(out: ReadOut): readonly (readonly [string, string])[] {
  const { file, treated } = out
  const durations = treated.flatMap(one =>
    one.endpoints.DOR === undefined ? [] : [`${months(one.endpoints.DOR.days, file).toFixed(1)}${one.endpoints.DOR.event ? '' : '+'}`],
  )
  const withoutOrigin = respondersOf(treated, file).filter(one => one.origins.length === 0)
  return [
    ['treated', String(treated.length)],
    [`objective response${file.confirmation.required ? ', confirmed' : ''} (${file.criteria})`, proportionText(out.objectiveResponse)],
    [
      'durations of response, months',
      durations.length === 0 ? 'no response' : durations.toSorted((a, b) => Number.parseFloat(a) - Number.parseFloat(b)).join(', '),
    ],
    ...out.survival.map(survival => [`median ${NAMES[survival.name]}`, medianText(survival, out)] as const),
    ['disease control', proportionText(out.diseaseControl)],
    [
      'responders who received receptors of CD8 cells',
      `${out.cytotoxicResponders} of ${out.objectiveResponse.count}${unknown(withoutOrigin.length)}`,
    ],
    [
      `at least ${file.persistence_threshold} % of CD3⁺ at one month`,
      `${out.highPersistence} of ${treated.length}${unknown(treated.filter(one => one.oneMonth === undefined).length)}`,
    ],
  ]
}

const unknown = (count: number): string => (count === 0 ? '' : `; ${count} not known`)

export interface ReportContext {
  readonly figures: readonly Figure[]
  readonly software: string
  /** Published figures shown beside, as citations only. */
  readonly published: readonly (readonly [string, string])[]
}

export function trialReportHtml(out: ReadOut, { figures, software, published }: ReportContext): string {
  const { file } = out
  const banner = file.synthetic
    ? '<p class="note"><strong>Synthetic trial.</strong> Every subject was made up; no row is a person.</p>'
    : ''
  const section = (id: string, title: string, body: string) => `<section id="${id}"><h2>${escapeHtml(title)}</h2>${body}</section>`
  const figure = (name: string) => {
    const found = figures.find(one => one.name === name)!
    return `<figure><h3>${escapeHtml(found.title)}</h3>${found.svg}<figcaption class="muted">numbers: <code>figures/${name}.tsv</code></figcaption></figure>`
  }
  const anchor = (id: string) => raw(`<a href="#subject-${escapeHtml(id)}">${escapeHtml(id)}</a>`)
  const body = [
    section(
      'summary',
      'Read-out',
      htmlTable(
        ['', ''],
        headlines(out).map(([name, value]) => [name, value]),
      ) +
        (published.length === 0
          ? ''
          : `<h3>As published, for comparison only</h3>${htmlTable(
              ['', 'source'],
              published.map(([what, source]) => [what, source]),
            )}`),
    ),
    section('funnel', 'Subjects', funnelSection(out)),
    section('treatment', 'Treatment given', treatmentSection(out)),
    section(
      'efficacy',
      `Efficacy (${file.criteria}, reader ${file.reader})`,
      efficacySection(out, anchor) + ['waterfall', 'spider', 'swimmer', 'lesions', 'ttp', 'pfs', 'dor', 'os'].map(figure).join(''),
    ),
    section('safety', 'Safety', safetySection(out) + figure('toxicity')),
    section('cells', 'Transferred cells', cellSection(out, anchor) + figure('persistence')),
    section('visits', 'Every assessment', visitSection(out)),
    ...(out.calls === undefined ? [] : [section('calls', 'What the readers called', callSection(out.calls))]),
    section('parameters', 'Parameters', parameterSection(out)),
    ...(out.issues.length === 0
      ? []
      : [
          section(
            'issues',
            'Rows that could not be used',
            `<ul>${out.issues.map(problem => `<li>${escapeHtml(describeIssue(problem))}</li>`).join('')}</ul>`,
          ),
        ]),
  ]
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><title>${escapeHtml(file.trial)}: read-out</title><style>${PAGE_STYLE}td:nth-child(4){white-space:normal}figure{margin:12px 0;break-inside:avoid}</style></head><body><main>
<h1>${escapeHtml(file.trial)}</h1><p class="muted">${escapeHtml(file.title)}${file.protocol === '' ? '' : `; protocol ${escapeHtml(file.protocol)}`}; data cut ${escapeHtml(file.data_cut)}</p>${banner}<p class="note">${RESEARCH_NOTICE}</p>
<nav><a href="#summary">Read-out</a><a href="#funnel">Subjects</a><a href="#treatment">Treatment</a><a href="#efficacy">Efficacy</a><a href="#safety">Safety</a><a href="#cells">Cells</a><a href="#visits">Assessments</a><a href="#parameters">Parameters</a></nav>
${body.join('\n')}<p class="muted">${escapeHtml(software)}</p></main></body></html>
`
}

type Anchor = (id: string) => ReturnType<typeof raw>

function funnelSection(out: ReadOut): string {
  const ages = out.treated
    .map(one => Number(one.subject.age))
    .filter(age => age > 0)
    .sort((a, b) => a - b)
  const middle = ages.length === 0 ? undefined : (ages[Math.floor((ages.length - 1) / 2)]! + ages[Math.ceil((ages.length - 1) / 2)]!) / 2
  const sexes = ['F', 'M']
    .map(sex => `${out.treated.filter(one => one.subject.sex === sex).length} ${sex === 'F' ? 'women' : 'men'}`)
    .join(', ')
  return (
    htmlTable(
      ['step', 'subjects', 'why'],
      [
        ['enrolled', String(out.enrolled), ''],
        ...[...out.notTreated].map(([reason, n]) => ['not treated', String(n), reason.toLowerCase()]),
        ['treated', String(out.treated.length), ''],
        ['evaluable', String(out.evaluable), 'at least one assessment after infusion'],
      ],
    ) + `<p>${middle === undefined ? '' : `Median age ${middle} (${ages[0]}-${ages.at(-1)}); `}${sexes}. Rows: <code>funnel.tsv</code>.</p>`
  )
}

function treatmentSection(out: ReadOut): string {
  const drugs = [...new Set(out.treated.flatMap(one => one.subject.exposures.map(exposure => exposure.treatment)))].sort()
  return htmlTable(
    ['subject', 'infusion', ...drugs.map(drug => drug.toLowerCase())],
    out.treated.map(one => [
      one.subject.id,
      dayText(one.subject.infusion!),
      ...drugs.map(drug => {
        const given = one.subject.exposures.filter(exposure => exposure.treatment === drug)
        if (given.length === 0) return '-'
        const doses = new Set(given.map(exposure => `${exposure.dose ?? '?'} ${exposure.unit}`))
        const days = given.map(exposure => exposure.day - one.subject.infusion!)
        return `${given.length} × ${[...doses].join(', ')} (day ${Math.min(...days)}${given.length > 1 ? ` to ${Math.max(...days)}` : ''})`
      }),
    ]),
  )
}

function efficacySection(out: ReadOut, anchor: Anchor): string {
  const { file } = out
  const end = (one: ReadOut['treated'][number], name: 'TTP' | 'PFS' | 'DOR' | 'OS') => {
    const endpoint = one.endpoints[name]
    return endpoint === undefined ? '-' : `${months(endpoint.days, file).toFixed(1)}${endpoint.event ? '' : '+'}`
  }
  return `${htmlTable(
    ['subject', 'best', 'confirmed', 'iRECIST', 'best change', 'response', 'duration', 'TTP', 'PFS', 'OS', 'ends by'],
    out.treated.map(one => [
      anchor(one.subject.id),
      one.best.response,
      one.confirmed.response,
      one.immune.length === 0 ? '-' : bestImmuneResponse(one.immune.flatMap(({ response }) => response ?? [])),
      one.bestChange === undefined ? '-' : `${one.bestChange.toFixed(0)} %`,
      one.response === undefined ? '-' : dayText(one.response),
      end(one, 'DOR'),
      end(one, 'TTP'),
      end(one, 'PFS'),
      end(one, 'OS'),
      one.endpoints.PFS.reason,
    ]),
  )}<p class="muted">Times in months of ${file.month_days} days, ${file.clock} of both ends; + censored. Censoring: ${file.censoring}. iRECIST: best immune response, where progression waits for the next assessment (<code>irecist.tsv</code>). Both presets side by side: <code>sensitivity.tsv</code>. Rows: <code>best-response.tsv</code>, <code>endpoints.tsv</code>.</p>${landmarkTable(out)}`
}

/** Share without the event at the trial's landmarks, with the first kind of interval. */
function landmarkTable(out: ReadOut): string {
  const { file } = out
  const shown = landmarks(out).filter(({ kind, name }) => kind === file.intervals.survival[0] && name !== 'DOR')
  if (shown.length === 0) return ''
  const percent = (share: number) => (100 * share).toFixed(0)
  const cell = (name: string, at: number) => {
    const found = shown.find(one => one.name === name && one.months === at)?.found
    if (found === undefined) return 'not followed'
    const limits = Number.isNaN(found.lower) ? '' : ` (${percent(found.lower)}-${percent(found.upper)})`
    return `${percent(found.survival)} %${limits}, ${found.atRisk} at risk`
  }
  const names = [...new Set(shown.map(({ name }) => name))]
  return `<h3>At landmarks</h3>${htmlTable(
    ['without the event', ...file.landmark_months.map(at => `${at} months`)],
    names.map(name => [NAMES[name], ...file.landmark_months.map(at => cell(name, at))]),
  )}<p class="muted">In brackets ${100 * file.intervals.level} % limits (${file.intervals.survival[0]}). Every endpoint and kind of interval: <code>landmarks.tsv</code>.</p>`
}

function safetySection(out: ReadOut): string {
  const table = (grades: EventPart['grades']) =>
    htmlTable(
      ['term', 'any', '1', '2', '3', '4', '5'],
      [...grades].map(([term, counts]) => [
        term,
        String([...counts.values()].reduce((a, b) => a + b, 0)),
        ...[1, 2, 3, 4, 5].map(grade => String(counts.get(grade) ?? '')),
      ]),
    )
  const ungraded = [...out.ungraded].map(([reason, n]) => `${n} × ${reason}`)
  const laboratory = out.silent.includes('lb')
    ? silence('lb')
    : `${table(out.laboratory)}<p>${ungraded.length === 0 ? 'Every laboratory value has a grade.' : `Without a grade: ${escapeHtml(ungraded.join('; '))}.`}</p>`
  const events = out.silent.includes('ae') ? silence('ae') : `${table(out.adverseEvents[0]!.grades)}${partTable(out.adverseEvents)}`
  const deaths = out.treated.filter(one => one.subject.death !== undefined).length
  return `${stoppingTable(out)}<h3>Adverse events, subjects by worst grade</h3>${events}<h3>Laboratory after infusion, subjects by worst grade (${out.file.lab_criteria})</h3>${laboratory}<p>${deaths} of ${out.treated.length} treated died by the cut. Rows: <code>adverse-events.tsv</code>, <code>toxicity.tsv</code>.</p>`
}

/** What a table that is not there, or has no row, does not say. */
export const silenceOf = (domain: SilentDomain): string =>
  `there is no table ${domain}, or it has no row: nothing is known of ${SILENT_DOMAINS[domain]}, and none is counted`

const silence = (domain: SilentDomain): string => `<p class="note"><strong>Not known.</strong> T${silenceOf(domain).slice(1)}.</p>`

/** Rules that stop the trial come first. */
function stoppingTable({ stopping, file }: ReadOut): string {
  if (stopping.length === 0) return ''
  const rows = stopping.map(({ what, count, limit, state }, i) => [
    what,
    String(count),
    String(limit),
    state,
    file.stopping_rules[i]!.citation,
  ])
  return `<h3>Stopping rules</h3>${htmlTable(['rule', 'subjects', 'still allowed', 'state', 'source'], rows)}<p class="muted">Rows: <code>stopping.tsv</code>.</p>`
}

/** When events began and what they were related to: subjects with the term, of grade 3 and more behind the stroke. */
function partTable(parts: readonly EventPart[]): string {
  const [all, ...others] = parts
  const count = (part: EventPart, term: string): string => {
    const grades = [...(part.grades.get(term) ?? [])]
    const of = (least: number) => grades.filter(([grade]) => grade >= least).reduce((sum, [, n]) => sum + n, 0)
    return of(0) === 0 ? '' : `${of(0)} / ${of(3)}`
  }
  return `<h3>The same by when they began and what they were related to</h3>${htmlTable(
    ['term', ...others.map(part => part.name)],
    [...all!.grades.keys()].map(term => [term, ...others.map(part => count(part, term))]),
  )}<p class="muted">Subjects with the term / of grade 3 and more. Conditioning: the drugs that the parameters name.</p>`
}

const cellSection = (out: ReadOut, anchor: Anchor): string =>
  `${out.silent.includes('persistence') ? silence('persistence') : ''}${htmlTable(
    ['subject', 'receptors', 'from', 'product, % of CD3⁺', 'one month, % of CD3⁺', 'last sample'],
    out.treated.map(one => {
      const receptors = [...new Set(one.subject.persistence.map(sample => sample.receptor).filter(receptor => receptor !== 'ALL'))]
      const last = one.cells.points.at(-1)
      return [
        anchor(one.subject.id),
        receptors.join(', '),
        one.origins.join(', '),
        productShare(one.subject)?.toFixed(1) ?? '-',
        one.oneMonth?.toFixed(1) ?? '-',
        last === undefined ? '-' : `day ${last.day}: ${last.value.toPrecision(3)} %`,
      ]
    }),
  )}<p class="muted">Rows: <code>persistence.tsv</code>.</p>`

/** Cells of the product that carry a receptor: all of them by flow, else the sum of the receptors by one method. */
function productShare({ persistence }: ReadOut['treated'][number]['subject']): number | undefined {
  const product = persistence.filter(sample => sample.sample === 'product' && sample.unit.includes('%'))
  const whole = product.find(sample => sample.receptor === 'ALL')
  if (whole !== undefined) return whole.value
  const method = product[0]?.method
  return method === undefined ? undefined : product.filter(sample => sample.method === method).reduce((sum, { value }) => sum + value, 0)
}

const visitSection = (out: ReadOut): string =>
  out.treated
    .map(
      one =>
        `<h3 id="subject-${escapeHtml(one.subject.id)}">${escapeHtml(one.subject.id)}</h3>${htmlTable(
          ['visit', 'date', 'overall', 'why'],
          one.points.map(point => [
            point.visit,
            point.date?.text ?? '',
            point.overall ?? 'baseline',
            [point.reason, ...point.caveats.map(caveat => caveat.text)].join('; '),
          ]),
        )}`,
    )
    .join('')

/** Calls that differ from what the same reader measured, with the numbers. */
function callSection(calls: readonly ComparedCall[]): string {
  const differing = calls.filter(one => !agrees(one))
  const told = `<p>${calls.length - differing.length} of ${calls.length} calls are what the reader’s own measurements give. Every figure here is made of the measurements. Rows: <code>reader-calls.tsv</code>.</p>`
  if (differing.length === 0) return told
  const rows = differing.map(one => [one.subject, String(one.visitNumber), one.part, one.call, one.ours ?? 'nothing measured', one.why])
  return told + htmlTable(['subject', 'visit', 'part', 'reader says', 'measurements say', 'why'], rows)
}

const parameterSection = ({ file }: ReadOut): string =>
  `<p>Responses by ${file.criteria}${file.confirmation.required ? `, confirmed after at least ${file.confirmation.min_days} days with at most ${file.confirmation.max_ne} assessment not evaluable between` : ''}; stable disease from day ${file.stable_min_days} on. Intervals of proportions: ${file.intervals.proportion.join(', ')}; of medians: ${file.intervals.survival.join(', ')}; level ${file.intervals.level}.</p>${htmlTable(
    ['parameter', 'value'],
    Object.entries(file).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  )}`
