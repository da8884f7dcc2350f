// A laboratory's file of results: a table under our names, or HL7 version 2 or FHIR by a mapping.
import { fail, type Issue, issue, ok, type Result, refuse } from '@cognate/core/base'
import { delimiterOf, isFhir, isHl7, parseCheckedYaml, parseDelimited, parseFhir, parseHl7, type Table } from '@cognate/core/format'
import { fhirMappingSchema, fhirResults, hl7MappingSchema, hl7Results, RESULT_COLUMNS, type ReadResults } from '@cognate/core/lot'
import type { z } from 'zod'

/** `columns`: our name to the file's; `mapping`: YAML. Errors: those of the table, of HL7, FHIR and the mapping; `column-missing`, `mapping-missing`, `mapping-other`. */
export function readResultFile(
  text: string,
  columns: ReadonlyMap<string, string>,
  mapping: string | undefined,
): Result<ReadResults, Issue> {
  if (isHl7(text)) return readMapped('hl7', 'HL7 messages', text, mapping, hl7MappingSchema, parseHl7, hl7Results)
  if (isFhir(text)) return readMapped('fhir', 'FHIR resources', text, mapping, fhirMappingSchema, parseFhir, fhirResults)
  // a result is taken as it was written: no table whose numbers would have to be rewritten
  const table = parseDelimited(text, { delimiter: delimiterOf(text) === '\t' ? '\t' : ',' })
  if (!table.ok) return table
  const named = renamed(table.value, columns)
  return named.ok ? ok({ table: named.value, waiting: [], leftOut: 0 }) : named
}

function readMapped<Mapping, Read>(
  name: 'hl7' | 'fhir',
  what: string,
  text: string,
  mapping: string | undefined,
  schema: z.ZodType<Mapping>,
  parse: (text: string) => Result<Read, Issue>,
  resultsOf: (read: Read, mapping: Mapping) => ReadResults,
): Result<ReadResults, Issue> {
  if (mapping === undefined)
    return refuse(
      'mapping-missing',
      `these are ${what}, and nothing says which test a code is`,
      'give the mapping of this laboratory (--mapping FILE.yaml); docs/record.md shows one',
    )
  const other = name === 'hl7' ? 'fhir' : 'hl7'
  if (!new RegExp(`^${name}:`, 'm').test(mapping) && new RegExp(`^${other}:`, 'm').test(mapping))
    return refuse('mapping-other', `these are ${what}, and the mapping is of ${other}`, `give a mapping that begins with "${name}: NAME"`)
  const known = parseCheckedYaml(mapping, { name, schema, told: 'docs/record.md' })
  if (!known.ok) return known
  const read = parse(text)
  return read.ok ? ok(resultsOf(read.value, known.value)) : read
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
