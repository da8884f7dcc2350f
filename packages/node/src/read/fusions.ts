// Fusions from files: Arriba's table, or AGFusion's folder with one folder a fusion; STAR-Fusion's counts beside either.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { type Fusion, type FusionRead, parseAgfusion, parseArriba, parseStarFusion, withSupport } from '@cognate/core/variant'
import { userPath } from './paths.ts'
import { readParsed, readText } from './text.ts'

/** Errors: those of the files, `agfusion-empty` for a folder without a protein. */
export function readFusions(path: string, starFusion?: string): Result<FusionRead, Issue> {
  const full = userPath(path)
  const read = existsSync(full) && statSync(full).isDirectory() ? readAgfusion(path, full) : readParsed(path, parseArriba)
  if (!read.ok || starFusion === undefined) return read
  const support = readParsed(starFusion, parseStarFusion)
  return support.ok ? ok({ ...read.value, fusions: withSupport(read.value.fusions, support.value) }) : support
}

function readAgfusion(path: string, full: string): Result<FusionRead, Issue> {
  const fusions: Fusion[] = []
  const left = new Map<string, number>()
  for (const name of readdirSync(full).sort()) {
    const folder = join(full, name)
    if (!statSync(folder).isDirectory()) continue
    const files = readdirSync(folder)
    const proteins = files.find(file => file.endsWith('_protein.fa'))
    const exons = files.find(file => /\.exons\.(csv|txt)$/.test(file))
    if (proteins === undefined || exons === undefined) {
      left.set('no-protein', (left.get('no-protein') ?? 0) + 1)
      continue
    }
    const fasta = readText(join(folder, proteins))
    if (!fasta.ok) return fasta
    const table = readText(join(folder, exons))
    if (!table.ok) return table
    const parsed = parseAgfusion(fasta.value, table.value)
    if (!parsed.ok) return fail(inFile(join(path, name), parsed.issue))
    fusions.push(...parsed.value.fusions)
    for (const [reason, count] of parsed.value.left) left.set(reason, (left.get(reason) ?? 0) + count)
  }
  return fusions.length === 0
    ? fail(
        inFile(
          path,
          issue('agfusion-empty', 'no folder in it holds a fusion protein', "give AGFusion's output folder, run with --middlestar"),
        ),
      )
    : ok({ fusions, left })
}
