// The stage: VCF header and records in, somatic variants with their protein changes out, and a reason for everything left behind. Whole in one file: one pass over the records.
import { type Caveat, caveat, Funnel, type FunnelRow, fail, type Issue, issue, ok, type Result, type Watch } from '../base/index.ts'
import { infoValue, sampleValue, type VcfHeader, type VcfRecord } from '../format/index.ts'
import type { GermlineProtein } from './germline-proteins.ts'
import { annotationCaveats, givenNames } from './given-annotation.ts'
import { HaplotypeCalls, type OwnRoute } from './haplotype-calls.ts'
import { phaseOf, UNPHASED } from './phase.ts'
import type { ProteinChange } from './protein-change.ts'
import { DNA_KEYS, expressionList, RNA_KEYS, readEvidence } from './read-evidence.ts'
import { changedInterval, type SomaticVariant, type VariantId, variantId } from './somatic-variant.ts'
import { type CsqEntry, checkCsq, entriesOfAlt, parseCsq, type VepOptions, vepOutcome } from './vep-consequence.ts'

export interface VariantOptions {
  readonly tumour?: string
  /** A file without the named samples is read as if none were named: callers call them as they like. */
  readonly samplesMayDiffer?: boolean
  readonly normal?: string
  /** Keep records whose FILTER is neither PASS nor `.`. */
  readonly allFilters: boolean
  readonly biotypes: ReadonlySet<string>
  readonly incompleteTranscripts: boolean
  /** Sees every decision: reason, place or place and transcript. */
  readonly watch?: Watch
  /** Consequences from an annotation and a genome instead of the VCF's CSQ. */
  readonly own?: OwnRoute
}

export const DEFAULT_VARIANT_OPTIONS: VariantOptions = {
  allFilters: false,
  biotypes: new Set(['protein_coding']),
  incompleteTranscripts: false,
}

export interface VariantCalls {
  /** Those with a protein change. */
  readonly variants: readonly SomaticVariant[]
  /** Every allele that filters and genotype let through, whatever it changes. */
  readonly called: readonly SomaticVariant[]
  readonly changes: readonly ProteinChange[]
  /** What the patient's germline alleles make of proteins, worked out when asked for; empty where consequences were read from the VCF. */
  readonly germline: () => readonly GermlineProtein[]
  readonly funnel: readonly FunnelRow[]
  readonly caveats: readonly Caveat[]
  readonly tumour: string | undefined
}

/** Column of the tumour: named, or the only one, or the only one whose name says tumour. Errors: `sample-absent`, `sample-ambiguous`. */
function chooseTumour(header: VcfHeader, named: string | undefined, caveats: Caveat[]): Result<number | undefined, Issue> {
  const names = header.samples
  if (named !== undefined) {
    const at = names.indexOf(named)
    return at >= 0
      ? ok(at)
      : fail(
          issue(
            'sample-absent',
            `the VCF has no sample "${named}"; it has ${names.join(', ') || 'none'}`,
            'name one of these with --tumour or tumour.sample',
            header.lines,
          ),
        )
  }
  if (names.length === 0) return ok(undefined)
  if (names.length === 1) return ok(0)
  const likely = names.filter(name => /tumou?r/i.test(name))
  if (likely.length === 1) {
    caveats.push(caveat('sample-guessed', `the tumour was taken to be the sample ${likely[0]}`))
    return ok(names.indexOf(likely[0]!))
  }
  return fail(
    issue(
      'sample-ambiguous',
      `the VCF has the samples ${names.join(', ')} and none was named`,
      'name the tumour with --tumour or tumour.sample',
      header.lines,
    ),
  )
}

/** Indices of the ALTs that the genotype names; the reason when it names none; undefined when there is no genotype. */
function genotypeAlts(
  record: VcfRecord,
  sample: number,
): ReadonlySet<number> | 'genotype-missing' | 'genotype-hom-ref' | 'genotype-malformed' | undefined {
  const genotype = sampleValue(record, sample, 'GT')
  if (genotype === undefined) return record.format.includes('GT') ? 'genotype-missing' : undefined
  const alleles = genotype.split(/[/|]/)
  if (alleles.every(allele => allele === '.')) return 'genotype-missing'
  const alts = new Set<number>()
  for (const allele of alleles) {
    if (allele === '.' || allele === '0') continue
    const index = Number(allele) - 1
    if (!Number.isInteger(index) || index >= record.alts.length) return 'genotype-malformed'
    alts.add(index)
  }
  return alts.size === 0 ? 'genotype-hom-ref' : alts
}

/** Share of reads from which the normal sample carries a variant, and of how many such a judgement is made. */
const CARRIED_VAF = 0.2
const LEAST_JUDGED = 20
/** A list of germline variants taken for somatic ones makes thousands of self peptides neoantigens. */
export function germlineDoubt(variants: readonly SomaticVariant[]): Caveat | undefined {
  const judged = variants.filter(({ normal }) => normal.vaf !== undefined)
  const carried = judged.filter(({ normal }) => normal.vaf! >= CARRIED_VAF)
  return judged.length < LEAST_JUDGED || carried.length < judged.length / 2
    ? undefined
    : caveat(
        'normal-carries',
        `${carried.length} of ${judged.length} variants stand in a fifth or more of the normal's reads: is this the somatic list, and are its samples named right?`,
      )
}

/** Incremental: `add` each record in file order, then `finish`. */
export class VariantCaller {
  readonly #header: VcfHeader
  readonly #options: VariantOptions
  readonly #vep: VepOptions
  readonly #tumour: number | undefined
  readonly #normal: number | undefined
  readonly #funnel: Funnel
  readonly #variants: SomaticVariant[] = []
  readonly #called: SomaticVariant[] = []
  readonly #changes: ProteinChange[] = []
  readonly #caveats: Caveat[]
  readonly #seen = new Set<string>()
  readonly #filters = new Map<string, number>()
  readonly #own: HaplotypeCalls | undefined
  /** Protein names that the file's annotator wrote, for comparison with our own. */
  readonly #given = new Map<VariantId, ReadonlyMap<string, string>>()
  #count = 1
  #withCsq = 0

  private constructor(
    header: VcfHeader,
    options: VariantOptions,
    tumour: number | undefined,
    normal: number | undefined,
    caveats: Caveat[],
  ) {
    this.#header = header
    this.#options = options
    this.#funnel = new Funnel('variants', options.watch)
    this.#tumour = tumour
    this.#normal = normal
    this.#caveats = caveats
    this.#own = options.own === undefined ? undefined : new HaplotypeCalls(options.own, options)
    const named = header.meta.filter(line => /^##(VEP|reference)/.test(line)).join(' ')
    this.#vep = {
      biotypes: options.biotypes,
      incompleteTranscripts: options.incompleteTranscripts,
      tslSupported: /GRCh38|GRCm38/.test(named),
    }
  }

  static open(header: VcfHeader, options: VariantOptions): Result<VariantCaller, Issue> {
    const caveats: Caveat[] = []
    const checked = options.own === undefined ? checkCsq(header) : ok(undefined)
    if (!checked.ok) return checked
    if (header.separatedBySpaces) caveats.push(caveat('header-spaces', 'the #CHROM line is separated by spaces, not tabs'))
    const isThere = (name: string | undefined) => options.samplesMayDiffer !== true || name === undefined || header.samples.includes(name)
    const tumour = chooseTumour(header, isThere(options.tumour) ? options.tumour : undefined, caveats)
    if (!tumour.ok) return tumour
    const normal = options.normal === undefined ? -1 : header.samples.indexOf(options.normal)
    if (options.normal !== undefined && normal < 0 && isThere(options.normal)) {
      return fail(
        issue(
          'sample-absent',
          `the VCF has no sample "${options.normal}"; it has ${header.samples.join(', ')}`,
          'name one of these with --normal',
          header.lines,
        ),
      )
    }
    return ok(new VariantCaller(header, options, tumour.value, normal < 0 ? undefined : normal, caveats))
  }

  add(record: VcfRecord): Result<undefined, Issue> {
    const where = `${record.chromosome}:${record.position}`
    this.#funnel.add('in', where)
    if (this.#own !== undefined && this.#normal !== undefined) this.#own.addGermline(record, this.#normal, this.#tumour)
    for (const name of record.filter) this.#filters.set(name, (this.#filters.get(name) ?? 0) + 1)
    const passes = record.filter.every(name => name === 'PASS' || name === '.' || name === '')
    if (!passes && !this.#options.allFilters) {
      this.#funnel.add('filtered', `${where} ${record.filter.join(';')}`)
      return ok(undefined)
    }
    if (record.alts.length === 0) this.#funnel.add('no-alt', where)
    const called = this.#tumour === undefined ? undefined : genotypeAlts(record, this.#tumour)
    if (called === 'genotype-malformed')
      return fail(issue('vcf-malformed', 'GT names an allele that ALT does not list', 'repair the genotype', record.line))
    if (called === 'genotype-missing' || called === 'genotype-hom-ref') {
      this.#funnel.add(called, where)
      return ok(undefined)
    }
    const text = infoValue(record, 'CSQ')
    const entries = text === undefined || text === '' ? [] : parseCsq(text, this.#header.csqFields)
    if (entries.length > 0) this.#withCsq++
    for (let alt = 0; alt < record.alts.length; alt++) {
      if (called !== undefined && !called.has(alt)) this.#funnel.add('alt-not-in-genotype', where)
      else {
        const done = this.#addAlt(record, alt, entries, called === undefined)
        if (!done.ok) return done
      }
    }
    return ok(undefined)
  }

  #addAlt(record: VcfRecord, index: number, entries: readonly CsqEntry[], withoutGenotype: boolean): Result<undefined, Issue> {
    const alt = record.alts[index]!
    const where = `${record.chromosome}:${record.position} ${record.ref}>${alt}`
    if (alt === '*') this.#funnel.add('spanning-deletion', where)
    else if (!/^[ACGTN]+$/.test(alt)) this.#funnel.add('symbolic-alt', where)
    if (!/^[ACGTN]+$/.test(alt)) return ok(undefined)
    const caveats: Caveat[] = []
    const tumour = readEvidence(record, this.#tumour, index, DNA_KEYS, caveats)
    if (withoutGenotype && this.#tumour !== undefined) {
      if (tumour.altReads === 0) {
        this.#funnel.add('no-tumour-reads', where)
        return ok(undefined)
      }
      caveats.push(caveat('genotype-absent', 'the file has no genotypes: taken because the tumour has reads, or none were counted'))
    }
    const id = variantId(record.chromosome, record.position, record.ref, alt)
    if (this.#seen.has(id)) {
      this.#funnel.add('duplicate-record', where)
      return ok(undefined)
    }
    this.#seen.add(id)
    const sampleText = (key: string) => (this.#tumour === undefined ? undefined : sampleValue(record, this.#tumour, key))
    const genotype = sampleText('GT') ?? ''
    const variant: SomaticVariant = {
      id,
      line: record.line,
      chromosome: record.chromosome,
      position: record.position,
      ref: record.ref,
      alt,
      ...changedInterval(record.position, record.ref, alt),
      filter: record.filter.join(';'),
      tumour,
      normal: readEvidence(record, this.#normal, index, DNA_KEYS, caveats),
      rna: readEvidence(record, this.#tumour, index, RNA_KEYS, caveats),
      geneExpression: expressionList(sampleText('GX')),
      transcriptExpression: expressionList(sampleText('TX')),
      phaseSet: genotype.includes('|') ? (sampleText('PS') ?? sampleText('PID')) : undefined,
      callers: [],
      caveats,
    }
    this.#called.push(variant)
    if (this.#own !== undefined) {
      const taken = this.#own.add(variant, this.#tumour === undefined ? UNPHASED : phaseOf(record, this.#tumour, index))
      this.#funnel.add(taken === 'taken' ? 'alleles' : taken, where)
      if (taken === 'taken') {
        this.#variants.push(variant)
        const names = givenNames(record, index, this.#header.csqFields)
        if (names.size > 0) this.#given.set(id, names)
      }
      return ok(undefined)
    }
    this.#funnel.add('alleles', where)
    const before = this.#changes.length
    for (const entry of entriesOfAlt(entries, record.ref, alt)) {
      this.#funnel.add('consequences', where)
      const outcome = vepOutcome(variant, entry, this.#count, this.#vep)
      if (!outcome.ok) return outcome
      if (outcome.value.kind === 'left-out') {
        this.#funnel.add(outcome.value.reason, `${where} ${entry.get('feature') ?? ''}`)
        if (outcome.value.counted) this.#count++
      } else {
        this.#count++
        this.#changes.push(outcome.value.change)
        this.#funnel.add('out', where)
      }
    }
    if (this.#changes.length > before) this.#variants.push(variant)
    return ok(undefined)
  }

  /** Errors: `csq-absent` when no record carried CSQ although the header promises it. */
  finish(): Result<VariantCalls, Issue> {
    const read = this.#funnel.count('in')
    if (read === 0) this.#caveats.push(caveat('no-records', 'the VCF has a header and no records'))
    if (read > 0 && this.#funnel.count('filtered') === read) {
      const filters = [...this.#filters].sort((a, b) => b[1] - a[1]).slice(0, 5)
      this.#caveats.push(
        caveat(
          'all-filtered',
          `every record was filtered (${filters.map(([name, n]) => `${name}: ${n}`).join(', ')}); --all-filters keeps them`,
        ),
      )
    }
    const germline = germlineDoubt(this.#variants)
    if (germline !== undefined) this.#caveats.push(germline)
    const resolved = this.#own?.resolve(this.#funnel)
    if (resolved !== undefined) return resolved.ok ? ok(this.#phasedCalls(resolved.value)) : resolved
    const reached = this.#funnel.count('alleles')
    if (reached > 0 && this.#withCsq === 0) this.#caveats.push(caveat('csq-empty', 'no record carries CSQ although the header names it'))
    return ok({
      variants: this.#variants,
      called: this.#called,
      germline: () => [],
      changes: this.#changes,
      funnel: this.#funnel.rows(),
      caveats: this.#caveats,
      tumour: this.#tumour === undefined ? undefined : this.#header.samples[this.#tumour],
    })
  }
  #phasedCalls(resolved: {
    readonly changes: readonly ProteinChange[]
    readonly caveats: readonly Caveat[]
    readonly variantCaveats: ReadonlyMap<string, readonly Caveat[]>
    readonly germline: () => readonly GermlineProtein[]
  }): VariantCalls {
    const changed = new Set(resolved.changes.map(change => change.variantId))
    return {
      variants: this.#variants
        .filter(variant => changed.has(variant.id))
        .map(variant => ({ ...variant, caveats: [...variant.caveats, ...(resolved.variantCaveats.get(variant.id) ?? [])] })),
      called: this.#called,
      germline: resolved.germline,
      changes: resolved.changes,
      funnel: this.#funnel.rows(),
      caveats: [...this.#caveats, ...resolved.caveats, ...annotationCaveats(resolved.changes, this.#given)],
      tumour: this.#tumour === undefined ? undefined : this.#header.samples[this.#tumour],
    }
  }
}
