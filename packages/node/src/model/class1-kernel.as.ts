// AssemblyScript. Scores one block of peptides on one allele with an ensemble of small networks; the plain body is scoreBlockPlain in network.ts.
// Memory is laid out by class1-kernel.ts. All arrays f32, row-major. One crossing scores a whole block.
//   rows      [n, 17] i32            eleven, number of middle rows, then the row numbers of each peptide
//   table     [networks, tableRows, hidden]  first layer of one molecule
//   h         [hidden]               scratch: sums of the first layer
//   open      [hidden / 64] u64      scratch: a bit for every unit whose sum is above zero
//   w2        [networks, hidden, hidden2]; b2 [networks, hidden2]; w3 [networks, hidden2]; b3 [networks]
//   out       [n, 2]                 sigmoid of the mean of the first `gated` networks (presentation), mean sigmoid of the others (affinity)
// hidden2 must be 32: eight registers of four lanes hold the second layer.

export function scoreBlock(
  n: i32,
  networks: i32,
  gated: i32,
  hidden: i32,
  tableRows: i32,
  rows: usize,
  table: usize,
  h: usize,
  open: usize,
  w2: usize,
  b2: usize,
  w3: usize,
  b3: usize,
  out: usize,
): void {
  const zero = f32x4.splat(0)
  const stride: usize = (<usize>hidden) << 2
  const words: usize = <usize>hidden >> 6
  memory.fill(out, 0, (<usize>n) << 3)
  // network by network: one network's table stays in the near cache for the whole block
  for (let k = 0; k < networks; k++) {
    const w = w2 + <usize>k * stride * 32
    const b = b2 + ((<usize>k) << 7)
    const u = w3 + ((<usize>k) << 7)
    const constant = f32.load(b3 + ((<usize>k) << 2))
    for (let p = 0; p < n; p++) {
      const own = rows + <usize>(p * 68)
      firstLayer(h, open, table + <usize>(k * tableRows) * stride, stride, own + 8, load<i32>(own, 4))
      let s0 = v128.load(b)
      let s1 = v128.load(b, 16)
      let s2 = v128.load(b, 32)
      let s3 = v128.load(b, 48)
      let s4 = v128.load(b, 64)
      let s5 = v128.load(b, 80)
      let s6 = v128.load(b, 96)
      let s7 = v128.load(b, 112)
      // a quarter of the units are above zero: walked by their bits, so that nothing is guessed but where a word ends
      for (let word: usize = 0; word < words; word++) {
        let bits = load<u64>(open + (word << 3))
        while (bits) {
          const unit = (word << 6) + <usize>ctz(bits)
          bits &= bits - 1
          const v = v128.load32_splat(h + (unit << 2))
          const row = w + (unit << 7)
          s0 = f32x4.add(s0, f32x4.mul(v, v128.load(row)))
          s1 = f32x4.add(s1, f32x4.mul(v, v128.load(row, 16)))
          s2 = f32x4.add(s2, f32x4.mul(v, v128.load(row, 32)))
          s3 = f32x4.add(s3, f32x4.mul(v, v128.load(row, 48)))
          s4 = f32x4.add(s4, f32x4.mul(v, v128.load(row, 64)))
          s5 = f32x4.add(s5, f32x4.mul(v, v128.load(row, 80)))
          s6 = f32x4.add(s6, f32x4.mul(v, v128.load(row, 96)))
          s7 = f32x4.add(s7, f32x4.mul(v, v128.load(row, 112)))
        }
      }
      const first = f32x4.add(
        f32x4.add(f32x4.mul(f32x4.max(s0, zero), v128.load(u)), f32x4.mul(f32x4.max(s1, zero), v128.load(u, 16))),
        f32x4.add(f32x4.mul(f32x4.max(s2, zero), v128.load(u, 32)), f32x4.mul(f32x4.max(s3, zero), v128.load(u, 48))),
      )
      const second = f32x4.add(
        f32x4.add(f32x4.mul(f32x4.max(s4, zero), v128.load(u, 64)), f32x4.mul(f32x4.max(s5, zero), v128.load(u, 80))),
        f32x4.add(f32x4.mul(f32x4.max(s6, zero), v128.load(u, 96)), f32x4.mul(f32x4.max(s7, zero), v128.load(u, 112))),
      )
      const z: f32 = constant + sum(f32x4.add(first, second))
      const at = out + ((<usize>p) << 3)
      if (k < gated) f32.store(at, f32.load(at) + z)
      else f32.store(at, f32.load(at, 4) + 1 / (1 + Mathf.exp(-z)), 4)
    }
  }
  for (let p = 0; p < n; p++) {
    const at = out + ((<usize>p) << 3)
    f32.store(at, 1 / (1 + Mathf.exp(-f32.load(at) / <f32>gated)))
    f32.store(at, f32.load(at, 4) / <f32>(networks - gated), 4)
  }
}

function sum(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
}

/**
 * First layer of one peptide: h[hidden] = sum of eleven table rows plus share × each of the middle rows; `open` marks the sums above zero.
 * `rows` points at the row numbers.
 */
function firstLayer(h: usize, open: usize, table: usize, stride: usize, rows: usize, middle: i32): void {
  const a0 = table + <usize>load<i32>(rows) * stride
  const a1 = table + <usize>load<i32>(rows, 4) * stride
  const a2 = table + <usize>load<i32>(rows, 8) * stride
  const a3 = table + <usize>load<i32>(rows, 12) * stride
  const a4 = table + <usize>load<i32>(rows, 16) * stride
  const a5 = table + <usize>load<i32>(rows, 20) * stride
  const a6 = table + <usize>load<i32>(rows, 24) * stride
  const a7 = table + <usize>load<i32>(rows, 28) * stride
  const a8 = table + <usize>load<i32>(rows, 32) * stride
  const a9 = table + <usize>load<i32>(rows, 36) * stride
  const a10 = table + <usize>load<i32>(rows, 40) * stride
  const zero = f32x4.splat(0)
  const share = f32x4.splat(1 / <f32>middle)
  for (let from: usize = 0; from < stride; from += 256) {
    let bits: u64 = 0
    for (let lane: usize = 0; lane < 64; lane += 4) {
      const j = from + (lane << 2)
      const left = f32x4.add(f32x4.add(v128.load(a0 + j), v128.load(a1 + j)), f32x4.add(v128.load(a2 + j), v128.load(a3 + j)))
      const right = f32x4.add(f32x4.add(v128.load(a4 + j), v128.load(a5 + j)), f32x4.add(v128.load(a6 + j), v128.load(a7 + j)))
      const rest = f32x4.add(f32x4.add(v128.load(a8 + j), v128.load(a9 + j)), v128.load(a10 + j))
      let sum = f32x4.add(f32x4.add(left, right), rest)
      if (middle > 0) {
        let m = zero
        for (let r = 0; r < middle; r++) m = f32x4.add(m, v128.load(table + <usize>load<i32>(rows + 44 + ((<usize>r) << 2)) * stride + j))
        sum = f32x4.add(sum, f32x4.mul(share, m))
      }
      v128.store(h + j, sum)
      bits |= (<u64>i32x4.bitmask(f32x4.gt(sum, zero))) << (<u64>lane)
    }
    store<u64>(open + (from >> 5), bits)
  }
}
