// Overlap alignment of two DNA sequences with affine gaps (Gotoh 1982, doi:10.1016/0022-2836(82)90398-9): gaps before and behind either sequence are free.
// Whole matrix, for sequences up to some thousand bases.

export interface AlignedPair {
  /** Equal lengths; `-` where the other has a base. */
  readonly a: string
  readonly b: string
  /** 0-based offset of the first aligned base of each. */
  readonly startA: number
  readonly startB: number
  readonly score: number
}

const MATCH = 2
const MISMATCH = -3
const OPEN = -6
const EXTEND = -1
const LOW = -1e9

/** Traceback codes of the three layers. */
const FROM_M = 0
const FROM_X = 1
const FROM_Y = 2
const STOP = 3

export function alignOverlap(a: string, b: string): AlignedPair {
  const n = a.length
  const m = b.length
  const width = m + 1
  const back = [new Uint8Array((n + 1) * width), new Uint8Array((n + 1) * width), new Uint8Array((n + 1) * width)] as const
  let scoreM = new Int32Array(width)
  let scoreX = new Int32Array(width).fill(LOW)
  let scoreY = new Int32Array(width).fill(LOW)
  back[0].fill(STOP)
  let best = 0
  let bestI = 0
  let bestJ = 0
  for (let i = 1; i <= n; i++) {
    const nextM = new Int32Array(width)
    const nextX = new Int32Array(width).fill(LOW)
    const nextY = new Int32Array(width).fill(LOW)
    const letter = a.charCodeAt(i - 1)
    for (let j = 1; j <= m; j++) {
      const at = i * width + j
      const pair = letter === b.charCodeAt(j - 1) ? MATCH : MISMATCH
      const [dM, dX, dY] = [scoreM[j - 1]!, scoreX[j - 1]!, scoreY[j - 1]!]
      const before = Math.max(dM, dX, dY)
      nextM[j] = before + pair
      back[0][at] = i === 1 || j === 1 ? STOP : before === dM ? FROM_M : before === dX ? FROM_X : FROM_Y
      // X: a gap in b (a base of a alone); Y: a gap in a
      const openX = scoreM[j]! + OPEN
      const goX = scoreX[j]! + EXTEND
      nextX[j] = Math.max(openX, goX)
      back[1][at] = openX >= goX ? FROM_M : FROM_X
      const openY = nextM[j - 1]! + OPEN
      const goY = nextY[j - 1]! + EXTEND
      nextY[j] = Math.max(openY, goY)
      back[2][at] = openY >= goY ? FROM_M : FROM_Y
      if ((i === n || j === m) && nextM[j]! > best) {
        best = nextM[j]!
        bestI = i
        bestJ = j
      }
    }
    scoreM = nextM
    scoreX = nextX
    scoreY = nextY
  }
  return traceBack(a, b, back, width, bestI, bestJ, best)
}

function traceBack(
  a: string,
  b: string,
  back: readonly [Uint8Array, Uint8Array, Uint8Array],
  width: number,
  endI: number,
  endJ: number,
  score: number,
): AlignedPair {
  const rowA: string[] = []
  const rowB: string[] = []
  let i = endI
  let j = endJ
  let layer = FROM_M
  while (i > 0 && j > 0) {
    const code = back[layer as 0 | 1 | 2][i * width + j]!
    if (layer === FROM_M) {
      rowA.push(a[--i]!)
      rowB.push(b[--j]!)
      if (code === STOP) break
    } else if (layer === FROM_X) {
      rowA.push(a[--i]!)
      rowB.push('-')
    } else {
      rowA.push('-')
      rowB.push(b[--j]!)
    }
    layer = code
  }
  return { a: rowA.reverse().join(''), b: rowB.reverse().join(''), startA: i, startB: j, score }
}

/** Moves every gap as far left as the sequences allow, so that equal differences have one name. */
export function leftAlign(pair: AlignedPair): AlignedPair {
  const a = [...pair.a]
  const b = [...pair.b]
  const shift = (gapped: string[], other: string[]): void => {
    for (let i = 0; i < gapped.length; i++) {
      if (gapped[i] !== '-') continue
      let end = i
      while (end < gapped.length && gapped[end] === '-') end++
      let from = i
      // the base before the gap equals the last base opposite the gap: swap them
      while (from > 0 && gapped[from - 1] !== '-' && other[from - 1] !== '-' && gapped[from - 1] === other[end - 1]) {
        gapped[end - 1] = gapped[from - 1]!
        gapped[from - 1] = '-'
        from--
        end--
      }
      i = Math.max(i, end - 1)
      while (i + 1 < gapped.length && gapped[i + 1] === '-') i++
    }
  }
  shift(a, b)
  shift(b, a)
  return { ...pair, a: a.join(''), b: b.join('') }
}
