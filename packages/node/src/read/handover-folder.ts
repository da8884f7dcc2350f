// What a case chose and built, out of the folder that its run wrote.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Issue, Result } from '@cognate/core/base'
import { type Handover, readHandover } from '@cognate/core/case'
import { userPath } from './paths.ts'
import { readRows } from './rows.ts'
import { checkFile } from './text.ts'

/** The file whose bytes are signed. */
export const PAYLOAD = 'selection.payload.json'

/** Errors: `file-missing`, and those of `readHandover`. */
export function readHandoverFolder(folder: string): Result<Handover, Issue> {
  const there = checkFile(join(folder, PAYLOAD))
  if (!there.ok) return there
  const declared = userPath(join(folder, 'selection.payload.sha256'))
  const rows = (name: string) => readRows(userPath(join(folder, `${name}.tsv`)))
  return readHandover({
    payload: readFileSync(there.value, 'utf8'),
    declaredSha256: existsSync(declared) ? readFileSync(declared, 'utf8').slice(0, 64) : '',
    selection: rows('selection'),
    constructs: rows('constructs'),
    receptors: rows('receptors'),
    screen: rows('screen'),
    neoantigens: rows('neoantigens'),
  })
}
