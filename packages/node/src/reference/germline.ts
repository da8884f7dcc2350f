// A user's germline → the germline that annotation and construct read: a folder in stitchr's layout, a 10x V(D)J reference, or a table of our own form. Framework ends (`human.ndm.imgt`, as IgBLAST ships them) are read when they lie beside it.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { type FrameworkRow, type Germline, makeGermline, parseFrameworkRows, parseGermline } from '@cognate/core/bio'
import { importGermline, parseStitchrReference } from '@cognate/core/construct'
import { tenxGermline } from '@cognate/core/format'
import { userPath } from '../read/paths.ts'
import { shippedGermline } from '../read/shipped.ts'
import { readParsed, readText } from '../read/text.ts'
import { referencePath } from './store.ts'

const LOCI = ['TRA', 'TRB', 'TRG', 'TRD'] as const

/** By name, folder or file. Errors: those of the files; `germline-unknown` when it is none of the three forms. */
export function importedGermline(nameOrPath: string, species: 'human' | 'mouse'): Result<Germline, Issue> {
  const path =
    (['imgt', 'tenx', 'vdj'] as const).map(kind => referencePath(kind, nameOrPath)).find(known => known !== nameOrPath) ?? nameOrPath
  const full = userPath(path)
  if (!existsSync(full))
    return fail(
      issue('germline-unknown', `no germline is called "${nameOrPath}"`, 'add one with `cognate reference add`, or give its folder'),
    )
  if (!statSync(full).isDirectory()) return ownTable(path, nameOrPath, species)
  const regions = tenxRegions(path)
  return regions === undefined ? stitchrFolder(path, nameOrPath, species) : tenxFolder(regions, nameOrPath, species)
}

/** `regions.fa` of a 10x V(D)J reference; undefined when the folder is none. */
export const tenxRegions = (folder: string): string | undefined =>
  [join(folder, 'fasta', 'regions.fa'), join(folder, 'regions.fa')].find(path => existsSync(userPath(path)))

function tenxFolder(regions: string, name: string, species: 'human' | 'mouse'): Result<Germline, Issue> {
  const segments = readParsed(regions, text => tenxGermline(text, openFrameworks(species), new Map(), name))
  return segments.ok ? ok(makeGermline(species, `10x V(D)J, ${name}`, segments.value)) : segments
}

function ownTable(path: string, name: string, species: 'human' | 'mouse'): Result<Germline, Issue> {
  const segments = readParsed(path, parseGermline)
  return segments.ok ? ok(makeGermline(species, name, segments.value)) : segments
}

function stitchrFolder(folder: string, nameOrFolder: string, species: 'human' | 'mouse'): Result<Germline, Issue> {
  const files: { text: string }[] = []
  for (const locus of LOCI) {
    const text = readText(join(folder, `${locus}.fasta`))
    if (!text.ok) return text
    files.push({ text: text.value })
  }
  const motifs = readText(join(folder, 'C-region-motifs.tsv'))
  if (!motifs.ok) return motifs
  const reference = parseStitchrReference(files, motifs.value)
  if (!reference.ok) return fail(inFile(folder, reference.issue))
  const optional = (name: string): Result<string, Issue> => (existsSync(join(folder, name)) ? readText(join(folder, name)) : ok(''))
  const anchors = optional('J-region-motifs.tsv')
  if (!anchors.ok) return anchors
  const frameworks = optional(`${species}.ndm.imgt`)
  if (!frameworks.ok) return frameworks
  const rows = frameworks.value === '' ? openFrameworks(species) : parseFrameworkRows(frameworks.value)
  return ok(importGermline(reference.value, rows, species, `IMGT, ${nameOrFolder}`, anchors.value).germline)
}

/** Conserved residues of the open germline, by gene: where the folder has no framework file, they place those of its alleles. */
function openFrameworks(species: 'human' | 'mouse'): ReadonlyMap<string, readonly FrameworkRow[]> {
  const rows = new Map<string, readonly FrameworkRow[]>()
  for (const [gene, segments] of shippedGermline(species).byGene)
    rows.set(
      gene,
      segments.flatMap(segment =>
        segment.region === 'V' && segment.cys23 !== undefined && segment.trp41 !== undefined && segment.cys104 !== undefined
          ? [{ fwr1Stop: segment.cys23 + 12, fwr2Start: segment.trp41 - 5, cdr2: segment.cdr2, fwr3Stop: segment.cys104 + 3 }]
          : [],
      ),
    )
  return new Map([...rows].filter(([, list]) => list.length > 0))
}
