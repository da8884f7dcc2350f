// Records with their haplotypes → consequences per record in bcftools' text form, for comparison and for people who know it.
import type { BcsqOptions } from './bcsq.ts'
import { bcsqTexts, joinedBcsq, plainText } from './bcsq.ts'
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

/** What every allele on its own, or together with its neighbours on the haplotype, does; one text a record, `.` for nothing. */
export function annotateRecords(
  records: readonly AnnotatedRecord[],
  index: TranscriptIndex,
  options: BcsqOptions & {
    /** One record at a time, as `bcftools csq -l`. */ readonly local?: boolean
    readonly starts?: ReadonlySet<string>
  } = {},
): readonly string[] {
  const texts: Set<string>[] = records.map(() => new Set())
  /** Per transcript and haplotype the edits, in file order. */
  const grouped = new Map<string, { transcript: number; edits: { record: number; edit: Edit }[] }>()
  for (let r = 0; r < records.length; r++) {
    const record = records[r]!
    const chromosome = index.genome.nameOf(record.chromosome)
    if (chromosome === undefined) continue
    const alone = options.local === true
    const carried = alone ? record.alts.map((_, alt) => alt) : record.haplotypes
    for (let h = 0; h < carried.length; h++) {
      const alt = carried[h] === undefined ? undefined : record.alts[carried[h]!]
      if (alt === undefined || !/^[ACGTN]+$/.test(alt)) continue
      const edit = editOf(chromosome, record.position, record.ref, alt)
      if (edit === undefined) continue
      for (const t of index.near(chromosome, edit.start, edit.end)) {
        const key = alone ? `${t} ${r} ${h}` : `${t} ${h}`
        const group = grouped.get(key)
        if (group === undefined) grouped.set(key, { transcript: t, edits: [{ record: r, edit }] })
        else group.edits.push({ record: r, edit })
      }
    }
  }
  for (const { transcript: t, edits } of grouped.values()) {
    const transcript = index.transcripts[t]!
    edits.sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end)
    if (transcript.coding.length === 0) {
      for (const { record, edit } of edits) if (meets(edit, transcript)) texts[record]!.add(plainText(MEANS.non_coding, transcript))
      continue
    }
    const spliced = index.spliced(t)
    const given = edits.map(({ edit }) => edit)
    const found = consequencesOf(given, spliced, index.genome, options.starts)
    for (const [i, list] of bcsqTexts(found, given, transcript, options).entries())
      for (const text of list) texts[edits[i]!.record]!.add(text)
  }
  return texts.map(joinedBcsq)
}

const meets = (edit: Edit, { start, end }: { readonly start: number; readonly end: number }): boolean =>
  edit.start === edit.end ? edit.start > start && edit.start < end : edit.start < end && edit.end > start
