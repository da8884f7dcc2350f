// The secrets of registered stations: a code that is typed at the computer once, then a token that its browser or its command line keeps. Only hashes are here.
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import type pg from 'pg'
import { hashText } from '../store/command-request.ts'
import type { Clock } from '../store/record-clock.ts'
import { typedSecret } from './secret.ts'

const CODE_MS = 7 * 86_400_000

export class Stations {
  readonly #pool: pg.Pool
  readonly #clock: Clock

  constructor(pool: pg.Pool, clock: Clock) {
    this.#pool = pool
    this.#clock = clock
  }

  /** A new code; whatever computer was this station before is it no more. */
  async begin(station: string): Promise<string> {
    const code = typedSecret(16)
    await this.#pool.query(
      `INSERT INTO station_key (station, code_sha256, code_until) VALUES ($1, $2, $3)
       ON CONFLICT (station) DO UPDATE SET code_sha256 = excluded.code_sha256, code_until = excluded.code_until, token_sha256 = NULL`,
      [station, hashText(code), new Date(this.#clock.now() + CODE_MS)],
    )
    await this.#endSessions(station)
    return code
  }

  /** The token of the computer at which the code was typed. Errors: `station-code`. */
  async bind(station: string, code: string): Promise<Result<string, Issue>> {
    const token = typedSecret(32)
    const { rowCount } = await this.#pool.query(
      'UPDATE station_key SET token_sha256 = $3, code_sha256 = NULL WHERE station = $1 AND code_sha256 = $2 AND code_until > $4',
      [station, hashText(code), hashText(token), new Date(this.#clock.now())],
    )
    return rowCount === 1
      ? ok(token)
      : fail(issue('station-code', 'the code is wrong, used or too old', 'have the administrator register the station anew'))
  }

  /** Which station a token is of. */
  async of(token: string | undefined): Promise<string | undefined> {
    if (token === undefined) return undefined
    const { rows } = await this.#pool.query<{ station: string }>('SELECT station FROM station_key WHERE token_sha256 = $1', [
      hashText(token),
    ])
    return rows[0]?.station
  }

  async end(station: string): Promise<void> {
    await this.#pool.query('DELETE FROM station_key WHERE station = $1', [station])
    await this.#endSessions(station)
  }

  async #endSessions(station: string): Promise<void> {
    await this.#pool.query('DELETE FROM session WHERE registered AND station = $1', [station])
  }
}
