// AssemblyScript. Scores one block of peptides on one allele with an ensemble of small networks; the plain body is scoreBlockPlain in network.ts.
// Memory is laid out by class1-kernel.ts. All arrays f32, row-major. One crossing scores a whole block.
//   peptides  [networks, n, hidden]  first-layer sums of the peptides, the allele's part not yet added
//   allele    [networks, hidden]
//   w2        [networks, hidden, hidden2]; b2 [networks, hidden2]; w3 [networks, hidden2, 2]; b3 [networks, 2]
//   out       [n, 2]                 mean over networks of the two sigmoids
// hidden2 must be 32: eight registers of four lanes hold the second layer.

export function scoreBlock(
  n: i32,
  networks: i32,
  hidden: i32,
  peptides: usize,
  allele: usize,
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
    for (let k = 0; k < networks; k++) {
      let x = peptides + <usize>(k * n + p) * stride
      let a = allele + <usize>k * stride
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
        const value = f32.load(x) + f32.load(a)
        if (value > 0) {
          const v = f32x4.splat(value)
          s0 = f32x4.add(s0, f32x4.mul(v, v128.load(w)))
          s1 = f32x4.add(s1, f32x4.mul(v, v128.load(w, 16)))
          s2 = f32x4.add(s2, f32x4.mul(v, v128.load(w, 32)))
          s3 = f32x4.add(s3, f32x4.mul(v, v128.load(w, 48)))
          s4 = f32x4.add(s4, f32x4.mul(v, v128.load(w, 64)))
          s5 = f32x4.add(s5, f32x4.mul(v, v128.load(w, 80)))
          s6 = f32x4.add(s6, f32x4.mul(v, v128.load(w, 96)))
          s7 = f32x4.add(s7, f32x4.mul(v, v128.load(w, 112)))
        }
        x += 4
        a += 4
        w += 128
      }
      // w3 is stored output by output: 32 weights of the presentation, then 32 of the affinity
      const u = w3 + ((<usize>k) << 8)
      s0 = f32x4.max(s0, zero)
      s1 = f32x4.max(s1, zero)
      s2 = f32x4.max(s2, zero)
      s3 = f32x4.max(s3, zero)
      s4 = f32x4.max(s4, zero)
      s5 = f32x4.max(s5, zero)
      s6 = f32x4.max(s6, zero)
      s7 = f32x4.max(s7, zero)
      const first = f32x4.add(
        f32x4.add(
          f32x4.add(f32x4.mul(s0, v128.load(u)), f32x4.mul(s1, v128.load(u, 16))),
          f32x4.add(f32x4.mul(s2, v128.load(u, 32)), f32x4.mul(s3, v128.load(u, 48))),
        ),
        f32x4.add(
          f32x4.add(f32x4.mul(s4, v128.load(u, 64)), f32x4.mul(s5, v128.load(u, 80))),
          f32x4.add(f32x4.mul(s6, v128.load(u, 96)), f32x4.mul(s7, v128.load(u, 112))),
        ),
      )
      const second = f32x4.add(
        f32x4.add(
          f32x4.add(f32x4.mul(s0, v128.load(u, 128)), f32x4.mul(s1, v128.load(u, 144))),
          f32x4.add(f32x4.mul(s2, v128.load(u, 160)), f32x4.mul(s3, v128.load(u, 176))),
        ),
        f32x4.add(
          f32x4.add(f32x4.mul(s4, v128.load(u, 192)), f32x4.mul(s5, v128.load(u, 208))),
          f32x4.add(f32x4.mul(s6, v128.load(u, 224)), f32x4.mul(s7, v128.load(u, 240))),
        ),
      )
      const z0 = f32.load(b3 + ((<usize>k) << 3)) + sum(first)
      const z1 = f32.load(b3 + ((<usize>k) << 3), 4) + sum(second)
      presentation += 1 / (1 + Mathf.exp(-z0))
      affinity += 1 / (1 + Mathf.exp(-z1))
    }
    const at = out + ((<usize>p) << 3)
    f32.store(at, presentation / <f32>networks)
    f32.store(at, affinity / <f32>networks, 4)
  }
}

function sum(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
}

/** First layer: dst[hidden] = sum of the table rows named by `rows` (10 + 1), plus share × each of the middle rows. */
export function firstLayer(dst: usize, table: usize, hidden: i32, rows: usize, count: i32, middle: i32, share: f32): void {
  const stride: usize = (<usize>hidden) << 2
  for (let j: usize = 0; j < stride; j += 16) {
    let s = f32x4.splat(0)
    for (let r = 0; r < count; r++) s = f32x4.add(s, v128.load(table + <usize>load<i32>(rows + ((<usize>r) << 2)) * stride + j))
    if (middle > 0) {
      let m = f32x4.splat(0)
      for (let r = count; r < count + middle; r++)
        m = f32x4.add(m, v128.load(table + <usize>load<i32>(rows + ((<usize>r) << 2)) * stride + j))
      s = f32x4.add(s, f32x4.mul(m, f32x4.splat(share)))
    }
    v128.store(dst + j, s)
  }
}

/** First layer of a block. `rows` holds n × (2 + 11 + 4) i32: count, middle, then the row numbers. out [networks, n, hidden]. */
export function firstLayers(n: i32, networks: i32, hidden: i32, tableRows: i32, table: usize, rows: usize, out: usize): void {
  const stride: usize = (<usize>hidden) << 2
  for (let p = 0; p < n; p++) {
    const r = rows + ((<usize>p * 17) << 2)
    const count = load<i32>(r)
    const middle = load<i32>(r, 4)
    const share: f32 = middle > 0 ? 1 / <f32>middle : 0
    for (let k = 0; k < networks; k++) {
      firstLayer(out + <usize>(k * n + p) * stride, table + <usize>(k * tableRows) * stride, hidden, r + 8, count, middle, share)
    }
  }
}
