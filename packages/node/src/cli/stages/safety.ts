// Stage `safety`: target peptides × proteome → safety.tsv and a page that a committee reads.
import { type Caveat, caveat, type FunnelRow, fail, type Issue, inFile, issue, ok, type Result, refuse } from '@cognate/core/base'
import { blosum62, type HlaAllele, membersOf, wordCodes } from '@cognate/core/bio'
import { columnReader, escapeHtml, formatTsv, htmlTable, parseDelimited } from '@cognate/core/format'
import { type Predictor, supportedAlleles, unscorable } from '@cognate/core/presentation'
import {
  assessTarget,
  CROSSDOME_LENGTH,
  coverageCaveats,
  type Motif,
  motifOfScan,
  ProteomeBuilder,
  parsePattern,
  parseScan,
  parseTissues,
  RISK_LIMITS,
  SAFETY_COLUMNS,
  type SafetyRow,
  type SafetyTarget,
  safetyCells,
  scanProteome,
} from '@cognate/core/safety'
import { openPredictors } from '../../model/open-predictors.ts'
import { eachProtein, foreignProteome } from '../../read/proteome.ts'
import { shippedResiduePairs } from '../../read/shipped.ts'
import { readParsed } from '../../read/text.ts'
import { openSieve } from '../../scan/scan-kernel.ts'
import { plural, type StageOutcome } from './stage.ts'

export interface SafetyInput {
  readonly targets: readonly SafetyTarget[]
  readonly proteome: string
  /** Further proteins, such as those that the patient's germline changes. */
  readonly further?: string
  readonly motif?: string
  /** Alanine or X-scan of the first target's peptide. */
  readonly scan?: string
  readonly tissues?: string
  readonly maxMismatches: number
  readonly top: number
  /** The best words by the score with weights of contact. */
  readonly byContact?: boolean
}

/** Targets of a TSV with receptor_id, peptide, hla and perhaps wt_peptide. Errors: `targets-malformed`. */
export function readTargets(path: string): Result<readonly SafetyTarget[], Issue> {
  const table = readParsed(path, text => parseDelimited(text, { delimiter: '\t' }))
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const missing = ['peptide', 'hla'].filter(column => !table.value.columns.includes(column))
  if (missing.length > 0)
    return fail(
      inFile(
        path,
        issue('targets-malformed', `there is no column ${missing.join(', ')}`, 'give receptor_id, peptide, hla and perhaps wt_peptide', 1),
      ),
    )
  return ok(
    table.value.rows.map(row => ({
      receptorId: get(row, 'receptor_id'),
      peptide: get(row, 'peptide').toUpperCase(),
      wildType: get(row, 'wt_peptide') === '' ? undefined : get(row, 'wt_peptide').toUpperCase(),
      hla: get(row, 'hla'),
    })),
  )
}

export async function runSafety(input: SafetyInput): Promise<StageOutcome> {
  if (input.targets.length === 0)
    return refuse('targets-empty', 'there is no peptide to look at', 'give --peptide or a table with --targets')
  const motif = readMotif(input)
  if (!motif.ok) return motif
  const tissues = input.tissues === undefined ? ok(undefined) : readParsed(input.tissues, parseTissues)
  if (!tissues.ok) return tissues
  const predictors = openPredictors()
  if (!predictors.ok) return predictors
  const builder = new ProteomeBuilder()
  const read = await eachProtein(input.proteome, ({ id, gene, sequence }) => builder.add({ id, gene }, sequence))
  if (!read.ok) return read
  if (input.further !== undefined) {
    const more = await eachProtein(input.further, ({ id, gene, sequence }) => builder.add({ id, gene }, sequence))
    if (!more.ok) return more
  }
  const odd = input.targets.find(({ wildType }) => wildType !== undefined && wordCodes(wildType) === undefined)
  if (odd !== undefined)
    return refuse('peptide-malformed', `"${odd.wildType}" holds a letter that is no standard residue`, 'write the 20 residues in capitals')
  const proteome = builder.finish()
  const pairs = shippedResiduePairs()
  const sieve = openSieve(proteome)
  if (!sieve.ok) return sieve
  const rows: SafetyRow[] = []
  const funnel: FunnelRow[] = []
  const caveats: Caveat[] = []
  const asked: HlaAllele[] = []
  for (const target of input.targets) {
    const alleles = supportedAlleles(predictors.value, [target.hla])
    if (!alleles.ok) return alleles
    caveats.push(...alleles.value.caveats)
    const scan = scanProteome(target.peptide, proteome, pairs, {
      sieve: sieve.value,
      maxMismatches: input.maxMismatches,
      top: input.top,
      byContact: input.byContact === true,
      ...(motif.value === undefined ? {} : { motif: motif.value }),
    })
    if (scan === undefined)
      return refuse(
        'peptide-malformed',
        `"${target.peptide}" holds a letter that is no standard residue`,
        'write the 20 residues in capitals',
      )
    const allele = alleles.value.I[0] ?? alleles.value.II[0]
    if (allele !== undefined) asked.push(allele)
    const predictor = alleles.value.I.length > 0 ? predictors.value.I : (predictors.value.II ?? predictors.value.I)
    const words = scan.words.map(word => word.word).filter(word => unscorable(predictor, word) === undefined)
    const rank = bestRanks(words, predictor, allele)
    const assessed = assessTarget(target, scan, word => rank.get(word), tissues.value)
    const self = assessed.find(row => row.word.word === target.peptide)
    if (self !== undefined)
      caveats.push(
        caveat(
          'target-is-self',
          `${target.peptide} itself stands in ${self.word.genes.join(', ') || self.word.proteins.join(', ')}: cells that make it are targets, wherever they are`,
        ),
      )
    rows.push(...assessed)
    const name = `${target.receptorId} ${target.peptide} ${target.hla}`.trim()
    funnel.push({ stage: 'safety', reason: 'in', count: scan.windows, example: name })
    for (const risk of ['red', 'amber', 'listed'] as const)
      funnel.push({
        stage: 'safety',
        reason: risk,
        count: assessed.filter(row => row.risk === risk).length,
        example: assessed.find(row => row.risk === risk)?.word.word ?? '',
      })
  }
  caveats.push(
    ...coverageCaveats({
      proteins: read.value.proteins,
      motif: motif.value !== undefined,
      tissues: tissues.value !== undefined,
      words: rows.length,
      unplaced: rows.filter(row => row.tissueMax === undefined).length,
      nineMers: input.targets.every(target => target.peptide.length === CROSSDOME_LENGTH),
    }),
  )
  caveats.push(...foreignProteome(read.value.foreign, asked))
  const red = rows.filter(row => row.risk === 'red').length
  return ok({
    files: new Map([
      ['safety.tsv', formatTsv(SAFETY_COLUMNS, rows.map(safetyCells))],
      ['safety.html', page(input.targets, rows, caveats, motif.value)],
    ]),
    funnel,
    caveats,
    headline: `${plural(input.targets.length, 'target')} against ${plural(read.value.proteins, 'protein')} → ${plural(rows.length, 'word')} listed, ${red} red`,
  })
}

function readMotif(input: SafetyInput): Result<Motif | undefined, Issue> {
  if (input.motif !== undefined) return parsePattern(input.motif)
  if (input.scan === undefined) return ok(undefined)
  const scan = readParsed(input.scan, text => parseScan(text, input.targets[0]!.peptide))
  return scan.ok ? ok(motifOfScan(scan.value, blosum62)) : scan
}

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #ddd}.scroll{overflow-x:auto}li{margin:.3rem 0}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}'

/** Most words that the page shows of a target; the table has all. */
const SHOWN = 40

/** The three highest, the heart whenever it is among them at all, and how many more. */
function essentialText(row: SafetyRow): string {
  if (row.essentials.length === 0)
    return row.essentialMax === undefined ? 'unknown' : `${row.essentialMax.tissue} ${row.essentialMax.value}`
  const shown = row.essentials.filter(({ tissue }, i) => i < 3 || /heart/i.test(tissue))
  const more = row.essentials.length - shown.length
  return `${shown.map(({ tissue, value }) => `${tissue} ${value}`).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function page(targets: readonly SafetyTarget[], rows: readonly SafetyRow[], caveats: readonly Caveat[], motif: Motif | undefined): string {
  const sections = targets.map(target => {
    const own = rows.filter(row => row.receptorId === target.receptorId && row.query === target.peptide && row.hla === target.hla)
    const count = (risk: string) => own.filter(row => row.risk === risk).length
    // two digits that mean something: a rank of 0.003 % is not 0.00
    const digits = (value: number | undefined) => (value === undefined ? '' : String(Number(value.toPrecision(2))))
    const place = (at: { readonly tissue: string; readonly value: number } | undefined) =>
      at === undefined ? 'unknown' : `${at.tissue} ${at.value}`
    const table = htmlTable(
      ['class', 'word', 'genes', 'mismatches', 'score', 'p', 'motif', 'rank %', 'essential tissues', 'highest'],
      own
        .slice(0, SHOWN)
        .map(row => [
          row.isWildType ? `${row.risk} (wild type)` : row.risk,
          row.word.word,
          row.word.genes.join(', '),
          String(row.word.mismatches),
          row.word.crossdome?.toFixed(2) ?? '',
          digits(row.word.p),
          row.word.motif ? 'fits' : '',
          digits(row.rankPercent),
          essentialText(row),
          place(row.tissueMax),
        ]),
    )
    return `<h2>${escapeHtml(`${target.receptorId} ${target.peptide} on ${target.hla}`.trim())}</h2><p>${count('red')} red, ${count('amber')} amber, ${count('listed')} listed${own.length > SHOWN ? `; the first ${SHOWN} are shown, safety.tsv has all` : ''}.</p>${table}`
  })
  const limits = `Red: at most ${RISK_LIMITS.mismatches} mismatch, or the motif fits, or p ≤ ${RISK_LIMITS.p}; and presented at ${RISK_LIMITS.rankPercent} % or better; and at least ${RISK_LIMITS.essentialExpression} unit in an essential tissue. What is unknown counts as present. Amber: two of the three.`
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Off-target report</title><style>${STYLE}</style></head><body><h1>Off-target report</h1><p>Research use. This report ranks risks; it never says that a receptor is safe. ${escapeHtml(limits)}</p>${motif === undefined ? '' : `<p>Motif: ${escapeHtml(motif.name)}.</p>`}${sections.join('')}<h2>Not covered</h2><ul>${caveats.map(row => `<li>${escapeHtml(row.text)}</li>`).join('')}</ul></body></html>\n`
}

/** Of an allele that was not settled, the best rank: here the danger is a word that is presented, not one that is not. */
function bestRanks(words: readonly string[], predictor: Predictor, allele: HlaAllele | undefined): ReadonlyMap<string, number> {
  if (allele === undefined || words.length === 0) return new Map()
  const members = membersOf(allele)
  const { presentationPercentile } = predictor.predict(words, members)
  return new Map(words.map((word, w) => [word, Math.min(...presentationPercentile.subarray(w * members.length, (w + 1) * members.length))]))
}
