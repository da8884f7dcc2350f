// Tables that people keep in spreadsheets: .xlsx as sheets of text, everything else as the text it is. Dates become ISO, empty cells empty text.
import { closeSync, openSync, readSync } from 'node:fs'
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { checkFile, readText } from './text.ts'

export interface Sheet {
  /** Undefined for a plain text file. */
  readonly name: string | undefined
  /** Tab-separated for a spreadsheet; as written for a text file. */
  readonly text: string
}

/** An .xlsx is a zip archive: told by its first bytes, not by its name. */
function isZip(path: string): boolean {
  const head = new Uint8Array(4)
  const descriptor = openSync(path, 'r')
  readSync(descriptor, head)
  closeSync(descriptor)
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4
}

const cellText = (cell: unknown): string => (cell instanceof Date ? cell.toISOString() : String(cell ?? '').replace(/[\t\r\n]+/g, ' '))

/** Errors: `spreadsheet-damaged`, and those of a file. */
export async function readSheets(path: string): Promise<Result<readonly Sheet[], Issue>> {
  const full = checkFile(path)
  if (!full.ok) return full
  if (!isZip(full.value)) {
    const text = readText(path)
    return text.ok ? ok([{ name: undefined, text: text.value }]) : text
  }
  const { default: readXlsx } = await import('read-excel-file/node')
  try {
    const sheets = await readXlsx(full.value)
    return ok(sheets.map(({ sheet, data }) => ({ name: sheet, text: data.map(row => row.map(cellText).join('\t')).join('\n') })))
  } catch (error) {
    const what = error instanceof Error ? error.message : 'it cannot be read'
    return fail(
      inFile(
        path,
        issue('spreadsheet-damaged', `the spreadsheet cannot be read: ${what}`, 'save it again as .xlsx, or export the sheet as CSV'),
      ),
    )
  }
}

/** The first sheet that `parse` takes; else the issue of the first one. Errors: those of the file and of `parse`. */
export async function readSheet<T>(path: string, parse: (text: string) => Result<T, Issue>): Promise<Result<T, Issue>> {
  const sheets = await readSheets(path)
  if (!sheets.ok) return sheets
  const tried = sheets.value.map(sheet => parse(sheet.text))
  const taken = tried.find(result => result.ok) ?? tried[0]
  if (taken === undefined) return fail(inFile(path, issue('table-empty', 'the spreadsheet has no sheet', 'give a file with a table')))
  return taken.ok ? taken : fail(inFile(path, taken.issue))
}
