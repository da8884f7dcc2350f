// Chance comes in as an argument: a named seed gives the same numbers everywhere. Generator: sfc32 (PractRand, public domain).

export interface Random {
  /** Uniform in [0, 1). */
  readonly unit: () => number
  /** Uniform whole number in [0, below). */
  readonly below: (below: number) => number
  /** Standard normal, by Box and Muller. */
  readonly normal: () => number
}

/** 32-bit FNV-1a of a text, to make a seed from a name. */
export function hash32(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

export function seededRandom(seed: string): Random {
  let a = hash32(`${seed}a`)
  let b = hash32(`${seed}b`)
  let c = hash32(`${seed}c`)
  let d = 1
  const next = (): number => {
    const t = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) next()
  const unit = () => next() / 4294967296
  return {
    unit,
    below: below => Math.floor(unit() * below),
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  }
}

/** The list in a drawn order (Fisher and Yates); the list itself stays. */
export function shuffled<T>(list: readonly T[], random: Random): readonly T[] {
  const out = [...list]
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const held = out[i]!
    out[i] = out[j]!
    out[j] = held
  }
  return out
}
