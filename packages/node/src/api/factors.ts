// Second factors of everybody, with when each last proved to work and when it is due for a test.
import type pg from 'pg'
import { TOTP_STEP_S } from './credentials.ts'

/** A second factor that nobody proved for so long is due for a test (21 CFR 11.300(e)); the site's procedure may say sooner. */
const FACTOR_TEST_DAYS = 90

/** A second factor of somebody, and when it last proved to work. */
export interface FactorLine {
  readonly account: string
  readonly name: string
  readonly factor: string
  /** RFC 3339. */
  readonly tested_at: string
  readonly due_at: string
  readonly overdue: boolean
  readonly recovery_codes_left: number
}

/** The second factors of all active accounts, the longest untested first. Every use is a test: the answer was right, and a passkey's counter went on. */
export async function factorsOf(pool: pg.Pool, now: number): Promise<readonly FactorLine[]> {
  const { rows } = await pool.query<{ account: string; name: string; factor: string; tested_at: Date; left: number }>(
    `WITH active AS (
       SELECT id, data FROM (SELECT DISTINCT ON (id) id, data FROM account ORDER BY id, version DESC) AS newest WHERE data ->> 'status' = 'active'
     )
     SELECT a.id AS account, a.data ->> 'name' AS name, f.factor, f.tested_at, cardinality(c.recovery_hashes) AS left
     FROM active AS a JOIN credential AS c ON c.account = a.id
     CROSS JOIN LATERAL (
       SELECT 'one-time code' AS factor, to_timestamp(c.totp_last_step * ${TOTP_STEP_S}) AS tested_at WHERE c.totp_secret IS NOT NULL
       UNION ALL SELECT 'passkey ' || p.name, coalesce(p.used_at, p.created_at) FROM passkey AS p WHERE p.account = a.id
     ) AS f ORDER BY f.tested_at, a.id`,
  )
  return rows.map(({ account, name, factor, tested_at, left }) => {
    const due = tested_at.getTime() + FACTOR_TEST_DAYS * 86_400_000
    return {
      account,
      name,
      factor,
      tested_at: tested_at.toISOString(),
      due_at: new Date(due).toISOString(),
      overdue: due < now,
      recovery_codes_left: left,
    }
  })
}
