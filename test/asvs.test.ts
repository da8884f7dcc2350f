// The table of docs/security/asvs.tsv: every requirement of OWASP ASVS 5.0.0 that the record sets out to meet stands in it once, and what it names is there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { oracle, readData, root, rowsOf } from './oracle.ts'

const rows = rowsOf(readFileSync(join(root, 'docs/security/asvs.tsv'), 'utf8'))
const STATUS = ['test', 'design', 'document', 'site', 'not applicable', 'gap']
/** Level 3 is meant for authentication, sessions, authorisation, cryptography and logging. */
const DEEP = ['V6', 'V7', 'V8', 'V11', 'V16']

test('every row has a status and says why; the tests and files that it names exist', () => {
  expect(rows.length).toBeGreaterThan(250)
  for (const { req_id, status, evidence } of rows) {
    expect([req_id, STATUS.includes(status!), evidence!.length > 8]).toEqual([req_id, true, true])
    for (const [path] of evidence!.matchAll(/(?:test|docs|bench|packages)\/[\w/.-]+\.\w+/g))
      expect([req_id, path, existsSync(join(root, path))]).toEqual([req_id, path, true])
    if (status === 'test') expect([req_id, /\.test\.|test\/|tests|npm run|package-lock|TypeScript/.test(evidence!)]).toEqual([req_id, true])
  }
})

oracle('every requirement of level 1 and 2, and of level 3 in five chapters, stands once; none is invented', () => {
  const all = rowsOf(readData('clinical/security/asvs-5.0.0.csv'), ',')
  const wanted = all.filter(row => row.level !== '3' || DEEP.includes(row.req_id!.split('.')[0]!))
  expect(wanted.length).toBe(283)
  expect(rows.map(row => [row.req_id, row.level])).toEqual(wanted.map(row => [row.req_id, row.level]))
})
