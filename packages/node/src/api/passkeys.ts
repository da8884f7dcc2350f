// Passkeys (WebAuthn level 3): a key pair that never leaves the person's device, used after the device knew them by finger, face or PIN; what is kept here is the public half. Each question is
// asked once, for one purpose, and is good for five minutes.
import { randomBytes } from 'node:crypto'
import type { Meaning } from '@cognate/core/audit'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type pg from 'pg'
import { hashText } from '../store/command-request.ts'
import type { Clock } from '../store/record-clock.ts'

export const CHALLENGE_MS = 5 * 60_000
/** ASVS V6.7.2 asks for 8 at least. */
const CHALLENGE_BYTES = 32
const PASSKEYS_MOST = 10
/** EdDSA, ES256, RS256 (COSE): what devices have and Node verifies without an experiment. */
const ALGORITHMS = [-8, -7, -257]

/** Where people reach the web app, `https://record.hospital.example`: passkeys are bound to its name. Undefined: no address is known to which they could be. */
export type OriginOf = () => string | undefined

/** What a question is asked for; an answer to another purpose is none. */
export type Purpose =
  | { readonly for: 'sign-in' }
  | { readonly for: 'registration'; readonly session: string }
  | { readonly for: 'signature'; readonly session: string; readonly shownSha256: string; readonly meaning: Meaning }

const purposeText = (purpose: Purpose): string =>
  purpose.for === 'sign-in'
    ? purpose.for
    : purpose.for === 'registration'
      ? `${purpose.for} ${purpose.session}`
      : `${purpose.for} ${purpose.session} ${purpose.shownSha256} ${purpose.meaning}`

interface PasskeyRow {
  readonly id: string
  readonly account: string
  readonly public_key: Buffer
  readonly counter: string
  readonly transports: string[]
}

export interface PasskeyLine {
  readonly id: string
  readonly name: string
  /** Copied between the person's devices by their provider, or in one device alone. */
  readonly synced: boolean
  readonly created_at: Date
  readonly used_at: Date | null
}

export class Passkeys {
  readonly #pool: pg.Pool
  readonly #clock: Clock
  readonly #originOf: OriginOf

  constructor(pool: pg.Pool, clock: Clock, originOf: OriginOf) {
    this.#pool = pool
    this.#clock = clock
    this.#originOf = originOf
  }

  /** Errors: `passkeys-off`. */
  #party(): Result<{ readonly id: string; readonly origin: string }, Issue> {
    const origin = this.#originOf()
    return origin === undefined
      ? fail(
          issue(
            'passkeys-off',
            'the server does not know the address that passkeys would be bound to',
            'start it with --origin https://NAME',
          ),
        )
      : ok({ id: new URL(origin).hostname, origin })
  }

  async #challenge(purpose: Purpose): Promise<Uint8Array<ArrayBuffer>> {
    const challenge = new Uint8Array(randomBytes(CHALLENGE_BYTES))
    await this.#pool.query('INSERT INTO challenge (challenge_sha256, purpose, until) VALUES ($1, $2, $3)', [
      hashText(Buffer.from(challenge).toString('base64url')),
      purposeText(purpose),
      new Date(this.#clock.now() + CHALLENGE_MS),
    ])
    return challenge
  }

  /** Uses a challenge up; whether it was asked, for this purpose, and is not too old. */
  async #wasAsked(challenge: string, purpose: Purpose): Promise<boolean> {
    const { rows } = await this.#pool.query<{ purpose: string; until: Date }>(
      'DELETE FROM challenge WHERE challenge_sha256 = $1 RETURNING purpose, until',
      [hashText(challenge)],
    )
    return rows[0]?.purpose === purposeText(purpose) && rows[0].until.getTime() > this.#clock.now()
  }

  async #rowsOf(account: string): Promise<readonly PasskeyRow[]> {
    return (await this.#pool.query<PasskeyRow>('SELECT * FROM passkey WHERE account = $1 ORDER BY created_at', [account])).rows
  }

  /** What the browser needs to make a passkey for somebody who has proven who they are. Errors: `passkeys-off`, `passkeys-most`. */
  async askRegistration(account: string, name: string, session: string): Promise<Result<object, Issue>> {
    const party = this.#party()
    if (!party.ok) return party
    const known = await this.#rowsOf(account)
    if (known.length >= PASSKEYS_MOST)
      return fail(issue('passkeys-most', `there are ${known.length} passkeys`, 'remove one that is not used'))
    return ok(
      await generateRegistrationOptions({
        rpName: 'Cognate',
        rpID: party.value.id,
        userName: account,
        userDisplayName: name,
        userID: new TextEncoder().encode(account),
        challenge: await this.#challenge({ for: 'registration', session }),
        supportedAlgorithmIDs: ALGORITHMS,
        excludeCredentials: known.map(({ id, transports }) => ({ id, transports })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      }),
    )
  }

  /** Errors: `passkeys-off`, `passkey`. */
  async register(account: string, session: string, name: string, response: RegistrationResponseJSON): Promise<Result<undefined, Issue>> {
    const party = this.#party()
    if (!party.ok) return party
    const verified = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge => this.#wasAsked(challenge, { for: 'registration', session }),
      expectedOrigin: party.value.origin,
      expectedRPID: party.value.id,
      supportedAlgorithmIDs: ALGORITHMS,
      requireUserVerification: true,
    }).catch(() => ({ verified: false as const }))
    if (!verified.verified)
      return fail(
        issue('passkey', 'what the browser sent does not prove a new passkey', 'begin again, and let the device check who you are'),
      )
    const { credential, credentialBackedUp } = verified.registrationInfo
    const { rowCount } = await this.#pool.query(
      `INSERT INTO passkey (id, account, name, public_key, counter, transports, synced, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (id) DO NOTHING`,
      [
        credential.id,
        account,
        name,
        Buffer.from(credential.publicKey),
        credential.counter,
        response.response.transports ?? [],
        credentialBackedUp,
        new Date(this.#clock.now()),
      ],
    )
    return rowCount === 1 ? ok(undefined) : fail(issue('passkey', 'this passkey is known already', 'use it'))
  }

  async list(account: string): Promise<readonly PasskeyLine[]> {
    const { rows } = await this.#pool.query<PasskeyLine>(
      'SELECT id, name, synced, created_at, used_at FROM passkey WHERE account = $1 ORDER BY created_at',
      [account],
    )
    return rows
  }

  /** Errors: `not-found`. */
  async remove(account: string, id: string): Promise<Result<undefined, Issue>> {
    const { rowCount } = await this.#pool.query('DELETE FROM passkey WHERE account = $1 AND id = $2', [account, id])
    return rowCount === 1 ? ok(undefined) : fail(issue('not-found', 'you have no such passkey', 'see the list of your passkeys'))
  }

  /** All of an account: a new enrolment ends them. */
  async removeAll(account: string): Promise<void> {
    await this.#pool.query('DELETE FROM passkey WHERE account = $1', [account])
  }

  /** What the browser needs to ask for a proof. Whoever signs in is not named, so that nothing is told of who has passkeys. Errors: `passkeys-off`. */
  async ask(purpose: Exclude<Purpose, { readonly for: 'registration' }>, account?: string): Promise<Result<object, Issue>> {
    const party = this.#party()
    if (!party.ok) return party
    const known = account === undefined ? [] : await this.#rowsOf(account)
    return ok(
      await generateAuthenticationOptions({
        rpID: party.value.id,
        challenge: await this.#challenge(purpose),
        allowCredentials: known.map(({ id, transports }) => ({ id, transports })),
        userVerification: 'required',
      }),
    )
  }

  /** Does the answer prove that this account's person was known by a device of theirs, for this purpose and now? */
  async proves(account: string, purpose: Purpose, response: AuthenticationResponseJSON): Promise<boolean> {
    const party = this.#party()
    const row = (await this.#rowsOf(account)).find(({ id }) => id === response.id)
    if (!party.ok || row === undefined) return false
    const verified = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge => this.#wasAsked(challenge, purpose),
      expectedOrigin: party.value.origin,
      expectedRPID: party.value.id,
      requireUserVerification: true,
      credential: { id: row.id, publicKey: new Uint8Array(row.public_key), counter: Number(row.counter) },
    }).catch(() => undefined)
    if (verified?.verified !== true) return false
    // a device that counts counts upwards: a copy of it does not know how far
    const { rowCount } = await this.#pool.query(
      'UPDATE passkey SET counter = $2, used_at = $3 WHERE id = $1 AND (counter < $2 OR $2 = 0)',
      [row.id, verified.authenticationInfo.newCounter, new Date(this.#clock.now())],
    )
    return rowCount === 1
  }

  /** Forgets questions that nobody answered. */
  async sweep(): Promise<void> {
    await this.#pool.query('DELETE FROM challenge WHERE until < $1', [new Date(this.#clock.now())])
  }
}
