// Simon's two-stage designs (1989, doi:10.1016/0197-2456(89)90015-9) by exhaustive exact search.
import { fail, type Issue, issue, ok, type Result } from '../../base/index.ts'

export interface TwoStageDesign {
  /** Stop for futility after the first n1 when at most r1 respond; the drug is not taken further when at most r of n do. */
  readonly r1: number
  readonly n1: number
  readonly r: number
  readonly n: number
  /** Probability of stopping early, and expected size, when the rate is p0. */
  readonly PET0: number
  readonly EN0: number
  readonly alpha: number
  readonly power: number
}

export interface SimonDesigns {
  /** Least expected size. */
  readonly optimal: TwoStageDesign
  /** Least size. */
  readonly minimax: TwoStageDesign
}

/** pmf[k] of k among n. */
function binomial(n: number, p: number): Float64Array {
  const pmf = new Float64Array(n + 1)
  pmf[0] = (1 - p) ** n
  for (let k = 1; k <= n; k++) pmf[k] = (pmf[k - 1]! * (n - k + 1) * p) / (k * (1 - p))
  return pmf
}

const below = (pmf: Float64Array): Float64Array => {
  let sum = 0
  return pmf.map(value => {
    sum += value
    return sum
  })
}

/** P(more than r respond and the first stage is passed). */
function passes(first: Float64Array, second: Float64Array, r1: number, r: number): number {
  let sum = 0
  for (let x = r1 + 1; x < first.length; x++) {
    const need = r - x
    sum += first[x]! * (need < 0 ? 1 : need >= second.length ? 0 : 1 - second[need]!)
  }
  return sum
}

/**
 * `p0`: rate not worth pursuing, `p1`: rate worth pursuing, `alpha`, `beta`: errors of both kinds. Errors: `simon-rates` (0 < p0 < p1 < 1), `simon-none` when no design of at most
 * `most` subjects exists.
 */
export function simonDesigns(p0: number, p1: number, alpha: number, beta: number, most = 100): Result<SimonDesigns, Issue> {
  if (!(p0 > 0 && p0 < p1 && p1 < 1 && alpha > 0 && alpha < 1 && beta > 0 && beta < 1))
    return fail(
      issue('simon-rates', `rates ${p0} and ${p1}, errors ${alpha} and ${beta}`, 'give 0 < p0 < p1 < 1 and errors between 0 and 1'),
    )
  let optimal: TwoStageDesign | undefined
  let minimax: TwoStageDesign | undefined
  const pmf0 = Array.from({ length: most + 1 }, (_, n) => binomial(n, p0))
  const pmf1 = Array.from({ length: most + 1 }, (_, n) => binomial(n, p1))
  const cdf0 = pmf0.map(below)
  const cdf1 = pmf1.map(below)
  for (let n = 2; n <= most; n++) {
    for (let n1 = 1; n1 < n; n1++) {
      if (optimal !== undefined && minimax !== undefined && n > minimax.n && n1 >= optimal.EN0) break
      for (let r1 = 0; r1 < n1 && cdf1[n1]![r1]! <= beta; r1++) {
        const pet = cdf0[n1]![r1]!
        const expected = n1 + (1 - pet) * (n - n1)
        if (minimax !== undefined && n > minimax.n && expected >= optimal!.EN0) continue
        // the least r that keeps alpha
        let low = r1
        let high = n
        while (low < high) {
          const middle = (low + high) >> 1
          if (passes(pmf0[n1]!, cdf0[n - n1]!, r1, middle) <= alpha) high = middle
          else low = middle + 1
        }
        const power = passes(pmf1[n1]!, cdf1[n - n1]!, r1, low)
        if (power < 1 - beta) continue
        const design = { r1, n1, r: low, n, PET0: pet, EN0: expected, alpha: passes(pmf0[n1]!, cdf0[n - n1]!, r1, low), power }
        if (optimal === undefined || expected < optimal.EN0) optimal = design
        if (minimax === undefined || (n === minimax.n && expected < minimax.EN0)) minimax = design
      }
    }
  }
  return optimal === undefined || minimax === undefined
    ? fail(issue('simon-none', `no design of at most ${most} subjects`, 'allow more subjects, or larger errors'))
    : ok({ optimal, minimax })
}
