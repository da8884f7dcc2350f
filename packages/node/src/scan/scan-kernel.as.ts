// AssemblyScript. Sieves the 9-mers of a proteome, sixteen windows at a time: whole-number lower bounds of their distance, and their matches.
// Memory is laid out by scan-kernel.ts.
//   codes     one byte a residue, 0-19; 31 ends words: its bound is the highest, and it matches nothing
//   tables    for each of nine positions 48 bytes: bounds of residues 0-15, bounds of 16-31, the query's residue sixteen times

/** Adds the bounds of sixteen residues at one position. An index of 16 or more gives 0, so that one of the two tables answers. */
function bound(sum: v128, residues: v128, table: usize): v128 {
  const low = i8x16.swizzle(v128.load(table), residues)
  const high = i8x16.swizzle(v128.load(table, 16), i8x16.sub(residues, i8x16.splat(16)))
  return i8x16.add_sat_u(sum, v128.or(low, high))
}

/** Starts of the windows in [from, to) with a bound of at most `threshold` or at least `least` matches, as i32 at `out`; how many. */
export function collect(codes: usize, from: i32, to: i32, tables: usize, threshold: i32, least: i32, out: usize): i32 {
  const limit = i8x16.splat(<i8>threshold)
  const enough = i8x16.splat(<i8>-least)
  let count = 0
  for (let at = from; at < to; at += 16) {
    const place = codes + <usize>at
    // nine positions written out: a loop is an eighth slower; equal is −1
    let residues = v128.load(place)
    let sum = bound(i8x16.splat(0), residues, tables)
    let matches = i8x16.eq(residues, v128.load(tables, 32))
    residues = v128.load(place, 1)
    sum = bound(sum, residues, tables + 48)
    matches = i8x16.add(matches, i8x16.eq(residues, v128.load(tables, 80)))
    residues = v128.load(place, 2)
    sum = bound(sum, residues, tables + 96)
    matches = i8x16.add(matches, i8x16.eq(residues, v128.load(tables, 128)))
    residues = v128.load(place, 3)
    sum = bound(sum, residues, tables + 144)
    matches = i8x16.add(matches, i8x16.eq(residues, v128.load(tables, 176)))
    residues = v128.load(place, 4)
    sum = bound(sum, residues, tables + 192)
    matches = i8x16.add(matches, i8x16.eq(residues, v128.load(tables, 224)))
    residues = v128.load(place, 5)
    sum = bound(sum, residues, tables + 240)
    matches = i8x16.add(matches, i8x16.eq(residues, v128.load(tables, 272)))
    residues = v128.load(place, 6)
    sum = bound(sum, residues, tables + 288)
    matches = i8x16.add(matches, i8x16.eq(residues, v128.load(tables, 320)))
    residues = v128.load(place, 7)
    sum = bound(sum, residues, tables + 336)
    matches = i8x16.add(matches, i8x16.eq(residues, v128.load(tables, 368)))
    residues = v128.load(place, 8)
    sum = bound(sum, residues, tables + 384)
    matches = i8x16.add(matches, i8x16.eq(residues, v128.load(tables, 416)))
    const hit = v128.or(i8x16.le_u(sum, limit), i8x16.le_s(matches, enough))
    if (!v128.any_true(hit)) continue
    let mask = i8x16.bitmask(hit)
    while (mask !== 0) {
      store<i32>(out + ((<usize>count) << 2), at + ctz(mask))
      count++
      mask &= mask - 1
    }
  }
  return count
}

/** Counts the bounds of every 64th block of sixteen windows: 256 × u32 at `counts`, which the caller clears. */
export function sample(codes: usize, to: i32, tables: usize, scratch: usize, counts: usize): void {
  for (let at = 0; at < to; at += 1024) {
    let sum = i8x16.splat(0)
    for (let i: usize = 0; i < 9; i++) sum = bound(sum, v128.load(codes + <usize>at + i), tables + i * 48)
    v128.store(scratch, sum)
    for (let i: usize = 0; i < 16; i++) {
      const place = counts + ((<usize>load<u8>(scratch + i)) << 2)
      store<u32>(place, load<u32>(place) + 1)
    }
  }
}
