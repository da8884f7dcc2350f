import { Secret, TOTP } from 'otpauth'
import { expect } from 'vitest'
import { oracle, readData } from '../../../../test/oracle.ts'

oracle('one-time codes equal RFC 6238’s own', () => {
  const { rows } = JSON.parse(readData('clinical/security/totp_rfc6238.json')) as {
    rows: { algorithm: string; secret_ascii: string; time: number; step: number; digits: number; code: string }[]
  }
  expect(rows).toHaveLength(18)
  expect(
    rows.map(row =>
      new TOTP({
        secret: Secret.fromUTF8(row.secret_ascii),
        algorithm: row.algorithm.toUpperCase(),
        digits: row.digits,
        period: row.step,
      }).generate({ timestamp: row.time * 1000 }),
    ),
  ).toEqual(rows.map(row => row.code))
})
