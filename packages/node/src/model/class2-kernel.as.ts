// AssemblyScript. Scores peptides on one class II molecule with an ensemble of small networks over all registers; the plain body is scoreClass2Plain in class2-network.ts.
// Memory is laid out by class2-kernel.ts. All arrays f32, row-major; `hidden` is that of all networks side by side, each a multiple of 4.
//   codes   [n, 30] u8   residues; lengths [n] i32
//   core    [9 · 20, hidden]      core residues by position
//   left    [3 · 20 + 1, hidden]  flanking residue at a third, a half, or the whole of its weight: three, two or one of them are seen; zeros
//   right   [3 · 20 + 1, hidden]
//   edge    [22 · 22, hidden]     what flank lengths and the peptide's length add, by residues before and after the core
//   w2 [hidden]; b2, temperatures [networks]; z [networks, 24], seen [24] scratch
//   out     [n, 2]       mean over networks of sigmoid(temperature · log Σ exp(z / temperature)); register with the highest mean sigmoid(z)
// One crossing scores a whole batch.

const CORE = 9
const FLANK = 3
const MAX_LENGTH = 30
/** Registers of the longest peptide, 22, in whole vectors of four. */
const PADDED = 24

export function scoreClass2(
  n: i32,
  networks: i32,
  hidden: i32,
  temperatures: usize,
  codes: usize,
  lengths: usize,
  core: usize,
  left: usize,
  right: usize,
  edge: usize,
  w2: usize,
  b2: usize,
  z: usize,
  seen: usize,
  out: usize,
): void {
  const stride: usize = (<usize>hidden) << 2
  const each: usize = stride / <usize>networks
  for (let p = 0; p < n; p++) {
    const own = codes + <usize>(p * MAX_LENGTH)
    const length = load<i32>(lengths + ((<usize>p) << 2))
    const registers = length - CORE + 1
    for (let r = 0; r < registers; r++) {
      const after = registers - 1 - r
      const c0 = core + <usize>load<u8>(own + <usize>r) * stride
      const c1 = core + <usize>(20 + <i32>load<u8>(own + <usize>r, 1)) * stride
      const c2 = core + <usize>(40 + <i32>load<u8>(own + <usize>r, 2)) * stride
      const c3 = core + <usize>(60 + <i32>load<u8>(own + <usize>r, 3)) * stride
      const c4 = core + <usize>(80 + <i32>load<u8>(own + <usize>r, 4)) * stride
      const c5 = core + <usize>(100 + <i32>load<u8>(own + <usize>r, 5)) * stride
      const c6 = core + <usize>(120 + <i32>load<u8>(own + <usize>r, 6)) * stride
      const c7 = core + <usize>(140 + <i32>load<u8>(own + <usize>r, 7)) * stride
      const c8 = core + <usize>(160 + <i32>load<u8>(own + <usize>r, 8)) * stride
      const ends = edge + <usize>(r * 22 + after) * stride
      // three flanking rows either side, a row of zeros for one that is not there
      const before = min(r, FLANK)
      const behind = min(after, FLANK)
      const l0 = flank(left, own + <usize>(r - 1), before, 0, stride)
      const l1 = flank(left, own + <usize>(r - 2), before, 1, stride)
      const l2 = flank(left, own + <usize>(r - 3), before, 2, stride)
      const r0 = flank(right, own + <usize>(r + CORE), behind, 0, stride)
      const r1 = flank(right, own + <usize>(r + CORE + 1), behind, 1, stride)
      const r2 = flank(right, own + <usize>(r + CORE + 2), behind, 2, stride)
      let j: usize = 0
      for (let k = 0; k < networks; k++) {
        const end = j + each
        let total = f32x4.splat(0)
        for (; j < end; j += 16) {
          const a = f32x4.add(f32x4.add(v128.load(c0 + j), v128.load(c1 + j)), f32x4.add(v128.load(c2 + j), v128.load(c3 + j)))
          const b = f32x4.add(f32x4.add(v128.load(c4 + j), v128.load(c5 + j)), f32x4.add(v128.load(c6 + j), v128.load(c7 + j)))
          const c = f32x4.add(f32x4.add(v128.load(l0 + j), v128.load(l1 + j)), f32x4.add(v128.load(l2 + j), v128.load(c8 + j)))
          const d = f32x4.add(f32x4.add(v128.load(r0 + j), v128.load(r1 + j)), f32x4.add(v128.load(r2 + j), v128.load(ends + j)))
          const s = f32x4.max(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.splat(0))
          total = f32x4.add(total, f32x4.mul(s, v128.load(w2 + j)))
        }
        f32.store(z + ((<usize>(k * PADDED + r)) << 2), sum(total) + f32.load(b2 + ((<usize>k) << 2)))
      }
    }
    // four registers at a time; those that fill up the last four add nothing
    const lanes = (registers + 3) & ~3
    for (let r = 0; r < lanes; r += 4) v128.store(seen + ((<usize>r) << 2), f32x4.splat(0))
    let score: f32 = 0
    for (let k = 0; k < networks; k++) {
      const temperature = f32.load(temperatures + ((<usize>k) << 2))
      const scores = z + ((<usize>(k * PADDED)) << 2)
      for (let r = registers; r < lanes; r++) f32.store(scores + ((<usize>r) << 2), -1e30)
      let most = f32x4.splat(-1e30)
      for (let r = 0; r < lanes; r += 4) most = f32x4.max(most, v128.load(scores + ((<usize>r) << 2)))
      const top: f32 = max(
        max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
        max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
      )
      let total = f32x4.splat(0)
      for (let r = 0; r < lanes; r += 4) {
        const at = (<usize>r) << 2
        const four = v128.load(scores + at)
        total = f32x4.add(total, exp(f32x4.div(f32x4.sub(four, f32x4.splat(top)), f32x4.splat(temperature))))
        v128.store(seen + at, f32x4.add(v128.load(seen + at), sigmoid(four)))
      }
      score += 1 / (1 + Mathf.exp(-(top + temperature * Mathf.log(sum(total)))))
    }
    let best = 0
    let highest: f32 = -1
    for (let r = 0; r < registers; r++) {
      const mean = f32.load(seen + ((<usize>r) << 2))
      if (mean > highest) {
        highest = mean
        best = r
      }
    }
    const at = out + ((<usize>p) << 3)
    f32.store(at, score / <f32>networks)
    f32.store(at, <f32>best, 4)
  }
}

function sum(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
}

/** Row of the k-th flanking residue, by its code at `residue` and how many are seen on that side; the last row, of zeros, where there is none. */
function flank(table: usize, residue: usize, seen: i32, k: i32, stride: usize): usize {
  return table + <usize>(k < seen ? (FLANK - seen) * 20 + <i32>load<u8>(residue) : FLANK * 20) * stride
}

/** exp(x) of four lanes to 3e-6 of itself, x held to ±60: a power of two times a polynomial on [-ln 2 / 2, ln 2 / 2], in three short chains. */
function exp(x: v128): v128 {
  const t = f32x4.mul(f32x4.min(f32x4.max(x, f32x4.splat(-60)), f32x4.splat(60)), f32x4.splat(Mathf.LOG2E))
  const whole = f32x4.nearest(t)
  const r = f32x4.mul(f32x4.sub(t, whole), f32x4.splat(Mathf.LN2))
  const square = f32x4.mul(r, r)
  const low = f32x4.add(f32x4.splat(1), r)
  const middle = f32x4.add(f32x4.splat(0.5), f32x4.mul(r, f32x4.splat(1 / 6)))
  const high = f32x4.add(f32x4.splat(1 / 24), f32x4.mul(r, f32x4.splat(1 / 120)))
  const e = f32x4.add(low, f32x4.mul(square, f32x4.add(middle, f32x4.mul(square, high))))
  return f32x4.mul(e, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127)), 23))
}

function sigmoid(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp(f32x4.neg(x))))
}
