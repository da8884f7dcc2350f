// Receptor chains of a sample, told apart by the first line: 10x CSV or JSON, AIRR TSV, BD Rhapsody CSV, TRUST4's and Parse's cell reports, MiXCR's clones, immunoSEQ.
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { adaptiveGeneName } from '@cognate/core/bio'
import {
  type ContigRow,
  isBdHeader,
  isImmunoseqHeader,
  isMixcrHeader,
  isParseHeader,
  isTrust4Header,
  parseAirr,
  parseAirrCells,
  parseBdContigs,
  parseImmunoseq,
  parseMixcrClones,
  parseParseCells,
  parseTenxContigs,
  parseTenxJson,
  parseTrust4Cells,
  withAirrCells,
} from '@cognate/core/format'
import { shippedGermline } from './shipped.ts'
import { readParsed, readText } from './text.ts'

type Parser = (text: string) => Result<readonly ContigRow[], Issue>

/** A file's genes are few and its rows are many: the germline is opened once, and each name is looked up once. */
function adaptiveNames(): (gene: string) => string {
  const genes = shippedGermline('human').byGene
  const names = new Map<string, string>()
  return written => {
    const name = names.get(written) ?? adaptiveGeneName(written, genes)
    names.set(written, name)
    return name
  }
}

/** By the header; what no other format claims is AIRR where it has tabs, else 10x. */
const PARSERS: readonly (readonly [(header: string) => boolean, Parser])[] = [
  [header => /^\s*[[{]/.test(header), parseTenxJson],
  [isTrust4Header, parseTrust4Cells],
  [isParseHeader, parseParseCells],
  [isMixcrHeader, parseMixcrClones],
  [isImmunoseqHeader, text => parseImmunoseq(text, adaptiveNames())],
  [header => header.includes('\t'), parseAirr],
  [isBdHeader, parseBdContigs],
  [() => true, parseTenxContigs],
]

/** Errors: `table-empty` and those of the format. */
export function readContigs(path: string): Result<readonly ContigRow[], Issue> {
  const text = readText(path)
  if (!text.ok) return text
  const lines = text.value.split(/\r?\n/, 200).filter(line => line !== '')
  const header = lines.find(line => !line.startsWith('#') || isTrust4Header(line)) ?? ''
  if (header === '')
    return fail(
      inFile(path, issue('table-empty', 'the file is empty', 'give filtered_contig_annotations.csv or an AIRR Rearrangement TSV', 1)),
    )
  const [, parse] = PARSERS.find(([claims]) => claims(header))!
  const rows = parse(text.value)
  return rows.ok ? rows : fail(inFile(path, rows.issue))
}

/** Rearrangements with the cells that AIRR Cell JSON gives them, and how many cells are inferred pairs. Errors: those of the file and of `withAirrCells`. */
export function readAirrCells(
  path: string,
  rows: readonly ContigRow[],
): Result<{ readonly rows: readonly ContigRow[]; readonly inferred: number }, Issue> {
  const cells = readParsed(path, parseAirrCells)
  if (!cells.ok) return cells
  const joined = withAirrCells(rows, cells.value)
  return joined.ok
    ? ok({ rows: joined.value, inferred: cells.value.filter(cell => cell.virtualPairing).length })
    : fail(inFile(path, joined.issue))
}
