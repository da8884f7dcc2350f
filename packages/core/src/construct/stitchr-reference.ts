// A germline folder in stitchr's (IMGTgeneDL's) layout: IMGT FASTA headers with `~LEADER`, `~VARIABLE`, `~JOINING`, `~CONSTANT` at the end, and motif tables.
// The user brings it: nothing of it is shipped.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { parseFasta } from '../format/index.ts'

export type StitchrRegion = 'LEADER' | 'VARIABLE' | 'JOINING' | 'CONSTANT'

export interface StitchrAllele {
  readonly allele: string
  readonly functionality: string
  readonly sequence: string
}

export interface StitchrReference {
  /** Region → gene → alleles in file order; partial records are left out. */
  readonly regions: Readonly<Record<StitchrRegion, ReadonlyMap<string, readonly StitchrAllele[]>>>
  /** `GENE*NN` of a constant region → first residues, and residues from the stop on (or undefined). */
  readonly constantMotifs: ReadonlyMap<string, { readonly start: string; readonly stop: string | undefined }>
}

/** Errors: those of FASTA, `stitchr-header` for a record without region. */
export function parseStitchrReference(
  files: readonly { readonly text: string; readonly extra?: boolean }[],
  constantMotifs: string,
): Result<StitchrReference, Issue> {
  const regions: Record<StitchrRegion, Map<string, StitchrAllele[]>> = {
    LEADER: new Map(),
    VARIABLE: new Map(),
    JOINING: new Map(),
    CONSTANT: new Map(),
  }
  for (const { text, extra } of files) {
    const records = parseFasta(text)
    if (!records.ok) return records
    for (const record of records.value) {
      const fields = `${record.id} ${record.description}`.split('|')
      const region = fields.at(-1)!.split('~').at(-1)!.trim() as StitchrRegion
      if (!Object.hasOwn(regions, region) || fields.length < 4)
        return fail(
          issue(
            'stitchr-header',
            `record ${record.id.slice(0, 60)} names no region`,
            'the header ends in ~LEADER, ~VARIABLE, ~JOINING or ~CONSTANT',
          ),
        )
      if (/partial/i.test(fields[13] ?? '')) continue
      const [gene = '', allele = ''] = (extra === true ? fields[1]!.toUpperCase() : fields[1]!).split('*')
      const entry = { allele, functionality: fields[3]!, sequence: record.sequence.toUpperCase() }
      const list = regions[region].get(gene)
      if (list === undefined) regions[region].set(gene, [entry])
      else list.push(entry)
    }
  }
  for (const [gene, alleles] of regions.JOINING)
    regions.JOINING.set(
      gene,
      alleles.map(allele => completeJ(allele, alleles)),
    )
  const motifs = new Map<string, { start: string; stop: string | undefined }>()
  for (const line of constantMotifs.split(/\r?\n/).slice(1)) {
    const [name = '', , start = '', stop = ''] = line.split('\t')
    if (name !== '') motifs.set(name, { start, stop: stop.trim() === '' ? undefined : stop.trim() })
  }
  return ok({ regions, constantMotifs: motifs })
}

/** A J known from cDNA only, `(F)`, lacks the last base: it is taken from the gene's *01. */
function completeJ(allele: StitchrAllele, alleles: readonly StitchrAllele[]): StitchrAllele {
  const first = alleles.find(a => a.allele === '01')
  return allele.functionality === '(F)' && first !== undefined ? { ...allele, sequence: allele.sequence + first.sequence.at(-1)! } : allele
}
