// Second factors and when each is due for a test. Every use is one; what nobody uses has to be looked at.

/** A second factor that nobody proved for so long is due for a test (21 CFR 11.300(e)); the site's procedure may say sooner. */
export const FACTOR_TEST_DAYS = 90

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
