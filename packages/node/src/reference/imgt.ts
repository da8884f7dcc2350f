// A user's germline folder in stitchr's layout → the germline that annotation reads. Framework ends (`human.ndm.imgt`, as IgBLAST ships them) are read when they lie beside it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Issue, inFile, ok, type Result } from '@cognate/core/base'
import { type FrameworkRow, type Germline, parseFrameworkRows } from '@cognate/core/bio'
import { importGermline, parseStitchrReference } from '@cognate/core/construct'
import { shippedGermline } from '../read/shipped.ts'
import { readText } from '../read/text.ts'
import { referencePath } from './store.ts'

const LOCI = ['TRA', 'TRB', 'TRG', 'TRD'] as const

/** Errors: those of the files. */
export function importedGermline(nameOrFolder: string, species: 'human' | 'mouse'): Result<Germline, Issue> {
  const folder = referencePath('imgt', nameOrFolder)
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
          ? [{ fwr1Stop: segment.cys23 + 12, fwr2Start: segment.trp41 - 5, fwr3Stop: segment.cys104 + 3 }]
          : [],
      ),
    )
  return new Map([...rows].filter(([, list]) => list.length > 0))
}
