// Second factors of everybody, with when each last proved to work and when it is due for a test.
import { FACTOR_TEST_DAYS, type FactorLine } from '@cognate/core/record'
import type pg from 'pg'
import { TOTP_STEP_S } from './credentials.ts'

/** The second factors of all active accounts, the longest untested first. Every use is a test: the answer was right, and a passkey's counter went on. */
export async function factorsOf(pool: pg.Pool, now: number): Promise<readonly FactorLine[]> {
  const { rows } = await pool.query<Omit<FactorLine, 'tested_at' | 'due_at' | 'overdue'> & { readonly tested_at: Date }>(
    `WITH active AS (
       SELECT id, data FROM (SELECT DISTINCT ON (id) id, data FROM account ORDER BY id, version DESC) AS newest WHERE data ->> 'status' = 'active'
     )
     SELECT a.id AS account, a.data ->> 'name' AS name, f.factor, f.tested_at, cardinality(c.recovery_hashes) AS recovery_codes_left
     FROM active AS a JOIN credential AS c ON c.account = a.id
     CROSS JOIN LATERAL (
       SELECT 'one-time code' AS factor, to_timestamp(c.totp_last_step * ${TOTP_STEP_S}) AS tested_at WHERE c.totp_secret IS NOT NULL
       UNION ALL SELECT 'passkey ' || p.name, coalesce(p.used_at, p.created_at) FROM passkey AS p WHERE p.account = a.id
     ) AS f ORDER BY f.tested_at, a.id`,
  )
  return rows.map(row => {
    const due = row.tested_at.getTime() + FACTOR_TEST_DAYS * 86_400_000
    return { ...row, tested_at: row.tested_at.toISOString(), due_at: new Date(due).toISOString(), overdue: due < now }
  })
}
