// Route B's book-keeping: somatic alleles wait until the whole file is read, because a neighbour may stand behind them; then each is resolved with those on its haplotype.
import { type Caveat, caveat, type Funnel, fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { sampleValue, type VcfRecord } from '../format/index.ts'
import { editOf } from './edit.ts'
import { type GermlineProtein, germlineProteins } from './germline-proteins.ts'
import { type Neighbour, type OwnOutcome, type OwnRouteOptions, ownOutcomes } from './own-route.ts'
import { type Phase, phaseOf, UNPHASED, type UnknownPhase } from './phase.ts'
import type { ProteinChange } from './protein-change.ts'
import type { SomaticVariant } from './somatic-variant.ts'
import type { TranscriptIndex } from './transcript-index.ts'

/** What the own engine needs beside the VCF. */
export interface OwnRoute {
  readonly index: TranscriptIndex
  /** Names the annotation and genome in every answer. */
  readonly reference: string
  readonly unknownPhase: UnknownPhase
  /** Alleles of a phased VCF of the same patient, germline and somatic. */
  readonly phased?: PhasedAlleles
}

export interface PhasedAlleles {
  readonly alleles: readonly { readonly key: string; readonly neighbour: Neighbour }[]
}

/** `chromosome-position-ref-alt` with the chromosome as the genome names it. */
export const alleleKey = (chromosome: string, position: number, ref: string, alt: string): string =>
  `${chromosome}-${position}-${ref}-${alt}`

/** More records than this share whose REF is not in the genome: the VCF is of another build. */
const MOST_MISMATCHES = 0.01

export class HaplotypeCalls {
  readonly #route: OwnRoute
  readonly #options: Pick<OwnRouteOptions, 'biotypes' | 'incompleteTranscripts'>
  readonly #pending: { variant: SomaticVariant; phase: Phase; key: string }[] = []
  readonly #germline: { key: string; neighbour: Neighbour }[] = []
  readonly #germlineKeys = new Set<string>()
  readonly #mismatches: string[] = []
  readonly #unknownChromosomes = new Set<string>()
  #compared = 0

  constructor(route: OwnRoute, options: Pick<OwnRouteOptions, 'biotypes' | 'incompleteTranscripts'>) {
    this.#route = route
    this.#options = options
  }

  /** Alleles that the normal sample carries are germline neighbours, whatever FILTER says of them. */
  addGermline(record: VcfRecord, normal: number, tumour: number | undefined): void {
    const chromosome = this.#route.index.genome.nameOf(record.chromosome)
    const genotype = sampleValue(record, normal, 'GT')
    if (chromosome === undefined || genotype === undefined) return
    for (const [alt, bases] of record.alts.entries()) {
      if (!genotype.split(/[/|]/).includes(String(alt + 1))) continue
      const edit = editOf(chromosome, record.position, record.ref, bases)
      if (edit === undefined || !/^[ACGTN]+$/.test(bases)) continue
      const own = phaseOf(record, normal, alt)
      const inTumour = tumour === undefined ? UNPHASED : phaseOf(record, tumour, alt)
      const phase = own.homozygous ? own : inTumour.set === undefined ? own : inTumour
      const key = alleleKey(chromosome, record.position, record.ref, bases)
      this.#germlineKeys.add(key)
      this.#germline.push({ key, neighbour: { edit, phase, germline: true } })
    }
  }

  /** An allele that the normal sample carries is no somatic one; REF must be what the genome has. */
  add(variant: SomaticVariant, phase: Phase): 'taken' | 'germline' | 'not-a-change' | 'reference-mismatch' | 'contig-missing' {
    const { genome } = this.#route.index
    const chromosome = genome.nameOf(variant.chromosome)
    if (chromosome === undefined) {
      this.#unknownChromosomes.add(variant.chromosome)
      return 'contig-missing'
    }
    if (variant.ref === variant.alt) return 'not-a-change'
    const start = variant.position - 1
    const bases = genome.bases(chromosome, start, start + variant.ref.length)
    // stretches that are not stored come back as N and are not compared
    if (!bases.includes('N') && !variant.ref.includes('N')) {
      this.#compared++
      if (bases !== variant.ref) {
        this.#mismatches.push(`${variant.chromosome}:${variant.position} has ${bases}, the VCF ${variant.ref}`)
        return 'reference-mismatch'
      }
    }
    const key = alleleKey(chromosome, variant.position, variant.ref, variant.alt)
    if (this.#germlineKeys.has(key)) return 'germline'
    this.#pending.push({ variant, phase, key })
    return 'taken'
  }

  /** Errors: `annotation-mismatch` when more than 1 % of REFs differ, `contig-missing` when no chromosome is shared. */
  resolve(funnel: Funnel): Result<
    {
      changes: readonly ProteinChange[]
      caveats: readonly Caveat[]
      variantCaveats: ReadonlyMap<string, readonly Caveat[]>
      germline: () => readonly GermlineProtein[]
    },
    Issue
  > {
    if (this.#mismatches.length > MOST_MISMATCHES * Math.max(1, this.#compared)) {
      return fail(
        issue(
          'annotation-mismatch',
          `the VCF and ${this.#route.reference} are of different builds: ${this.#mismatches.length} of ${this.#compared} REFs differ (${this.#mismatches.slice(0, 3).join('; ')})`,
          'give the genome that the reads were aligned to: GRCh37 and GRCh38 differ at most places',
        ),
      )
    }
    if (this.#pending.length === 0 && this.#unknownChromosomes.size > 0) {
      return fail(
        issue(
          'contig-missing',
          `no chromosome of the VCF (${[...this.#unknownChromosomes].slice(0, 5).join(', ')}) is in ${this.#route.reference} (${this.#route.index.chromosomes.slice(0, 5).join(', ')})`,
          'give an annotation of the same species and naming',
        ),
      )
    }
    const phased = this.#route.phased?.alleles ?? []
    const phaseByKey = new Map(phased.map(({ key, neighbour }) => [key, neighbour.phase]))
    const somaticKeys = new Set(this.#pending.map(({ key }) => key))
    const neighbours = [
      ...this.#pending.map(({ variant, phase, key }) => ({
        key,
        neighbour: {
          edit: editOf(this.#route.index.genome.nameOf(variant.chromosome)!, variant.position, variant.ref, variant.alt)!,
          phase: phaseByKey.get(key) ?? phase,
          germline: false,
        },
      })),
      ...this.#germline,
      ...phased.filter(({ key }) => !somaticKeys.has(key) && !this.#germlineKeys.has(key)),
    ]
    const byChromosome = new Map<string, { readonly key: string; readonly neighbour: Neighbour }[]>()
    for (const row of neighbours) {
      const { chromosome } = row.neighbour.edit
      const list = byChromosome.get(chromosome)
      if (list === undefined) byChromosome.set(chromosome, [row])
      else list.push(row)
    }
    for (const list of byChromosome.values()) list.sort((a, b) => a.neighbour.edit.start - b.neighbour.edit.start)
    const changes: ProteinChange[] = []
    const variantCaveats = new Map<string, Caveat[]>()
    let number = 1
    for (const { variant, phase, key } of this.#pending) {
      const where = `${variant.chromosome}:${variant.position} ${variant.ref}>${variant.alt}`
      const chromosome = this.#route.index.genome.nameOf(variant.chromosome)!
      const others = near(byChromosome.get(chromosome) ?? [], variant, this.#route.index, chromosome).filter(other => other.key !== key)
      const outcomesOf = (assumeCis: boolean) =>
        ownOutcomes(
          variant,
          phaseByKey.get(key) ?? phase,
          others.map(other => other.neighbour),
          this.#route.index,
          { ...this.#options, assumeCis },
          () => number++,
        )
      const outcomes = [...outcomesOf(this.#route.unknownPhase === 'cis')]
      if (this.#route.unknownPhase === 'both') outcomes.push(...otherHaplotypes(outcomes, outcomesOf(true)))
      if (outcomes.length === 0) funnel.add('intergenic', where)
      for (const outcome of outcomes) {
        funnel.add('consequences', where)
        funnel.add(outcome.reason, `${where} ${outcome.transcript}`)
        if (outcome.change !== undefined) changes.push(outcome.change)
        for (const row of outcome.caveats) {
          const held = variantCaveats.get(variant.id) ?? []
          if (!held.some(other => other.text === row.text)) variantCaveats.set(variant.id, [...held, row])
        }
      }
    }
    const unphasedVariants = [...variantCaveats.values()].filter(list => list.some(row => row.code === 'unphased-neighbour')).length
    const caveats = [
      ...(this.#mismatches.length > 0
        ? [
            caveat(
              'reference-mismatch',
              `${this.#mismatches.length} records were left out because their REF is not in the genome (${this.#mismatches[0]})`,
            ),
          ]
        : []),
      ...(unphasedVariants > 0
        ? [
            caveat(
              'unphased-neighbours',
              `${unphasedVariants} variants have a neighbour within 75 coding bases whose phase is unknown: --assume-cis applies such neighbours`,
            ),
          ]
        : []),
    ]
    const germline = neighbours.filter(({ neighbour }) => neighbour.germline).map(({ neighbour }) => neighbour)
    return ok({ changes, caveats, variantCaveats, germline: () => germlineProteins(germline, this.#route.index, this.#options) })
  }
}

/** Outcomes with the neighbours of unknown phase applied, where that makes another protein. */
function otherHaplotypes(apart: readonly OwnOutcome[], together: readonly OwnOutcome[]): readonly OwnOutcome[] {
  return together.flatMap(outcome => {
    const same = apart.find(other => other.transcript === outcome.transcript)
    return outcome.change === undefined || same?.change?.mutant === outcome.change.mutant
      ? []
      : [{ ...outcome, reason: 'out', caveats: [] }]
  })
}

/** Neighbours that share a transcript with the variant. */
function near<T extends { readonly neighbour: Neighbour }>(
  sorted: readonly T[],
  variant: SomaticVariant,
  index: TranscriptIndex,
  chromosome: string,
): readonly T[] {
  if (sorted.length < 2) return []
  let from = variant.start
  let to = variant.end
  for (const t of index.near(chromosome, variant.start, variant.end)) {
    from = Math.min(from, index.transcripts[t]!.start)
    to = Math.max(to, index.transcripts[t]!.end)
  }
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]!.neighbour.edit.start < from) low = middle + 1
    else high = middle
  }
  let end = low
  while (end < sorted.length && sorted[end]!.neighbour.edit.start <= to) end++
  return sorted.slice(low, end)
}
