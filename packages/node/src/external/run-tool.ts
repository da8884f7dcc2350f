// Finds, calls and caches the external predictors. Every failure is an issue that names the tool; scores are kept by tool, version and allele, so that a second run asks only what is new.
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fail, type Issue, issue, ok, type Result, refuse } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import { type ExternalScore, parseScoreTable } from '@cognate/core/presentation'
import { EXTERNAL_TOOLS, type ExternalTool } from './tools.ts'

export interface InstalledTool {
  readonly tool: ExternalTool
  /** Undefined: it is installed but does not say. */
  readonly version: string | undefined
}

/** Peptides in one call. */
const CHUNK = 2000
/** A call that has not ended by then is stopped. */
const TIMEOUT_SECONDS = 600

export function findTool(tool: ExternalTool): InstalledTool | undefined {
  const run = spawnSync(tool.command, [...tool.versionArguments], { encoding: 'utf8', timeout: 30_000 })
  if (run.error !== undefined) return undefined
  const match = tool.versionPattern.exec(`${run.stdout}\n${run.stderr}`)
  return { tool, version: match?.slice(1).find(group => group !== undefined) }
}

/** Errors: `external-unknown`, `external-missing` with licence and where to get it. */
export function requireTool(name: string): Result<InstalledTool, Issue> {
  const tool = EXTERNAL_TOOLS.find(entry => entry.name === name.toLowerCase())
  if (tool === undefined)
    return refuse('external-unknown', `no adapter is called ${name}`, `use one of ${EXTERNAL_TOOLS.map(entry => entry.name).join(', ')}`)
  const found = findTool(tool)
  return found === undefined
    ? refuse(
        'external-missing',
        `${tool.command} is not on the PATH`,
        `install it (${tool.where}; ${tool.licence}) or leave out --external ${name}`,
      )
    : ok(found)
}

/** Scores of all pairs, from the cache or from the tool. Errors: `external-failed`, `external-timeout`, and those of the tool's parser. */
export async function runTool(
  installed: InstalledTool,
  peptides: readonly string[],
  alleles: readonly HlaAllele[],
  cacheFolder = join(process.env.COGNATE_CACHE ?? join(homedir(), '.cache/cognate'), 'external'),
): Promise<Result<readonly ExternalScore[], Issue>> {
  const scores: ExternalScore[] = []
  for (const allele of alleles) {
    const known = readCache(cachePath(cacheFolder, installed, allele))
    const missing = peptides.filter(peptide => !known.has(peptide))
    for (let from = 0; from < missing.length; from += CHUNK) {
      const made = await callTool(installed.tool, missing.slice(from, from + CHUNK), allele)
      if (!made.ok) return made
      appendCache(cachePath(cacheFolder, installed, allele), made.value)
      for (const score of made.value) known.set(score.peptide, score)
    }
    for (const peptide of peptides) {
      const score = known.get(peptide)
      if (score !== undefined) scores.push(score)
    }
  }
  return ok(scores)
}

async function callTool(
  tool: ExternalTool,
  peptides: readonly string[],
  allele: HlaAllele,
): Promise<Result<readonly ExternalScore[], Issue>> {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-external-'))
  try {
    const input = join(folder, 'peptides.txt')
    const out = join(folder, 'out.txt')
    writeFileSync(input, `${peptides.join('\n')}\n`)
    const ran = await spawnText(tool, tool.call(input, [tool.spell(allele)], out, peptides))
    if (!ran.ok) return ran
    if (tool.answersIn === 'file' && !existsSync(out))
      return refuse('external-failed', `${tool.command} wrote no result for ${allele}`, 'run it by hand on one peptide to see why')
    const parsed = tool.parse(tool.answersIn === 'file' ? readFileSync(out, 'utf8') : ran.value)
    // the tool's spelling of a molecule may lose what ours says: the pair asked for is the pair answered
    return parsed.ok ? ok(parsed.value.map(score => ({ ...score, allele }))) : parsed
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function spawnText(tool: ExternalTool, args: readonly string[]): Promise<Result<string, Issue>> {
  return new Promise(done => {
    const child = spawn(tool.command, [...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_SECONDS * 1000 })
    const text: Buffer[] = []
    const complaints: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => text.push(piece))
    child.stderr.on('data', (piece: Buffer) => complaints.push(piece))
    child.on('error', error =>
      done(fail(issue('external-failed', `${tool.command} did not start: ${error.message}`, 'check its installation'))),
    )
    child.on('close', (code, signal) => {
      const said = Buffer.concat(complaints).toString().trim().split('\n').at(-1) ?? ''
      if (signal !== null)
        done(
          refuse(
            'external-timeout',
            `${tool.command} was stopped after ${TIMEOUT_SECONDS} s`,
            'give fewer peptides, or run it by hand and use --external-table',
          ),
        )
      else if (code !== 0) done(refuse('external-failed', `${tool.command} ended with code ${code}: ${said}`, 'run it by hand to see why'))
      else done(ok(Buffer.concat(text).toString()))
    })
  })
}

const cachePath = (folder: string, { tool, version }: InstalledTool, allele: HlaAllele): string =>
  join(folder, `${tool.name}-${(version ?? 'unknown').replace(/[^\w.]/g, '_')}`, `${allele.replace(/[^\w]/g, '_')}.tsv`)

function readCache(path: string): Map<string, ExternalScore> {
  if (!existsSync(path)) return new Map()
  const parsed = parseScoreTable(readFileSync(path, 'utf8'))
  return new Map(parsed.ok ? parsed.value.map(score => [score.peptide, score]) : [])
}

function appendCache(path: string, scores: readonly ExternalScore[]): void {
  mkdirSync(join(path, '..'), { recursive: true })
  const head = existsSync(path) ? '' : 'allele\tpeptide\tscore\tpercentile\tic50\taffinity_percentile\tcore\n'
  const rows = scores.map(s =>
    [s.allele, s.peptide, s.score ?? '', s.percentile ?? '', s.ic50NanoMolar ?? '', s.affinityPercentile ?? '', s.core ?? ''].join('\t'),
  )
  appendFileSync(path, `${head}${rows.map(row => `${row}\n`).join('')}`)
}
