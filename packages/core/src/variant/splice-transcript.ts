// A transcript spliced at a new junction, with the variants that lie in its exons → its protein. The reading frame starts where the annotation starts it and runs to the first stop.
import { reverseComplement, translate } from '../bio/index.ts'
import type { Edit } from './edit.ts'
import type { SpliceJunction } from './splice-junction.ts'
import type { Genome, SplicedTranscript, Transcript } from './transcript.ts'

export interface SpliceProduct {
  readonly kind: 'inframe_splice_site' | 'frameshift_splice_site'
  /** Residues before the first stop. */
  readonly protein: string
  /** False: no stop before the transcript ends. */
  readonly stopped: boolean
}

type Span = readonly [number, number]

const spansOf = (flat: Int32Array): readonly Span[] =>
  Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!] as const)

/**
 * Exons after the junction: those it jumps over are gone, the two at its ends are cut or drawn out to it. As pVACsplice asks, the end that the annotation knows must be an
 * exon's end of this very transcript. A text is the reason why not: `site-of-another-transcript`, `outside-transcript`, `already-joined`.
 */
export function rejoinedExons(transcript: Transcript, junction: SpliceJunction): readonly Span[] | string {
  const exons = spansOf(transcript.exons)
  const leftKnown = exons.some(([, end]) => end === junction.left)
  const rightKnown = exons.some(([start]) => start === junction.right)
  const [donorKnown, acceptorKnown] = transcript.forward ? [leftKnown, rightKnown] : [rightKnown, leftKnown]
  if ((junction.anchor !== 'A' && !donorKnown) || (junction.anchor !== 'D' && !acceptorKnown)) return 'site-of-another-transcript'
  if (exons.some(([, end], i) => end === junction.left && exons[i + 1]?.[0] === junction.right)) return 'already-joined'
  const before = exons.filter(([start]) => start < junction.left)
  const behind = exons.filter(([, end]) => end > junction.right)
  const [last, first] = [before.at(-1), behind[0]]
  if (last === undefined || first === undefined || junction.left >= transcript.end || junction.right <= transcript.start)
    return 'outside-transcript'
  return [...before.slice(0, -1), [last[0], junction.left], [junction.right, first[1]], ...behind.slice(1)]
}

/** Bases of [start, end) with the edits that lie wholly inside it. */
function editedBases(genome: Genome, chromosome: string, [start, end]: Span, edits: readonly Edit[]): string {
  let bases = genome.bases(chromosome, start, end)
  for (const edit of edits.toSorted((a, b) => b.start - a.start))
    if (edit.start >= start && edit.end <= end && (edit.end > edit.start || (edit.start > start && edit.end < end)))
      bases = bases.slice(0, edit.start - start) + edit.insert + bases.slice(edit.end - start)
  return bases
}

/** Reasons instead: those of `rejoinedExons`, `start-skipped`, `selenoprotein`, `bases-not-held` (the genome's intron is not at hand), `synonymous`. */
export function spliceProduct(
  spliced: SplicedTranscript,
  junction: SpliceJunction,
  edits: readonly Edit[],
  genome: Genome,
): SpliceProduct | string {
  const { transcript } = spliced
  const { forward, coding, chromosome } = transcript
  if (transcript.selenocysteines.length > 0) return 'selenoprotein'
  const exons = rejoinedExons(transcript, junction)
  if (typeof exons === 'string') return exons
  const first = forward ? coding[0]! : coding.at(-1)! - 1
  const read = (forward ? exons : exons.toReversed()).flatMap((span): readonly Span[] => {
    if (forward ? span[1] <= first : span[0] > first) return []
    return [forward ? [Math.max(span[0], first), span[1]] : [span[0], Math.min(span[1], first + 1)]]
  })
  const start = read[0]
  if (start === undefined || (forward ? start[0] : start[1] - 1) !== first) return 'start-skipped'
  const rna = read.map(span => {
    const bases = editedBases(genome, chromosome, span, edits)
    return forward ? bases : reverseComplement(bases)
  })
  const residues = translate(rna.join(''), transcript.geneticCode)
  const stop = residues.indexOf('*')
  const protein = stop < 0 ? residues : residues.slice(0, stop)
  if (residues[0] !== spliced.residues[0]) return 'start-lost'
  if (protein.includes('X')) return 'bases-not-held'
  if (protein === spliced.protein) return 'synonymous'
  const length = (spans: readonly Span[]) => spans.reduce((sum, [from, to]) => sum + to - from, 0)
  const gained = length(exons) - length(spansOf(transcript.exons))
  return { kind: gained % 3 === 0 ? 'inframe_splice_site' : 'frameshift_splice_site', protein, stopped: stop >= 0 }
}

/** Words of `k` residues that stand in `mutant` and not in `wildType`, in order, each once. */
export function novelWords(mutant: string, wildType: string, k: number): readonly string[] {
  const known = new Set<string>()
  for (let i = 0; i + k <= wildType.length; i++) known.add(wildType.slice(i, i + k))
  const words = new Set<string>()
  for (let i = 0; i + k <= mutant.length; i++) {
    const word = mutant.slice(i, i + k)
    if (!known.has(word)) words.add(word)
  }
  return [...words]
}

/** Stretches of genome that junctions may draw into an exon: what lies between each end and the nearest exons, at most `most` bases. By chromosome key, flat. */
export function junctionStretches(junctions: readonly SpliceJunction[], most = 5000): ReadonlyMap<string, readonly number[]> {
  const out = new Map<string, number[]>()
  for (const { chromosome, left, right } of junctions) {
    const list = out.get(chromosome) ?? []
    list.push(Math.max(0, left - most), left + 1, Math.max(0, right), right + most)
    out.set(chromosome, list)
  }
  return out
}
