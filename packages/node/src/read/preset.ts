// A user's sequence limits: a preset is named, or a JSON file of the form of the shipped ones.
import { type Issue, inFile, ok, type Result, refuse } from '@cognate/core/base'
import { PRESETS, parsePreset, type SequenceLimits } from '@cognate/core/bio'
import { readText } from './text.ts'

/** The limits when `preset` is a file (`.json`), else undefined: a shipped name. */
export function readPreset(preset: string): Result<SequenceLimits | undefined, Issue> {
  if (!preset.endsWith('.json'))
    return PRESETS.has(preset)
      ? ok(undefined)
      : refuse(
          'preset-unknown',
          `no preset is called "${preset}"`,
          `take one of ${[...PRESETS.keys()].join(', ')}, or a file that ends in .json`,
        )
  const text = readText(preset)
  if (!text.ok) return text
  const limits = parsePreset(text.value)
  return limits.ok ? limits : { ok: false, issue: inFile(preset, limits.issue) }
}
