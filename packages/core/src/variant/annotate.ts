// Records with their haplotypes → consequences per record in bcftools' text form, for comparison and for people who know it.
import type { BcsqOptions } from './bcsq.ts'
import { plainText, type Say, sayBcsq } from './bcsq.ts'
import { consequencesOf } from './consequence.ts'
import { MEANS } from './consequence-words.ts'
import { type Edit, editOf } from './edit.ts'
import type { TranscriptIndex } from './transcript-index.ts'

export interface AnnotatedRecord {
  readonly chromosome: string
  /** 1-based. */
  readonly position: number
  readonly ref: string
  readonly alts: readonly string[]
  /** Per haplotype (all samples' in order) the ALT it carries, 0-based; undefined: none. */
  readonly haplotypes: readonly (number | undefined)[]
}

export interface AnnotateOptions extends BcsqOptions {
  /** One record at a time, as `bcftools csq -l`. */
  readonly local?: boolean
  /** Codons that keep the start. */
  readonly starts?: ReadonlySet<string>
}

interface Carried {
  readonly record: number
  readonly edit: Edit
}

/** What every allele on its own, or together with its neighbours on the haplotype, does; one text a record, `.` for nothing. */
export function annotateRecords(
  records: readonly AnnotatedRecord[],
  index: TranscriptIndex,
  options: AnnotateOptions = {},
): readonly string[] {
  const strong: string[][] = records.map(() => [])
  const weak: string[][] = records.map(() => [])
  const sayOf =
    (recordOf: (edit: number) => number): Say =>
    (edit, text, isWeak) =>
      (isWeak ? weak : strong)[recordOf(edit)]!.push(text)
  /** Per haplotype and transcript the edits, in file order. */
  const grouped: Map<number, Carried[]>[] = []
  for (let r = 0; r < records.length; r++) {
    const record = records[r]!
    const chromosome = index.genome.nameOf(record.chromosome)
    if (chromosome === undefined) continue
    const carried = options.local === true ? record.alts.map((_, alt) => alt) : record.haplotypes
    for (let h = 0; h < carried.length; h++) {
      const alt = carried[h] === undefined ? undefined : record.alts[carried[h]!]
      if (alt === undefined || !/^[ACGTN]+$/.test(alt)) continue
      const edit = editOf(chromosome, record.position, record.ref, alt)
      if (edit === undefined) continue
      const sayHere = sayOf(() => r)
      for (const t of index.near(chromosome, edit.start, edit.end)) {
        if (options.local === true) {
          sayAt([edit], t, index, options, sayHere)
          continue
        }
        grouped[h] ??= new Map()
        const group = grouped[h]!.get(t)
        if (group === undefined) grouped[h]!.set(t, [{ record: r, edit }])
        else group.push({ record: r, edit })
      }
    }
  }
  for (const groups of grouped) {
    for (const [t, carried] of groups ?? []) {
      carried.sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end)
      sayAt(
        carried.map(({ edit }) => edit),
        t,
        index,
        options,
        sayOf(i => carried[i]!.record),
      )
    }
  }
  return strong.map((texts, r) => each(texts.length > 0 ? texts : weak[r]!))
}

/** Each text once, in the order said. Few texts, mostly of different lengths: comparing them is cheaper than hashing. */
function each(texts: readonly string[]): string {
  if (texts.length < 2) return texts[0] ?? '.'
  const kept: string[] = []
  for (const text of texts) if (!kept.includes(text)) kept.push(text)
  return kept.join(',')
}

function sayAt(edits: readonly Edit[], t: number, index: TranscriptIndex, options: AnnotateOptions, say: Say): void {
  const transcript = index.transcripts[t]!
  if (transcript.coding.length > 0)
    sayBcsq(consequencesOf(edits, index.spliced(t), index.genome, options.starts), edits, transcript, say, options)
  else for (const [i, edit] of edits.entries()) if (meets(edit, transcript)) say(i, plainText(MEANS.non_coding, transcript), true)
}

const meets = (edit: Edit, { start, end }: { readonly start: number; readonly end: number }): boolean =>
  edit.start === edit.end ? edit.start > start && edit.start < end : edit.start < end && edit.end > start
