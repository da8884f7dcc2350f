// AssemblyScript. Sieves the 9-mers of a proteome, sixteen windows at a time: whole-number lower bounds of their distance, and their matches.
// Memory is laid out by scan-kernel.ts.
//   codes     one byte a residue, 0-19; 31 ends words: its bound is the highest, and it matches nothing
//   tables    for each of nine positions 48 bytes: bounds of residues 0-15, bounds of 16-31, the query's residue sixteen times

function bound(sum: v128, at: usize, tables: usize): v128 {
  const residues = v128.load(at)
  const low = i8x16.swizzle(v128.load(tables), residues)
  // an index of 16 or more gives 0, so that one of the two tables answers
  const high = i8x16.swizzle(v128.load(tables, 16), i8x16.sub(residues, i8x16.splat(16)))
  return i8x16.add_sat_u(sum, v128.or(low, high))
}

function bounds(at: usize, tables: usize): v128 {
  let sum = bound(i8x16.splat(0), at, tables)
  sum = bound(sum, at + 1, tables + 48)
  sum = bound(sum, at + 2, tables + 96)
  sum = bound(sum, at + 3, tables + 144)
  sum = bound(sum, at + 4, tables + 192)
  sum = bound(sum, at + 5, tables + 240)
  sum = bound(sum, at + 6, tables + 288)
  sum = bound(sum, at + 7, tables + 336)
  return bound(sum, at + 8, tables + 384)
}

function match(count: v128, at: usize, tables: usize): v128 {
  // equal is −1
  return i8x16.sub(count, i8x16.eq(v128.load(at), v128.load(tables, 32)))
}

function matches(at: usize, tables: usize): v128 {
  let count = match(i8x16.splat(0), at, tables)
  count = match(count, at + 1, tables + 48)
  count = match(count, at + 2, tables + 96)
  count = match(count, at + 3, tables + 144)
  count = match(count, at + 4, tables + 192)
  count = match(count, at + 5, tables + 240)
  count = match(count, at + 6, tables + 288)
  count = match(count, at + 7, tables + 336)
  return match(count, at + 8, tables + 384)
}

/** Starts of the windows in [from, to) with a bound of at most `threshold` or at least `least` matches, as i32 at `out`; how many. */
export function collect(codes: usize, from: i32, to: i32, tables: usize, threshold: i32, least: i32, out: usize): i32 {
  const limit = i8x16.splat(<i8>threshold)
  const enough = i8x16.splat(<i8>least)
  let count = 0
  for (let at = from; at < to; at += 16) {
    const place = codes + <usize>at
    const hit = v128.or(i8x16.le_u(bounds(place, tables), limit), i8x16.ge_u(matches(place, tables), enough))
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

/** Counts the bounds of every sixteenth block of sixteen windows: 256 × u32 at `counts`, which the caller clears. */
export function sample(codes: usize, to: i32, tables: usize, scratch: usize, counts: usize): void {
  for (let at = 0; at < to; at += 256) {
    v128.store(scratch, bounds(codes + <usize>at, tables))
    for (let i: usize = 0; i < 16; i++) {
      const place = counts + ((<usize>load<u8>(scratch + i)) << 2)
      store<u32>(place, load<u32>(place) + 1)
    }
  }
}
