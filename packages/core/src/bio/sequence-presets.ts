// Named sequence limits as dated data files: presets/*.json are shipped, a user brings others of the same form. What a file leaves out is not limited.
import { z } from 'zod'
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import gen9Like from './presets/gen9-like.json' with { type: 'json' }
import genericStrict from './presets/generic-strict.json' with { type: 'json' }
import idtLike from './presets/idt-like.json' with { type: 'json' }
import none from './presets/none.json' with { type: 'json' }
import twistLike from './presets/twist-like.json' with { type: 'json' }
import type { SequenceLimits } from './sequence-limits.ts'

const share = z.number().min(0).max(1)
const unlimited = Number.POSITIVE_INFINITY
const window = z.strictObject({ length: z.number().int().min(10).max(255), low: share, high: share })
const run = z.number().int().min(2).default(unlimited)

const presetSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
  source: z.string().min(1),
  dated: z.iso.date(),
  verified: z.boolean(),
  keepsNativeCodons: z.boolean().default(false),
  sites: z.record(z.string(), z.string().regex(/^[ACGT]{4,8}$/, '4 to 8 bases of A C G T')).default({}),
  senseMotifs: z.array(z.string().regex(/^[ACGT]{4,8}$/, '4 to 8 bases of A C G T')).default([]),
  softMotifs: z.array(z.string().regex(/^[ACGT]{4,8}$/, '4 to 8 bases of A C G T')).default([]),
  mostDonorScore: z.number().default(unlimited),
  mostAcceptorScore: z.number().default(unlimited),
  longestRun: z.strictObject({ A: run, C: run, G: run, T: run }).default({ A: unlimited, C: unlimited, G: unlimited, T: unlimited }),
  length: z.tuple([z.number().int().min(0), z.number().int().min(1)]).default([0, unlimited]),
  gcWhole: z.tuple([share, share]).default([0, 1]),
  gcWindows: z.array(window).default([]),
  gcEnds: window.optional(),
  tandemRepeats: z.array(z.strictObject({ unit: z.number().int().min(2).max(6), copies: z.number().int().min(3).max(20) })).default([]),
  directRepeat: z.number().int().min(16, 'at least 16').default(unlimited),
  invertedRepeat: z.number().int().min(16, 'at least 16').default(unlimited),
  hairpinSpan: z.number().int().min(0).max(200, 'at most 200').default(0),
  leastCodonShare: share.default(0),
  orderColumns: z.record(z.string().min(1), z.string().min(1)).optional(),
})

/** Limits from the text of a preset file. Errors: `preset-json`, `preset-schema` with the key; `preset-name` when the name is a shipped one's. */
export function parsePreset(text: string): Result<SequenceLimits, Issue> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (fault) {
    return fail(issue('preset-json', `the preset is not JSON: ${(fault as Error).message}`, 'compare with a shipped preset'))
  }
  const parsed = presetSchema.safeParse(json)
  if (!parsed.success) {
    const first = parsed.error.issues[0]!
    return fail(issue('preset-schema', `${first.path.join('.') || 'preset'}: ${first.message}`, 'compare with a shipped preset'))
  }
  if (PRESETS.has(parsed.data.name))
    return fail(issue('preset-name', `${parsed.data.name} is the name of a shipped preset`, 'give your preset a name of its own'))
  return ok(parsed.data)
}

const shipped: readonly SequenceLimits[] = [genericStrict, twistLike, idtLike, gen9Like, none].map(file => presetSchema.parse(file))

/** The shipped presets by name. */
export const PRESETS: ReadonlyMap<string, SequenceLimits> = new Map(shipped.map(limits => [limits.name, limits]))
