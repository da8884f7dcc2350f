// Writes docs/schema/case.schema.json from the schema the program checks with. Run after a change of CaseSchema.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { caseJsonSchema } from '@cognate/core/case'

writeFileSync(fileURLToPath(new URL('../docs/schema/case.schema.json', import.meta.url)), `${JSON.stringify(caseJsonSchema(), null, 2)}\n`)
