// The reference data that ship with the program: germlines, codon usage, signatures. Derived by scripts/derive-reference.ts.
import { readFileSync } from 'node:fs'
import { type CodonUsage, type Germline, makeGermline, PRESETS, parseGermline, type SequenceLimits } from '@cognate/core/bio'
import { CONSTANT_SETS, type GateReferences, SHIPPED_LINKERS } from '@cognate/core/construct'
import { columnReader, parseDelimited } from '@cognate/core/format'
import { type LabCriterion, parseLabCriteria } from '@cognate/core/infusion'
import type { BatchTemplate } from '@cognate/core/lot'
import { type DSegment, parseTcrmatchKernel, type Signature, type TcrmatchKernel } from '@cognate/core/receptor'
import { parseResiduePairs, type ResiduePairs } from '@cognate/core/safety'
import { dataPath } from './paths.ts'

export const GERMLINE_RELEASE = 'open germline 1 (10x V(D)J 7.0, Ensembl 94)'

/** A fault in a shipped file is a bug of the program, not of the input. */
function table(name: string) {
  const parsed = parseDelimited(readFileSync(dataPath(name), 'utf8'), { delimiter: '\t' })
  if (!parsed.ok) throw new Error(`${name}: ${parsed.issue.what}`)
  const get = columnReader(parsed.value.columns)
  return parsed.value.rows.map(row => (column: string) => get(row, column))
}

export function shippedGermline(species: 'human' | 'mouse'): Germline {
  const segments = parseGermline(readFileSync(dataPath(`germline-${species}.tsv`), 'utf8'))
  if (!segments.ok) throw new Error(segments.issue.what)
  return makeGermline(species, GERMLINE_RELEASE, segments.value)
}

/** Germlines and presets, with a user's preset beside the shipped ones. `species`: of the receptor. */
export function shippedReferences(preset?: SequenceLimits, species: 'human' | 'mouse' = 'human'): GateReferences {
  const germlines = { human: shippedGermline('human'), mouse: shippedGermline('mouse') }
  const presets = preset === undefined ? PRESETS : new Map([...PRESETS, [preset.name, preset]])
  return { receptor: germlines[species], constants: germlines, constantSets: CONSTANT_SETS, linkers: SHIPPED_LINKERS, presets }
}

/** Examples of batch-record templates: shapes to start from, most of whose numbers are not verified. */
export const shippedTemplates = (): readonly BatchTemplate[] =>
  JSON.parse(readFileSync(dataPath('lot-templates.json'), 'utf8')) as readonly BatchTemplate[]

export function shippedCodonUsage(species: 'human' | 'mouse'): CodonUsage {
  return { species, count: new Map(table(`codon-usage-${species}.tsv`).map(get => [get('codon'), Number(get('count'))])) }
}

/** NeoTCR8 and NeoTCR4 (Lowery 2022, doi:10.1126/science.abl5447). The blood signature is not used on tumour cells. */
export function shippedSignatures(): readonly Signature[] {
  const genes = new Map<string, { lineage: 'CD8' | 'CD4'; genes: string[]; source: string }>()
  for (const get of table('signatures.tsv')) {
    const name = get('signature')
    if (name === 'NeoTCR_PBL') continue
    const entry = genes.get(name) ?? { lineage: get('lineage') as 'CD8' | 'CD4', genes: [], source: get('paper') }
    entry.genes.push(get('gene'))
    genes.set(name, entry)
  }
  return [...genes].map(([name, entry]) => ({ name, ...entry }))
}

/** Weight of each position of a peptide by allele and length (doi:10.1101/2020.12.08.416271). */
export function shippedAnchorWeights(): (allele: string, length: number) => readonly number[] | undefined {
  const weights = new Map(
    table('anchor-weights.tsv').map(get => [`${get('allele')} ${get('length')}`, get('weights').split(' ').map(Number)]),
  )
  return (allele, length) => weights.get(`${allele} ${length}`)
}

/** Distances of residues for the off-target score, with BLOSUM80. */
export function shippedResiduePairs(): ResiduePairs {
  const pairs = parseResiduePairs(readFileSync(dataPath('residue-pairs.tsv'), 'utf8'))
  if (!pairs.ok) throw new Error(pairs.issue.what)
  return pairs.value
}

/** Laboratory grading criteria of CTCAE v4 to v6 and DAIDS. */
export function shippedLabCriteria(): readonly LabCriterion[] {
  const criteria = parseLabCriteria(readFileSync(dataPath('lab-grades.tsv'), 'utf8'))
  if (!criteria.ok) throw new Error(criteria.issue.what)
  return criteria.value
}

/** The kernel of TCRMatch. */
export function shippedTcrmatchKernel(): TcrmatchKernel {
  const kernel = parseTcrmatchKernel(readFileSync(dataPath('blosum62-joint.tsv'), 'utf8'))
  if (!kernel.ok) throw new Error(kernel.issue.what)
  return kernel.value
}

/** D segments of the open germline. */
export const shippedDSegments = (species: 'human' | 'mouse'): readonly DSegment[] =>
  table('germline-d.tsv')
    .filter(get => get('species') === species)
    .map(get => ({ gene: get('gene'), sequence: get('sequence') }))
