// A laboratory's file of results: a table under our names, or HL7 messages by a mapping.
import { fail, type Issue, issue, ok, type Result, refuse } from '@cognate/core/base'
import { parseCheckedYaml } from '@cognate/core/case'
import { delimiterOf, isHl7, parseDelimited, parseHl7, type Table } from '@cognate/core/format'
import { type Hl7Results, hl7MappingSchema, hl7Results, RESULT_COLUMNS } from '@cognate/core/lot'

/** `columns`: our name to the file's. Errors: those of the table, of HL7 and of the mapping; `column-missing`, `hl7-mapping`. */
export function readResultFile(text: string, columns: ReadonlyMap<string, string>, mapping: string | undefined): Result<Hl7Results, Issue> {
  if (!isHl7(text)) {
    const table = parseDelimited(text, { delimiter: delimiterOf(text) })
    if (!table.ok) return table
    const named = renamed(table.value, columns)
    return named.ok ? ok({ table: named.value, waiting: [], leftOut: 0 }) : named
  }
  if (mapping === undefined)
    return refuse(
      'hl7-mapping',
      'these are HL7 messages, and nothing says which test a code is',
      'give the mapping of this laboratory (--hl7 MAPPING.yaml); docs/record.md shows one',
    )
  const read = parseCheckedYaml(mapping, { name: 'hl7', schema: hl7MappingSchema, told: 'docs/record.md' })
  if (!read.ok) return read
  const messages = parseHl7(text)
  return messages.ok ? ok(hl7Results(messages.value, read.value)) : messages
}

/** The table under our names. */
function renamed(table: Table, names: ReadonlyMap<string, string>): Result<Table, Issue> {
  const ours = new Map([...names].map(([our, theirs]) => [theirs, our]))
  const columns = table.columns.map(column => ours.get(column) ?? column)
  const missing = RESULT_COLUMNS.filter(name => !columns.includes(name))
  if (missing.length === 0) return ok({ ...table, columns })
  return fail(
    issue(
      'column-missing',
      `there is no column ${missing.map(name => names.get(name) ?? name).join(', ')}; there are ${table.columns.join(', ')}`,
      'say what the file calls them: sample=…,result=…,unit=…,tested_at=…',
      1,
    ),
  )
}
