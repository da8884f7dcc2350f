// Route A: protein changes from VEP's CSQ entries with the plug-in fields WildtypeProtein and FrameshiftSequence.
// Rules and their order after pVACseq 6.0.5 (griffithlab/pVACtools, BSD-3-Clause-Clear); each entry that is left out gets a reason.
import { type Caveat, fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { decodePercent, type VcfHeader } from '../format/index.ts'
import type { ChangeKind, ProteinChange } from './protein-change.ts'
import type { SomaticVariant } from './somatic-variant.ts'

export interface VepOptions {
  readonly biotypes: ReadonlySet<string>
  readonly incompleteTranscripts: boolean
  /** TSL is only defined on GRCh38 and GRCm38. */
  readonly tslSupported: boolean
}

/** What the header promises of CSQ. Errors: `csq-absent`, `csq-fields`. */
export function checkCsq(header: VcfHeader): Result<undefined, Issue> {
  if (header.csqFields.length === 0) {
    const other = header.meta.some(line => line.startsWith('##INFO=<ID=ANN,'))
      ? 'SnpEff (ANN)'
      : header.meta.some(line => line.startsWith('##INFO=<ID=BCSQ,'))
        ? 'bcftools csq (BCSQ)'
        : undefined
    return fail(
      issue(
        'csq-absent',
        `the VCF carries no VEP annotation (INFO/CSQ)${other === undefined ? '' : `; that of ${other} names changes and holds no protein`}`,
        'give an annotation and a genome with --annotation and --genome, or a reference made by `cognate reference add genome`; or annotate with VEP and the plug-ins Wildtype and Frameshift',
        header.lines,
      ),
    )
  }
  const needed = ['allele', 'consequence', 'gene', 'feature', 'protein_position', 'amino_acids', 'wildtypeprotein']
  const missing = needed.filter(name => !header.csqFields.includes(name))
  if (missing.length > 0)
    return fail(
      issue(
        'csq-fields',
        `CSQ lacks ${missing.join(', ')}`,
        'run VEP with --symbol --hgvs --biotype and the plug-ins Wildtype and Frameshift',
        header.lines,
      ),
    )
  return ok(undefined)
}

export type CsqEntry = ReadonlyMap<string, string>

export function parseCsq(text: string, fields: readonly string[]): readonly CsqEntry[] {
  return text.split(',').map(entry => {
    const cells = entry.split('|')
    return new Map(fields.map((field, i) => [field, decodePercent(cells[i] ?? '')]))
  })
}

/** VEP's form of an ALT: the shared first base dropped when lengths differ, `-` for nothing. */
function vepAllele(ref: string, alt: string): string {
  if (ref.length === alt.length || ref[0] !== alt[0]) return alt
  return alt.slice(1) === '' ? '-' : alt.slice(1)
}

/** Entries of one ALT: named as in the VCF, in VEP's form, or as the word `deletion`. */
export function entriesOfAlt(entries: readonly CsqEntry[], ref: string, alt: string): readonly CsqEntry[] {
  for (const name of [alt, vepAllele(ref, alt), ...(alt.length < ref.length ? ['deletion'] : [])]) {
    const found = entries.filter(entry => entry.get('allele') === name)
    if (found.length > 0) return found
  }
  return []
}

/** The kind that a consequence text names; undefined when no protein change with peptides follows. */
export function changeKind(consequence: string, ref: string, alt: string): ChangeKind | undefined {
  const terms = new Set(consequence.split(/[&.]/))
  if (terms.has('start_lost') || terms.has('stop_retained_variant')) return undefined
  if (terms.has('frameshift_variant')) return 'FS'
  if (terms.has('missense_variant')) return 'missense'
  if (terms.has('inframe_insertion')) return 'inframe_ins'
  if (terms.has('inframe_deletion')) return 'inframe_del'
  if (terms.has('protein_altering_variant')) {
    if ((ref.length - alt.length) % 3 !== 0) return undefined
    return alt.length < ref.length ? 'inframe_del' : 'inframe_ins'
  }
  return terms.has('stop_lost') ? 'stop_lost' : undefined
}

const truth = (text: string | undefined): boolean | undefined => (text === undefined ? undefined : text !== '')

/** Reason an entry gives no row, or the change. Running `count` is pVACseq's, so that row ids agree. */
export type VepOutcome =
  | { readonly kind: 'left-out'; readonly reason: string; readonly counted: boolean }
  | { readonly kind: 'change'; readonly change: ProteinChange; readonly caveats: readonly Caveat[] }

const leftOut = (reason: string, counted = false): Result<VepOutcome, Issue> => ok({ kind: 'left-out', reason, counted })

/**
 * One CSQ entry of one variant.
 * Errors: `annotation-mismatch` when the residues named by the entry do not stand in its WildtypeProtein.
 */
export function vepOutcome(variant: SomaticVariant, entry: CsqEntry, count: number, options: VepOptions): Result<VepOutcome, Issue> {
  const field = (name: string) => entry.get(name) ?? ''
  const flags = field('flags')
  if (/cds_(start|end)_NF/.test(flags) && !options.incompleteTranscripts) return leftOut('incomplete-transcript')
  const kind = changeKind(field('consequence'), variant.ref, variant.alt)
  if (kind === undefined) return leftOut('no-protein-change')
  const tail = field('frameshiftsequence') || field('downstreamprotein')
  if (kind === 'FS' && tail === '') return leftOut('no-frameshift-sequence')
  if (kind === 'stop_lost' && tail === '') return leftOut('stop-lost-without-sequence')
  const biotype = field('biotype') || 'NA'
  if (biotype !== 'NA' && !options.biotypes.has(biotype)) return leftOut('biotype', true)
  const position = field('protein_position').replace(/\/\d+$/, '')
  const proteinPosition = position === '-' || position === '' ? /^-\/(\d+)$/.exec(field('protein_position'))?.[1] : position
  if (proteinPosition === undefined) return leftOut('no-protein-position', true)
  const aminoAcids = field('amino_acids')
  if (aminoAcids === '') return leftOut('no-amino-acids', true)
  const wildType = field('wildtypeprotein')
  if (wildType === '') return leftOut('no-wildtype-protein', true)
  if (wildType.includes('*')) return leftOut('wildtype-has-stop', true)
  const [wildResidues = '', mutantResidues = ''] = aminoAcids.includes('/') ? aminoAcids.split('/') : [aminoAcids, aminoAcids]
  if ((wildResidues.match(/\*/g) ?? []).length > 1) return leftOut('not-sane', true)
  const mutant = mutantProtein(wildType, kind, proteinPosition, wildResidues, mutantResidues, tail)
  const change = kind === 'FS' ? `${proteinPosition}${variant.ref}/${variant.alt}` : `${proteinPosition}${aminoAcids}`
  const gene = field('symbol') || field('gene')
  const row: ProteinChange = {
    variantId: variant.id,
    kind,
    gene,
    geneId: field('gene'),
    transcript: field('feature'),
    proteinId: field('ensp'),
    biotype,
    maneSelect: truth(entry.get('mane_select')),
    canonical: truth(entry.get('canonical')),
    tsl: options.tslSupported ? field('tsl') || 'NA' : 'Not Supported',
    flags: flags || 'None',
    consequence: field('consequence'),
    aminoAcidChange: aminoAcids,
    codonChange: field('codons'),
    proteinPosition,
    hgvsc: field('hgvsc'),
    hgvsp: field('hgvsp'),
    wildType,
    mutant,
    transcriptExpression: variant.transcriptExpression.get(field('feature')),
    geneExpression: variant.geneExpression.get(field('gene')) ?? variant.geneExpression.get(field('symbol')),
    pvacseqIndex: `${count}.${gene}.${field('feature')}.${kind}.${change}`,
    neighbours: [],
    nmdLikely: undefined,
  }
  const mismatch = residuesThatDiffer(row, wildResidues)
  if (mismatch !== undefined) {
    return fail(
      issue(
        'annotation-mismatch',
        `${row.transcript} names ${wildResidues} at residue ${proteinPosition}, its WildtypeProtein has ${mismatch}`,
        'annotate the VCF again: the VEP cache and its plug-in data are of different releases',
        variant.line,
      ),
    )
  }
  return ok({ kind: 'change', change: row, caveats: [] })
}

/** What the protein has where the entry names other reference residues (X, U and stops aside); a position beyond the protein is left to the window. */
function residuesThatDiffer(change: ProteinChange, wildResidues: string): string | undefined {
  if (wildResidues === '-' || change.kind === 'FS' || change.kind === 'stop_lost') return undefined
  const start = Number.parseInt(change.proteinPosition, 10) - 1
  const found = change.wildType.slice(start, start + wildResidues.length)
  if (found.length < wildResidues.length) return undefined
  for (let i = 0; i < wildResidues.length; i++) {
    const named = wildResidues[i]!
    if (named !== 'X' && named !== 'U' && named !== '*' && named !== found[i]) return found
  }
  return undefined
}

function mutantProtein(
  wildType: string,
  kind: ChangeKind,
  position: string,
  wildResidues: string,
  mutantResidues: string,
  tail: string,
): string {
  if (kind === 'FS')
    return tail.length > 0 && wildType[0] === tail[0] && tail.length >= Number.parseInt(position, 10) - 1
      ? tail
      : wildType.slice(0, Number.parseInt(position, 10) - 1) + tail
  if (kind === 'stop_lost') return tail.startsWith(wildType) ? tail : wildType + tail
  const clean = (text: string) => text.replace(/^-$/, '')
  const inserted = clean(mutantResidues)
  const start = wildResidues === '-' ? Number.parseInt(position, 10) : Number.parseInt(position, 10) - 1
  const stop = inserted.indexOf('*')
  if (stop >= 0) return wildType.slice(0, start) + inserted.slice(0, stop)
  return wildType.slice(0, start) + inserted + wildType.slice(start + clean(wildResidues).length)
}
