// The walls between folders, as a function of file texts: violations by name. The test runs it on the sources and on planted violations.
import { dirname, join, normalize } from 'node:path/posix'

/** A folder imports only what stands before it. */
export const ORDER = [
  'base',
  'audit',
  'access',
  'record',
  'bio',
  'format',
  'variant',
  'peptide',
  'presentation',
  'neoantigen',
  'receptor',
  'screen',
  'safety',
  'selection',
  'construct',
  'lot',
  'infusion',
  'response',
  'case',
]

/** Pure libraries that core may lean on, each with its reason. */
export const CORE_LIBRARIES: Readonly<Record<string, string>> = {
  '@noble/hashes/sha2.js': 'SHA-256 without the platform: ids and checksums are made where the data are',
  '@noble/hashes/utils.js': 'text to bytes and hex for the same',
  yaml: 'CASE.yaml and TRIAL.yaml with positions, so that every error names its line',
  'jsonc-parser': 'JSON with the digits of its numbers and the lines of its objects, which JSON.parse loses',
  'fast-xml-parser': 'the feature lists inside SnapGene files',
  'umap-js': 'cells on a plane to look at: the usual method, with chance as an argument',
  zod: 'the shape of a YAML file once: check, defaults, JSON Schema',
}

export interface Violation {
  readonly wall: 'upward-import' | 'value-cycle' | 'library-in-core' | 'deep-import' | 'rim-crossing' | 'platform-in-core'
  readonly file: string
  readonly what: string
}

interface Import {
  readonly from: string
  readonly typeOnly: boolean
}

export function importsOf(text: string): readonly Import[] {
  const found: Import[] = []
  for (const match of text.matchAll(/^\s*(?:import|export)\s+(type\s+)?([^'"\n;]*?from\s+)?['"]([^'"]+)['"]/gm)) {
    const names = match[2] ?? ''
    const allTypes =
      /^\{[^}]*\}/.test(names.trim()) &&
      names
        .replace(/^\s*\{|\}\s*from\s*$/g, '')
        .split(',')
        .every(name => name.trim() === '' || name.trim().startsWith('type '))
    found.push({ from: match[3]!, typeOnly: match[1] !== undefined || (names !== '' && allTypes) })
  }
  for (const match of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) found.push({ from: match[1]!, typeOnly: false })
  return found
}

/** `files`: path from the root → text; tests left out by the caller. */
export function checkLayers(files: ReadonlyMap<string, string>): readonly Violation[] {
  const violations: Violation[] = []
  const edges = new Map<string, string[]>()
  for (const [file, text] of files) {
    const core = /^packages\/core\/src\/([^/]+)\//.exec(file)?.[1]
    const rim = /^packages\/(node|web)\//.exec(file)?.[1]
    if (core !== undefined && /\b(Math\.random|Date\.now|new Date\()/.test(text))
      violations.push({ wall: 'platform-in-core', file, what: 'clock or chance: they come in as arguments' })
    for (const { from, typeOnly } of importsOf(text)) {
      const target = from.startsWith('.') ? normalize(join(dirname(file), from)) : undefined
      if (core !== undefined && target !== undefined) checkCoreImport(file, core, target, violations)
      if (core !== undefined && target === undefined && CORE_LIBRARIES[from] === undefined)
        violations.push({ wall: 'library-in-core', file, what: from })
      if (rim !== undefined) {
        const other = rim === 'node' ? 'web' : 'node'
        if (from.startsWith(`@cognate/${other}`) || target?.startsWith(`packages/${other}/`) === true)
          violations.push({ wall: 'rim-crossing', file, what: from })
        if (target?.startsWith('packages/core/') === true || /^@cognate\/core\/[^/]+\//.test(from))
          violations.push({ wall: 'deep-import', file, what: from })
      }
      if (target !== undefined && !typeOnly) edges.set(file, [...(edges.get(file) ?? []), target])
    }
  }
  return [...violations, ...cycles(edges)]
}

function checkCoreImport(file: string, folder: string, target: string, violations: Violation[]): void {
  const other = /^packages\/core\/src\/([^/]+)\/(.+)$/.exec(target)
  if (other === null) {
    violations.push({ wall: 'rim-crossing', file, what: target })
    return
  }
  const [, stage = '', inside = ''] = other
  if (stage === folder) return
  if (ORDER.indexOf(stage) > ORDER.indexOf(folder) || ORDER.indexOf(stage) < 0)
    violations.push({ wall: 'upward-import', file, what: target })
  if (inside !== 'index.ts') violations.push({ wall: 'deep-import', file, what: target })
}

/** Circles of value imports, each reported once. */
function cycles(edges: ReadonlyMap<string, readonly string[]>): readonly Violation[] {
  const found: Violation[] = []
  const state = new Map<string, 'open' | 'done'>()
  const path: string[] = []
  const visit = (file: string): void => {
    state.set(file, 'open')
    path.push(file)
    for (const next of edges.get(file) ?? []) {
      if (state.get(next) === 'open') found.push({ wall: 'value-cycle', file, what: [...path.slice(path.indexOf(next)), next].join(' → ') })
      else if (!state.has(next) && edges.has(next)) visit(next)
    }
    path.pop()
    state.set(file, 'done')
  }
  for (const file of edges.keys()) if (!state.has(file)) visit(file)
  return found
}
