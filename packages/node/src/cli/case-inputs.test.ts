// Every file that CASE.yaml can name stands in the list of a case's inputs: one that does not has no checksum and is not looked for before the run.
import { CASE_FILES, type CaseFile, CaseSchema } from '@cognate/core/case'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { listInputs } from './case-inputs.ts'

interface Schema {
  readonly file?: true
  readonly anyOf?: readonly Schema[]
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly default?: unknown
}

/** A value with every member; of several shapes the one numbered `shape`. `named` gets each file. */
function filled(schema: Schema, shape: number, named: string[]): unknown {
  if (schema.file === true) return named[named.push(`file-${named.length}`) - 1]
  if (schema.anyOf !== undefined) return filled(schema.anyOf[Math.min(shape, schema.anyOf.length - 1)]!, shape, named)
  if (schema.properties !== undefined)
    return Object.fromEntries(Object.entries(schema.properties).map(([name, member]) => [name, filled(member, shape, named)]))
  if (typeof schema.additionalProperties === 'object') return { one: filled(schema.additionalProperties, shape, named) }
  if (schema.items !== undefined) return [filled(schema.items, shape, named)]
  return schema.default ?? (schema.type === 'string' ? 'x' : schema.type === 'boolean' ? false : 1)
}

test('every file that a case may name is listed, whatever shape its members have', () => {
  const schema = z.toJSONSchema(CaseSchema, { io: 'input', metadata: CASE_FILES }) as Schema
  for (let shape = 0; shape < 6; shape++) {
    const named: string[] = []
    const file = filled(schema, shape, named) as CaseFile
    expect(named.length).toBeGreaterThan(22)
    expect(
      listInputs(file, path => path)
        .map(input => input.path)
        .toSorted(),
    ).toEqual(named.toSorted())
  }
})
