// AssemblyScript. Lines `gene cell count` of a Matrix Market file, as 10x writes them, to numbers; the plain body is MatrixMarketReader in core's format/matrix-market.ts.
// Memory is laid out by matrix-kernel.ts. Whatever is not three whole numbers with one blank between, cells ascending, ends the pass with −1: the plain body then says what it is.
//   genes   u32, from 0; values f32; runs: cell (from 1) and its entries, two u32 each; state: number of runs, largest gene, two u32

const NEWLINE: u32 = 10
const ZERO: u32 = 48

/** Lines in [text, end), the last one whole. How many entries, or −1. */
export function parse(text: usize, end: usize, genes: usize, values: usize, runs: usize, state: usize): i32 {
  let at = text
  let count: usize = 0
  let largest: u32 = 0
  let cell: u32 = 0
  let run: u32 = 0
  let runCount: usize = 0
  while (at < end) {
    let digit = <u32>load<u8>(at) - ZERO
    let from = at
    let gene: u32 = 0
    while (digit <= 9) {
      gene = gene * 10 + digit
      digit = <u32>load<u8>(++at) - ZERO
    }
    // 2^32 - 16 is a blank after the subtraction, 2^32 - 39 a tab
    if (at === from || at - from > 9 || gene === 0 || (digit !== <u32>(32 - 48) && digit !== <u32>(9 - 48))) return -1
    if (gene > largest) largest = gene
    from = ++at
    digit = <u32>load<u8>(at) - ZERO
    let next: u32 = 0
    while (digit <= 9) {
      next = next * 10 + digit
      digit = <u32>load<u8>(++at) - ZERO
    }
    if (at === from || at - from > 9 || next < cell || next === 0 || (digit !== <u32>(32 - 48) && digit !== <u32>(9 - 48))) return -1
    if (next !== cell) {
      runCount += close(runs + (runCount << 3), cell, run)
      cell = next
      run = 0
    }
    from = ++at
    digit = <u32>load<u8>(at) - ZERO
    let value: u32 = 0
    while (digit <= 9) {
      value = value * 10 + digit
      digit = <u32>load<u8>(++at) - ZERO
    }
    if (at === from || at - from > 9 || digit !== NEWLINE - ZERO) return -1
    at++
    run++
    store<u32>(genes + (count << 2), gene - 1)
    store<f32>(values + (count << 2), <f32>value)
    count++
  }
  runCount += close(runs + (runCount << 3), cell, run)
  store<u32>(state, <u32>runCount)
  store<u32>(state, largest, 4)
  return <i32>count
}

/** Writes a cell and its entries; 1 where there are any. */
function close(at: usize, cell: u32, entries: u32): usize {
  if (entries === 0) return 0
  store<u32>(at, cell)
  store<u32>(at, entries, 4)
  return 1
}
