// GFF3 or GTF features → transcripts. Rules of the files: Ensembl, GENCODE and NCBI releases as read in 2026; traps listed in docs/reference-data.md.
import { byText, type Caveat, caveat } from '../base/index.ts'
import { reverseComplement } from '../bio/index.ts'
import type { GffFeature } from '../format/index.ts'
import type { Genome, Transcript } from './transcript.ts'

interface Draft {
  readonly id: string
  readonly gene: string
  readonly line: number
  type: string
  seqid: string
  strand: string
  start: number
  end: number
  attributes: ReadonlyMap<string, readonly string[]>
  source: string
  exons: [number, number][]
  coding: { start: number; end: number; phase: number | undefined }[]
  stops: [number, number][]
  selenocysteines: number[]
  proteinId: string
}

export interface Annotation {
  readonly transcripts: readonly Transcript[]
  /** Transcripts left out because they contradict themselves, with the reason and the line. */
  readonly left: readonly { readonly id: string; readonly reason: string; readonly line: number }[]
  readonly caveats: readonly Caveat[]
}

const bare = (id: string): string => id.replace(/^(gene|transcript|rna|CDS)[:-]/, '')

const MITOCHONDRIAL = /^(chr)?(M|MT)$|^NC_012920/i

/** Feed every feature in any order, then `finish`. */
export class AnnotationBuilder {
  readonly #genes = new Map<string, { name: string; biotype: string }>()
  readonly #drafts = new Map<string, Draft>()
  #tagged = { mane: false, canonical: false, tsl: false }

  add(feature: GffFeature): void {
    const { attributes } = feature
    const first = (key: string) => attributes.get(key)?.[0]
    if (first('gene_id') !== undefined && first('ID') === undefined && first('Parent') === undefined) this.#addGtf(feature)
    else this.#addGff3(feature)
  }

  #addGtf(feature: GffFeature): void {
    const first = (key: string) => feature.attributes.get(key)?.[0]
    const geneId = first('gene_id')!
    if (feature.type === 'gene' || !this.#genes.has(geneId))
      this.#genes.set(geneId, {
        name: first('gene_name') ?? geneId,
        biotype: first('gene_type') ?? first('gene_biotype') ?? feature.source,
      })
    const id = first('transcript_id')
    if (id === undefined) return
    this.#addPart(this.#draft(id, geneId, feature), feature)
  }

  #addGff3(feature: GffFeature): void {
    const first = (key: string) => feature.attributes.get(key)?.[0]
    const id = first('ID')
    const parents = feature.attributes.get('Parent')
    const isPart = /^(exon|CDS|.*UTR|start_codon|stop_codon|stop_codon_redefined_as_selenocysteine)$/.test(feature.type)
    if (isPart) {
      for (const parent of parents ?? []) this.#addPart(this.#draft(bare(parent), '', feature), feature)
      return
    }
    if (id === undefined) return
    if (parents === undefined || id.startsWith('gene:')) {
      this.#genes.set(bare(id), {
        name: first('Name') ?? first('gene_name') ?? first('gene') ?? bare(id),
        biotype: first('biotype') ?? first('gene_biotype') ?? first('gene_type') ?? '',
      })
      return
    }
    const draft = this.#draft(bare(id), bare(parents[0]!), feature)
    this.#drafts.set(draft.id, {
      ...draft,
      gene: bare(parents[0]!),
      type: feature.type,
      start: feature.start - 1,
      end: feature.end,
      attributes: feature.attributes,
      source: feature.source,
      line: feature.line,
    })
  }

  #draft(id: string, gene: string, feature: GffFeature): Draft {
    let draft = this.#drafts.get(id)
    if (draft === undefined) {
      draft = {
        id,
        gene,
        line: feature.line,
        type: '',
        seqid: feature.seqid,
        strand: feature.strand,
        start: feature.start - 1,
        end: feature.end,
        attributes: feature.attributes,
        source: feature.source,
        exons: [],
        coding: [],
        stops: [],
        selenocysteines: [],
        proteinId: '',
      }
      this.#drafts.set(id, draft)
    }
    return draft
  }

  #addPart(draft: Draft, feature: GffFeature): void {
    const first = (key: string) => feature.attributes.get(key)?.[0]
    const start = feature.start - 1
    if (feature.type === 'transcript') {
      draft.attributes = feature.attributes
      draft.start = start
      draft.end = feature.end
      draft.type = 'transcript'
    } else if (feature.type === 'CDS') {
      draft.coding.push({ start, end: feature.end, phase: feature.phase })
      draft.proteinId = first('protein_id') ?? draft.proteinId
    } else if (feature.type === 'stop_codon') draft.stops.push([start, feature.end])
    else if (feature.type === 'Selenocysteine' || feature.type === 'stop_codon_redefined_as_selenocysteine')
      draft.selenocysteines.push(start)
    else if (feature.type === 'exon' || /UTR$/.test(feature.type)) draft.exons.push([start, feature.end])
    if (draft.type === '') {
      draft.start = Math.min(draft.start, start)
      draft.end = Math.max(draft.end, feature.end)
    }
  }

  /** `genome` tells whether the stop codon is part of the CDS; without it GTF's rule (it is not) is taken for files with `stop_codon` rows. */
  finish(genome?: Genome): Annotation {
    for (const draft of this.#drafts.values()) {
      const tags = draft.attributes.get('tag') ?? []
      if (tags.includes('MANE_Select')) this.#tagged.mane = true
      if (tags.includes('Ensembl_canonical')) this.#tagged.canonical = true
      if (draft.attributes.has('transcript_support_level')) this.#tagged.tsl = true
    }
    const transcripts: Transcript[] = []
    const left: { id: string; reason: string; line: number }[] = []
    for (const draft of this.#drafts.values()) {
      const made = this.#transcript(draft, genome)
      if (typeof made === 'string') left.push({ id: draft.id, reason: made, line: draft.line })
      else transcripts.push(made)
    }
    transcripts.sort((a, b) => byText(a.chromosome, b.chromosome) || a.start - b.start || a.end - b.end || byText(a.id, b.id))
    const caveats =
      left.length === 0
        ? []
        : [
            caveat(
              'transcripts-left-out',
              `${left.length} transcripts contradict themselves (${left
                .slice(0, 3)
                .map(row => `${row.id}, line ${row.line}: ${row.reason}`)
                .join('; ')})`,
            ),
          ]
    return { transcripts, left, caveats }
  }

  #transcript(draft: Draft, genome: Genome | undefined): Transcript | string {
    if (draft.strand !== '+' && draft.strand !== '-') return 'no strand'
    const forward = draft.strand === '+'
    const first = (key: string) => draft.attributes.get(key)?.[0]
    const tags = draft.attributes.get('tag') ?? []
    const gene = this.#genes.get(draft.gene)
    const sorted = draft.coding.toSorted((a, b) => a.start - b.start || a.end - b.end)
    const exons = union([...draft.exons, ...sorted.map(piece => [piece.start, piece.end] as [number, number])])
    if (exons.length === 0) exons.push([draft.start, draft.end])
    if (exons.reduce((sum, [from, to]) => sum + to - from, 0) > LONGEST_RNA) return 'the exons are longer than any gene'
    const end = forward ? sorted[0] : sorted.at(-1)
    const phase = end?.phase ?? 0
    const coding = trimmedCoding(sorted, phase, forward)
    if (coding === 'phase') return 'the phase is longer than the coding bases'
    const table = MITOCHONDRIAL.test(draft.seqid) ? 2 : 1
    const { pieces, leftover } = coding
    const withStop = stopIncluded(pieces, draft, forward, exons, genome)
    const chromosome = genome?.nameOf(draft.seqid) ?? draft.seqid
    return {
      id: draft.id,
      gene: gene?.name ?? first('gene_name') ?? first('gene') ?? draft.gene,
      geneId: draft.gene,
      biotype:
        first('biotype') ??
        first('transcript_type') ??
        first('transcript_biotype') ??
        (BIOTYPE_TYPES.test(draft.type) ? 'protein_coding' : (gene?.biotype ?? draft.source)),
      proteinId: draft.proteinId,
      chromosome,
      forward,
      start: draft.start,
      end: draft.end,
      exons: Int32Array.from(exons.flat()),
      coding: Int32Array.from(withStop.flat()),
      completeStart: sorted.length > 0 && phase === 0 && !tags.includes('cds_start_NF') && !tags.includes('mRNA_start_NF'),
      completeEnd: leftover === 0 && !tags.includes('cds_end_NF'),
      geneticCode: table,
      selenocysteines: draft.selenocysteines,
      maneSelect: this.#tagged.mane ? tags.includes('MANE_Select') : undefined,
      canonical: this.#tagged.canonical ? tags.includes('Ensembl_canonical') : undefined,
      tsl: first('transcript_support_level')?.split(' ')[0] ?? (this.#tagged.tsl ? 'NA' : ''),
    }
  }
}

/** Bases; the longest human gene with its introns has 2.5 million. */
const LONGEST_RNA = 10_000_000

const BIOTYPE_TYPES = /^mRNA$/

function union(intervals: readonly [number, number][]): [number, number][] {
  const out: [number, number][] = []
  for (const [start, end] of intervals.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = out.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
    else out.push([start, end])
  }
  return out
}

/** Coding intervals without the bases before the first and behind the last whole codon. */
function trimmedCoding(
  sorted: readonly { readonly start: number; readonly end: number }[],
  phase: number,
  forward: boolean,
): { pieces: [number, number][]; leftover: number } | 'phase' {
  const pieces = sorted.map(piece => [piece.start, piece.end] as [number, number])
  const total = pieces.reduce((sum, [start, end]) => sum + end - start, 0)
  if (total === 0) return { pieces, leftover: 0 }
  if (phase >= total) return 'phase'
  const leftover = (total - phase) % 3
  const [left, right] = forward ? [phase, leftover] : [leftover, phase]
  let cut = left
  while (cut > 0) {
    const first = pieces[0]!
    const taken = Math.min(cut, first[1] - first[0])
    first[0] += taken
    cut -= taken
    if (first[0] === first[1]) pieces.shift()
  }
  cut = right
  while (cut > 0) {
    const last = pieces.at(-1)!
    const taken = Math.min(cut, last[1] - last[0])
    last[1] -= taken
    cut -= taken
    if (last[0] === last[1]) pieces.pop()
  }
  return { pieces, leftover }
}

const STOPS = new Set(['TAA', 'TAG', 'TGA'])

/**
 * GTF leaves the stop codon out of CDS, Ensembl's GFF3 has it inside. With `stop_codon` rows that lie outside the pieces they are added;
 * without such rows nothing is known and the pieces stay.
 */
function stopIncluded(
  pieces: [number, number][],
  draft: Draft,
  forward: boolean,
  exons: readonly [number, number][],
  genome: Genome | undefined,
): [number, number][] {
  if (pieces.length === 0 || draft.stops.length === 0) return pieces
  const outside = draft.stops.filter(([start, end]) => !pieces.some(([from, to]) => start >= from && end <= to))
  if (outside.length === 0) return pieces
  const length = outside.reduce((sum, [start, end]) => sum + end - start, 0)
  const within = outside.every(([start, end]) => exons.some(([from, to]) => start >= from && end <= to))
  if (length !== 3 || !within) return pieces
  if (genome !== undefined && outside.length === 1) {
    const [start, end] = outside[0]!
    const bases = genome.bases(genome.nameOf(draft.seqid) ?? draft.seqid, start, end)
    const codon = forward ? bases : reverseComplement(bases)
    if (!STOPS.has(codon) && !/N/.test(codon) && codon !== 'AGA' && codon !== 'AGG') return pieces
  }
  const joined = [...pieces, ...outside].toSorted((a, b) => a[0] - b[0])
  // adjoining intervals become one
  const out: [number, number][] = []
  for (const piece of joined) {
    const last = out.at(-1)
    if (last !== undefined && last[1] === piece[0] && outside.some(stop => stop[0] === piece[0] || stop[1] === piece[0])) last[1] = piece[1]
    else out.push([piece[0], piece[1]])
  }
  return out
}
