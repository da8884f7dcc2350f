// Writes docs/schema/*.schema.json from the schemas the program checks with. Run after a change of CaseSchema or TrialSchema.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { caseJsonSchema, trialJsonSchema } from '@cognate/core/case'

for (const [name, schema] of [
  ['case', caseJsonSchema()],
  ['trial', trialJsonSchema()],
] as const)
  writeFileSync(fileURLToPath(new URL(`../docs/schema/${name}.schema.json`, import.meta.url)), `${JSON.stringify(schema, null, 2)}\n`)
