// Routes of identifying data: sealed by a key that can be destroyed, every look noted.
import { randomBytes } from 'node:crypto'
import { fail, issue } from '@cognate/core/base'
import { done, type Handlers, type HandlerTools } from './handler.ts'
import { type Person, saltedHash, sealPerson, unsealPerson } from './person.ts'
import type { Scope } from './scope.ts'

export function personHandlers({ record, personKeys }: HandlerTools, { subjectInScope }: Scope): Handlers {
  const { store } = record
  const { pool } = store
  return {
    async 'person.write'(call) {
      const subject = await subjectInScope(call)
      if (!subject.ok) return subject
      const person = call.body as unknown as Person
      const salt = randomBytes(32)
      const { keyId, sealed } = sealPerson(personKeys, subject.value, person)
      await pool.query(
        `INSERT INTO person (subject, salt, sealed, key_id) VALUES ($1, $2, $3, $4) ON CONFLICT (subject) DO UPDATE SET salt = $2, sealed = $3, key_id = $4, erased = false`,
        [subject.value, salt, sealed, keyId],
      )
      const hashes = Object.fromEntries(Object.entries(person).map(([name, value]) => [name, saltedHash(salt, value)]))
      await store.runAsSystem(
        'person.write',
        { subject: subject.value, by: call.asker.account, salted_sha256: hashes },
        { entity: { table: 'subject', id: subject.value }, writes: [], reason: 'identifying data sealed' },
      )
      return done({ subject: subject.value, salted_sha256: hashes }, { status: 201 })
    },
    async 'person.read'(call) {
      const subject = await subjectInScope(call)
      if (!subject.ok) return subject
      const { rows } = await pool.query<{ sealed: Buffer | null; key_id: string; erased: boolean }>(
        'SELECT sealed, key_id, erased FROM person WHERE subject = $1',
        [subject.value],
      )
      const row = rows[0]
      await store.noteAccess(call.asker, call.role, {
        action: 'read-identity',
        entity: { kind: 'person', id: subject.value, version: 0 },
        reason: row === undefined ? 'none held' : '',
      })
      if (row === undefined || row.sealed === null)
        return fail(
          issue(
            'not-found',
            row?.erased === true ? 'the identifying data were erased' : 'no identifying data are held',
            'they are entered by PUT',
          ),
        )
      const person = unsealPerson(personKeys, subject.value, row.key_id, row.sealed)
      return person.ok ? done(person.value) : person
    },
    async 'person.erase'(call) {
      const { rowCount } = await pool.query(
        'UPDATE person SET sealed = NULL, salt = NULL, erased = true WHERE subject = $1 AND NOT erased',
        [call.params.id],
      )
      if (rowCount === 0) return fail(issue('not-found', 'no identifying data are held', 'there is nothing to erase'))
      await store.runAsSystem(
        'person.erase',
        { subject: call.params.id!, by: call.asker.account },
        { entity: { table: 'subject', id: call.params.id! }, writes: [], reason: 'identifying data erased' },
      )
      return done({ erased: true })
    },
  }
}
