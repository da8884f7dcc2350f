// A transcript on the genome and the RNA it is spliced to. Genome intervals are 0-based half-open; RNA offsets are 0-based in reading direction.
import { reverseComplement, translate } from '../bio/index.ts'

/** What an annotation says of one transcript. */
export interface Transcript {
  readonly id: string
  readonly gene: string
  readonly geneId: string
  /** As annotated: `protein_coding`, `nonsense_mediated_decay`. */
  readonly biotype: string
  readonly proteinId: string
  readonly chromosome: string
  readonly forward: boolean
  readonly start: number
  readonly end: number
  /** Ascending and flat: start, end, start, end. */
  readonly exons: Int32Array
  /** Ascending and flat, whole codons only; empty: not coding. Intervals that overlap are ribosomal slippage, read as listed. */
  readonly coding: Int32Array
  /** The first codon is annotated: false after a phase at the first piece or the tag `cds_start_NF`. */
  readonly completeStart: boolean
  /** The reading frame ends with the annotation's last whole codon: false when bases were left over or by `cds_end_NF`. */
  readonly completeEnd: boolean
  /** NCBI table: 2 on the mitochondrial chromosome. */
  readonly geneticCode: 1 | 2
  /** 0-based genome starts of codons read as selenocysteine. */
  readonly selenocysteines: readonly number[]
  /** Undefined: the annotation has no such tags at all. */
  readonly maneSelect: boolean | undefined
  readonly canonical: boolean | undefined
  /** `1`-`5`, `NA`, or empty where the annotation has none. */
  readonly tsl: string
}

/** Bases of a genome; letters beyond a chromosome, or not stored, come back as N. */
export interface Genome {
  /** Name under which the genome knows a chromosome (`chr1`, `1`, `MT`); undefined when it does not. */
  nameOf(chromosome: string): string | undefined
  /** `chromosome` as `nameOf` gave it; 0-based half-open. Upper case. */
  bases(chromosome: string, start: number, end: number): string
  /** Refget accession (`SQ.…`) of a chromosome, where the whole of it was read. */
  refgetOf?(chromosome: string): string | undefined
}

/** One stretch of genome in the RNA; `offset` is where its first base in reading direction stands. */
export interface Piece {
  readonly start: number
  readonly end: number
  readonly offset: number
}

export class SplicedTranscript {
  readonly transcript: Transcript
  /** In reading direction. */
  readonly pieces: readonly Piece[]
  readonly sequence: string
  /** Offsets of the first coding base and of the base behind the last, stop codon included when annotated. */
  readonly codingStart: number
  readonly codingEnd: number
  /** Ribosomal slippage: a base is read twice. */
  readonly slips: boolean
  #residues: string | undefined

  constructor(transcript: Transcript, genome: Genome) {
    this.transcript = transcript
    const { forward, coding, chromosome } = transcript
    const spans = coding.length === 0 ? pairs(transcript.exons) : spansWithCoding(transcript)
    const ordered = forward ? spans : spans.toReversed()
    const pieces: Piece[] = []
    let offset = 0
    let sequence = ''
    for (const [start, end] of ordered) {
      pieces.push({ start, end, offset })
      offset += end - start
      const bases = genome.bases(chromosome, start, end)
      sequence += forward ? bases : reverseComplement(bases)
    }
    this.pieces = pieces
    this.sequence = sequence
    this.slips = overlaps(coding)
    if (coding.length === 0) {
      this.codingStart = 0
      this.codingEnd = 0
    } else {
      const first = forward ? coding[0]! : coding.at(-1)! - 1
      this.codingStart = this.offsetsOf(first)[0]!
      let length = 0
      for (let i = 0; i < coding.length; i += 2) length += coding[i + 1]! - coding[i]!
      this.codingEnd = this.codingStart + length
    }
  }

  /** RNA offsets of a genome base: none in an intron, two where slippage reads it twice. */
  offsetsOf(base: number): readonly number[] {
    const { forward } = this.transcript
    const found: number[] = []
    for (const piece of this.pieces)
      if (base >= piece.start && base < piece.end) found.push(piece.offset + (forward ? base - piece.start : piece.end - 1 - base))
    return found
  }

  /** All codons of the annotated frame, `*` for stops, `U` at selenocysteines. */
  get residues(): string {
    if (this.#residues === undefined) {
      const { selenocysteines, geneticCode } = this.transcript
      const letters = translate(this.sequence.slice(this.codingStart, this.codingEnd), geneticCode)
      if (selenocysteines.length === 0) this.#residues = letters
      else {
        const cells = [...letters]
        for (const at of this.selenocysteineResidues()) if (cells[at] === '*') cells[at] = 'U'
        this.#residues = cells.join('')
      }
    }
    return this.#residues
  }

  /** The protein: residues before the first stop. */
  get protein(): string {
    const stop = this.residues.indexOf('*')
    return stop < 0 ? this.residues : this.residues.slice(0, stop)
  }

  selenocysteineResidues(): readonly number[] {
    const { selenocysteines, forward } = this.transcript
    return selenocysteines.flatMap(start =>
      this.offsetsOf(forward ? start : start + 2).map(offset => Math.floor((offset - this.codingStart) / 3)),
    )
  }
}

const pairs = (flat: Int32Array): [number, number][] => Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!])

function overlaps(coding: Int32Array): boolean {
  for (let i = 2; i < coding.length; i += 2) if (coding[i]! < coding[i - 1]!) return true
  return false
}

/** Exons; where coding intervals overlap (slippage) the coding intervals as listed, with what of the exons lies outside them. */
function spansWithCoding(transcript: Transcript): [number, number][] {
  const { exons, coding } = transcript
  if (!overlaps(coding)) return pairs(exons)
  const first = coding[0]!
  const last = Math.max(...pairs(coding).map(([, end]) => end))
  const before = pairs(exons).flatMap(([start, end]): [number, number][] => (start < first ? [[start, Math.min(end, first)]] : []))
  const behind = pairs(exons).flatMap(([start, end]): [number, number][] => (end > last ? [[Math.max(start, last), end]] : []))
  return [...before, ...pairs(coding), ...behind]
}
