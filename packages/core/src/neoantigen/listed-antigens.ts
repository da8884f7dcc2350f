// Antigens that a list names and no variant explains (a viral protein, an endogenous retrovirus, a retained intron, another tool's peptides) → their best peptides of both classes.
import { byNumber, byText, type FunnelRow, fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type HlaAllele, isStandardPeptide } from '../bio/index.ts'
import { columnReader, delimiterOf, parseDelimited, parseFasta, rounded, type SequenceRecord } from '../format/index.ts'
import { type MinigeneWindow, newStretch } from '../peptide/index.ts'
import { type Predictors, unscorable } from '../presentation/index.ts'
import { novelWords } from '../variant/index.ts'
import { type BestPresented, bestPresented } from './best-presented.ts'
import { FUSION_TIERS, type FusionTier, fusionTier, isFirstToScreen } from './fusion-neoantigens.ts'
import type { ScreenedAntigen } from './minigene-table.ts'
import { furtherNeoantigenId, type NeoantigenId } from './neoantigen.ts'
import { type MatchCandidate, type ReferenceHits, type RefMatch, refMatchAs, refMatchOf, standsInProteome } from './reference-match.ts'
import { CLASS_I_LENGTHS, CLASS_II_LENGTHS } from './search-peptides.ts'

export interface ListedAntigen {
  readonly id: string
  /** '' where the list names none. */
  readonly gene: string
  readonly sequence: string
  /** What the healthy cell makes in its place; '' : not given, then only the proteome tells what is self. */
  readonly wildType: string
}

/** A list is written by hand: so many residues of a protein are the largest known (titin has 34,350). */
const MOST_RESIDUES = 40_000

const tidy = (residues: string): string => residues.trim().toUpperCase().replace(/\*$/, '')

/**
 * FASTA (records `WT.x` and `MT.x` belong together, as `pvacseq generate_protein_fasta` writes them), TSV or CSV with sequence (or peptide), perhaps id, gene and
 * wild_type; or one sequence a line. Errors: `antigen-sequence`, `row-twice`, `antigens-empty`, and those of FASTA and tables; with their line.
 */
export function parseListedAntigens(text: string): Result<readonly ListedAntigen[], Issue> {
  const read = text.trimStart().startsWith('>') ? fromFasta(text) : fromTable(text)
  if (!read.ok) return read
  if (read.value.length === 0)
    return fail(issue('antigens-empty', 'the list names no antigen', 'give FASTA, or a table with the column sequence'))
  const lines = new Map<string, number>()
  for (const { id, sequence, wildType, line } of read.value) {
    const before = lines.get(id)
    if (before !== undefined)
      return fail(issue('row-twice', `${id} stands on line ${before} too`, 'give each antigen a name of its own', line))
    lines.set(id, line)
    for (const residues of [sequence, wildType])
      if (!/^[A-Z*]*$/.test(residues) || residues.length > MOST_RESIDUES)
        return fail(
          issue('antigen-sequence', `${id} has "${residues.slice(0, 40)}" for a sequence`, 'give amino acids, one letter each', line),
        )
    if (sequence === '') return fail(issue('antigen-sequence', `${id} has no sequence`, 'give the amino acids of the antigen', line))
    if (/^[ACGTUN]{30,}$/.test(sequence))
      return fail(issue('antigen-sequence', `${id} looks like bases, not residues`, 'translate it, or give the protein', line))
  }
  return read
}

type Listed = ListedAntigen & { readonly line: number }

function fromFasta(text: string): Result<readonly Listed[], Issue> {
  const records = parseFasta(text)
  if (!records.ok) return records
  const headers = text.split(/\r?\n/).flatMap((line, i) => (line.startsWith('>') ? [i + 1] : []))
  const wildTypes = new Map(records.value.filter(({ id }) => id.startsWith('WT.')).map(({ id, sequence }) => [id.slice(3), tidy(sequence)]))
  const antigens: Listed[] = []
  for (const [i, { id, description, sequence }] of records.value.entries()) {
    if (id.startsWith('WT.')) continue
    const name = id.startsWith('MT.') ? id.slice(3) : id
    const gene = geneOf(id, description)
    antigens.push({
      id: name,
      gene,
      sequence: tidy(sequence),
      wildType: id.startsWith('MT.') ? (wildTypes.get(name) ?? '') : '',
      line: headers[i]!,
    })
  }
  return ok(antigens)
}

/** `MT.1.KRAS.ENST….missense.12G/D`, or `gene_symbol:KRAS` (Ensembl), `GN=KRAS` (UniProt) in the description. */
const geneOf = (id: SequenceRecord['id'], description: string): string =>
  /^MT\.\d+\.([^.]+)\./.exec(id)?.[1] ?? /(?:\bgene_symbol:|\bGN=)(\S+)/.exec(description)?.[1] ?? ''

function fromTable(text: string): Result<readonly Listed[], Issue> {
  const lines = text.split(/\r?\n/)
  const first = lines.find(line => line.trim() !== '') ?? ''
  if (!/^(sequence|peptide)$/i.test(first.trim()) && isStandardPeptide(first.trim().toUpperCase()))
    return ok(
      lines.flatMap((line, i) =>
        line.trim() === '' ? [] : [{ id: tidy(line), gene: '', sequence: tidy(line), wildType: '', line: i + 1 }],
      ),
    )
  const table = parseDelimited(text, { delimiter: delimiterOf(text) })
  if (!table.ok) return table
  const { columns, rows } = table.value
  const column = ['sequence', 'peptide'].find(name => columns.includes(name))
  if (column === undefined)
    return fail(
      issue(
        'column-missing',
        `the header has neither sequence nor peptide; it has ${columns.slice(0, 30).join(', ')}`,
        'name the column of residues sequence',
        1,
      ),
    )
  const get = columnReader(columns)
  return ok(
    rows.map(row => {
      const sequence = tidy(get(row, column))
      return {
        id: get(row, 'id').trim() || sequence,
        gene: get(row, 'gene').trim(),
        sequence,
        wildType: tidy(get(row, 'wild_type')),
        line: row.line,
      }
    }),
  )
}

/** What to ask a proteome for: the words that the wild type does not have. */
export const listedMatchCandidate = ({ sequence, wildType }: ListedAntigen): MatchCandidate => ({
  mutant: sequence,
  wildType,
  own: new Set(),
})

export interface ListedNeoantigen extends BestPresented {
  readonly id: NeoantigenId
  readonly antigen: ListedAntigen
  readonly class2: BestPresented | undefined
  readonly tier: FusionTier
  readonly refMatch: RefMatch
  readonly minigene: MinigeneWindow
}

export interface ListedScope {
  readonly predictors: Predictors
  readonly alleles: { readonly I: readonly HlaAllele[]; readonly II: readonly HlaAllele[] }
  readonly lengths?: readonly number[]
  readonly class2Lengths?: readonly number[]
  /** Of `listedMatchCandidate`, in the order of the antigens; undefined: no proteome was given. */
  readonly hits: readonly ReferenceHits[] | undefined
}

/** Best peptides of each antigen, by tier, then percentile, then name. Without a wild type, a peptide whose every 8-mer stands in the proteome is self and not taken. */
export function listedNeoantigens(
  antigens: readonly ListedAntigen[],
  { predictors, alleles, hits, lengths = CLASS_I_LENGTHS, class2Lengths = CLASS_II_LENGTHS }: ListedScope,
): { readonly neoantigens: readonly ListedNeoantigen[]; readonly funnel: readonly FunnelRow[] } {
  const left = new Map<string, { count: number; example: string }>()
  const leave = (reason: string, { id }: ListedAntigen) => left.set(reason, { count: (left.get(reason)?.count ?? 0) + 1, example: id })
  const peptidesOf = (antigen: ListedAntigen, of: readonly number[]) =>
    of.flatMap(length => novelWords(antigen.sequence, antigen.wildType, length)).filter(isStandardPeptide)
  const peptides = new Map<ListedAntigen, readonly string[]>()
  const class2Peptides = new Map<ListedAntigen, readonly string[]>()
  for (const [i, antigen] of antigens.entries()) {
    const foreign = (words: readonly string[]) =>
      antigen.wildType === '' && hits !== undefined ? words.filter(word => !standsInProteome(hits[i]!, word)) : words
    const words = peptidesOf(antigen, lengths).filter(word => unscorable(predictors.I, word) === undefined)
    const kept = foreign(words)
    if (kept.length > 0) peptides.set(antigen, kept)
    else leave(words.length > 0 ? 'self-only' : 'no-scorable-peptide', antigen)
    const { II } = predictors
    if (II !== undefined && alleles.II.length > 0)
      class2Peptides.set(antigen, foreign(peptidesOf(antigen, class2Lengths).filter(word => unscorable(II, word) === undefined)))
  }
  const best = bestPresented(peptides, predictors.I, alleles.I)
  const class2 = predictors.II === undefined ? undefined : bestPresented(class2Peptides, predictors.II, alleles.II)
  const neoantigens = [...best].map(([antigen, found]): ListedNeoantigen => {
    const own = hits?.[antigens.indexOf(antigen)]
    const refMatch = antigen.wildType === '' ? refMatchAs(own, undefined) : refMatchOf(own, antigen.sequence, found.peptide)
    const minigene = stretchOf(antigen, found.peptide)
    return {
      ...found,
      id: furtherNeoantigenId('listed', antigen.id, minigene.sequence),
      antigen,
      class2: class2?.get(antigen),
      refMatch,
      tier: fusionTier({
        ic50: found.ic50,
        refMatch: refMatch === 'yes',
        problematic: false,
        readSupport: undefined,
        expression: undefined,
      }),
      minigene,
    }
  })
  neoantigens.sort(
    (a, b) =>
      FUSION_TIERS.indexOf(a.tier) - FUSION_TIERS.indexOf(b.tier) ||
      byNumber(a.percentile, b.percentile) ||
      byText(a.antigen.id, b.antigen.id),
  )
  const row = (reason: string, count: number, example: string): FunnelRow => ({ stage: 'antigens', reason, count, example })
  return {
    neoantigens,
    funnel: [
      row('in', antigens.length, antigens[0]?.id ?? ''),
      ...[...left].map(([reason, { count, example }]) => row(reason, count, example)),
      row('out', neoantigens.length, neoantigens[0]?.antigen.id ?? ''),
    ],
  }
}

/** A minigene of 25 residues is whole; of a longer sequence so many beside the best peptide make a nonamer the middle of 25. */
const WHOLE = 25
const BESIDE = 8

function stretchOf({ sequence, wildType }: ListedAntigen, peptide: string): MinigeneWindow {
  if (wildType !== '') return newStretch(sequence, wildType)
  const at = sequence.indexOf(peptide)
  const from = sequence.length <= WHOLE ? 0 : Math.max(0, at - BESIDE)
  const to = sequence.length <= WHOLE ? sequence.length : at + peptide.length + BESIDE
  return { sequence: sequence.slice(from, to), wildType: '', changeOffset: at - from + 1 }
}

export const LISTED_COLUMNS = [
  'rank',
  'neoantigen_id',
  'antigen_id',
  'gene',
  'best_peptide',
  'best_allele',
  'tier',
  'ic50_mt',
  'percentile_mt',
  'class_ii_best_peptide',
  'class_ii_allele',
  'class_ii_percentile',
  'length',
  'minigene',
  'change_offset',
  'ref_match',
] as const

export const listedCells = (row: ListedNeoantigen, rank: number): readonly (string | number | undefined)[] => [
  rank,
  row.id,
  row.antigen.id,
  row.antigen.gene,
  row.peptide,
  row.allele,
  row.tier,
  rounded(row.ic50, 5),
  rounded(row.percentile, 4),
  row.class2?.peptide,
  row.class2?.allele,
  rounded(row.class2?.percentile, 4),
  row.antigen.sequence.length,
  row.minigene.sequence,
  row.minigene.changeOffset,
  row.refMatch,
]

/** For the screen: a listed antigen without a gene goes by its name. */
export const screenedListed = (row: ListedNeoantigen): ScreenedAntigen => {
  const { id, gene } = row.antigen
  return {
    id: row.id,
    gene: gene === '' ? id : gene,
    change: gene === '' ? 'listed antigen' : id,
    minigene: row.minigene,
    bestPeptide: row.peptide,
    bestAllele: row.allele,
    isFirst: isFirstToScreen(row),
  }
}
