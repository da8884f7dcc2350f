// JSON of unknown shape: what is asked before it is read, and reading it without losing what JSON.parse loses: the digits of numbers, the lines of objects, a name that stands twice.
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A decimal as it was typed: a JSON number keeps 0.10 only as text. */
export class Exact {
  readonly text: string
  constructor(text: string) {
    // JSON has no plus and no leading zeros
    this.text = text.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1')
  }
}

/** JSON with exact decimals digit for digit. A NUL marks them on the way: texts that are written have none, and one that comes in is replaced. */
export const exactJsonText = (value: unknown): string =>
  JSON.stringify(
    value,
    (_name, one: unknown) =>
      one instanceof Exact ? `\u0000${one.text}` : typeof one === 'string' ? one.replaceAll('\u0000', '\ufffd') : one,
    1,
  ).replace(/"\\u0000([-+0-9.eE]+)"/g, '$1')

export interface ExactJson {
  /** Numbers are `Exact`. */
  readonly value: unknown
  /** 1-based line where an object or array of it begins. */
  lineOf(part: object): number
}

/** Strict JSON (RFC 8259). Errors: `json`, `json-twice` (a name twice in one object), `json-depth`; each with its line, those of `firstLine` on. */
export function parseExactJson(text: string, firstLine = 1): Result<ExactJson, Issue> {
  const errors: ParseError[] = []
  const lineAt = lineFinder(text, firstLine)
  try {
    const tree = parseTree(text.replace(/^\uFEFF/, ' '), errors, { disallowComments: true })
    const error = errors[0]
    if (tree === undefined || error !== undefined) {
      const what =
        error === undefined
          ? 'it is empty'
          : printParseErrorCode(error.error)
              .replaceAll(/(?<=.)([A-Z])/g, ' $1')
              .toLowerCase()
      return fail(issue('json', `the text is no JSON: ${what}`, 'repair it at this line', lineAt(error?.offset ?? 0)))
    }
    const lines = new WeakMap<object, number>()
    const twice: Node[] = []
    const value = partOf(tree, text, part => lines.set(part.value, lineAt(part.offset)), twice)
    if (twice.length > 0)
      return fail(
        issue(
          'json-twice',
          `"${String(twice[0]!.value)}" stands twice in one object`,
          'leave one: which counts is not said',
          lineAt(twice[0]!.offset),
        ),
      )
    return ok({ value, lineOf: part => lines.get(part) ?? firstLine })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return fail(issue('json-depth', 'objects lie too deep in each other to be read', 'give data, not a riddle', firstLine))
  }
}

function partOf(node: Node, text: string, onPart: (part: { value: object; offset: number }) => void, twice: Node[]): unknown {
  if (node.type === 'number') return new Exact(text.slice(node.offset, node.offset + node.length))
  if (node.type !== 'object' && node.type !== 'array') return node.value
  const children = node.children ?? []
  if (node.type === 'array') {
    const value = children.map(child => partOf(child, text, onPart, twice))
    onPart({ value, offset: node.offset })
    return value
  }
  const seen = new Set<unknown>()
  // own properties whatever their name, `__proto__` too
  const value = Object.fromEntries(
    children.map(({ children: [name, held] = [] }) => {
      if (seen.has(name!.value)) twice.push(name!)
      seen.add(name!.value)
      return [String(name!.value), partOf(held!, text, onPart, twice)]
    }),
  )
  onPart({ value, offset: node.offset })
  return value
}

function lineFinder(text: string, firstLine: number): (offset: number) => number {
  const ends: number[] = []
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) ends.push(at)
  return offset => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (ends[middle]! < offset) low = middle + 1
      else high = middle
    }
    return firstLine + low
  }
}
