// `cognate run`: the stages of a case in order, each skipped when its inputs, options and the code did not change and its outputs are untouched.
// Whole: the plan reads as the list of stages that it is.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type FunnelRow, type Issue, ok, type Result } from '@cognate/core/base'
import type { CaseFile } from '@cognate/core/case'
import { DEFAULT_PRODUCT, parseTag } from '@cognate/core/construct'
import { supportedAlleles } from '@cognate/core/presentation'
import type { CellLimits } from '@cognate/core/receptor'
import { DEFAULT_VARIANT_OPTIONS } from '@cognate/core/variant'
import { openPredictors } from '../model/open-predictors.ts'
import { userPath } from '../read/paths.ts'
import { funnelText, readFunnel } from '../write/funnel-file.ts'
import { type Output, sha256OfFile, writeOutputs } from '../write/outputs.ts'
import { expandFolder, maybeAt, openCase, vcfsOf } from './case-inputs.ts'
import type { Console } from './console.ts'
import { readStageRecord, type StageName, type StageRecord, writeStageRecord } from './stage-record.ts'
import { noConstruct, runConstruct } from './stages/construct.ts'
import { makeDossier } from './stages/dossier.ts'
import { GERMLINE_PROTEINS, runNeoantigens } from './stages/neoantigens.ts'
import { runReceptors } from './stages/receptors.ts'
import {
  designOfCase,
  plateInputs,
  type ScreenedCase,
  safetyOfCase,
  screenOfCase,
  selectInputs,
  selectionOfCase,
} from './stages/screen-of-case.ts'
import { PAYLOAD, SELECTED } from './stages/select.ts'
import type { StageOutcome } from './stages/stage.ts'
import { runVariants } from './stages/variants.ts'
import { codeChecksum } from './version.ts'

export interface CaseRun {
  readonly out: string
  readonly stages: readonly { readonly name: string; readonly headline: string; readonly skipped: boolean; readonly seconds: number }[]
  readonly funnel: readonly FunnelRow[]
  readonly dossier: string
}

interface PlannedStage {
  readonly name: StageName
  readonly inputs: readonly string[]
  readonly options: unknown
  readonly run: () => Promise<StageOutcome>
}

export async function runCase(casePath: string, out: string, console: Console): Promise<Result<CaseRun, Issue>> {
  const opened = openCase(casePath)
  if (!opened.ok) return opened
  const { file, at, hla, inputs } = opened.value
  const folder = userPath(out)
  mkdirSync(folder, { recursive: true })
  const stages = planStages(file, at, hla, folder)
  const records: StageRecord[] = []
  const done: { name: string; headline: string; skipped: boolean; seconds: number }[] = []
  for (const stage of stages) {
    const started = performance.now()
    console.begin(stage.name)
    const record = await runStage(stage, folder)
    if (!record.ok) return record
    const seconds = (performance.now() - started) / 1000
    records.push(record.value.record)
    done.push({ name: stage.name, headline: record.value.record.headline, skipped: record.value.skipped, seconds })
    console.end(stage.name, record.value.record.headline, record.value.skipped, seconds)
    console.leftBehind(record.value.record.funnel)
    if (record.value.record.empty !== undefined) console.loud(record.value.record.empty)
  }
  const predictors = openPredictors()
  if (!predictors.ok) return predictors
  const supported = supportedAlleles(predictors.value, hla, { classes: ['I'], typing: true })
  const outputs = [...records.flatMap(record => Object.keys(record.outputs)), 'funnel.tsv']
  writeOutputs(
    folder,
    makeDossier({
      out: folder,
      file,
      caveats: records.flatMap(record => record.caveats),
      inputs: inputs.flatMap(expandFolder),
      outputs,
      predictor: predictors.value.I,
      alleles: supported.ok ? supported.value.I : [],
      hla,
    }),
  )
  return ok({ out: folder, stages: done, funnel: readFunnel(folder), dossier: join(folder, 'dossier.html') })
}

function planStages(file: CaseFile, at: (path: string) => string, hla: readonly string[], folder: string): readonly PlannedStage[] {
  const { tumour, product } = file
  const variantOptions = {
    ...DEFAULT_VARIANT_OPTIONS,
    allFilters: tumour.all_filters,
    tumour: tumour.sample,
    normal: tumour.normal,
  }
  const vcf = vcfsOf(file).map(({ caller, path }) => ({ caller, path: at(path) }))
  const leastCallers = tumour.min_callers
  const maybe = maybeAt(at)
  const given = {
    expression: maybe(tumour.expression === undefined ? undefined : (Object.values(tumour.expression)[0] as string)),
    hlaLoss: maybe(tumour.hla_loss),
    hotspots: maybe(tumour.hotspots),
    tierCriteria: maybe(file.neoantigens.tier_criteria),
    proteome: maybe(tumour.proteome),
    copyNumber: maybe(tumour.copy_number),
    fusions: maybe(tumour.fusions),
    starFusion: maybe(tumour.star_fusion),
    junctions: maybe(tumour.junctions),
    antigens: maybe(tumour.antigens),
  }
  const lesions = file.til.map(({ lesion, contigs, matrix, barcode_prefix, airr_cells, hashtag }) => ({
    lesion,
    contigs: at(contigs),
    matrix: maybe(matrix),
    barcodePrefix: barcode_prefix,
    airrCells: maybe(airr_cells),
    hashtag,
  }))
  const rnaAlignment = maybe(tumour.rna_alignment)
  const own =
    tumour.reference === undefined
      ? undefined
      : { reference: tumour.reference, phased: maybe(tumour.phased), phasedSample: tumour.sample, unknownPhase: 'apart' as const }
  const vcfs = [...vcf.map(({ path }) => path), ...[own?.phased, rnaAlignment].filter(path => path !== undefined)]
  const stages: PlannedStage[] = [
    {
      name: 'variants',
      inputs: vcfs,
      options: { tumour },
      run: () => runVariants({ vcf, leastCallers, rnaAlignment, options: variantOptions, own }),
    },
    {
      name: 'neoantigens',
      inputs: [...vcfs, ...Object.values(given).filter(path => path !== undefined)],
      options: { tumour, hla, neoantigens: file.neoantigens },
      run: () =>
        runNeoantigens({
          vcf,
          leastCallers,
          rnaAlignment,
          variantOptions,
          own,
          hla,
          downstream: 1000,
          lengths: file.neoantigens.lengths,
          class2Lengths: file.neoantigens.class2_lengths,
          allPeptides: file.neoantigens.all_peptides,
          purity: tumour.purity,
          sex: tumour.sex,
          expressionColumns: expressionColumnsOf(tumour.expression),
          ...given,
        }),
    },
  ]
  if (lesions.length === 0) return stages
  const receptorsTable = join(folder, 'receptors.tsv')
  const known = file.receptors.known.map(at)
  const signatures = file.receptors.signatures.map(at)
  const vLoops = file.receptors.v_loops.map(at)
  const presetFile = product.preset.endsWith('.json') ? at(product.preset) : undefined
  const vectorFile = maybe(product.vector)
  const germlineBases = maybe(product.germline_bases)
  const files = productFiles(file, at)
  stages.push(
    {
      name: 'receptors',
      inputs: [...lesions.flatMap(l => [l.contigs, l.matrix, l.airrCells]), ...known, ...vLoops, ...signatures].filter(
        path => path !== undefined,
      ),
      options: { til: file.til, receptors: file.receptors, seed: file.seed },
      run: () =>
        runReceptors({
          lesions,
          candidates: file.receptors.candidates,
          seed: `${file.seed}|${file.case}`,
          known,
          vLoops,
          signatures,
          method: file.receptors.method,
          mana3: file.receptors.mana3,
          primaryOnly: file.receptors.primary_only,
          cellLimits: cellLimitsOf(file.receptors.cell_limits),
          matrix: { alreadyLog: file.receptors.already_log, genome: file.receptors.genome },
        }),
    },
    ...screenStages({ file, at, hla, folder }),
    {
      name: 'construct',
      inputs: [
        receptorsTable,
        ...(file.screens.length > 0 ? [join(folder, SELECTED), join(folder, PAYLOAD)] : []),
        ...(presetFile === undefined ? [] : [presetFile]),
        ...(vectorFile === undefined ? [] : [vectorFile]),
        ...Object.values(files).filter(path => path !== undefined),
        ...product.contigs.map(at),
        ...(germlineBases === undefined ? [] : [germlineBases]),
      ],
      options: { product, name: file.case, synthetic: file.synthetic },
      run: async () => {
        if (product.type === 'til') return ok(noConstruct())
        const tags = product.tags.map(parseTag)
        const wrong = tags.find(tag => !tag.ok)
        if (wrong?.ok === false) return wrong
        const selected = file.screens.length > 0
        const made = runConstruct({
          receptors: selected ? join(folder, SELECTED) : receptorsTable,
          most: selected ? 0 : product.receptors,
          selection: selected ? join(folder, PAYLOAD) : undefined,
          product: {
            ...DEFAULT_PRODUCT,
            constantSet: product.constant,
            linker: product.linker,
            order: product.order,
            layout: product.layout,
            lockJunction: product.lock_junction,
            codons: product.codons,
            kozak: product.kozak,
            stop: product.stop,
            tags: tags.flatMap(tag => (tag.ok ? [tag.value] : [])),
            barcodeLength: product.barcode,
          },
          contigs: product.contigs.length === 0 ? undefined : product.contigs.map(at),
          germlineBases,
          files: {
            preset: presetFile ?? product.preset,
            vector: vectorFile === undefined ? undefined : { file: vectorFile, cut: product.cut ?? '', overlap: product.overlap },
            ...files,
            germline: product.germline,
            alleleFallback: product.allele_fallback,
          },
          title: file.case,
          synthetic: file.synthetic,
        })
        return made.ok ? ok(made.value.report) : made
      },
    },
  )
  return stages
}

/** Files of the product that are read as they are. */
function productFiles({ product }: CaseFile, at: (path: string) => string) {
  const maybe = maybeAt(at)
  return {
    constantSetFile: maybe(product.constant_set),
    linkerFile: maybe(product.linker_file),
    geneNames: maybe(product.gene_names),
    payload: maybe(product.payload),
    preferredAlleles: maybe(product.preferred_alleles),
  }
}

/** Names of a plain table's columns; undefined for the tables that are known by their header. */
function expressionColumnsOf(expression: CaseFile['tumour']['expression']): { readonly id: string; readonly value: string } | undefined {
  if (expression === undefined || !('tsv' in expression)) return undefined
  const { id, value } = expression
  return id === undefined && value === undefined ? undefined : { id: id ?? 'gene', value: value ?? 'tpm' }
}

/** Plates to make until plates were read; from then on what they say, what the proteome holds against it, and the choice. */
function screenStages(screened: ScreenedCase): readonly PlannedStage[] {
  const { file, at, hla, folder } = screened
  const table = (name: string) => join(folder, name)
  if (file.screens.length === 0)
    return file.screen_design === 'none'
      ? []
      : [
          {
            name: 'plates',
            inputs: [table('minigenes.tsv'), table('receptors.tsv')],
            options: { screen_design: file.screen_design, hla, seed: file.seed, case: file.case },
            run: async () => designOfCase(screened),
          },
        ]
  const inputs = selectInputs(screened)
  const given = (paths: readonly (string | undefined)[]) => paths.filter(path => path !== undefined)
  const { safety, overrides, ...evidence } = inputs
  return [
    {
      name: 'screen',
      inputs: plateInputs(screened).flatMap(plate => [plate.map, ...plate.readouts]),
      options: { screens: file.screens },
      run: () => screenOfCase(screened),
    },
    ...(typeof file.safety === 'object'
      ? [
          {
            name: 'safety' as const,
            inputs: given([
              ...Object.values(evidence),
              table(GERMLINE_PROTEINS),
              maybeAt(at)(file.tumour.proteome),
              maybeAt(at)(file.safety.tissues),
            ]),
            options: { safety: file.safety, hla },
            run: () => safetyOfCase(screened),
          },
        ]
      : []),
    {
      name: 'select',
      inputs: given([...Object.values(evidence), safety, overrides]),
      options: { product: file.product, hla },
      run: async () => selectionOfCase(screened),
    },
  ]
}

async function runStage(stage: PlannedStage, folder: string): Promise<Result<{ record: StageRecord; skipped: boolean }, Issue>> {
  const key = stageKey(stage)
  const before = readStageRecord(folder, stage.name)
  if (
    before?.key === key &&
    Object.entries(before.outputs).every(([name, sha]) => existsSync(join(folder, name)) && sha256OfFile(join(folder, name)) === sha)
  )
    return ok({ record: before, skipped: true })
  const outcome = await stage.run()
  if (!outcome.ok) return outcome
  const { funnel, caveats, headline, empty } = outcome.value
  const files = new Map<string, Output>([...outcome.value.files, ...(outcome.value.longFiles ?? [])])
  writeOutputs(folder, new Map([...files, ['funnel.tsv', funnelText(folder, funnel)]]))
  const outputs = Object.fromEntries([...files.keys()].map(name => [name, sha256OfFile(join(folder, name))]))
  const record: StageRecord = { key, outputs, caveats, funnel, headline, empty }
  removeLeftovers(folder, before?.outputs ?? {}, outputs)
  writeStageRecord(folder, stage.name, record)
  return ok({ record, skipped: false })
}

/** What the stage wrote before and no longer writes would stand beside the new results as if it were one; what someone changed since is theirs. */
function removeLeftovers(folder: string, before: StageRecord['outputs'], now: StageRecord['outputs']): void {
  for (const [name, sha] of Object.entries(before)) {
    const path = join(folder, name)
    if (now[name] === undefined && existsSync(path) && sha256OfFile(path) === sha) rmSync(path)
  }
}

function stageKey(stage: PlannedStage): string {
  const hash = createHash('sha256').update(JSON.stringify([stage.name, stage.options, codeChecksum()]))
  for (const path of stage.inputs) {
    const files =
      existsSync(path) && statSync(path).isDirectory()
        ? readdirSync(path)
            .filter(name => statSync(join(path, name)).isFile())
            .sort()
            .map(name => join(path, name))
        : [path]
    for (const file of files) hash.update(existsSync(file) ? sha256OfFile(file) : 'absent')
  }
  return hash.digest('hex')
}

function cellLimitsOf(limits: CaseFile['receptors']['cell_limits']): CellLimits | 'none' | undefined {
  if (limits === undefined || limits === 'none') return limits
  const { genes, counts, mitochondrial_percent } = limits
  return { genes, counts, mitochondrialPercent: mitochondrial_percent }
}
