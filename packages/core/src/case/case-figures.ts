// Pictures of a case, out of the tables that its stages wrote: the same in the dossier and in the web app.
import type { FunnelRow } from '../base/index.ts'
import { type ClonotypeBar, cloneFigure, funnelCount, funnelFigure, lesionFigure, type ScatterPoint } from './figures.ts'
import type { Row } from './table-page.ts'

const TUMOUR_STEPS = [
  ['variant records', 'variants', 'in'],
  ['protein changes', 'variants', 'out'],
  ['windows', 'neoantigens', 'windows'],
  ['peptides scored', 'neoantigens', 'peptides'],
  ['variants presented', 'neoantigens', 'presented'],
  ['… and expressed', 'neoantigens', 'presented and expressed'],
] as const

const CELL_STEPS = [
  ['contigs', 'contigs', 'in'],
  ['usable contigs', 'contigs', 'out'],
  ['cells', 'cells', 'in'],
  ['clonotypes', 'cells', 'out'],
  ['receptors', 'receptors', 'out'],
  ['shortlisted', 'receptors', 'shortlisted'],
] as const

const stepsOf = (funnel: readonly FunnelRow[], steps: readonly (readonly [string, string, string])[]) =>
  steps.map(([label, stage, reason]) => ({ label, count: funnelCount(funnel, stage, reason) }))

export const tumourFunnel = (funnel: readonly FunnelRow[]): string => funnelFigure(stepsOf(funnel, TUMOUR_STEPS))

/** Empty where no T cell was read. */
export const cellFunnel = (funnel: readonly FunnelRow[]): string =>
  funnelCount(funnel, 'contigs', 'in') === 0 ? '' : funnelFigure(stepsOf(funnel, CELL_STEPS))

const lesionCounts = (row: Row): ReadonlyMap<string, number> =>
  new Map(
    (row.cells_by_lesion ?? '')
      .split(',')
      .filter(part => part !== '')
      .map(part => [part.slice(0, part.lastIndexOf(':')), Number(part.slice(part.lastIndexOf(':') + 1))] as const),
  )

const shortlistOf = (receptors: readonly Row[]) => new Set(receptors.filter(row => row.shortlisted === 'true').map(row => row.clonotype_id))

/** Twenty clonotypes in every lesion: the shortlisted first, then the largest. */
export function lesionBars(lesions: readonly string[], clonotypes: readonly Row[], receptors: readonly Row[]): string {
  const shortlisted = shortlistOf(receptors)
  const wanted = [
    ...clonotypes.filter(row => shortlisted.has(row.clonotype_id)),
    ...clonotypes.filter(row => !shortlisted.has(row.clonotype_id)),
  ].slice(0, 20)
  const bars: ClonotypeBar[] = wanted.map(row => ({
    label: `${row.alias} ${row.trb_junction_aa}`,
    byLesion: lesionCounts(row),
    shortlisted: shortlisted.has(row.clonotype_id),
  }))
  return lesionFigure(lesions, bars)
}

/** Score of each clone against its size; empty where no clone has a score. */
export function cloneScores(clonotypes: readonly Row[], receptors: readonly Row[]): string {
  const shortlisted = shortlistOf(receptors)
  const points: ScatterPoint[] = clonotypes
    .filter(row => row.best_score !== '')
    .slice(0, 3000)
    .map(row => ({
      x: Number(row.cells),
      y: Number(row.best_score),
      strong: shortlisted.has(row.clonotype_id),
      label: `${row.alias} ${row.best_signature}`,
    }))
  return points.length === 0 ? '' : cloneFigure(points, 'cells of the clone', 'score')
}
