// Screen designs of a case, each in a folder named by its bytes: it stays while its plates are under way, and the same wish is the same design.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { runProgram } from '../cli/own-process.ts'
import type { CaseResults } from './case-desk.ts'
import { type Files, timeOf } from './results-files.ts'

const DESIGNS = 'screen-design'

export interface DesignWish {
  readonly effectors: readonly string[]
  readonly top: number
  readonly per_construct: number
  readonly replicates: number
  readonly plate: string
  readonly pool_size: number
}

export interface DesignAnswer {
  /** Of what stands in its wells. */
  readonly id: string
  /** RFC 3339. */
  readonly made_at: string
  /** Its minigenes, as CASE.yaml has to name them once its plates are read. */
  readonly minigenes: string
}

/** Screen designs of a case, the newest first. */
export function designsOf(folder: string): readonly DesignAnswer[] {
  const at = join(folder, DESIGNS)
  if (!existsSync(at)) return []
  return readdirSync(at)
    .filter(id => /^[0-9a-f]{8}$/.test(id))
    .map(id => ({ id, time: timeOf(join(at, id, 'plate-map.csv')), minigenes: join(at, id, 'minigenes.tsv') }))
    .toSorted((a, b) => b.time - a.time)
    .map(({ id, time, minigenes }) => ({ id, made_at: new Date(time).toISOString(), minigenes }))
}

/** Their files, by design. */
export const designFiles = (folder: string): Files =>
  new Map(
    designsOf(folder).flatMap(({ id }) =>
      readdirSync(join(folder, DESIGNS, id))
        .toSorted()
        .map(name => [`${DESIGNS}/${id}/${name}`, join(folder, DESIGNS, id, name)] as const),
    ),
  )

/** Designs the plates out of the case's minigenes. Answers the design and what was said of it. Errors: `not-found`; `screen-design`: what the command line says. */
export async function designScreen(
  program: readonly string[],
  results: CaseResults,
  wish: DesignWish,
): Promise<Result<{ readonly id: string; readonly said: readonly string[] }, Issue>> {
  const { entry, folder } = results
  if (!entry.opened.ok || !existsSync(join(folder, 'minigenes.tsv')))
    return fail(issue('not-found', 'the case has no minigenes', 'run it first'))
  const words = [
    '--minigenes',
    join(folder, 'minigenes.tsv'),
    '--hla',
    entry.opened.value.hla.join(','),
    '--effectors',
    wish.effectors.join(','),
  ]
  const numbers = [
    '--top',
    wish.top,
    '--per-construct',
    wish.per_construct,
    '--replicates',
    wish.replicates,
    '--pool-size',
    wish.pool_size,
  ].map(String)
  mkdirSync(join(folder, DESIGNS), { recursive: true })
  const making = mkdtempSync(join(folder, DESIGNS, 'making-'))
  const { said, failure } = await runProgram(program, ['screen', 'design', ...words, ...numbers, '--plate', wish.plate, '--out', making])
  if (failure !== undefined) {
    rmSync(making, { recursive: true })
    return fail(issue('screen-design', failure, 'correct it, and ask again'))
  }
  const hash = createHash('sha256')
  for (const name of readdirSync(making).toSorted()) hash.update(readFileSync(join(making, name)))
  const id = hash.digest('hex').slice(0, 8)
  const place = join(folder, DESIGNS, id)
  if (existsSync(place)) rmSync(making, { recursive: true })
  else renameSync(making, place)
  return ok({ id, said: said.split('\n').filter(line => line.trim() !== '') })
}
