// Transcripts by place: which of them a stretch of genome meets. Spliced RNA is made once a transcript, when first asked for.
import { type Genome, SplicedTranscript, type Transcript } from './transcript.ts'

const BIN = 14

export class TranscriptIndex {
  readonly genome: Genome
  readonly transcripts: readonly Transcript[]
  readonly #bins = new Map<string, Map<number, number[]>>()
  readonly #spliced: (SplicedTranscript | undefined)[] = []
  readonly #starts: Int32Array
  readonly #ends: Int32Array

  constructor(transcripts: readonly Transcript[], genome: Genome) {
    this.genome = genome
    this.transcripts = transcripts
    this.#starts = Int32Array.from(transcripts, transcript => transcript.start)
    this.#ends = Int32Array.from(transcripts, transcript => transcript.end)
    for (let i = 0; i < transcripts.length; i++) {
      const { chromosome, start, end } = transcripts[i]!
      let bins = this.#bins.get(chromosome)
      if (bins === undefined) {
        bins = new Map()
        this.#bins.set(chromosome, bins)
      }
      for (let bin = start >> BIN; bin <= (end - 1) >> BIN; bin++) {
        const held = bins.get(bin)
        if (held === undefined) bins.set(bin, [i])
        else held.push(i)
      }
    }
  }

  /** Chromosomes that have a transcript. */
  get chromosomes(): readonly string[] {
    return [...this.#bins.keys()]
  }

  /** Indices of transcripts that [start, end) meets or adjoins, in the order given. */
  near(chromosome: string, start: number, end: number): readonly number[] {
    const bins = this.#bins.get(chromosome)
    if (bins === undefined) return []
    const from = Math.max(0, start) >> BIN
    const to = Math.max(start, end) >> BIN
    const found = from === to ? (bins.get(from) ?? []) : [...new Set(this.#between(bins, from, to))].sort((a, b) => a - b)
    const out: number[] = []
    for (const i of found) if (this.#starts[i]! <= end && this.#ends[i]! >= start) out.push(i)
    return out
  }

  *#between(bins: ReadonlyMap<number, readonly number[]>, from: number, to: number): Generator<number> {
    for (let bin = from; bin <= to; bin++) yield* bins.get(bin) ?? []
  }

  spliced(index: number): SplicedTranscript {
    let made = this.#spliced[index]
    if (made === undefined) {
      made = new SplicedTranscript(this.transcripts[index]!, this.genome)
      this.#spliced[index] = made
    }
    return made
  }
}
