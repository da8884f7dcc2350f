// GS1 element strings: what a DataMatrix or GS1-128 on a bag says. Parsed, checked and written by GS1's own Barcode Syntax Dictionary (Apache-2.0), a table of identifiers (AI).
// `^` stands for FNC1, the separator, as in the dictionary's own tests. Content rules of identifiers that this product neither writes nor reads are named as not checked.
import { ok, type Result, refuse } from '../base/index.ts'
import { gs1CheckDigit } from './check-character.ts'

interface Component {
  readonly charset: 'N' | 'X' | 'Y' | 'Z'
  readonly least: number
  readonly most: number
  readonly optional: boolean
  readonly linters: readonly string[]
}

export interface Gs1Identifier {
  readonly ai: string
  /** Of predefined length: no separator follows. */
  readonly predefined: boolean
  readonly components: readonly Component[]
  /** Each group: one of its alternatives (all members of it) must stand beside this identifier. */
  readonly requires: readonly (readonly (readonly string[])[])[]
  readonly excludes: readonly string[]
  readonly title: string
}

export type Gs1Dictionary = ReadonlyMap<string, Gs1Identifier>

export interface Gs1Element {
  readonly ai: string
  readonly value: string
}

/** Lines of the dictionary without its comments: `ai flags specification attributes title`, separated by tabs. Throws on a damaged table: it ships with the program. */
export function parseGs1Dictionary(text: string): Gs1Dictionary {
  const found = new Map<string, Gs1Identifier>()
  for (const line of text.split('\n').slice(1)) {
    if (line === '') continue
    const [ais = '', flags = '', specification = '', attributes = '', title = ''] = line.split('\t')
    const components = specification.split(' ').map((part): Component => {
      const match = /^(\[?)([NXYZ])(\.\.)?(\d+)\]?((?:,[a-z0-9]+)*)\]?$/.exec(part)
      if (match === null) throw new Error(`GS1 dictionary: ${part}`)
      const most = Number(match[4])
      return {
        charset: match[2] as Component['charset'],
        least: match[3] === undefined ? most : 1,
        most,
        optional: match[1] === '[',
        linters: match[5]!.split(',').filter(name => name !== ''),
      }
    })
    const given = (key: string) => attributes.split(' ').flatMap(pair => (pair.startsWith(`${key}=`) ? [pair.slice(key.length + 1)] : []))
    const [first = '', last = first] = ais.split('-')
    for (let n = Number(first); n <= Number(last); n++) {
      const ai = String(n).padStart(first.length, '0')
      found.set(ai, {
        ai,
        predefined: flags.includes('*'),
        components,
        requires: given('req').map(group => group.split(',').map(all => all.split('+'))),
        excludes: given('ex').flatMap(group => group.split(',')),
        title,
      })
    }
  }
  return found
}

const CHARSETS: Readonly<Record<Component['charset'], RegExp>> = {
  N: /^\d*$/,
  X: /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*$/,
  Y: /^[#\-/0-9A-Z]*$/,
  Z: /^[A-Za-z0-9_-]*=*$/,
}

const daysOf = (year: number, month: number): number =>
  [31, year % 4 === 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0

function isDay(text: string, zeroDay: boolean): boolean {
  const [year, month, day] = [Number(text.slice(0, 2)), Number(text.slice(2, 4)), Number(text.slice(4, 6))]
  return month >= 1 && month <= 12 && day >= (zeroDay ? 0 : 1) && day <= daysOf(2000 + year, month)
}

/** The dictionary's content checks by name; those not here are not checked. */
const LINTERS: Readonly<Record<string, (text: string) => boolean>> = {
  csum: text => gs1CheckDigit(text.slice(0, -1)) === text.at(-1),
  yymmdd: text => isDay(text, false),
  yymmd0: text => isDay(text, true),
  hhmi: text => Number(text.slice(0, 2)) < 24 && Number(text.slice(2)) < 60,
  hh: text => Number(text) < 24,
  zero: text => /^0+$/.test(text),
  nonzero: text => !/^0+$/.test(text),
  yesno: text => /^[01]$/.test(text),
  winding: text => /^[019]$/.test(text),
}

/** The sentence that says what is wrong with a value, or undefined. */
function faultOf(identifier: Gs1Identifier, value: string): string | undefined {
  let rest = value
  for (const component of identifier.components) {
    if (rest === '' && component.optional) break
    const part = rest.slice(0, component.most)
    if (part.length < component.least) return `(${identifier.ai}) is too short`
    if (!CHARSETS[component.charset].test(part)) return `(${identifier.ai}) has a character that does not belong there`
    for (const linter of component.linters)
      if (LINTERS[linter]?.(part) === false) return `(${identifier.ai}) fails the rule "${linter}": ${part}`
    rest = rest.slice(component.most)
  }
  return rest === '' ? undefined : `(${identifier.ai}) is too long`
}

const wrong = (what: string) =>
  refuse('gs1', `this is no valid GS1 code: ${what}`, 'scan the label again; an unreadable label is a mismatch')

/** `(01)…(10)…`, a bracket inside a value written `\(`, to elements. Errors: `gs1`. */
export function parseBracketed(dictionary: Gs1Dictionary, text: string): Result<readonly Gs1Element[]> {
  const elements: Gs1Element[] = []
  let rest = text
  while (rest !== '') {
    const match = /^\((\d{2,4})\)((?:[^(\\]|\\\(|\\(?!\())+)/.exec(rest)
    if (match === null) return wrong(`"${rest}" does not begin with an identifier in brackets and its value`)
    elements.push({ ai: match[1]!, value: match[2]!.replaceAll('\\(', '(') })
    rest = rest.slice(match[0].length)
  }
  return checked(dictionary, elements)
}

/** A scanned element string, FNC1 as `^`, first character FNC1. Errors: `gs1`. */
export function parseElementString(dictionary: Gs1Dictionary, text: string): Result<readonly Gs1Element[]> {
  if (!text.startsWith('^') || text.length === 1) return wrong('it does not begin with FNC1 and an identifier')
  const elements: Gs1Element[] = []
  let rest = text.slice(1)
  while (rest !== '') {
    const ai = [2, 3, 4].map(length => rest.slice(0, length)).find(head => dictionary.has(head))
    if (ai === undefined) return wrong(`no identifier begins "${rest.slice(0, 4)}"`)
    const identifier = dictionary.get(ai)!
    rest = rest.slice(ai.length)
    const separator = rest.indexOf('^')
    const end = separator < 0 ? rest.length : separator
    const length = identifier.predefined
      ? Math.min(
          end,
          identifier.components.reduce((sum, { most }) => sum + most, 0),
        )
      : end
    elements.push({ ai, value: rest.slice(0, length) })
    rest = rest.slice(length)
    if (rest.startsWith('^')) rest = rest.slice(1)
  }
  return checked(dictionary, elements)
}

function checked(dictionary: Gs1Dictionary, elements: readonly Gs1Element[]): Result<readonly Gs1Element[]> {
  if (elements.length === 0) return wrong('it is empty')
  for (const { ai, value } of elements) {
    const identifier = dictionary.get(ai)
    if (identifier === undefined) return wrong(`no identifier (${ai}) is known`)
    if (value.includes('^')) return wrong(`(${ai}) has a separator inside`)
    const fault = faultOf(identifier, value)
    if (fault !== undefined) return wrong(fault)
  }
  return ok(elements)
}

/** Separators only where they are needed. Elements are taken as checked. */
export function elementString(dictionary: Gs1Dictionary, elements: readonly Gs1Element[]): string {
  let text = '^'
  elements.forEach(({ ai, value }, i) => {
    text += ai + value
    if (i < elements.length - 1 && !dictionary.get(ai)!.predefined) text += '^'
  })
  return text
}

const matches = (pattern: string, ai: string): boolean =>
  pattern.length === ai.length && [...pattern].every((letter, i) => letter === 'n' || letter === ai[i])

/** What may not stand together, what must, and what stands twice with different values. Errors: `gs1-pair`. */
export function checkPairing(dictionary: Gs1Dictionary, elements: readonly Gs1Element[]): Result<readonly Gs1Element[]> {
  const pair = (what: string) => refuse('gs1-pair', what, 'see the GS1 General Specifications, association of element strings')
  const given = new Map<string, string>()
  for (const { ai, value } of elements) {
    const before = given.get(ai)
    if (before !== undefined && before !== value) return pair(`(${ai}) stands twice with different values`)
    given.set(ai, value)
  }
  const ais = [...given.keys()]
  for (const ai of ais) {
    const identifier = dictionary.get(ai)
    if (identifier === undefined) continue
    const excluded = ais.find(other => other !== ai && identifier.excludes.some(pattern => matches(pattern, other)))
    if (excluded !== undefined) return pair(`(${ai}) and (${excluded}) may not stand together`)
  }
  for (const ai of ais)
    for (const group of dictionary.get(ai)?.requires ?? [])
      if (!group.some(all => all.every(pattern => ais.some(other => other !== ai && matches(pattern, other)))))
        return pair(`(${ai}) needs ${group.map(all => all.map(one => `(${one})`).join(' with ')).join(' or ')}`)
  // a digital signature is of one thing: its key has to carry a serial component
  if (given.has('8030'))
    for (const [key, length] of [
      ['253', 13],
      ['255', 13],
      ['8003', 14],
    ] as const)
      if (given.get(key)?.length === length) return pair(`(8030) needs a serial number in (${key})`)
  return ok(elements)
}
