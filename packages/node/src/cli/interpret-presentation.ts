// What `cognate present` does besides its table: models side by side, motif logos, which residues drive a score.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inFile, issue } from '@cognate/core/base'
import { type HlaAllele, membersOf } from '@cognate/core/bio'
import { formatTsv } from '@cognate/core/format'
import {
  type Agreement,
  agreements,
  anchorPositions,
  type ComparedRow,
  compareModels,
  type ModelScores,
  motifLogo,
  motifsOf,
  parseScoreTable,
  residueEffects,
  type SupportedAlleles,
  scoresOf,
  unscorable,
} from '@cognate/core/presentation'
import { requireTool, runTool } from '../external/run-tool.ts'
import type { ShippedPredictors } from '../model/open-predictors.ts'
import { userPath } from '../read/paths.ts'
import { readText } from '../read/text.ts'
import type { Console } from './console.ts'
import { InputFault, must } from './exit.ts'

const CLASSES = ['I', 'II'] as const

/** One SVG per allele into the folder; returns the anchors as a line per allele. */
export function writeLogos(predictors: ShippedPredictors, supported: SupportedAlleles, folder: string): readonly string[] {
  mkdirSync(userPath(folder), { recursive: true })
  return CLASSES.flatMap(mhcClass =>
    motifsOf(predictors[mhcClass], supported[mhcClass]).map(motif => {
      const name = `${motif.allele.replace(/[*:/]/g, '_')}.svg`
      writeFileSync(join(userPath(folder), name), motifLogo(motif))
      return `${motif.allele}: anchors ${anchorPositions(motif)
        .map(position => `P${position} (${motif.bits[position - 1]!.toFixed(1)} bits)`)
        .join(', ')} → ${join(folder, name)}`
    }),
  )
}

/** TSV of every residue of every peptide on its best allele of each class. */
export function residueTable(predictors: ShippedPredictors, supported: SupportedAlleles, peptides: readonly string[]): string {
  const rows = CLASSES.flatMap(mhcClass => {
    const predictor = predictors[mhcClass]
    const alleles = supported[mhcClass]
    const scorable = alleles.length === 0 ? [] : peptides.filter(peptide => unscorable(predictor, peptide) === undefined)
    const block = predictor.predict(scorable, alleles)
    return scorable.flatMap((peptide, p) => {
      const percentiles = alleles.map((_, a) => block.presentationPercentile[p * alleles.length + a]!)
      const allele = alleles[percentiles.indexOf(Math.min(...percentiles))]!
      return residueEffects(predictor, peptide, allele).map(effect => [
        peptide,
        allele,
        mhcClass,
        effect.position,
        effect.residue,
        effect.effect.toFixed(2),
        effect.best,
      ])
    })
  })
  return formatTsv(['peptide', 'allele', 'class', 'position', 'residue', 'effect_log_odds', 'best_residue'], rows)
}

export interface CompareRequest {
  readonly peptides: readonly string[]
  readonly tools: readonly string[]
  readonly tables: readonly string[]
}

export interface Comparison {
  readonly table: string
  readonly agreements: readonly Agreement[]
  readonly pairs: number
  readonly disagreements: number
}

/** Errors leave as InputFault: tool missing or failed, table malformed, nothing to compare with. */
export async function compareWithOthers(
  predictors: ShippedPredictors,
  supported: SupportedAlleles,
  request: CompareRequest,
  screen: Console,
): Promise<Comparison> {
  const tools = request.tools.map(name => must(requireTool(name)))
  const tables: ModelScores[] = request.tables.map(path => {
    const parsed = parseScoreTable(must(readText(path)))
    if (!parsed.ok) throw new InputFault(inFile(path, parsed.issue))
    return { model: path.split('/').at(-1)!, scores: parsed.value }
  })
  if (tools.length + tables.length === 0)
    throw new InputFault(
      issue('compare-nothing', 'there is no other model to compare with', 'add --external netmhcpan or --external-table FILE'),
    )
  const all: ComparedRow[] = []
  const found: Agreement[] = []
  const names = new Set<string>()
  for (const mhcClass of CLASSES) {
    const predictor = predictors[mhcClass]
    // another tool knows settled alleles only
    const alleles: readonly HlaAllele[] = [...new Set(supported[mhcClass].flatMap(membersOf))]
    if (alleles.length === 0) continue
    const peptides = request.peptides.filter(peptide => unscorable(predictor, peptide) === undefined)
    const models: ModelScores[] = [scoresOf(predictor, peptides, alleles)]
    for (const installed of tools.filter(entry => entry.tool.mhcClass === mhcClass)) {
      screen.notice(`asking ${installed.tool.command} ${installed.version ?? '(version unknown)'} about ${peptides.length} peptides`)
      models.push({
        model: `${installed.tool.name} ${installed.version ?? ''}`.trim(),
        scores: must(await runTool(installed, peptides, alleles)),
      })
    }
    const asked = new Set(models[0]!.scores.map(score => `${score.allele} ${score.peptide}`))
    for (const table of tables)
      models.push({ model: table.model, scores: table.scores.filter(score => asked.has(`${score.allele} ${score.peptide}`)) })
    const rows = compareModels(models, mhcClass)
    for (const { model } of models.slice(1)) names.add(model)
    all.push(...rows)
    found.push(...agreements(rows, models))
  }
  const others = [...names]
  const cell = (value: number | undefined, digits: number) => (value === undefined ? '' : Number(value.toPrecision(digits)))
  const columns = ['cognate', ...others]
  return {
    table: formatTsv(
      ['peptide', 'allele', ...columns.flatMap(name => [`${name} percentile`, `${name} ic50_nm`]), 'disagree'],
      all.map(row => [
        row.peptide,
        row.allele,
        ...columns.flatMap((_, m) => [cell(row.percentiles[m], 4), cell(row.ic50s[m], 5)]),
        row.disagree ? 'yes' : 'no',
      ]),
    ),
    agreements: found,
    pairs: all.length,
    disagreements: all.filter(row => row.disagree).length,
  }
}
