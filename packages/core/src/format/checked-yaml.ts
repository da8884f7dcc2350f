// A YAML file against its schema: every fault names the line and what to write instead.
import { isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import { z } from 'zod'
import { fail, type Issue, issue, nearest, ok, type Result } from '../base/index.ts'

export interface YamlKind<T> {
  /** `case`, `trial`: the first key, and the prefix of the issues' codes. */
  readonly name: string
  readonly schema: z.ZodType<T>
  /** Where its keys are told. */
  readonly told?: string
}

/** Errors: `NAME-yaml` (not YAML), `NAME-key` (unknown key, with the nearest), `NAME-value` (key, what was expected). */
export function parseCheckedYaml<T>(text: string, { name, schema, told = 'docs/file-formats.md' }: YamlKind<T>): Result<T, Issue> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number) => lines.linePos(offset).line
  const fault = document.errors[0]
  if (fault !== undefined)
    return fail(issue(`${name}-yaml`, fault.message.split('\n')[0]!, 'repair the YAML at this line', lineAt(fault.pos[0])))
  if (!isMap(document.contents)) return fail(issue(`${name}-yaml`, 'the file is not a list of keys', `start with "${name}: NAME"`, 1))
  const parsed = schema.safeParse(document.toJS())
  if (parsed.success) return ok(parsed.data)
  const problem = deepest(parsed.error.issues[0]!)
  const at = problem.path.map(part => (typeof part === 'symbol' ? String(part) : part))
  const key = at.join('.')
  if (problem.code === 'unrecognized_keys') {
    const unknown = problem.keys[0]!
    return fail(
      issue(
        `${name}-key`,
        `"${unknown}" is not a key of ${key === '' ? `a ${name}` : key}`,
        hint(unknown, at, schema),
        lineOf(document.contents, [...at, unknown], lineAt),
      ),
    )
  }
  const given = problem.code === 'invalid_value' ? document.getIn(at) : undefined
  const remedy =
    problem.code === 'invalid_value' && typeof given === 'string'
      ? `did you mean "${nearest(given, problem.values.map(String), 1)[0]}"?`
      : `see ${told} for what ${at.at(-1) ?? `a ${name}`} may hold`
  return fail(issue(`${name}-value`, `${key === '' ? name : key}: ${problem.message}`, remedy, lineOf(document.contents, at, lineAt)))
}

type ZodProblem = z.core.$ZodIssue

/** In a union, the problem of the alternative that went furthest. */
function deepest(problem: ZodProblem): ZodProblem {
  if (problem.code !== 'invalid_union' || problem.errors.length === 0) return problem
  const branches = problem.errors.map(branch => branch[0]).filter(branch => branch !== undefined)
  const inner = branches.toSorted((a, b) => b.path.length - a.path.length)[0]
  return inner === undefined ? problem : deepest({ ...inner, path: [...problem.path, ...inner.path] })
}

function hint(key: string, at: readonly (string | number)[], schema: z.ZodType): string {
  const known = keysAt(at, schema)
  return known.length === 0 ? 'remove it' : `did you mean "${nearest(key, known, 1)[0]}"? The keys are ${known.join(', ')}`
}

/** Keys the schema knows at a path. */
function keysAt(at: readonly (string | number)[], schema: z.ZodType): readonly string[] {
  type Json = { properties?: Record<string, Json>; items?: Json; anyOf?: Json[] }
  let node: Json | undefined = z.toJSONSchema(schema, { io: 'input' }) as Json
  for (const part of at) node = typeof part === 'number' ? node?.items : node?.properties?.[part]
  return Object.keys(node?.properties ?? {})
}

/** 1-based line of the deepest node that the path reaches. */
function lineOf(contents: YAMLMap, at: readonly (string | number)[], lineAt: (offset: number) => number): number {
  let node: unknown = contents
  let offset = contents.range?.[0] ?? 0
  for (const part of at) {
    if (isMap(node)) {
      const pair = node.items.find(item => isPair(item) && isScalar(item.key) && item.key.value === part)
      if (pair === undefined) break
      offset = (pair.key as Node).range?.[0] ?? offset
      node = pair.value
    } else if (isNode(node) && 'items' in node && typeof part === 'number') {
      const item = (node.items as unknown[])[part]
      if (!isNode(item)) break
      offset = item.range?.[0] ?? offset
      node = item
    } else break
  }
  return lineAt(offset)
}
