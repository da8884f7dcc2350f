// AssemblyScript. Scores one block of peptides on one allele with an ensemble of small networks; the plain body is scoreBlockPlain in network.ts.
// Memory is laid out by class1-kernel.ts. All arrays f32, row-major. One crossing scores a whole block.
//   rows      [n, 17] i32            eleven, number of middle rows, then the row numbers of each peptide
//   table     [networks, tableRows, hidden]  first layer of one molecule
//   h         [hidden]               scratch
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
  w2: usize,
  b2: usize,
  w3: usize,
  b3: usize,
  out: usize,
): void {
  const zero = f32x4.splat(0)
  const stride: usize = (<usize>hidden) << 2
  for (let p = 0; p < n; p++) {
    let presentation: f32 = 0
    let affinity: f32 = 0
    const own = rows + <usize>(p * 68)
    const middle = load<i32>(own, 4)
    for (let k = 0; k < networks; k++) {
      firstLayer(h, table + <usize>(k * tableRows) * stride, stride, own + 8, middle)
      let x = h
      const end = x + stride
      let w = w2 + <usize>k * stride * 32
      const b = b2 + ((<usize>k) << 7)
      let s0 = v128.load(b)
      let s1 = v128.load(b, 16)
      let s2 = v128.load(b, 32)
      let s3 = v128.load(b, 48)
      let s4 = v128.load(b, 64)
      let s5 = v128.load(b, 80)
      let s6 = v128.load(b, 96)
      let s7 = v128.load(b, 112)
      while (x < end) {
        // no branch on x > 0: half the units are, and a wrong guess costs more than the eight products
        const v = v128.load32_splat(x)
        s0 = f32x4.add(s0, f32x4.mul(v, v128.load(w)))
        s1 = f32x4.add(s1, f32x4.mul(v, v128.load(w, 16)))
        s2 = f32x4.add(s2, f32x4.mul(v, v128.load(w, 32)))
        s3 = f32x4.add(s3, f32x4.mul(v, v128.load(w, 48)))
        s4 = f32x4.add(s4, f32x4.mul(v, v128.load(w, 64)))
        s5 = f32x4.add(s5, f32x4.mul(v, v128.load(w, 80)))
        s6 = f32x4.add(s6, f32x4.mul(v, v128.load(w, 96)))
        s7 = f32x4.add(s7, f32x4.mul(v, v128.load(w, 112)))
        x += 4
        w += 128
      }
      const u = w3 + ((<usize>k) << 7)
      const first = f32x4.add(
        f32x4.add(f32x4.mul(f32x4.max(s0, zero), v128.load(u)), f32x4.mul(f32x4.max(s1, zero), v128.load(u, 16))),
        f32x4.add(f32x4.mul(f32x4.max(s2, zero), v128.load(u, 32)), f32x4.mul(f32x4.max(s3, zero), v128.load(u, 48))),
      )
      const second = f32x4.add(
        f32x4.add(f32x4.mul(f32x4.max(s4, zero), v128.load(u, 64)), f32x4.mul(f32x4.max(s5, zero), v128.load(u, 80))),
        f32x4.add(f32x4.mul(f32x4.max(s6, zero), v128.load(u, 96)), f32x4.mul(f32x4.max(s7, zero), v128.load(u, 112))),
      )
      const z: f32 = f32.load(b3 + ((<usize>k) << 2)) + sum(f32x4.add(first, second))
      if (k < gated) presentation += z
      else affinity += 1 / (1 + Mathf.exp(-z))
    }
    const at = out + ((<usize>p) << 3)
    f32.store(at, 1 / (1 + Mathf.exp(-presentation / <f32>gated)))
    f32.store(at, affinity / <f32>(networks - gated), 4)
  }
}

function sum(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
}

/** First layer of one peptide: h[hidden] = relu of the sum of eleven table rows, plus share × each of the middle rows. `rows` points at the row numbers. */
function firstLayer(h: usize, table: usize, stride: usize, rows: usize, middle: i32): void {
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
  for (let j: usize = 0; j < stride; j += 16) {
    const left = f32x4.add(f32x4.add(v128.load(a0 + j), v128.load(a1 + j)), f32x4.add(v128.load(a2 + j), v128.load(a3 + j)))
    const right = f32x4.add(f32x4.add(v128.load(a4 + j), v128.load(a5 + j)), f32x4.add(v128.load(a6 + j), v128.load(a7 + j)))
    const rest = f32x4.add(f32x4.add(v128.load(a8 + j), v128.load(a9 + j)), v128.load(a10 + j))
    const sum = f32x4.add(f32x4.add(left, right), rest)
    v128.store(h + j, middle < 1 ? f32x4.max(sum, f32x4.splat(0)) : sum)
  }
  if (middle < 1) return
  const share = f32x4.splat(1 / <f32>middle)
  for (let j: usize = 0; j < stride; j += 16) {
    let m = f32x4.splat(0)
    for (let r = 0; r < middle; r++) m = f32x4.add(m, v128.load(table + <usize>load<i32>(rows + 44 + ((<usize>r) << 2)) * stride + j))
    v128.store(h + j, f32x4.max(f32x4.add(v128.load(h + j), f32x4.mul(share, m)), f32x4.splat(0)))
  }
}
