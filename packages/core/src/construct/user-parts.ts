// Named parts that the user brings: a chimeric receptor (CAR) or a payload behind a receptor. None ship: every part carries the user's citation.
import { z } from 'zod'
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { translate } from '../bio/index.ts'
import { parseCheckedYaml } from '../format/index.ts'

/** In the order in which they may stand; a tag or a linker may stand anywhere behind the leader. */
export const PART_ROLES = ['leader', 'scfv', 'hinge', 'tm', 'costim', 'cd3zeta', 'payload', 'tag', 'linker', 'safety'] as const
export type UserPartRole = (typeof PART_ROLES)[number]

export interface UserPart {
  readonly role: UserPartRole
  readonly name: string
  readonly aa: string
  /** Bases that must stand as they are; undefined: codons are chosen. */
  readonly nt: string | undefined
  readonly citation: string
}

export interface UserChain {
  readonly name: string
  readonly parts: readonly UserPart[]
}

const residues = z.string().regex(/^[ACDEFGHIKLMNPQRSTVWY]+$/, 'one-letter residues, without a stop')
const bases = z
  .string()
  .transform(text => text.toUpperCase())
  .pipe(z.string().regex(/^([ACGT]{3})+$/, 'whole codons of A C G T'))
const part = z
  .strictObject({
    role: z.enum(PART_ROLES),
    name: z.string().min(1),
    aa: residues.optional(),
    nt: bases.optional(),
    citation: z.string().min(1, 'where the sequence comes from'),
  })
  .refine(p => (p.aa === undefined) !== (p.nt === undefined), 'give aa or nt, one of them')
const file = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._+-]+$/, 'letters, digits, dot, dash, plus and underscore'),
  parts: z.array(part).min(1),
})

/** Chain of a YAML file. Errors: `parts-yaml`, `parts-key`, `parts-value` (key, what was expected), `parts-stop`, `parts-order`. */
export function parseUserChain(text: string): Result<UserChain, Issue> {
  const parsed = parseCheckedYaml(text, { name: 'parts', schema: file })
  if (!parsed.ok) return parsed
  const parts = parsed.value.parts.map(p => ({ role: p.role, name: p.name, aa: p.aa ?? translate(p.nt!), nt: p.nt, citation: p.citation }))
  const stopped = parts.find(p => p.aa.includes('*'))
  if (stopped !== undefined) return fail(issue('parts-stop', `${stopped.name} has a stop codon inside`, 'give the part without its stop'))
  const order = rolesFault(parts)
  if (order !== '') return fail(issue('parts-order', order, `the order is ${PART_ROLES.slice(0, 6).join(', ')}`))
  return ok({ name: parsed.value.name, parts })
}

/** Empty when the roles stand as they must: a leader that starts with M first; the parts of a CAR in their order, CD3 zeta last. */
export function rolesFault(parts: readonly UserPart[]): string {
  const first = parts[0]!
  if (!first.aa.startsWith('M')) return `the first part, ${first.name}, does not start with M`
  if (first.role !== 'leader' && first.role !== 'payload') return `the first part, ${first.name}, is no leader`
  if (parts.filter(p => p.role === 'leader').length > 1) return 'there is more than one leader'
  const ranked = parts.map(p => PART_ROLES.indexOf(p.role)).filter(rank => rank <= PART_ROLES.indexOf('cd3zeta'))
  const wrong = ranked.findIndex((rank, i) => i > 0 && rank < ranked[i - 1]!)
  if (wrong >= 0) return `${PART_ROLES[ranked[wrong]!]} stands behind ${PART_ROLES[ranked[wrong - 1]!]}`
  if (isCar(parts)) {
    const missing = (['leader', 'scfv', 'tm', 'cd3zeta'] as const).find(role => !parts.some(p => p.role === role))
    if (missing !== undefined) return `a chimeric receptor has no ${missing}`
  }
  return ''
}

/** With a binding or a signalling part it is a receptor; else a payload. */
export const isCar = (parts: readonly UserPart[]): boolean => parts.some(p => p.role === 'scfv' || p.role === 'cd3zeta')

export const userChainProtein = (chain: { readonly parts: readonly UserPart[] }): string => chain.parts.map(p => p.aa).join('')
