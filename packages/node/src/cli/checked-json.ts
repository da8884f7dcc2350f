// A JSON file of a known shape. Faults name the file and the member.
import { issue } from '@cognate/core/base'
import type { z } from 'zod'
import { readText } from '../read/text.ts'
import { InputFault, must } from './exit.ts'

export const checkedJson = <T>(path: string, schema: z.ZodType<T>): T => {
  const text = must(readText(path))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new InputFault({ ...issue('json', (error as Error).message, 'write JSON; see --help for its members'), file: path })
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success)
    throw new InputFault({
      ...issue(
        'json-shape',
        parsed.error.issues.map(one => `${one.path.join('.')}: ${one.message}`).join('; '),
        'see --help for the members',
      ),
      file: path,
    })
  return parsed.data
}
