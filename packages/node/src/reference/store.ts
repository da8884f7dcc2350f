// References a user imports once: files copied by checksum below COGNATE_HOME (default ~/.cognate), an index with source, checksum and counts.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { type Caveat, fail, type Issue, inFile, issue, nearest, ok, type Result } from '@cognate/core/base'
import { parseStitchrReference } from '@cognate/core/construct'
import { readReference } from '../read/genome.ts'
import { userPath } from '../read/paths.ts'
import { eachProtein } from '../read/proteome.ts'
import { readText } from '../read/text.ts'
import { encodeGenome, type OpenedGenome, openGenome } from './genome-file.ts'

/** `imgt`: folder in stitchr's layout; `tenx`: 10x V(D)J reference; `vdj`: germline table of our own form. */
export type ReferenceKind = 'proteome' | 'imgt' | 'tenx' | 'vdj' | 'genome'

export interface ReferenceEntry {
  readonly kind: ReferenceKind
  readonly name: string
  readonly sha256: string
  /** Where it came from when it was added. */
  readonly source: string
  /** What the file holds, counted when it was added. */
  readonly holds: string
}

export const home = (): string => process.env.COGNATE_HOME ?? join(homedir(), '.cognate')

const indexPath = (): string => join(home(), 'references.json')

export function listReferences(): readonly ReferenceEntry[] {
  if (!existsSync(indexPath())) return []
  return JSON.parse(readFileSync(indexPath(), 'utf8')) as readonly ReferenceEntry[]
}

const objectPath = (entry: Pick<ReferenceEntry, 'sha256'>): string => join(home(), 'objects', entry.sha256)

/** A path as given, or the stored reference of that name. */
export function referencePath(kind: ReferenceKind, nameOrPath: string): string {
  const entry = listReferences().find(known => known.kind === kind && known.name === nameOrPath)
  return entry === undefined ? nameOrPath : objectPath(entry)
}

/** Checksum of a file, or of a folder's files by name and content. */
function checksum(path: string): string {
  const hash = createHash('sha256')
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) {
      hash.update(name)
      hash.update(readFileSync(join(path, name)))
    }
  } else hash.update(readFileSync(path))
  return hash.digest('hex')
}

/** Checks, copies and records. Errors: `file-missing`, and those of the file's reader. */
export async function addReference(
  kind: Exclude<ReferenceKind, 'genome'>,
  path: string,
  name: string,
  describe: (path: string) => Result<string, Issue> = describeImgt,
): Promise<Result<ReferenceEntry, Issue>> {
  const full = userPath(path)
  if (!existsSync(full)) return fail(inFile(path, issue('file-missing', 'there is no such file or folder', 'check the path')))
  const holds = kind === 'proteome' ? await describeProteome(path) : describe(path)
  if (!holds.ok) return holds
  const entry: ReferenceEntry = {
    kind,
    name: name === '' ? basename(path) : name,
    sha256: checksum(full),
    source: path,
    holds: holds.value,
  }
  mkdirSync(join(home(), 'objects'), { recursive: true })
  cpSync(full, objectPath(entry), { recursive: true })
  remember(entry)
  return ok(entry)
}

function remember(entry: ReferenceEntry): void {
  const others = listReferences().filter(known => !(known.kind === entry.kind && known.name === entry.name))
  writeFileSync(indexPath(), `${JSON.stringify([...others, entry], null, 1)}\n`)
}

/** Makes the compact form of an annotation with its genome. Errors: those of the two files. */
export async function addGenome(
  annotation: string,
  genomePath: string,
  name: string,
): Promise<Result<ReferenceEntry & { readonly caveats: readonly Caveat[]; readonly bytes: number }, Issue>> {
  const read = await readReference(annotation, genomePath, { digests: true })
  if (!read.ok) return read
  const { index, genome, caveats } = read.value
  const bytes = encodeGenome(index, genome, { annotation: basename(annotation), genome: basename(genomePath) })
  const coding = index.transcripts.filter(transcript => transcript.coding.length > 0)
  const entry: ReferenceEntry = {
    kind: 'genome',
    name: name === '' ? basename(annotation).replace(/\.(gff3?|gtf)(\.gz)?$/, '') : name,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    source: `${annotation} with ${genomePath}`,
    holds: `${coding.length.toLocaleString('en-US')} coding transcripts of ${new Set(coding.map(t => t.geneId)).size.toLocaleString('en-US')} genes on ${genome.keys.length} chromosomes`,
  }
  mkdirSync(join(home(), 'objects'), { recursive: true })
  writeFileSync(objectPath(entry), bytes)
  remember(entry)
  return ok({ ...entry, caveats, bytes: bytes.length })
}

/** An imported genome by name. Errors: `reference-unknown` with the nearest names, `reference-damaged`. */
export function openImportedGenome(name: string): Result<OpenedGenome & { readonly sha256: string }, Issue> {
  const known = listReferences().filter(entry => entry.kind === 'genome')
  const entry = known.find(other => other.name === name)
  if (entry === undefined) {
    const names = nearest(
      name,
      known.map(other => other.name),
    )
    return fail(
      issue(
        'reference-unknown',
        `no genome reference is called "${name}"`,
        known.length === 0
          ? 'make one: cognate reference add genome ANNOTATION.gff3.gz --genome GENOME.fa.gz --name NAME'
          : `the nearest are ${names.join(', ')}; see cognate reference list`,
      ),
    )
  }
  const opened = openGenome(objectPath(entry))
  return opened.ok ? ok({ ...opened.value, sha256: entry.sha256 }) : opened
}

async function describeProteome(path: string): Promise<Result<string, Issue>> {
  let residues = 0
  const read = await eachProtein(path, ({ sequence }) => {
    residues += sequence.length
  })
  if (!read.ok) return read
  const { proteins, foreign } = read.value
  return ok(
    `${proteins.toLocaleString('en-US')} proteins, ${residues.toLocaleString('en-US')} residues${foreign === undefined ? '' : `, of ${foreign}`}`,
  )
}

function describeImgt(path: string): Result<string, Issue> {
  const motifs = readText(join(path, 'C-region-motifs.tsv'))
  if (!motifs.ok) return motifs
  const files: { text: string }[] = []
  for (const locus of ['TRA', 'TRB', 'TRG', 'TRD']) {
    const text = readText(join(path, `${locus}.fasta`))
    if (!text.ok) return text
    files.push({ text: text.value })
  }
  const reference = parseStitchrReference(files, motifs.value)
  if (!reference.ok) return fail(inFile(path, reference.issue))
  const { VARIABLE, JOINING, CONSTANT } = reference.value.regions
  return ok(`${VARIABLE.size} V, ${JOINING.size} J, ${CONSTANT.size} C genes`)
}

/** Names of references whose stored bytes are not those that were added. */
export const damagedReferences = (): readonly string[] =>
  listReferences()
    .filter(entry => !existsSync(objectPath(entry)) || checksum(objectPath(entry)) !== entry.sha256)
    .map(entry => entry.name)
