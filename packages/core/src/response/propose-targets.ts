// Target lesions as RECIST 1.1 would have them chosen at baseline (doi:10.1016/j.ejca.2008.10.026): the program proposes with its reason, a reader decides.
import { fail, type Issue, issue, ok, type Result, refuse } from '../base/index.ts'
import { columnReader, lackingColumn, type Table } from '../format/index.ts'
import { formatLength, type Length, ofMillimetres, parseLength } from './length.ts'
import { NORMAL_NODE } from './recist.ts'

export interface ProposedLesion {
  readonly id: string
  readonly organ: string
  readonly node: boolean
  /** Longest diameter, of a node the short axis. */
  readonly size: Length
  /** Least size that is measurable with the method; without it 10 mm, of a node 15 mm. */
  readonly least?: Length
  /** Why it is no target whatever its size: irradiated and not grown since, bone without soft tissue. */
  readonly barred?: string
}

export interface TargetProposal {
  readonly targets: readonly ProposedLesion[]
  readonly nonTargets: readonly ProposedLesion[]
  /** Nodes below 10 mm: normal. */
  readonly normal: readonly ProposedLesion[]
}

const leastOf = ({ least, node }: ProposedLesion): Length => least ?? ofMillimetres(node ? 15 : 10)

/**
 * Measurable lesions, every organ once with its largest, then the largest of what is left, at most `most` in all and `perOrgan` in one organ. Paired organs are one organ, all nodes are one.
 */
export function proposeTargets(lesions: readonly ProposedLesion[], most = 5, perOrgan = 2): TargetProposal {
  const normal = lesions.filter(lesion => lesion.node && lesion.size < NORMAL_NODE)
  const measurable = lesions
    .filter(lesion => lesion.barred === undefined && lesion.size >= leastOf(lesion))
    .toSorted((a, b) => b.size - a.size || (a.id < b.id ? -1 : 1))
  const organOf = (lesion: ProposedLesion) => (lesion.node ? 'LYMPH NODE' : lesion.organ.toUpperCase().replace(/^(LEFT|RIGHT) /, ''))
  const chosen = new Set<ProposedLesion>()
  for (const organ of new Set(measurable.map(organOf)))
    if (chosen.size < most) chosen.add(measurable.find(lesion => organOf(lesion) === organ)!)
  for (const lesion of measurable) {
    const inOrgan = [...chosen].filter(other => organOf(other) === organOf(lesion)).length
    if (chosen.size < most && inOrgan < perOrgan) chosen.add(lesion)
  }
  const targets = measurable.filter(lesion => chosen.has(lesion))
  return { targets, nonTargets: lesions.filter(lesion => !chosen.has(lesion) && !normal.includes(lesion)), normal }
}

export const BASELINE_COLUMNS = ['lesion', 'organ', 'size_mm'] as const
export const OPTIONAL_BASELINE_COLUMNS = ['subject', 'method', 'slice_mm', 'irradiated', 'grown_since', 'soft_tissue'] as const

/** Of chest X-ray and calliper the limits are from memory of the paper. */
const METHODS: Readonly<Record<string, number>> = { '': 10, CT: 10, 'CT SCAN': 10, MRI: 10, CALLIPER: 10, CALIPER: 10, 'X-RAY': 20 }

/** Lesions of a baseline by subject. Issues name the line: `length-value`, `length-unit`, `lesion-twice`, `lesion-unnamed`, `lesion-method`, `yes-no`. Errors: `column-missing`. */
export function readBaselineLesions(
  table: Table,
): Result<{ readonly bySubject: ReadonlyMap<string, readonly ProposedLesion[]>; readonly issues: readonly Issue[] }, Issue> {
  const lacking = lackingColumn(table, BASELINE_COLUMNS, OPTIONAL_BASELINE_COLUMNS)
  if (lacking !== undefined) return fail(lacking)
  if (table.rows.length === 0) return refuse('rows-none', 'the table holds no lesion', 'check that the file was written completely')
  const get = columnReader(table.columns)
  const issues: Issue[] = []
  const bySubject = new Map<string, ProposedLesion[]>()
  for (const row of table.rows) {
    const cell = (name: string): string => get(row, name)
    const [id, organ, subject] = [cell('lesion'), cell('organ').toUpperCase(), cell('subject')]
    const faults: Issue[] = []
    const lengthOf = (name: string) => {
      const length = parseLength(cell(name), 'mm')
      if (!length.ok) faults.push({ ...length.issue, line: row.line })
      return length.ok ? length.value : undefined
    }
    const isSo = (name: string): boolean => {
      const text = cell(name).toLowerCase()
      if (!['', 'no', 'n', 'yes', 'y'].includes(text)) faults.push(issue('yes-no', `${name} is "${text}"`, 'write yes or no', row.line))
      return text.startsWith('y')
    }
    const size = lengthOf('size_mm')
    const slice = cell('slice_mm') === '' ? undefined : lengthOf('slice_mm')
    const node = organ.includes('LYMPH NODE')
    const method = METHODS[cell('method').toUpperCase()]
    if (method === undefined)
      faults.push(issue('lesion-method', `${id} was measured by "${cell('method')}"`, 'write CT, MRI, X-RAY or CALLIPER', row.line))
    if (id === '' || organ === '')
      faults.push(
        issue(
          'lesion-unnamed',
          id === '' ? 'lesion is empty' : `the organ of ${id} is empty`,
          'name it: two lesions an organ are taken',
          row.line,
        ),
      )
    if (bySubject.get(subject)?.some(other => other.id === id) === true)
      faults.push(
        issue('lesion-twice', `lesion ${id} of ${subject || 'the subject'} stands here again`, 'give each lesion one row', row.line),
      )
    const barred =
      isSo('irradiated') && !isSo('grown_since')
        ? 'irradiated, and not grown since'
        : organ === 'BONE' && !isSo('soft_tissue')
          ? 'bone without a soft-tissue part'
          : undefined
    issues.push(...faults)
    if (faults.length > 0 || size === undefined) continue
    // slices thicker than 5 mm: twice the slice
    const least = Math.max(
      ofMillimetres(node ? Math.max(15, method!) : method!),
      slice !== undefined && slice > ofMillimetres(5) ? 2 * slice : 0,
    )
    const lesion = { id, organ, node, size, least: least as Length, ...(barred === undefined ? {} : { barred }) }
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), lesion])
  }
  return ok({ bySubject, issues })
}

export const PROPOSAL_COLUMNS = ['subject', 'lesion', 'organ', 'size_mm', 'proposed', 'reason'] as const

/** A row for each lesion: target, non-target, or not recorded. */
export function proposalRows(subject: string, lesions: readonly ProposedLesion[]): readonly (readonly string[])[] {
  const { targets, normal } = proposeTargets(lesions)
  const sum = targets.reduce((total, { size }) => total + size, 0) as Length
  return lesions.map(lesion => {
    const { id, organ, node, size, barred } = lesion
    const small = `${formatLength(size)} mm is not measurable: ${node ? 'short axis' : 'longest diameter'} of at least ${formatLength(leastOf(lesion))} mm`
    const [proposed, reason] = targets.includes(lesion)
      ? ['TARGET', `measurable; sum of the targets ${formatLength(sum)} mm`]
      : normal.includes(lesion)
        ? ['not recorded', 'a node with a short axis below 10 mm is normal']
        : ['NON-TARGET', barred ?? (size < leastOf(lesion) ? small : 'measurable; five targets in all and two an organ are taken')]
    return [subject, id, organ, formatLength(size), proposed, reason]
  })
}
