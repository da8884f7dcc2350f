// Proofs of identity: passwords by Argon2id, one-time codes by RFC 6238, recovery codes, passkeys (passkeys.ts); sessions and step-up tokens of which only hashes are stored; lockout that counts every failure. Whole in one file: one class over the four tables of proofs.
import { timingSafeEqual } from 'node:crypto'
import type { Meaning } from '@cognate/core/audit'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import type { AccountData } from '@cognate/core/record'
import { type Algorithm, hash, verify } from '@node-rs/argon2'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { Secret, TOTP } from 'otpauth'
import type pg from 'pg'
import { hashText } from '../store/command-request.ts'
import type { Clock } from '../store/record-clock.ts'
import { type OriginOf, Passkeys, type Purpose } from './passkeys.ts'
import { checkPassword, PASSWORD_MOST } from './password-rules.ts'
import { typedSecret } from './secret.ts'
import { Stations } from './stations.ts'

/** Memory in KiB, passes, lanes (OWASP's advice is less; not verified against a standard). A hash with others is made anew at sign-in. */
const ARGON = { algorithm: 2 as Algorithm.Argon2id, memoryCost: 64 * 1024, timeCost: 3, parallelism: 1 } as const
export const SESSION_IDLE_MS = 15 * 60_000
export const SESSION_MOST_MS = 12 * 3_600_000
const STEP_UP_MS = 5 * 60_000
const ENROLMENT_MS = 7 * 86_400_000
const FAILURES_MOST = 5
const FAILURE_WINDOW_MS = 15 * 60_000
const LOCK_MS = 15 * 60_000
const LOCK_MOST_MS = 24 * 3_600_000
export const TOTP_STEP_S = 30

export interface CredentialOptions {
  readonly clock: Clock
  /** Cheaper hashing; for tests only. */
  readonly argon?: { readonly memoryCost: number; readonly timeCost: number }
  /** Passwords known to be in circulation. */
  readonly breached?: ReadonlySet<string>
  readonly originOf?: OriginOf | undefined
}

/** What proves a person beside the password: a one-time code or a recovery code, or a passkey. */
export interface SecondFactor {
  readonly code?: string | undefined
  readonly passkey?: AuthenticationResponseJSON | undefined
}

/** A registered station by its id, or what a client calls where it is. */
export interface StationName {
  readonly name: string
  readonly registered: boolean
}

export interface Session {
  readonly account: string
  /** SHA-256 of the token. */
  readonly id: string
  readonly factors: readonly string[]
  readonly station: string
  /** The station is one that is registered, and not what somebody called it. */
  readonly registered: boolean
  readonly signed: boolean
  readonly csrf: string
}

interface CredentialRow {
  readonly password_hash: string | null
  readonly totp_secret: Buffer | null
  readonly totp_last_step: string
  readonly recovery_hashes: readonly string[]
  readonly enrolment_officer_sha256: string | null
  readonly enrolment_administrator_sha256: string | null
  readonly enrolment_until: Date | null
}

export interface Enrolment {
  /** `otpauth://…` for an authenticator. */
  readonly uri: string
  readonly secret: string
  readonly recovery: readonly string[]
}

const token = (): string => typedSecret(32)

/** Constant in time for texts of one length. */
const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

const refused = (): Result<never, Issue> =>
  fail(issue('sign-in', 'account, password or code is wrong', 'try again; after five failures the account is locked for a while'))

export class Credentials {
  readonly passkeys: Passkeys
  readonly stations: Stations
  readonly #pool: pg.Pool
  readonly #options: CredentialOptions
  readonly #argon: { readonly algorithm: Algorithm; readonly memoryCost: number; readonly timeCost: number; readonly parallelism: number }
  /** Verified where no account is, so that both answers take the same time. */
  readonly #nobody: Promise<string>

  constructor(pool: pg.Pool, options: CredentialOptions) {
    this.#pool = pool
    this.#options = options
    this.#argon = { ...ARGON, ...options.argon }
    this.#nobody = hash(token(), this.#argon)
    this.passkeys = new Passkeys(pool, options.clock, options.originOf ?? (() => undefined))
    this.stations = new Stations(pool, options.clock)
  }

  #now(): number {
    return this.#options.clock.now()
  }

  async #row(account: string): Promise<CredentialRow | undefined> {
    const { rows } = await this.#pool.query<CredentialRow>('SELECT * FROM credential WHERE account = $1', [account])
    return rows[0]
  }

  // ---- enrolment: two halves of a code, one from the proposer, one from the applier

  /** A new half of an enrolment code; the password before is void when both are there. */
  async beginEnrolment(account: string, half: 'officer' | 'administrator'): Promise<string> {
    const code = typedSecret(16)
    const column = `enrolment_${half}_sha256`
    await this.#pool.query(
      `INSERT INTO credential (account, ${column}, enrolment_until) VALUES ($1, $2, $3)
       ON CONFLICT (account) DO UPDATE SET ${column} = excluded.${column}, enrolment_until = excluded.enrolment_until`,
      [account, hashText(code), new Date(this.#now() + ENROLMENT_MS)],
    )
    return code
  }

  /** Sets password and second factor with both halves. Errors: `enrolment`, `password`. */
  async enrol(account: string, officerCode: string, administratorCode: string, password: string): Promise<Result<Enrolment, Issue>> {
    const locked = await this.#locked(account)
    if (locked !== undefined) return locked
    const row = await this.#row(account)
    const good =
      row?.enrolment_officer_sha256 != null &&
      row.enrolment_administrator_sha256 !== null &&
      (row.enrolment_until?.getTime() ?? 0) > this.#now() &&
      same(row.enrolment_officer_sha256, hashText(officerCode)) &&
      same(row.enrolment_administrator_sha256, hashText(administratorCode))
    if (!good) {
      await this.#failed(account)
      return fail(
        issue('enrolment', 'the enrolment codes are wrong, used or too old', 'ask security officer and administrator, each has one half'),
      )
    }
    const fit = checkPassword(account, password, this.#options.breached)
    if (!fit.ok) return fit
    const secret = new Secret({ size: 20 })
    const recovery = Array.from({ length: 10 }, () => typedSecret(16))
    await this.#pool.query(
      'UPDATE credential SET password_hash = $2, totp_secret = $3, totp_last_step = 0, recovery_hashes = $4 WHERE account = $1',
      [account, await hash(password, this.#argon), Buffer.from(secret.bytes), recovery.map(code => hashText(code))],
    )
    await this.passkeys.removeAll(account)
    return ok({ uri: this.#totp(account, secret).toString(), secret: secret.base32, recovery })
  }

  /** The first code shows that the authenticator works; then the enrolment codes are void. Errors: `enrolment`. */
  async confirmEnrolment(account: string, officerCode: string, administratorCode: string, code: string): Promise<Result<undefined, Issue>> {
    const row = await this.#row(account)
    const wrong = fail(issue('enrolment', 'the code does not fit, or the enrolment was not begun', 'check the clock of the authenticator'))
    if (row === undefined || row.enrolment_officer_sha256 === null || row.enrolment_administrator_sha256 === null) return wrong
    if (
      !same(row.enrolment_officer_sha256, hashText(officerCode)) ||
      !same(row.enrolment_administrator_sha256, hashText(administratorCode))
    )
      return wrong
    if (!(await this.#useCode(account, row, code))) return wrong
    await this.#pool.query(
      'UPDATE credential SET enrolment_officer_sha256 = NULL, enrolment_administrator_sha256 = NULL, enrolment_until = NULL WHERE account = $1',
      [account],
    )
    return ok(undefined)
  }

  /** The old password and a code prove the person; every other session of theirs ends. Errors: `signature-refused`, `locked`, `password`. */
  async changePassword(session: Session, current: string, code: string, password: string): Promise<Result<undefined, Issue>> {
    const proven = await this.prove(session, current, code)
    if (!proven.ok) return proven
    const fit = checkPassword(session.account, password, this.#options.breached)
    if (!fit.ok) return fit
    await this.#pool.query('UPDATE credential SET password_hash = $2 WHERE account = $1', [
      session.account,
      await hash(password, this.#argon),
    ])
    await this.#endOthers(session)
    return ok(undefined)
  }

  /** Password and code of who is signed in already; a failure counts. Errors: `signature-refused`, `locked`. */
  async prove(session: Session, password: string, code: string): Promise<Result<undefined, Issue>> {
    const locked = await this.#locked(session.account)
    if (locked !== undefined) return locked
    const row = await this.#row(session.account)
    if (row !== undefined && (await this.#passwordFits(row, password)) && (await this.#useCode(session.account, row, code)))
      return ok(undefined)
    await this.#failed(session.account)
    return fail(issue('signature-refused', 'the password or the code is wrong', 'give the password that holds now, and a new code'))
  }

  // ---- one-time codes

  #totp(account: string, secret: Secret): TOTP {
    return new TOTP({ issuer: 'Cognate', label: account, secret, algorithm: 'SHA1', digits: 6, period: TOTP_STEP_S })
  }

  /** One step of drift; each code once. A recovery code is used up. */
  async #useCode(account: string, row: CredentialRow, code: string): Promise<boolean> {
    const recovery = hashText(code)
    if (row.recovery_hashes.some(held => same(held, recovery))) {
      const { rowCount } = await this.#pool.query(
        'UPDATE credential SET recovery_hashes = array_remove(recovery_hashes, $2) WHERE account = $1 AND $2 = ANY(recovery_hashes)',
        [account, recovery],
      )
      return rowCount === 1
    }
    if (row.totp_secret === null || !/^\d{6}$/.test(code)) return false
    const bytes = new Uint8Array(row.totp_secret)
    const delta = this.#totp(account, new Secret({ buffer: bytes.buffer })).validate({ token: code, timestamp: this.#now(), window: 1 })
    if (delta === null) return false
    const step = Math.floor(this.#now() / 1000 / TOTP_STEP_S) + delta
    const { rowCount } = await this.#pool.query('UPDATE credential SET totp_last_step = $2 WHERE account = $1 AND totp_last_step < $2', [
      account,
      step,
    ])
    return rowCount === 1
  }

  /** Which factor proved the person; undefined: none did. */
  async #secondFactor(account: string, row: CredentialRow, { code, passkey }: SecondFactor, purpose: Purpose): Promise<string | undefined> {
    if (passkey !== undefined) return (await this.passkeys.proves(account, purpose, passkey)) ? 'passkey' : undefined
    return code !== undefined && (await this.#useCode(account, row, code)) ? 'one-time code' : undefined
  }

  async #passwordFits(row: CredentialRow | undefined, password: string): Promise<boolean> {
    const held = row?.password_hash ?? undefined
    const fits = await verify(held ?? (await this.#nobody), password.slice(0, 4 * PASSWORD_MOST)).catch(() => false)
    return fits && held !== undefined
  }

  // ---- failures

  async #locked(account: string): Promise<Result<never, Issue> | undefined> {
    const { rows } = await this.#pool.query<{ locked_until: Date | null }>('SELECT locked_until FROM throttle WHERE subject = $1', [
      account,
    ])
    const until = rows[0]?.locked_until?.getTime() ?? 0
    if (until <= this.#now()) return undefined
    const seconds = Math.ceil((until - this.#now()) / 1000)
    return fail({
      ...issue('locked', 'too many failures: this account is locked for a while', `try again in ${seconds} s`),
      retry_after: seconds,
    } as Issue)
  }

  /** Counts, and locks at the fifth failure within the window: 15 minutes, doubled each time, a day at most. */
  async #failed(account: string): Promise<void> {
    const now = new Date(this.#now())
    await this.#pool.query(
      `INSERT INTO throttle (subject, failures, since) VALUES ($1, 1, $2)
       ON CONFLICT (subject) DO UPDATE SET
         failures = CASE WHEN throttle.since < $3 THEN 1 ELSE throttle.failures + 1 END,
         since = CASE WHEN throttle.since < $3 THEN $2 ELSE throttle.since END`,
      [account, now, new Date(now.getTime() - FAILURE_WINDOW_MS)],
    )
    const { rows } = await this.#pool.query<{ failures: number; locks: number }>(
      'SELECT failures, locks FROM throttle WHERE subject = $1',
      [account],
    )
    const held = rows[0]
    if (held !== undefined && held.failures >= FAILURES_MOST) {
      const lock = Math.min(LOCK_MS * 2 ** held.locks, LOCK_MOST_MS)
      await this.#pool.query('UPDATE throttle SET failures = 0, since = $2, locked_until = $3, locks = locks + 1 WHERE subject = $1', [
        account,
        now,
        new Date(now.getTime() + lock),
      ])
    }
  }

  // ---- sessions

  /** Password and a second factor. Known and unknown accounts answer alike. Errors: `sign-in`, `locked`. */
  async signIn(
    account: string,
    password: string,
    second: SecondFactor,
    { name, registered }: StationName,
  ): Promise<Result<{ readonly token: string; readonly csrf: string; readonly session: string }, Issue>> {
    const locked = await this.#locked(account)
    if (locked !== undefined) return locked
    const row = await this.#row(account)
    const fits = await this.#passwordFits(row, password)
    const enrolling = row?.enrolment_officer_sha256 != null && row.enrolment_administrator_sha256 !== null
    const factor = !fits || row === undefined || enrolling ? undefined : await this.#secondFactor(account, row, second, { for: 'sign-in' })
    if (row === undefined || factor === undefined) {
      await this.#failed(account)
      return refused()
    }
    await this.#pool.query('DELETE FROM throttle WHERE subject = $1', [account])
    const parameters = /\$m=(\d+),t=(\d+)/.exec(row.password_hash!)
    if (Number(parameters?.[1]) !== this.#argon.memoryCost || Number(parameters?.[2]) !== this.#argon.timeCost)
      await this.#pool.query('UPDATE credential SET password_hash = $2 WHERE account = $1', [account, await hash(password, this.#argon)])
    const made = { token: token(), csrf: token() }
    const now = new Date(this.#now())
    await this.#pool.query(
      'INSERT INTO session (token_sha256, csrf_sha256, account, factors, station, registered, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)',
      [hashText(made.token), hashText(made.csrf), account, ['password', factor], name, registered, now],
    )
    return ok({ ...made, session: hashText(made.token) })
  }

  /** The session of a token with its account as it is now, or undefined: ended, idle for 15 minutes, older than 12 hours, or carried away from its station. */
  async session(
    tokenText: string,
    stationToken: string | undefined,
  ): Promise<{ readonly session: Session; readonly account: AccountData } | undefined> {
    const id = hashText(tokenText)
    const { rows } = await this.#pool.query<{
      account: string
      csrf_sha256: string
      factors: string[]
      station: string
      registered: boolean
      here: string | null
      signed: boolean
      created_at: Date
      seen_at: Date
      data: AccountData
    }>({
      name: 'session',
      text: `SELECT s.account, s.csrf_sha256, s.factors, s.station, s.registered, s.signed, s.created_at, s.seen_at, a.data,
               (SELECT k.station FROM station_key AS k WHERE k.token_sha256 = $2) AS here
             FROM session AS s CROSS JOIN LATERAL (SELECT data FROM account AS n WHERE n.id = s.account ORDER BY n.version DESC LIMIT 1) AS a
             WHERE s.token_sha256 = $1`,
      values: [id, stationToken === undefined ? '' : hashText(stationToken)],
    })
    const row = rows[0]
    if (row === undefined) return undefined
    const now = this.#now()
    if (
      now - row.seen_at.getTime() > SESSION_IDLE_MS ||
      now - row.created_at.getTime() > SESSION_MOST_MS ||
      (row.registered && row.here !== row.station)
    ) {
      await this.#pool.query('DELETE FROM session WHERE token_sha256 = $1', [id])
      return undefined
    }
    if (now - row.seen_at.getTime() > 30_000)
      await this.#pool.query('UPDATE session SET seen_at = $2 WHERE token_sha256 = $1', [id, new Date(now)])
    const { account, factors, station, registered, signed, csrf_sha256: csrf } = row
    return { session: { account, id, factors, station, registered, signed, csrf }, account: row.data }
  }

  csrfFits(session: Session, given: string | undefined): boolean {
    return given !== undefined && same(session.csrf, hashText(given))
  }

  /** Sessions of an account that have not ended, the newest first. */
  async sessionsOf(
    account: string,
  ): Promise<readonly { readonly id: string; readonly station: string; readonly created_at: Date; readonly seen_at: Date }[]> {
    const now = this.#now()
    const { rows } = await this.#pool.query<{ id: string; station: string; created_at: Date; seen_at: Date }>(
      'SELECT token_sha256 AS id, station, created_at, seen_at FROM session WHERE account = $1 AND seen_at >= $2 AND created_at >= $3 ORDER BY created_at DESC',
      [account, new Date(now - SESSION_IDLE_MS), new Date(now - SESSION_MOST_MS)],
    )
    return rows
  }

  async #endOthers({ account, id }: Session): Promise<void> {
    await this.#pool.query('DELETE FROM session WHERE account = $1 AND token_sha256 <> $2', [account, id])
  }

  /** All sessions of the person but this one, who proves to be them. Errors: `signature-refused`, `locked`. */
  async endOtherSessions(session: Session, password: string, code: string): Promise<Result<undefined, Issue>> {
    const proven = await this.prove(session, password, code)
    if (proven.ok) await this.#endOthers(session)
    return proven
  }

  async endSession(id: string): Promise<void> {
    await this.#pool.query('DELETE FROM session WHERE token_sha256 = $1', [id])
  }

  /** All sessions of an account: on a change of roles, a new enrolment, or disabling. */
  async endSessionsOf(account: string): Promise<void> {
    await this.#pool.query('DELETE FROM session WHERE account = $1', [account])
  }

  // ---- step-up: a proof for one signature

  /** The first signing of a session takes the password and a second factor, later ones at least one of them (21 CFR 11.200(a)(1)(i)). Errors: `signature-refused`, `locked`. */
  async stepUp(
    session: Session,
    shownSha256: string,
    meaning: Meaning,
    password: string | undefined,
    second: SecondFactor,
  ): Promise<Result<{ readonly token: string; readonly until: string }, Issue>> {
    const locked = await this.#locked(session.account)
    if (locked !== undefined) return locked
    const needed = session.signed
      ? 'password, code or passkey'
      : 'password and code, or password and passkey: it is the first signature of this session'
    const wrong = () => fail(issue('signature-refused', 'the signer could not be proven', `give ${needed}`))
    const given = [password, second.code ?? second.passkey].filter(one => one !== undefined).length
    if (given < (session.signed ? 1 : 2)) return wrong()
    const row = await this.#row(session.account)
    const methods: string[] = []
    if (password !== undefined && (await this.#passwordFits(row, password))) methods.push('password')
    const purpose: Purpose = { for: 'signature', session: session.id, shownSha256, meaning }
    const factor = row === undefined ? undefined : await this.#secondFactor(session.account, row, second, purpose)
    if (factor !== undefined) methods.push(factor)
    if (methods.length < given) {
      await this.#failed(session.account)
      return wrong()
    }
    if (!session.signed) await this.#pool.query('UPDATE session SET signed = true WHERE token_sha256 = $1', [session.id])
    return ok(await this.mintStepUp(session.id, shownSha256, meaning, methods.join(' and ')))
  }

  /** The token itself, after the proof. */
  async mintStepUp(
    session: string,
    shownSha256: string,
    meaning: string,
    method: string,
  ): Promise<{ readonly token: string; readonly until: string }> {
    const made = token()
    const until = new Date(this.#now() + STEP_UP_MS)
    await this.#pool.query(
      'INSERT INTO step_up (token_sha256, session_sha256, shown_sha256, meaning, method, until) VALUES ($1, $2, $3, $4, $5, $6)',
      [hashText(made), session, shownSha256, meaning, method, until],
    )
    return { token: made, until: until.toISOString() }
  }

  /** Forgets what is over: sessions, tokens, kept answers of yesterday. */
  async sweep(): Promise<void> {
    const now = this.#now()
    await this.#pool.query('DELETE FROM session WHERE seen_at < $1 OR created_at < $2', [
      new Date(now - SESSION_IDLE_MS),
      new Date(now - SESSION_MOST_MS),
    ])
    await this.#pool.query('DELETE FROM step_up WHERE until < $1', [new Date(now)])
    await this.passkeys.sweep()
    await this.#pool.query('DELETE FROM idempotency WHERE at < $1', [new Date(now - 86_400_000)])
  }
}
