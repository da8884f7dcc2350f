// AssemblyScript. Scores peptides on class II molecules with an ensemble of small networks over all registers; the plain body is scoreClass2Plain in class2-network.ts.
// Memory is laid out by class2-kernel.ts. All arrays f32, row-major; `hidden` is that of all networks side by side, a multiple of 4.
//   codes    [n, 30] u8    residues; lengths [n] i32
//   table    [rows, hidden]; vectors [alleles, hidden]; w2 [hidden]; b2 [networks]
//   sums     [22, hidden]  scratch: first layer of each register of one peptide
//   z        [22, networks] scratch
//   out      [n, alleles, 2]  mean over networks of sigmoid(best register); register with the highest mean
// One crossing scores a whole batch: the first layer of a peptide is summed once for all molecules.

const CORE = 9
const FLANK = 3
const MAX_LENGTH = 30
const LEFT_ROW = 180
const RIGHT_ROW = 200
const LEFT_LENGTH_ROW = 220
const RIGHT_LENGTH_ROW = 227
const LENGTH_ROW = 234

export function scoreClass2(
  n: i32,
  networks: i32,
  hidden: i32,
  alleles: i32,
  codes: usize,
  lengths: usize,
  table: usize,
  vectors: usize,
  w2: usize,
  b2: usize,
  sums: usize,
  z: usize,
  out: usize,
): void {
  const stride: usize = (<usize>hidden) << 2
  const each: usize = stride / <usize>networks
  const zero = f32x4.splat(0)
  for (let p = 0; p < n; p++) {
    const length = load<i32>(lengths + ((<usize>p) << 2))
    const registers = length - CORE + 1
    firstLayer(codes + <usize>(p * MAX_LENGTH), length, registers, table, stride, sums)
    for (let a = 0; a < alleles; a++) {
      const vector = vectors + <usize>a * stride
      for (let r = 0; r < registers; r++) {
        let x = sums + <usize>r * stride
        let v = vector
        let w = w2
        for (let k = 0; k < networks; k++) {
          const end = x + each
          let s0 = zero
          let s1 = zero
          let s2 = zero
          while (x < end) {
            s0 = f32x4.add(s0, f32x4.mul(f32x4.max(f32x4.add(v128.load(x), v128.load(v)), zero), v128.load(w)))
            s1 = f32x4.add(s1, f32x4.mul(f32x4.max(f32x4.add(v128.load(x, 16), v128.load(v, 16)), zero), v128.load(w, 16)))
            s2 = f32x4.add(s2, f32x4.mul(f32x4.max(f32x4.add(v128.load(x, 32), v128.load(v, 32)), zero), v128.load(w, 32)))
            x += 48
            v += 48
            w += 48
          }
          const s = f32x4.add(f32x4.add(s0, s1), s2)
          const sum =
            f32x4.extract_lane(s, 0) +
            f32x4.extract_lane(s, 1) +
            (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3)) +
            f32.load(b2 + ((<usize>k) << 2))
          f32.store(z + ((<usize>(r * networks + k)) << 2), sum)
        }
      }
      let score: f32 = 0
      for (let k = 0; k < networks; k++) {
        let top: f32 = -1e30
        for (let r = 0; r < registers; r++) top = max(top, f32.load(z + ((<usize>(r * networks + k)) << 2)))
        score += 1 / (1 + Mathf.exp(-top))
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
      const at = out + ((<usize>(p * alleles + a)) << 3)
      f32.store(at, score / <f32>networks)
      f32.store(at, <f32>best, 4)
    }
  }
}

/** sums[r] = core residues + means of up to three flanking residues either side + flank lengths + peptide length. */
function firstLayer(codes: usize, length: i32, registers: i32, table: usize, stride: usize, sums: usize): void {
  const lengthRow = table + <usize>(LENGTH_ROW + min(max(length - 11, 0), 9)) * stride
  for (let r = 0; r < registers; r++) {
    const right = length - CORE - r
    const leftSeen = min(r, FLANK)
    const rightSeen = min(right, FLANK)
    const leftShare = f32x4.splat(leftSeen > 0 ? 1 / <f32>leftSeen : 0)
    const rightShare = f32x4.splat(rightSeen > 0 ? 1 / <f32>rightSeen : 0)
    const leftLength = table + <usize>(LEFT_LENGTH_ROW + min(r, 6)) * stride
    const rightLength = table + <usize>(RIGHT_LENGTH_ROW + min(right, 6)) * stride
    const dst = sums + <usize>r * stride
    for (let j: usize = 0; j < stride; j += 16) {
      let s = f32x4.add(v128.load(lengthRow + j), f32x4.add(v128.load(leftLength + j), v128.load(rightLength + j)))
      for (let k = 0; k < CORE; k++)
        s = f32x4.add(s, v128.load(table + <usize>(k * 20 + <i32>load<u8>(codes + <usize>(r + k))) * stride + j))
      if (leftSeen > 0) {
        let m = f32x4.splat(0)
        for (let k = 1; k <= leftSeen; k++)
          m = f32x4.add(m, v128.load(table + <usize>(LEFT_ROW + <i32>load<u8>(codes + <usize>(r - k))) * stride + j))
        s = f32x4.add(s, f32x4.mul(m, leftShare))
      }
      if (rightSeen > 0) {
        let m = f32x4.splat(0)
        for (let k = 0; k < rightSeen; k++)
          m = f32x4.add(m, v128.load(table + <usize>(RIGHT_ROW + <i32>load<u8>(codes + <usize>(r + CORE + k))) * stride + j))
        s = f32x4.add(s, f32x4.mul(m, rightShare))
      }
      v128.store(dst + j, s)
    }
  }
}
