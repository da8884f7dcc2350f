// The same tumour by several callers → one list: a variant once, with the callers that saw it. Evidence, consequences and phase are those of the first file that has it.
import { type Caveat, caveat, Funnel, type FunnelRow } from '../base/index.ts'
import type { VariantCalls } from './call-variants.ts'
import type { SomaticVariant, VariantId } from './somatic-variant.ts'

export interface NamedCalls {
  /** Name of the caller. */
  readonly caller: string
  readonly calls: VariantCalls
}

/** Allele fractions of one variant further apart than this are told. */
const MOST_APART = 0.2

/**
 * Variants that at least `least` callers pass; the others are counted as `too-few-callers`. Variants are the same when their changed bases are: callers that write one
 * event in different records are not joined. The funnel has a stage for each file, and `variants` for what became of all.
 */
export function mergeCalls(files: readonly NamedCalls[], least = 1): VariantCalls {
  const callers = new Map<VariantId, string[]>()
  const first = new Map<VariantId, SomaticVariant>()
  const fractions = new Map<VariantId, number[]>()
  for (const { caller, calls } of files)
    for (const variant of calls.called) {
      callers.set(variant.id, [...(callers.get(variant.id) ?? []), caller])
      if (!first.has(variant.id)) first.set(variant.id, variant)
      if (variant.tumour.vaf !== undefined) fractions.set(variant.id, [...(fractions.get(variant.id) ?? []), variant.tumour.vaf])
    }
  const funnel = new Funnel('variants')
  const kept = new Map<VariantId, SomaticVariant>()
  for (const [id, variant] of first) {
    funnel.add('in', id)
    if (callers.get(id)!.length < least) {
      funnel.add('too-few-callers', id)
      continue
    }
    kept.set(id, { ...variant, callers: callers.get(id)!, caveats: [...variant.caveats, ...disagreement(fractions.get(id) ?? [])] })
  }
  const seen = new Set<string>()
  const changes = files
    .flatMap(({ calls }) => calls.changes)
    .filter(change => {
      // one transcript may have two proteins where both haplotypes are candidates
      const key = `${change.variantId} ${change.transcript} ${change.mutant}`
      if (!kept.has(change.variantId) || seen.has(key)) return false
      seen.add(key)
      return true
    })
  const changed = new Set(changes.map(change => change.variantId))
  for (const id of kept.keys()) if (!changed.has(id)) funnel.add('no-protein-change', id)
  funnel.add('out', '', changes.length)
  const called = [...kept.values()]
  return {
    called,
    variants: called.filter(variant => changed.has(variant.id)),
    changes,
    germline: () => [...new Map(files.flatMap(({ calls }) => calls.germline()).map(protein => [protein.id, protein])).values()],
    funnel: [...files.flatMap(({ caller, calls }) => renamed(calls.funnel, `variants ${caller}`)), ...funnel.rows()],
    caveats: files.flatMap(({ caller, calls }) => calls.caveats.map(other => caveat(other.code, `${caller}: ${other.text}`))),
    tumour: files[0]?.calls.tumour,
  }
}

const renamed = (rows: readonly FunnelRow[], stage: string): readonly FunnelRow[] => rows.map(row => ({ ...row, stage }))

function disagreement(fractions: readonly number[]): readonly Caveat[] {
  const [least, most] = [Math.min(...fractions), Math.max(...fractions)]
  return fractions.length > 1 && most - least > MOST_APART
    ? [caveat('callers-disagree', `callers give allele fractions from ${least.toFixed(3)} to ${most.toFixed(3)}`)]
    : []
}
