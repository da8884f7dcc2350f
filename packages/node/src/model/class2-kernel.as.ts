// AssemblyScript. Scores peptides on one class II molecule with an ensemble of small networks over all registers; the plain body is scoreClass2Plain in class2-network.ts.
// Memory is laid out by class2-kernel.ts. All arrays f32, row-major; `hidden` is that of all networks side by side, each a multiple of 12.
//   codes   [n, 30] u8   residues; lengths [n] i32
//   core    [9 · 20, hidden]      core residues by position
//   left    [3 · 20, hidden]      flanking residue at a third, a half, or the whole of its weight: three, two or one of them are seen
//   right   [3 · 20, hidden]
//   edge    [22 · 22, hidden]     what flank lengths and the peptide's length add, by residues before and after the core
//   w2 [hidden]; b2 [networks]; z [22, networks] scratch; rows [24] i32 scratch
//   out     [n, 2]       mean over networks of sigmoid(temperature · log Σ exp(z / temperature)); register with the highest mean sigmoid(z)
// One crossing scores a whole batch.

const CORE = 9
const FLANK = 3
const MAX_LENGTH = 30

export function scoreClass2(
  n: i32,
  networks: i32,
  hidden: i32,
  temperature: f32,
  codes: usize,
  lengths: usize,
  core: usize,
  left: usize,
  right: usize,
  edge: usize,
  w2: usize,
  b2: usize,
  z: usize,
  rows: usize,
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
      // flanking rows that are there: at most three either side
      const before = min(r, FLANK)
      const behind = min(after, FLANK)
      for (let k = 0; k < before; k++)
        store<i32>(
          rows + ((<usize>k) << 2),
          <i32>(left + <usize>((FLANK - before) * 20 + <i32>load<u8>(own + <usize>(r - 1 - k))) * stride),
        )
      for (let k = 0; k < behind; k++)
        store<i32>(
          rows + ((<usize>(before + k)) << 2),
          <i32>(right + <usize>((FLANK - behind) * 20 + <i32>load<u8>(own + <usize>(r + CORE + k))) * stride),
        )
      const flanks = rows + ((<usize>(before + behind)) << 2)
      let j: usize = 0
      for (let k = 0; k < networks; k++) {
        const end = j + each
        let total = f32x4.splat(0)
        for (; j < end; j += 16) {
          const a = f32x4.add(f32x4.add(v128.load(c0 + j), v128.load(c1 + j)), f32x4.add(v128.load(c2 + j), v128.load(c3 + j)))
          const b = f32x4.add(f32x4.add(v128.load(c4 + j), v128.load(c5 + j)), f32x4.add(v128.load(c6 + j), v128.load(c7 + j)))
          let s = f32x4.add(f32x4.add(a, b), f32x4.add(v128.load(c8 + j), v128.load(ends + j)))
          for (let f = rows; f < flanks; f += 4) s = f32x4.add(s, v128.load(<usize>load<i32>(f) + j))
          total = f32x4.add(total, f32x4.mul(f32x4.max(s, f32x4.splat(0)), v128.load(w2 + j)))
        }
        const sum =
          f32x4.extract_lane(total, 0) +
          f32x4.extract_lane(total, 1) +
          (f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3)) +
          f32.load(b2 + ((<usize>k) << 2))
        f32.store(z + ((<usize>(r * networks + k)) << 2), sum)
      }
    }
    let score: f32 = 0
    for (let k = 0; k < networks; k++) {
      let top: f32 = -1e30
      for (let r = 0; r < registers; r++) top = max(top, f32.load(z + ((<usize>(r * networks + k)) << 2)))
      let total: f32 = 0
      for (let r = 0; r < registers; r++) total += Mathf.exp((f32.load(z + ((<usize>(r * networks + k)) << 2)) - top) / temperature)
      score += 1 / (1 + Mathf.exp(-(top + temperature * Mathf.log(total))))
    }
    let best = 0
    let highest: f32 = -1
    for (let r = 0; r < registers; r++) {
      let mean: f32 = 0
      for (let k = 0; k < networks; k++) mean += 1 / (1 + Mathf.exp(-f32.load(z + ((<usize>(r * networks + k)) << 2))))
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
