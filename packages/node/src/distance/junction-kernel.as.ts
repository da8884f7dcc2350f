// AssemblyScript. TCRdist of one junction to sixteen others at a time; the plain body is JunctionSet.row in core's receptor/tcrdist.ts. Memory is laid out by junction-kernel.ts.
//   codes    junctions of one length, position by position: byte k · stride + m is the residue code (0-31) of junction m at k
//   tables   for each position of the query 32 bytes: distances of the codes 0-15, and of 16-31
//   out      count × u16, weight · sum + base

/** Adds the distances of sixteen residues to one of the query's. An index of 16 or more gives 0, so that one of the two tables answers. */
function add(sum: v128, residues: v128, table: usize): v128 {
  const low = i8x16.swizzle(v128.load(table), residues)
  const high = i8x16.swizzle(v128.load(table, 16), i8x16.sub(residues, i8x16.splat(16)))
  return i8x16.add(sum, v128.or(low, high))
}

/** Positions [k1, end1) at the same place, [k2, end2) moved by `shift`. At most 63 positions of at most 4: a byte holds the sum. */
export function compare(
  codes: usize,
  stride: i32,
  count: i32,
  tables: usize,
  k1: i32,
  end1: i32,
  k2: i32,
  end2: i32,
  shift: i32,
  weight: i32,
  base: i32,
  out: usize,
): void {
  const times = i16x8.splat(<i16>weight)
  const more = i16x8.splat(<i16>base)
  const step = <usize>stride
  for (let m: usize = 0; m < <usize>count; m += 16) {
    let sum = i8x16.splat(0)
    let place = codes + m + <usize>k1 * step
    let table = tables + ((<usize>k1) << 5)
    for (let k = k1; k < end1; k++) {
      sum = add(sum, v128.load(place), table)
      place += step
      table += 32
    }
    place = codes + m + <usize>(k2 + shift) * step
    table = tables + ((<usize>k2) << 5)
    for (let k = k2; k < end2; k++) {
      sum = add(sum, v128.load(place), table)
      place += step
      table += 32
    }
    const at = out + (m << 1)
    v128.store(at, i16x8.add(i16x8.mul(i16x8.extend_low_i8x16_u(sum), times), more))
    v128.store(at, i16x8.add(i16x8.mul(i16x8.extend_high_i8x16_u(sum), times), more), 16)
  }
}
