// Owns the WebAssembly memory of the TCRMatch kernel: CDR3s by length, position by position; a query's tables at a time. What its upper bounds let through is scored exactly.
import {
  type MatchGroup,
  type MatchNeighbours,
  MatchSet,
  matchGroups,
  matchWord,
  type TcrmatchKernel,
  tcrmatchScore,
} from '@cognate/core/receptor'
import { readKernel, STATIC_BYTES } from '../read/kernel.ts'

const TABLE_BYTES = 32
/** A longer CDR3 is compared by the plain body. */
const LONGEST = 60
/** Steps of a byte; the largest value of the kernel is below 255 of them. */
const UNIT = 1 / 160
/** Sums of floats of 32 bits differ from exact ones by less than this share. */
const ROUNDING = 1e-4

interface KernelExports {
  readonly sums: (...values: readonly number[]) => void
}

/** With its place in the memory. */
interface Placed extends MatchGroup {
  readonly length: number
  readonly stride: number
  readonly at: number
}

/** Trimmed CDR3s, to be asked for those that are like another one: by the kernel, or without a built kernel, or where one is too long, by the plain body. */
export function openMatchSet(trimmed: readonly string[], kernel: TcrmatchKernel): MatchNeighbours {
  const wasm = readKernel('match')
  const fits = trimmed.every(text => text.length <= LONGEST) && kernel.every(value => value < 255 * UNIT)
  return wasm.ok && fits ? kernelSet(wasm.value, trimmed, kernel) : new MatchSet(trimmed, kernel)
}

function kernelSet(wasm: Uint8Array<ArrayBuffer>, trimmed: readonly string[], kernel: TcrmatchKernel): MatchNeighbours {
  const tables = STATIC_BYTES
  const out = tables + TABLE_BYTES * (LONGEST + 1)
  let at = out + 4 * (trimmed.length + 16)
  const groups = new Map<number, Placed>()
  for (const [length, group] of matchGroups(trimmed, kernel)) {
    const stride = Math.ceil(group.members.length / 16) * 16
    groups.set(length, { ...group, length, stride, at })
    at += length * stride
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil((at + 64) / 65536) + 1 })
  const { sums } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory } }).exports as unknown as KernelExports
  const bytes = new Uint8Array(memory.buffer)
  for (const group of groups.values())
    for (const [m, { codes }] of group.words.entries())
      for (let k = 0; k < group.length; k++) bytes[group.at + k * group.stride + m] = codes[k]!
  const bounds = new Float32Array(memory.buffer, out, trimmed.length + 16)
  return {
    near(text, least) {
      const word = text.length > LONGEST ? undefined : matchWord(text, kernel)
      if (word === undefined) return []
      for (const [k, residue] of word.codes.entries())
        for (let other = 0; other < 20; other++) bytes[tables + k * TABLE_BYTES + other] = Math.ceil(kernel[(residue << 5) | other]! / UNIT)
      const found: number[] = []
      for (let length = word.codes.length - 1; length <= word.codes.length + 1; length++) {
        const group = groups.get(length)
        if (group === undefined) continue
        const { members, words } = group
        sums(group.at, group.stride, members.length, length, tables, word.codes.length, UNIT, out)
        const enough = (least * (1 - ROUNDING)) / word.scale
        for (let m = 0; m < members.length; m++)
          if (bounds[m]! * words[m]!.scale >= enough && tcrmatchScore(word, words[m]!, kernel) >= least) found.push(members[m]!)
      }
      return found
    },
  }
}
