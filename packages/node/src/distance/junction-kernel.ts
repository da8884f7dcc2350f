// Owns the WebAssembly memory of the junction kernel: junctions by length, position by position; a query's tables at a time.
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import {
  alignedStretches,
  JUNCTION_WEIGHT,
  type JunctionDistances,
  residueCodes,
  residueDistance,
  TCRDIST_GAP,
  type TcrdistOptions,
} from '@cognate/core/receptor'
import { readKernel, STATIC_BYTES } from '../read/kernel.ts'

const TABLE_BYTES = 32
/** A longer junction does not fit into the kernel's bytes. */
const LONGEST = 63

interface KernelExports {
  readonly compare: (...values: readonly number[]) => void
}

interface Group {
  readonly length: number
  readonly stride: number
  readonly at: number
  readonly members: Int32Array
}

/** Errors: `kernel-missing`, `junction-too-long`. */
export function openJunctionKernel(
  junctions: readonly string[],
  { gap }: TcrdistOptions = { gap: TCRDIST_GAP },
): Result<JunctionDistances, Issue> {
  const long = junctions.find(junction => junction.length > LONGEST)
  if (long !== undefined)
    return fail(issue('junction-too-long', `${long} has ${long.length} residues`, `compare junctions of at most ${LONGEST}`))
  const wasm = readKernel('junction')
  return wasm.ok ? ok(distancesOf(wasm.value, junctions, gap)) : wasm
}

function distancesOf(wasm: Uint8Array<ArrayBuffer>, junctions: readonly string[], gap: number): JunctionDistances {
  const encoded = junctions.map(residueCodes)
  const byLength = Map.groupBy(encoded.keys(), i => encoded[i]!.length)
  const tables = STATIC_BYTES
  const out = tables + TABLE_BYTES * (LONGEST + 1)
  let at = out + 2 * (junctions.length + 16)
  const groups: Group[] = []
  for (const [length, list] of [...byLength].sort((a, b) => a[0] - b[0])) {
    const stride = Math.ceil(list.length / 16) * 16
    groups.push({ length, stride, at, members: Int32Array.from(list) })
    at += length * stride
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil((at + 64) / 65536) + 1 })
  const { compare } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory } }).exports as unknown as KernelExports
  const bytes = new Uint8Array(memory.buffer)
  for (const group of groups)
    group.members.forEach((i, m) => {
      for (let k = 0; k < group.length; k++) bytes[group.at + k * group.stride + m] = encoded[i]![k]!
    })
  const results = new Uint16Array(memory.buffer, out, junctions.length + 16)
  return {
    size: junctions.length,
    row(i, row) {
      const query = encoded[i]!
      for (const [k, residue] of query.entries())
        for (let other = 0; other < TABLE_BYTES; other++) bytes[tables + k * TABLE_BYTES + other] = residueDistance(residue, other)
      for (const { length, stride, at: codes, members } of groups) {
        const { k1, end1, k2, end2, shift, missing } = alignedStretches(query.length, length)
        compare(codes, stride, members.length, tables, k1, end1, k2, end2, shift, JUNCTION_WEIGHT, gap * missing, out)
        for (let m = 0; m < members.length; m++) row[members[m]!] = results[m]!
      }
    },
  }
}
