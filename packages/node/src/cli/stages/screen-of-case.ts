// The screening half of `cognate run`: plates for the shortlist until plates were read; then what answered, the proteome scanned for it, and the choice.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { caveat, describeIssue, ok } from '@cognate/core/base'
import { type CaseFile, safetyTargets } from '@cognate/core/case'
import { formatTsv } from '@cognate/core/format'
import { SAFETY_COLUMNS } from '@cognate/core/safety'
import { openPredictors } from '../../model/open-predictors.ts'
import { readRows } from '../../read/rows.ts'
import { maybeAt, safetyTable } from '../case-inputs.ts'
import { GERMLINE_PROTEINS } from './neoantigens.ts'
import { runSafety } from './safety.ts'
import { runScreenDesign } from './screen-design.ts'
import { runPlates } from './screen-read.ts'
import { readEvidence, runSelect } from './select.ts'
import type { StageOutcome } from './stage.ts'

export interface ScreenedCase {
  readonly file: CaseFile
  readonly at: (path: string) => string
  readonly hla: readonly string[]
  /** Of the results. */
  readonly folder: string
}

/** Names in the folder of a run, where minigenes.tsv holds windows and order.csv inserts. */
const DESIGN_NAMES: Readonly<Record<string, string>> = {
  'minigenes.tsv': 'tandem-minigenes.tsv',
  'minigenes.fasta': 'tandem-minigenes.fasta',
  'order.csv': 'screen-order.csv',
}

/** What cannot be designed is told and stops nothing: no plate is a result of its own here. */
export function designOfCase({ file, hla, folder }: ScreenedCase): StageOutcome {
  const wish = file.screen_design
  if (wish === 'none') return ok(undesigned('no plates were asked for', 'screen_design'))
  const effectors =
    wish.effectors ??
    readRows(join(folder, 'receptors.tsv'))
      .filter(row => row.shortlisted === 'true')
      .map(row => row.receptor_id!)
  if (effectors.length === 0) return ok(undesigned('no receptor is on the shortlist', 'receptors'))
  const designed = runScreenDesign({
    neoantigens: join(folder, 'minigenes.tsv'),
    hla,
    effectors,
    top: wish.top,
    perConstruct: wish.per_construct,
    wildTypes: wish.wild_types,
    replicates: wish.replicates,
    negatives: wish.negatives,
    plate: wish.plate,
    cells: wish.cells,
    poolSize: wish.pool_size,
    coverage: wish.coverage,
    preset: 'generic-strict',
    seed: `${file.seed}|${file.case}`,
  })
  if (!designed.ok) return ok(undesigned(describeIssue(designed.issue).split('\n')[0]!, 'screen design'))
  const files = new Map([...designed.value.files].map(([name, text]) => [DESIGN_NAMES[name] ?? name, text]))
  return ok({ ...designed.value, files })
}

const undesigned = (why: string, where: string) => ({
  files: new Map<string, string>(),
  funnel: [],
  caveats: [caveat('screen-not-designed', `no plates were designed: ${why}`)],
  headline: `no plates: ${why} (${where})`,
})

export const plateInputs = ({ file, at }: Pick<ScreenedCase, 'file' | 'at'>) =>
  file.screens.map(screen => ({
    map: at(screen.map),
    readouts: [at(screen.plate)],
    unit: screen.unit,
    rule: screen.rule,
    alpha: 0.05,
    minSpots: 25,
  }))

/** Files that the choice is made of; undefined where there is none. */
export function selectInputs({ file, at, folder }: Omit<ScreenedCase, 'hla'>) {
  const maybe = maybeAt(at)
  const table = (name: string) => join(folder, name)
  return {
    receptors: table('receptors.tsv'),
    screen: table('screen.tsv'),
    neoantigens: table('neoantigens.tsv'),
    minigenes: maybe(file.minigenes) ?? table('minigenes.tsv'),
    safety: file.safety === undefined ? undefined : (maybe(safetyTable(file)) ?? table('safety.tsv')),
    hlaLoss: maybe(file.tumour.hla_loss),
    overrides: maybe(file.product.overrides),
  }
}

/** Errors: those of the scan and of the tables. Where nothing answered there is nothing to scan for, and that is told. */
export async function safetyOfCase(screened: ScreenedCase): Promise<StageOutcome> {
  const { file, at, hla, folder } = screened
  const read = readEvidence({ ...selectInputs(screened), safety: undefined, overrides: undefined, hla })
  if (!read.ok) return read
  const predictors = openPredictors()
  if (!predictors.ok) return predictors
  const { targets, caveats } = safetyTargets(read.value.evidence, predictors.value)
  const wish = typeof file.safety === 'object' ? file.safety : undefined
  const proteome = file.tumour.proteome
  if (targets.length === 0 || wish === undefined || proteome === undefined) {
    const why = proteome === undefined ? 'tumour.proteome names no proteome' : 'no receptor answered to a mutation'
    return ok({
      files: new Map([['safety.tsv', formatTsv(SAFETY_COLUMNS, [])]]),
      funnel: [],
      caveats: [caveat('safety-not-assessed', `the proteome was not scanned: ${why}`)],
      headline: `nothing scanned: ${why}`,
    })
  }
  const own = join(folder, GERMLINE_PROTEINS)
  const scanned = await runSafety({
    targets,
    proteome: at(proteome),
    further: existsSync(own) ? own : undefined,
    tissues: maybeAt(at)(wish.tissues),
    maxMismatches: wish.mismatches,
    top: wish.top,
  })
  return scanned.ok ? ok({ ...scanned.value, caveats: [...caveats, ...scanned.value.caveats] }) : scanned
}

export const screenOfCase = (screened: Pick<ScreenedCase, 'file' | 'at'>): Promise<StageOutcome> => runPlates(plateInputs(screened))

export function selectionOfCase(screened: ScreenedCase): StageOutcome {
  const { file, hla } = screened
  return runSelect({ ...selectInputs(screened), hla, number: file.product.receptors, caseId: file.case })
}
