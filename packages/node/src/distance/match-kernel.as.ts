// AssemblyScript. An upper bound of TCRMatch's sum over all equal-length parts, of one CDR3 with sixteen others of one length at a time; the plain body is MatchSet in core's receptor/tcrmatch.ts.
// Kernel values are bytes, rounded up, so that no pair that is like enough is lost: what passes is worked out exactly. Memory is laid out by match-kernel.ts.
//   codes    CDR3s of one length, position by position: byte k · stride + m is the residue code (0-19) of CDR3 m at k
//   tables   for each position of the query 32 bytes: kernel values of the codes 0-15, and of 16-31, times 1 / unit
//   out      count × f32, the sums

/** The runs of four CDR3s grow by one pair of residues each; answers the new runs. */
function grown(run: v128, values: v128, unit: v128): v128 {
  return f32x4.mul(f32x4.add(run, f32x4.splat(1)), f32x4.mul(f32x4.convert_i32x4_u(values), unit))
}

export function sums(codes: usize, stride: i32, count: i32, length: i32, tables: usize, query: i32, unit: f32, out: usize): void {
  const scale = f32x4.splat(unit)
  const step = <usize>stride
  for (let m: usize = 0; m < <usize>count; m += 16) {
    let s0 = f32x4.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    for (let shift = 1 - length; shift < query; shift++) {
      const from = shift > 0 ? shift : 0
      const to = query < length + shift ? query : length + shift
      let r0 = f32x4.splat(0)
      let r1 = r0
      let r2 = r0
      let r3 = r0
      let place = codes + m + <usize>(from - shift) * step
      let table = tables + ((<usize>from) << 5)
      for (let i = from; i < to; i++) {
        const residues = v128.load(place)
        // an index of 16 or more gives 0, so that one of the two tables answers
        const low = i8x16.swizzle(v128.load(table), residues)
        const high = i8x16.swizzle(v128.load(table, 16), i8x16.sub(residues, i8x16.splat(16)))
        const values = v128.or(low, high)
        const first = i16x8.extend_low_i8x16_u(values)
        const last = i16x8.extend_high_i8x16_u(values)
        r0 = grown(r0, i32x4.extend_low_i16x8_u(first), scale)
        r1 = grown(r1, i32x4.extend_high_i16x8_u(first), scale)
        r2 = grown(r2, i32x4.extend_low_i16x8_u(last), scale)
        r3 = grown(r3, i32x4.extend_high_i16x8_u(last), scale)
        s0 = f32x4.add(s0, r0)
        s1 = f32x4.add(s1, r1)
        s2 = f32x4.add(s2, r2)
        s3 = f32x4.add(s3, r3)
        place += step
        table += 32
      }
    }
    const at = out + (m << 2)
    v128.store(at, s0)
    v128.store(at, s1, 16)
    v128.store(at, s2, 32)
    v128.store(at, s3, 48)
  }
}
