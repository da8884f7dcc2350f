// Identifying data apart from everything else: sealed by AES-256-GCM with a key outside the database. The log holds salted hashes, so that an erasure by law removes value and salt
// and leaves the log verifiable.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { writeDurably } from '../store/signer.ts'

export interface Person {
  readonly name: string
  readonly birth_date: string
  readonly hospital_number: string
}

const IV_BYTES = 12
const TAG_BYTES = 16

export interface PersonKeys {
  readonly current: string
  readonly byId: ReadonlyMap<string, Buffer>
}

/** Keys of `folder/person.keys`: one `ID HEX` a line, the last is used for new data; made at first use. Rotation: add a line, write each person again. */
export function openPersonKeys(folder: string): PersonKeys {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'person.keys')
  if (!existsSync(file)) writeDurably(file, `1 ${randomBytes(32).toString('hex')}\n`)
  const byId = new Map(
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line): [string, Buffer] => {
        const [id = '', hex = ''] = line.trim().split(/\s+/)
        return [id, Buffer.from(hex, 'hex')]
      }),
  )
  return { current: [...byId.keys()].at(-1)!, byId }
}

export function sealPerson(keys: PersonKeys, subject: string, person: Person): { readonly keyId: string; readonly sealed: Buffer } {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keys.byId.get(keys.current)!, iv)
  // bound to the subject: a sealed value moved to another row does not open
  cipher.setAAD(Buffer.from(subject))
  const body = Buffer.concat([cipher.update(JSON.stringify(person), 'utf8'), cipher.final()])
  return { keyId: keys.current, sealed: Buffer.concat([iv, cipher.getAuthTag(), body]) }
}

/** Errors: `person-sealed`: the key is missing, or the value is not what was sealed for this subject. */
export function unsealPerson(keys: PersonKeys, subject: string, keyId: string, sealed: Buffer): Result<Person, Issue> {
  const key = keys.byId.get(keyId)
  if (key === undefined) return fail(issue('person-sealed', `the key ${keyId} is not there`, 'put it back from its backup'))
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES))
    decipher.setAAD(Buffer.from(subject))
    decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    return ok(
      JSON.parse(Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')) as Person,
    )
  } catch {
    return fail(
      issue('person-sealed', `the identifying data of ${subject} are damaged or of another subject`, 'put them back from a backup'),
    )
  }
}

/** What the log may hold of a value. */
export const saltedHash = (salt: Buffer, value: string): string => createHash('sha256').update(salt).update(value, 'utf8').digest('hex')
