// The receptors of a product: those that pass every gate, or were let through by a named person, in the set that covers most.
import { byNumber, byText } from '../base/index.ts'
import { type Candidate, evidenceLevel, failedGates, GATE_TEXT, type Gate } from './candidate.ts'

export interface Override {
  readonly receptorId: string
  readonly gate: Gate
  readonly person: string
  readonly reason: string
}

export interface SelectedRow {
  readonly candidate: Candidate
  readonly level: number
  /** 1 for the first chosen; undefined: not chosen. */
  readonly rank: number | undefined
  readonly failed: readonly Gate[]
  readonly overridden: readonly Override[]
  readonly reason: string
}

export interface Selection {
  /** Chosen first, then by level and cells. */
  readonly rows: readonly SelectedRow[]
  readonly method: 'exact' | 'greedy' | 'all'
  /** What leaving out each chosen receptor would lose, by receptor. */
  readonly loses: ReadonlyMap<string, string>
}

/** Sets are compared one by one up to this many. */
const MOST_SETS = 200_000
/** Cancer cell fraction from which a mutation counts as clonal; unverified. */
export const CLONAL_FROM = 0.8

/** What makes one set better than another, first difference decides: larger is better in each place. */
function worth(set: readonly Candidate[]): readonly number[] {
  const mutations = new Set(set.map(candidate => candidate.mutation))
  const hla = new Map<string, number>()
  for (const candidate of set) hla.set(candidate.evidence?.hla ?? '', (hla.get(candidate.evidence?.hla ?? '') ?? 0) + 1)
  const crowded = [...hla].some(([allele, count]) => allele !== '' && count > set.length / 2 && set.length > 1)
  const lineages = new Set(set.map(candidate => candidate.lineage))
  const sum = (amountOf: (candidate: Candidate) => number) => set.reduce((total, candidate) => total + amountOf(candidate), 0)
  return [
    mutations.size,
    crowded ? 0 : 1,
    lineages.has('CD8') && lineages.has('CD4') ? 1 : 0,
    sum(candidate => ((candidate.ccf ?? 0) >= CLONAL_FROM ? 1 : 0)),
    sum(candidate => candidate.lesions),
    -sum(candidate => Math.log10(candidate.evidence?.ec50 ?? 1e-4)),
    sum(candidate => candidate.cells),
  ]
}

function isBetter(a: readonly Candidate[], b: readonly Candidate[]): boolean {
  const x = worth(a)
  const y = worth(b)
  for (let i = 0; i < x.length; i++) if (Math.abs(x[i]! - y[i]!) > 1e-12) return x[i]! > y[i]!
  return byText(a.map(candidate => candidate.receptorId).join(), b.map(candidate => candidate.receptorId).join()) < 0
}

/** Deterministic: ties go to the set with the smaller ids. */
export function selectReceptors(candidates: readonly Candidate[], size: number, overrides: readonly Override[] = []): Selection {
  const sorted = candidates.toSorted((a, b) => byText(a.receptorId, b.receptorId))
  const gates = new Map(
    sorted.map(candidate => {
      const failed = failedGates(candidate)
      const overridden = overrides.filter(row => row.receptorId === candidate.receptorId && failed.includes(row.gate))
      return [candidate, { failed, overridden, open: failed.filter(gate => !overridden.some(row => row.gate === gate)) }] as const
    }),
  )
  const eligible = sorted.filter(candidate => gates.get(candidate)!.open.length === 0)
  const { chosen, method } = choose(eligible, size)
  const ordered = chosen.toSorted(
    (a, b) => byNumber(a.evidence?.ec50, b.evidence?.ec50) || b.cells - a.cells || byText(a.receptorId, b.receptorId),
  )
  const loses = new Map(ordered.map(candidate => [candidate.receptorId, lossOf(candidate, ordered)]))
  const rows = sorted.map((candidate): SelectedRow => {
    const { failed, overridden, open } = gates.get(candidate)!
    const at = ordered.indexOf(candidate)
    const base = { candidate, level: evidenceLevel(candidate), failed, overridden, rank: at < 0 ? undefined : at + 1 }
    return { ...base, reason: reasonOf(candidate, base.rank, open, overridden, ordered, size) }
  })
  return {
    rows: rows.sort(
      (a, b) =>
        byNumber(a.rank, b.rank) ||
        b.level - a.level ||
        b.candidate.cells - a.candidate.cells ||
        byText(a.candidate.receptorId, b.candidate.receptorId),
    ),
    method,
    loses,
  }
}

function choose(
  eligible: readonly Candidate[],
  size: number,
): { readonly chosen: readonly Candidate[]; readonly method: Selection['method'] } {
  if (eligible.length <= size) return { chosen: eligible, method: 'all' }
  let sets = 1
  for (let i = 1; i <= size; i++) sets = (sets * (eligible.length - size + i)) / i
  if (sets > MOST_SETS) {
    const chosen: Candidate[] = []
    while (chosen.length < size) {
      let best: Candidate | undefined
      for (const candidate of eligible) {
        if (chosen.includes(candidate)) continue
        if (best === undefined || isBetter([...chosen, candidate], [...chosen, best])) best = candidate
      }
      chosen.push(best!)
    }
    return { chosen, method: 'greedy' }
  }
  let best: readonly Candidate[] | undefined
  const walk = (from: number, set: readonly Candidate[]) => {
    if (set.length === size) {
      if (best === undefined || isBetter(set, best)) best = set
      return
    }
    for (let i = from; i <= eligible.length - (size - set.length); i++) walk(i + 1, [...set, eligible[i]!])
  }
  walk(0, [])
  return { chosen: best ?? [], method: 'exact' }
}

function lossOf(candidate: Candidate, chosen: readonly Candidate[]): string {
  const others = chosen.filter(other => other !== candidate)
  if (others.every(other => other.mutation !== candidate.mutation)) return `the only receptor for ${candidate.mutation}`
  if (others.every(other => other.lineage !== candidate.lineage)) return `the only ${candidate.lineage} receptor`
  if (others.every(other => other.evidence?.hla !== candidate.evidence?.hla)) return `the only receptor on ${candidate.evidence?.hla}`
  return `a further receptor for ${candidate.mutation}`
}

/** Two figures, without a power of ten. */
const short = (value: number): string => Number(value.toPrecision(2)).toLocaleString('en-US')

const molar = (value: number): string =>
  value < 1e-9 ? `${short(value * 1e12)} pM` : value < 1e-6 ? `${short(value * 1e9)} nM` : `${short(value * 1e6)} µM`

/** One sentence a committee can check. */
function reasonOf(
  candidate: Candidate,
  rank: number | undefined,
  open: readonly Gate[],
  overridden: readonly Override[],
  chosen: readonly Candidate[],
  size: number,
): string {
  const facts: string[] = []
  const { evidence } = candidate
  if (evidence?.hla) facts.push(`${evidence.hla} ${candidate.hlaStatus === 'unknown' ? 'not examined for loss' : candidate.hlaStatus}`)
  if (evidence?.ec50 !== undefined) facts.push(`EC50 ${molar(evidence.ec50)}`)
  if (evidence?.mutantOverWildType !== undefined) facts.push(`wild type ${short(evidence.mutantOverWildType)} times weaker or more`)
  else if (evidence?.wildTypePositive === false) facts.push('wild type silent')
  if (candidate.safety !== undefined)
    facts.push(candidate.safety.red === 0 ? 'no red word' : `${candidate.safety.red} red words, ${candidate.safety.untestedRed} untested`)
  if (candidate.ccf !== undefined) facts.push(`${Math.round(100 * candidate.ccf)} % of cancer cells`)
  facts.push(`${candidate.lineage}, ${candidate.cells} cells in ${candidate.lesions} lesion${candidate.lesions === 1 ? '' : 's'}`)
  const passed = overridden.map(row => `${GATE_TEXT[row.gate]}, let through by ${row.person}: ${row.reason}`)
  if (rank !== undefined) return `chosen: ${lossOf(candidate, chosen)}; ${[...facts, ...passed].join('; ')}`
  if (open.length > 0)
    return `not chosen: ${open.map(gate => GATE_TEXT[gate]).join('; ')}${candidate.mutation === '' ? '' : ` (${candidate.mutation})`}`
  return `not chosen: the ${size} chosen cover more; ${facts.join('; ')}`
}
