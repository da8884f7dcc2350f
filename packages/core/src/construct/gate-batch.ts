// What only a batch shows: names, the same insert twice, barcodes too close.
import { reverseComplement } from '../bio/index.ts'
import type { GateResult } from './construct.ts'
import { gateResults } from './gate.ts'

/** Checks of a batch: names that are told apart, inserts that are not the same, barcodes at least three bases apart. */
export function judgeBatch(
  batch: readonly { readonly id: string; readonly insert: string; readonly barcode: string }[],
): readonly GateResult[] {
  const gate = gateResults()
  const ids = batch.map(member => member.id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  gate.check('batch-names', twice === undefined, twice ?? `${ids.length} names`, 'every name once')
  const illegal = ids.find(id => !/^[A-Za-z0-9_-]{1,32}$/.test(id))
  gate.check('batch-name-letters', illegal === undefined, illegal ?? 'letters, digits, - and _', 'at most 32 letters, digits, - and _')
  const inserts = batch.map(member => [member.insert, reverseComplement(member.insert)].sort()[0]!)
  const same = inserts.findIndex((insert, i) => inserts.indexOf(insert) !== i)
  gate.check('batch-inserts', same < 0, batch[same]?.id ?? 'all differ', 'no insert ordered twice')
  const barcodes = batch.map(member => member.barcode).filter(barcode => barcode !== '')
  const close = barcodes.findIndex((a, i) => barcodes.slice(0, i).some(b => hamming(a, b) < 3))
  if (barcodes.length > 0)
    gate.check(
      'batch-barcodes',
      close < 0 && barcodes.length === batch.length,
      close < 0 ? `${barcodes.length} barcodes` : barcodes[close]!,
      'one each, three bases apart',
    )
  return gate.list
}

/** Places at which two words of one length differ; the longer of two lengths counts whole. */
export function hamming(a: string, b: string): number {
  if (a.length !== b.length) return Math.max(a.length, b.length)
  let n = 0
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) n++
  return n
}
