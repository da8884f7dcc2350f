// Gene fusions of a tumour's RNA → the protein around the junction: Arriba's table, AGFusion's folder, and STAR-Fusion's counts for either.
// Rules after pVACfuse 6.0.5 (griffithlab/pVACtools, BSD-3-Clause-Clear).
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { chromosomeKey } from '../bio/index.ts'
import { columnReader, delimiterOf, parseDelimited, parseFasta } from '../format/index.ts'

export interface Breakpoint {
  /** Chromosome key, 1-based position. */
  readonly chromosome: string
  readonly position: number
}

export interface Fusion {
  /** `A-B.T1-T2.inframe_fusion.79`. */
  readonly id: string
  readonly gene: string
  readonly transcripts: string
  readonly inFrame: boolean
  /** Residues before the junction, and behind it up to the first stop. */
  readonly left: string
  readonly right: string
  readonly breakpoints: readonly [Breakpoint, Breakpoint]
  /** Reads that span or cross the junction; undefined: not counted. */
  readonly readSupport: number | undefined
  /** Fusion fragments per million; undefined: not measured. */
  readonly expression: number | undefined
  readonly source: 'Arriba' | 'AGFusion'
}

export interface FusionRead {
  readonly fusions: readonly Fusion[]
  /** Reason → rows left out. */
  readonly left: ReadonlyMap<string, number>
}

const breakpoint = (text: string): Breakpoint => {
  const [chromosome = '', position = ''] = text.split(':')
  return { chromosome: chromosomeKey(chromosome), position: Number(position) }
}

const beforeStop = (residues: string): string => {
  const stop = residues.search(/[*?]/)
  return (stop < 0 ? residues : residues.slice(0, stop)).toUpperCase()
}

const idOf = (gene: string, transcripts: string, inFrame: boolean, position: number): string =>
  `${gene}.${transcripts}.${inFrame ? 'inframe_fusion' : 'frameshift_fusion'}.${position}`

/** Arriba's fusions.tsv. Errors: `arriba-malformed`. */
export function parseArriba(text: string): Result<FusionRead, Issue> {
  const table = parseDelimited(text, { delimiter: '\t' })
  if (!table.ok) return table
  const columns = table.value.columns.map(name => name.replace(/^#/, ''))
  const missing = ['gene1', 'gene2', 'reading_frame', 'peptide_sequence', 'breakpoint1', 'breakpoint2'].filter(
    name => !columns.includes(name),
  )
  if (missing.length > 0) return fail(issue('arriba-malformed', `there is no column ${missing.join(', ')}`, "give Arriba's fusions.tsv", 1))
  const get = columnReader(table.value.columns)
  const cell = (row: (typeof table.value.rows)[number], name: string) => get(row, table.value.columns[columns.indexOf(name)] ?? name)
  const fusions: Fusion[] = []
  const left = new Map<string, number>()
  const drop = (reason: string) => left.set(reason, (left.get(reason) ?? 0) + 1)
  for (const row of table.value.rows) {
    const frame = cell(row, 'reading_frame')
    if (frame !== 'in-frame' && frame !== 'out-of-frame') {
      drop(frame === 'stop-codon' ? 'stop-before-junction' : 'no-reading-frame')
      continue
    }
    const peptide = cell(row, 'peptide_sequence')
    const at = peptide.indexOf('|')
    if (at < 0) {
      drop('no-junction')
      continue
    }
    const inFrame = frame === 'in-frame'
    const before = peptide.slice(0, at).toUpperCase()
    const gene = `${cell(row, 'gene1')}-${cell(row, 'gene2')}`
    const transcripts = `${cell(row, 'transcript_id1')}-${cell(row, 'transcript_id2')}`
    const count = (name: string) => Number(cell(row, name) || 0)
    fusions.push({
      id: idOf(gene, transcripts, inFrame, before.length),
      gene,
      transcripts,
      inFrame,
      left: before,
      right: beforeStop(peptide.slice(at + 1).replaceAll('|', '')),
      breakpoints: [breakpoint(cell(row, 'breakpoint1')), breakpoint(cell(row, 'breakpoint2'))],
      readSupport: count('split_reads1') + count('split_reads2') + count('discordant_mates'),
      expression: undefined,
      source: 'Arriba',
    })
  }
  return ok({ fusions, left })
}

/** Exons of one transcript pair in AGFusion's table. */
interface ExonRow {
  readonly five: boolean
  readonly forward: boolean
  readonly chromosome: string
  readonly start: number
  readonly end: number
}

/**
 * One fusion of AGFusion: its `_protein.fa`, run with --middlestar, and its `.exons.csv` or `.exons.txt`.
 * Errors: `agfusion-no-junction` when no protein has a `*` at the junction, `agfusion-malformed`.
 */
export function parseAgfusion(proteins: string, exons: string): Result<FusionRead, Issue> {
  const records = parseFasta(proteins)
  if (!records.ok) return records
  const table = parseDelimited(exons.replaceAll("'5 gene", '5 gene').replaceAll("'3 gene", '3 gene'), {
    delimiter: delimiterOf(exons),
  })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  if (!table.value.columns.includes('exon_gene_source'))
    return fail(issue('agfusion-malformed', 'the exon table has no column exon_gene_source', "give AGFusion's folder as it was written", 1))
  const byPair = new Map<string, ExonRow[]>()
  for (const row of table.value.rows) {
    const five = get(row, 'exon_gene_source').startsWith('5')
    const key = `${get(row, "5'_transcript")}_${get(row, "3'_transcript")}`
    byPair.set(key, [
      ...(byPair.get(key) ?? []),
      {
        five,
        forward: get(row, five ? "5'_strand" : "3'_strand") === '+',
        chromosome: chromosomeKey(get(row, 'exon_chr')),
        start: Number(get(row, 'exon_start')),
        end: Number(get(row, 'exon_end')),
      },
    ])
  }
  const fusions: Fusion[] = []
  const left = new Map<string, number>()
  const drop = (reason: string) => left.set(reason, (left.get(reason) ?? 0) + 1)
  let joined = 0
  for (const record of records.value) {
    const field = (name: string) => new RegExp(`${name}: ([^,]+)`).exec(record.description)?.[1]?.trim() ?? ''
    const effect = field('effect')
    const inFrame = effect.startsWith('in-frame')
    const at = record.sequence.indexOf('*')
    if (!inFrame && effect !== 'out-of-frame') {
      drop('effect-without-protein')
      continue
    }
    if (at < 0) {
      drop('no-junction')
      continue
    }
    joined++
    const pair = field('transcripts')
    const own = byPair.get(pair) ?? []
    const gene = field('genes')
    const transcripts = pair.replace('_', '-')
    const before = record.sequence.slice(0, at).toUpperCase()
    fusions.push({
      id: idOf(gene, pair, inFrame, before.length),
      gene,
      transcripts,
      inFrame,
      left: before,
      right: beforeStop(record.sequence.slice(at + 1)),
      breakpoints: [edge(own, true), edge(own, false)],
      readSupport: undefined,
      expression: undefined,
      source: 'AGFusion',
    })
  }
  if (joined === 0 && (left.get('no-junction') ?? 0) > 0)
    return fail(issue('agfusion-no-junction', 'no protein has a * at the junction', 'run AGFusion with --middlestar'))
  return ok({ fusions, left })
}

/** Where the 5' gene ends and the 3' gene begins, by its exons. */
function edge(exons: readonly ExonRow[], five: boolean): Breakpoint {
  const own = exons.filter(exon => exon.five === five)
  const first = own[0]
  if (first === undefined) return { chromosome: '', position: 0 }
  const last = first.forward === five ? Math.max(...own.map(exon => exon.end)) : Math.min(...own.map(exon => exon.start))
  return { chromosome: first.chromosome, position: last }
}

export interface FusionSupport {
  readonly breakpoints: readonly [Breakpoint, Breakpoint]
  readonly reads: number
  readonly expression: number
}

/** STAR-Fusion's abridged table: counts and FFPM by breakpoint; it holds no peptide. Errors: `star-fusion-malformed`. */
export function parseStarFusion(text: string): Result<readonly FusionSupport[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t' })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const missing = ['LeftBreakpoint', 'RightBreakpoint', 'JunctionReadCount', 'SpanningFragCount', 'FFPM'].filter(
    name => !table.value.columns.includes(name),
  )
  if (missing.length > 0)
    return fail(
      issue('star-fusion-malformed', `there is no column ${missing.join(', ')}`, "give STAR-Fusion's fusion_predictions.abridged.tsv", 1),
    )
  return ok(
    table.value.rows.map(row => ({
      breakpoints: [breakpoint(get(row, 'LeftBreakpoint')), breakpoint(get(row, 'RightBreakpoint'))] as const,
      // added: the rival writes the two side by side ("210" and "3" become 2103)
      reads: Number(get(row, 'JunctionReadCount')) + Number(get(row, 'SpanningFragCount')),
      expression: Number(get(row, 'FFPM')),
    })),
  )
}

const isSame = (a: Breakpoint, b: Breakpoint): boolean => a.chromosome === b.chromosome && a.position === b.position

/** Fusions with the counts of the row that has their breakpoints. */
export function withSupport(fusions: readonly Fusion[], support: readonly FusionSupport[]): readonly Fusion[] {
  return fusions.map(fusion => {
    const found = support.find(
      row => isSame(row.breakpoints[0], fusion.breakpoints[0]) && isSame(row.breakpoints[1], fusion.breakpoints[1]),
    )
    return found === undefined ? fusion : { ...fusion, readSupport: fusion.readSupport ?? found.reads, expression: found.expression }
  })
}
