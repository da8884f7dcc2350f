// Cases side by side: which mutated sequences several patients share, and which cases look as if they were one person, mixed, or copied.
// A swapped sample or a CASE.yaml copied from the last patient makes a receptor for the wrong person; nothing inside one case can show it.
import { byText, type Caveat, caveat, type FunnelRow } from '../base/index.ts'
import { parseHlaList } from '../bio/index.ts'
import type { Row } from './table-page.ts'

export interface FinishedCase {
  readonly kind: 'finished'
  readonly id: string
  readonly synthetic: boolean
  /** Alleles as the case names them. */
  readonly hla: readonly string[]
  readonly funnel: readonly FunnelRow[]
  /** Ids of genomic variants with a protein change (chr12-25245349-25245350-C-T), each once. */
  readonly variants: ReadonlySet<string>
  /** Rows of neoantigens.tsv and receptors.tsv. */
  readonly neoantigens: readonly Row[]
  readonly receptors: readonly Row[]
  /** SHA-256 of what was measured in this patient and in no other → the path as the case names it. */
  readonly measured: ReadonlyMap<string, string>
}

export interface UnfinishedCase {
  readonly kind: 'unfinished'
  readonly id: string
  readonly why: string
}

export type CohortCase = FinishedCase | UnfinishedCase

/** A mutated sequence (minigene of 25 residues) in two patients or more: one receptor could serve all who present it on one allele. */
export interface RecurrentNeoantigen {
  readonly gene: string
  readonly change: string
  readonly minigene: string
  readonly cases: readonly { readonly id: string; readonly peptide: string; readonly allele: string; readonly percentile: number }[]
  /** Alleles that present a peptide of it in at least two of the cases. */
  readonly sharedAlleles: readonly string[]
  /** Pairs of its cases that may be one person, as `A and B`. */
  readonly doubtful: readonly string[]
}

/** The same two junctions, letter by letter, in two patients or more: often a receptor of a common virus, or an invariant one. */
export interface PublicReceptor {
  readonly alphaJunction: string
  readonly betaJunction: string
  readonly cases: readonly { readonly id: string; readonly receptor: string; readonly flags: string }[]
  /** Do they differ in their V genes or bases? Equal bases may be cells of one patient in the other's library. */
  readonly madeApart: boolean
  readonly doubtful: readonly string[]
}

export interface CasePair {
  readonly a: string
  readonly b: string
  readonly sharedVariants: readonly string[]
  /** Of the case that has fewer. */
  readonly fewerVariants: number
  /** `TRAV… junction / TRBV… junction`: both chains equal to the base. */
  readonly sharedReceptors: readonly string[]
  readonly sharedInputs: readonly string[]
  readonly sameTyping: boolean
  /** What of this two unrelated patients do not have; empty: nothing. */
  readonly findings: readonly Caveat[]
}

export interface Cohort {
  readonly cases: readonly CohortCase[]
  readonly recurrent: readonly RecurrentNeoantigen[]
  readonly publicReceptors: readonly PublicReceptor[]
  /** Pairs that share something; `compared` counts all. */
  readonly pairs: readonly CasePair[]
  readonly compared: number
}

/**
 * Unrelated tumours share hotspots and, where mismatch repair is lost, some of the same repeats; two samples of one tumour share most of their
 * truncal variants. Both limits must be passed. Priors of ours, set wide of either; the counts are always printed.
 */
export const SHARED_VARIANTS = { least: 5, share: 0.1 } as const
/** A typing has six class I alleles, five where one locus is homozygous; fewer can be equal by chance. */
const TYPING_ALLELES = 5

/** Class I alleles in one spelling: class II is not typed everywhere. */
const typingOf = ({ hla }: FinishedCase): readonly string[] => {
  const parsed = parseHlaList(hla)
  return parsed.ok ? parsed.value.alleles.flatMap(one => (one.class === 'I' ? [one.allele] : [])) : []
}

/** Pairs that two patients should not be. */
export const pairsToLookAt = ({ pairs }: Pick<Cohort, 'pairs'>): readonly CasePair[] => pairs.filter(pair => pair.findings.length > 0)

export function gatherCohort(cases: readonly CohortCase[]): Cohort {
  const finished = cases.filter(one => one.kind === 'finished')
  const pairs = casePairs(finished)
  const suspicious = pairsToLookAt({ pairs })
  return {
    cases,
    recurrent: recurrentNeoantigens(finished, suspicious),
    publicReceptors: publicReceptors(finished, suspicious),
    pairs,
    compared: (finished.length * (finished.length - 1)) / 2,
  }
}

type Seen = readonly { readonly row: Row; readonly id: string }[]

/** Rows of one key in two cases or more, the first of each case; a row without a key counts nowhere. */
function inSeveral(
  cases: readonly FinishedCase[],
  rowsOf: (one: FinishedCase) => readonly Row[],
  keyOf: (row: Row) => string,
): readonly Seen[] {
  const by = new Map<string, { readonly row: Row; readonly id: string }[]>()
  for (const one of cases) {
    const own = new Set<string>()
    for (const row of rowsOf(one)) {
      const key = keyOf(row)
      if (key === '' || own.has(key)) continue
      own.add(key)
      const seen = by.get(key)
      if (seen === undefined) by.set(key, [{ row, id: one.id }])
      else seen.push({ row, id: one.id })
    }
  }
  return [...by.values()].filter(seen => seen.length > 1)
}

/** Pairs of these cases that may be one person, as `A and B`. */
const doubtfulAmong = (seen: Seen, suspicious: readonly CasePair[]): readonly string[] =>
  suspicious.filter(pair => [pair.a, pair.b].every(name => seen.some(({ id }) => id === name))).map(pair => `${pair.a} and ${pair.b}`)

function publicReceptors(cases: readonly FinishedCase[], suspicious: readonly CasePair[]): readonly PublicReceptor[] {
  const pairOf = ({ tra_junction_aa: alpha = '', trb_junction_aa: beta = '' }: Row) =>
    alpha === '' || beta === '' ? '' : `${alpha}\t${beta}`
  return inSeveral(cases, ({ receptors }) => receptors, pairOf)
    .map(seen => {
      const { row } = seen[0]!
      return {
        alphaJunction: row.tra_junction_aa ?? '',
        betaJunction: row.trb_junction_aa ?? '',
        cases: seen.map(({ id, row }) => ({ id, receptor: row.receptor_id ?? '', flags: row.flags ?? '' })),
        madeApart: new Set(seen.map(one => receptorText(one.row))).size > 1,
        doubtful: doubtfulAmong(seen, suspicious),
      }
    })
    .sort(
      (a, b) =>
        a.doubtful.length - b.doubtful.length ||
        b.cases.length - a.cases.length ||
        byText(a.betaJunction + a.alphaJunction, b.betaJunction + b.alphaJunction),
    )
}

function recurrentNeoantigens(cases: readonly FinishedCase[], suspicious: readonly CasePair[]): readonly RecurrentNeoantigen[] {
  return inSeveral(
    cases,
    ({ neoantigens }) => neoantigens,
    row => ((row.minigene_25 ?? '') === '' ? '' : `${row.gene}\t${row.minigene_25}`),
  )
    .map(seen => {
      const alleles = seen.flatMap(({ row }) => [...new Set((row.alleles_presenting ?? '').split(',').filter(name => name !== ''))])
      const { row } = seen[0]!
      return {
        gene: row.gene ?? '',
        change: row.amino_acid_change ?? '',
        minigene: row.minigene_25 ?? '',
        cases: seen.map(({ id, row }) => ({
          id,
          peptide: row.best_peptide ?? '',
          allele: row.best_allele ?? '',
          percentile: Number(row.percentile_mt),
        })),
        sharedAlleles: [...new Set(alleles.filter((name, i) => alleles.indexOf(name) !== i))].sort(byText),
        doubtful: doubtfulAmong(seen, suspicious),
      }
    })
    .sort(
      (a, b) =>
        b.cases.length - a.cases.length ||
        b.sharedAlleles.length - a.sharedAlleles.length ||
        byText(a.gene + a.change + a.minigene, b.gene + b.change + b.minigene),
    )
}

const receptorText = (row: Row): string => `${row.tra_v_call} ${row.tra_junction} / ${row.trb_v_call} ${row.trb_junction}`

/** Receptors whose two junctions and V genes are known, as text that is equal only for the same bases. */
const receptorsOf = ({ receptors }: FinishedCase): ReadonlySet<string> =>
  new Set(receptors.filter(row => (row.tra_junction ?? '') !== '' && (row.trb_junction ?? '') !== '').map(receptorText))

/** What each pair of cases has in common; a case's things are looked up, not compared with every other's. */
function inCommon(sets: readonly ReadonlySet<string>[]): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, number[]>()
  for (const [i, things] of sets.entries()) {
    for (const thing of things) {
      const own = holders.get(thing)
      if (own === undefined) holders.set(thing, [i])
      else own.push(i)
    }
  }
  const shared = new Map<string, string[]>()
  for (const [thing, own] of holders) {
    for (const [n, a] of own.entries()) {
      for (const b of own.slice(n + 1)) {
        const key = `${a} ${b}`
        const list = shared.get(key)
        if (list === undefined) shared.set(key, [thing])
        else list.push(thing)
      }
    }
  }
  return shared
}

function casePairs(cases: readonly FinishedCase[]): readonly CasePair[] {
  const variants = inCommon(cases.map(one => one.variants))
  const receptors = inCommon(cases.map(receptorsOf))
  const inputs = inCommon(cases.map(one => new Set(one.measured.keys())))
  const typings = cases.map(typingOf)
  const pairs: CasePair[] = []
  for (const [i, a] of cases.entries()) {
    for (const [k, b] of cases.entries()) {
      if (k <= i) continue
      const of = (shared: ReadonlyMap<string, readonly string[]>) => shared.get(`${i} ${k}`) ?? []
      const pair = {
        a: a.id,
        b: b.id,
        sharedVariants: of(variants).toSorted(byText),
        fewerVariants: Math.min(a.variants.size, b.variants.size),
        sharedReceptors: of(receptors).toSorted(byText),
        sharedInputs: of(inputs).map(sha =>
          a.measured.get(sha) === b.measured.get(sha) ? a.measured.get(sha)! : `${a.measured.get(sha)} = ${b.measured.get(sha)}`,
        ),
        sameTyping: typings[i]!.length >= TYPING_ALLELES && typings[i]!.join() === typings[k]!.join(),
      }
      const findings = findingsOf(pair)
      if (findings.length > 0 || pair.sharedVariants.length > 0) pairs.push({ ...pair, findings })
    }
  }
  return pairs.sort((a, b) => b.findings.length - a.findings.length || b.sharedVariants.length - a.sharedVariants.length)
}

function findingsOf({
  sharedInputs,
  sharedReceptors,
  sharedVariants,
  fewerVariants,
  sameTyping,
}: Omit<CasePair, 'findings'>): readonly Caveat[] {
  const findings: Caveat[] = []
  if (sharedInputs.length > 0)
    findings.push(
      caveat('same-input', `the same bytes stand for both patients: ${sharedInputs.join(', ')}; one CASE.yaml names the other's file`),
    )
  if (sharedReceptors.length > 0)
    findings.push(
      caveat(
        'shared-receptors',
        `${sharedReceptors.length} receptors with both junctions equal to the base, such as ${sharedReceptors[0]}: one person, or cells of one in the other's library`,
      ),
    )
  if (sharedVariants.length >= SHARED_VARIANTS.least && sharedVariants.length >= SHARED_VARIANTS.share * fewerVariants)
    findings.push(
      caveat(
        'shared-variants',
        `${sharedVariants.length} of at most ${fewerVariants} somatic variants are the same: one person, a swapped or mixed sample, or germline variants that were not filtered`,
      ),
    )
  if (sameTyping) findings.push(caveat('same-typing', 'all class I alleles are the same: one person, or a typing that was copied'))
  return findings
}
