// Shapiro & Senapathy splice-site scores, doi:10.1093/nar/15.17.7155; per-cent tables after Zhang 1998 as read in a public implementation (not checked against the papers), 2026-11.
// Rows A, C, G, T.
/** Positions -3 .. +6 around the exon's last base. */
export const DONOR_PERCENT: readonly (readonly number[])[] = [
  [38, 62, 12, 0, 0, 71, 73, 11, 21],
  [31, 10, 4, 0, 0, 2, 6, 6, 10],
  [18, 12, 77, 100, 0, 24, 8, 75, 14],
  [13, 16, 7, 0, 100, 3, 13, 8, 55],
]
/** 17 positions, AG at 14-15 (1-based). */
export const ACCEPTOR_PERCENT: readonly (readonly number[])[] = [
  [15, 14, 13, 11, 10, 10, 11, 12, 13, 11, 10, 26, 7, 100, 0, 26, 24],
  [24, 21, 20, 22, 21, 22, 25, 28, 28, 25, 22, 25, 55, 0, 0, 11, 15],
  [10, 12, 10, 9, 10, 9, 10, 10, 8, 5, 5, 15, 1, 0, 100, 50, 20],
  [51, 53, 57, 58, 59, 59, 54, 50, 51, 59, 63, 33, 37, 0, 0, 13, 41],
]
