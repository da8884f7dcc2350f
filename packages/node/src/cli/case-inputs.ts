// A case as its file gives it: checked, with its HLA alleles and every input it names.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fail, type Issue, inFile, ok, type Result } from '@cognate/core/base'
import { parseTyping, type TypingFormat } from '@cognate/core/bio'
import { type CaseFile, parseCase } from '@cognate/core/case'
import { userPath } from '../read/paths.ts'
import { checkFile, readParsed, readText } from '../read/text.ts'
import type { VcfInput } from '../read/vcf.ts'

export interface OpenedCase {
  readonly file: CaseFile
  /** A path as the case writes it, from the root. */
  readonly at: (path: string) => string
  readonly hla: readonly string[]
  readonly inputs: readonly CaseInput[]
}

/** What CASE.yaml files said when they were last read: a server opens every case of a folder for each answer, and reading YAML is most of it. */
const READ = new Map<string, { readonly stamp: string; readonly parsed: Result<CaseFile, Issue> }>()

function readCase(path: string): Result<CaseFile, Issue> {
  const full = userPath(path)
  const stat = statSync(full, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return readParsed(path, parseCase)
  const stamp = `${path} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`
  const known = READ.get(full)
  if (known?.stamp === stamp) return known.parsed
  const parsed = readParsed(path, parseCase)
  READ.set(full, { stamp, parsed })
  return parsed
}

/** Errors: those of CASE.yaml and of its typing; `file-missing` for an input. */
export function openCase(path: string): Result<OpenedCase, Issue> {
  const parsed = readCase(path)
  if (!parsed.ok) return parsed
  const file = parsed.value
  const base = dirname(userPath(path))
  const at = (name: string) => resolve(base, name)
  const hla = readHla(file, at)
  if (!hla.ok) return hla
  const inputs = listInputs(file, at)
  for (const input of inputs) {
    const there = checkExists(input.path, input.full)
    if (!there.ok) return there
  }
  return ok({ file, at, hla: hla.value, inputs })
}

function readHla(file: CaseFile, at: (path: string) => string): Result<readonly string[], Issue> {
  if (Array.isArray(file.hla)) return ok(file.hla)
  const [format, path] = Object.entries(file.hla)[0] as [TypingFormat, string]
  const text = readText(at(path))
  if (!text.ok) return text
  const names = parseTyping(format, text.value)
  return names.ok ? names : fail(inFile(path, names.issue))
}

export interface CaseInput {
  /** As the case names it. */
  readonly path: string
  readonly full: string
  readonly what: string
  /** Where it was measured in this patient and in no other: the part of the file that is this patient's, '' for all of it. Two cases may not have the same. */
  readonly own: string | undefined
}

/** The somatic VCFs with their callers; one file has no caller's name. */
export const vcfsOf = ({ tumour }: CaseFile): readonly VcfInput[] =>
  typeof tumour.vcf === 'string'
    ? [{ caller: '', path: tumour.vcf }]
    : Object.entries(tumour.vcf).map(([caller, path]) => ({ caller, path }))

/** The place of a path that a case may leave out. */
export const maybeAt =
  (at: (path: string) => string) =>
  (path: string | undefined): string | undefined =>
    path === undefined ? undefined : at(path)

/** The table of off-target words that the case was given; undefined when it is to be made, or there is none. */
export const safetyTable = ({ safety }: Pick<CaseFile, 'safety'>): string | undefined => (typeof safety === 'string' ? safety : undefined)

/** Every file that a case names, each once: what must exist, and what the crate has checksums of. */
export function listInputs(file: CaseFile, at: (path: string) => string): readonly CaseInput[] {
  const inputs: Omit<CaseInput, 'full'>[] = []
  const name = (path: string | undefined, what: string, own?: string) => {
    if (path !== undefined) inputs.push({ path, what, own })
  }
  const { tumour } = file
  for (const { path } of vcfsOf(file)) name(path, 'somatic variants', tumour.sample ?? '')
  if (!Array.isArray(file.hla)) name(Object.values(file.hla)[0] as string, 'HLA typing')
  if (tumour.expression !== undefined) name(Object.values(tumour.expression)[0] as string, 'expression', '')
  name(tumour.rna_alignment, 'RNA alignment', '')
  name(tumour.hla_loss, 'loss of HLA')
  name(tumour.copy_number, 'copy number')
  name(tumour.fusions, 'fusions')
  name(tumour.star_fusion, 'fusion counts')
  name(tumour.junctions, 'splice junctions')
  name(tumour.antigens, 'listed antigens')
  name(tumour.phased, 'phased variants')
  name(tumour.hotspots, 'hotspots')
  name(file.neoantigens.tier_criteria, 'criteria of the tiers')
  for (const path of file.receptors.known) name(path, 'known receptors')
  for (const path of file.receptors.signatures) name(path, 'gene sets')
  for (const path of file.receptors.v_loops) name(path, 'loops of V genes')
  for (const { plate, map } of file.screens) {
    name(plate, 'plate readout')
    name(map, 'plate map')
  }
  name(file.minigenes, 'minigenes of the screen')
  name(safetyTable(file), 'off-target words')
  name(typeof file.safety === 'object' ? file.safety.tissues : undefined, 'expression by tissue')
  if (file.product.preset.endsWith('.json')) name(file.product.preset, 'sequence limits')
  name(file.product.vector, 'vector')
  name(file.product.constant_set, 'constant set')
  name(file.product.linker_file, 'linker')
  name(file.product.gene_names, 'names of genes')
  name(file.product.payload, 'payload')
  for (const path of file.product.contigs) name(path, 'contigs', '')
  name(file.product.germline_bases, 'bases taken back to germline')
  name(file.product.preferred_alleles, 'preferred alleles')
  name(file.product.overrides, 'gates let through by a person')
  name(tumour.proteome, 'proteome')
  for (const { lesion, contigs, matrix, airr_cells, hashtag } of file.til) {
    // lesions, of several patients too, may be one run under hashtags
    name(contigs, `contigs of ${lesion}`, hashtag ?? '')
    name(matrix, `expression matrix of ${lesion}`, hashtag ?? '')
    name(airr_cells, `cells of ${lesion}`, hashtag ?? '')
  }
  // lesions under hashtags share their files
  const unique = inputs.filter((input, i) => inputs.findIndex(other => other.path === input.path) === i)
  return unique.map(input => ({ ...input, full: at(input.path) }))
}

function checkExists(path: string, full: string): Result<string, Issue> {
  if (existsSync(full) && statSync(full).isDirectory()) return ok(full)
  const checked = checkFile(full)
  return checked.ok ? checked : fail({ ...checked.issue, file: path })
}

export const expandFolder = (input: CaseInput): readonly CaseInput[] =>
  existsSync(input.full) && statSync(input.full).isDirectory()
    ? readdirSync(input.full)
        .filter(name => statSync(join(input.full, name)).isFile())
        .sort()
        .map(name => ({ ...input, path: `${input.path}/${name}`, full: join(input.full, name) }))
    : [input]
