import { seededRandom } from '@cognate/core/base'
import { MatrixMarketReader } from '@cognate/core/format'
import { expect, test } from 'vitest'
import { openEntryParser } from './matrix-kernel.ts'

const random = seededRandom('matrix kernel')
const [GENES, CELLS] = [3000, 40]

function matrix(): string[] {
  const lines: string[] = []
  for (let cell = 1; cell <= CELLS; cell++)
    for (let gene = 1 + random.below(9); gene <= GENES; gene += 1 + random.below(30))
      lines.push(`${gene} ${cell} ${1 + random.below(12) ** 3}`)
  return lines
}

const textOf = (lines: readonly string[], promised = lines.length, end = '\n') =>
  ['%%MatrixMarket matrix coordinate integer general', '%', `${GENES} ${CELLS} ${promised}`, ...lines, ''].join(end)

/** The same text in the same pieces, by the plain reader and through the kernel. */
function both(text: string, kernel = openEntryParser()) {
  const bytes = new TextEncoder().encode(text)
  const readers = [new MatrixMarketReader(), new MatrixMarketReader(kernel)]
  for (let from = 0; from < bytes.length; ) {
    const piece = bytes.subarray(from, from + 4000 + random.below(20_000))
    for (const reader of readers) reader.push(piece)
    from += piece.length
  }
  return readers.map(reader => reader.finish())
}

test('the kernel reads what the plain reader reads', () => {
  let taken = 0
  const parser = openEntryParser()!
  const counting: typeof parser = (text, from, end) => {
    const parsed = parser(text, from, end)
    taken += parsed?.genes.length ?? 0
    return parsed
  }
  for (let i = 0; i < 20; i++) {
    const [plain, fast] = both(textOf(matrix()), counting)
    expect(plain!.ok).toBe(true)
    expect(fast).toEqual(plain)
  }
  // most entries went through the kernel: the test compared something
  expect(taken).toBeGreaterThan(50_000)
})

test('what is not plain gives the same value or the same issue, at the same line', () => {
  const change = (edit: (lines: string[]) => void, ...more: readonly [number?, string?]) => {
    const lines = matrix()
    edit(lines)
    return textOf(lines, ...more)
  }
  const at = (lines: readonly string[]) => Math.floor(lines.length * (0.3 + 0.6 * random.unit()))
  const cases: (() => string)[] = [
    () => change(lines => lines.reverse()),
    () => change(() => undefined, undefined, '\r\n'),
    () => change(lines => lines.splice(at(lines), 1, '')),
    () => change(lines => lines.splice(at(lines), 1, '5 7 2.5')),
    () => change(lines => lines.splice(at(lines), 1, `${GENES + 1} 39 1`)),
    () => change(lines => lines.splice(at(lines), 1, '0 39 1')),
    () => change(lines => lines.splice(at(lines), 1, `5 ${CELLS + 1} 1`)),
    () => change(lines => lines.splice(at(lines), 1, '5  39  1')),
    () => change(lines => lines.splice(at(lines), 1, '5\t39\t1')),
    () => change(lines => lines.splice(at(lines), 1, '5 39')),
    () => change(lines => lines.splice(at(lines), 1, '5 39 -1')),
    () => change(lines => lines.splice(at(lines), 1, '5 39 x')),
    () => change(lines => lines.splice(at(lines), 1, '12345678901 39 1')),
    () => textOf(matrix(), 900),
    () => textOf(matrix(), GENES * CELLS),
    () => textOf(matrix()).slice(0, -9),
  ]
  for (const make of cases)
    for (let i = 0; i < 5; i++) {
      const [plain, fast] = both(make())
      expect(fast).toEqual(plain)
    }
})
