// thimble's table of V/CDR3/J rows and its output (stitchr, JamieHeather/stitchr, MIT; doi:10.1093/nar/gkac190). Quotes are dropped, short rows padded, columns exact.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

export interface ThimbleRow {
  readonly line: number
  readonly name: string
  /** As written. */
  readonly cells: readonly string[]
  /** First chain is alpha (or gamma), second beta (or delta). */
  readonly chains: readonly [ThimbleChain, ThimbleChain]
  readonly linker: string
  readonly linkOrder: string
}

export interface ThimbleChain {
  readonly v: string
  readonly j: string
  readonly cdr3: string
  readonly c: string
  readonly leader: string
  readonly fivePrime: string
  readonly threePrime: string
}

export const thimbleColumns = (first: string, second: string): readonly string[] => [
  'TCR_name',
  `${first}V`,
  `${first}J`,
  `${first}_CDR3`,
  `${second}V`,
  `${second}J`,
  `${second}_CDR3`,
  `${first}C`,
  `${second}C`,
  `${first}_leader`,
  `${second}_leader`,
  'Linker',
  'Link_order',
  `${first}_5_prime_seq`,
  `${first}_3_prime_seq`,
  `${second}_5_prime_seq`,
  `${second}_3_prime_seq`,
]

export const thimbleOutputColumns = (first: string, second: string): readonly string[] => [
  'TCR_name',
  `${first}_nt`,
  `${second}_nt`,
  `${first}_aa`,
  `${second}_aa`,
  `${first}V`,
  `${first}J`,
  `${first}_CDR3`,
  `${second}V`,
  `${second}J`,
  `${second}_CDR3`,
  `${first}C`,
  `${second}C`,
  `${first}_leader`,
  `${second}_leader`,
  'Linker',
  'Link_order',
  `${first}_5_prime_seq`,
  `${first}_3_prime_seq`,
  `${second}_5_prime_seq`,
  `${second}_3_prime_seq`,
  'Linked_nt',
  'Linked_aa',
  'Warnings/Errors',
]

export interface ThimbleHeader {
  readonly loci: readonly ['TRA', 'TRB'] | readonly ['TRG', 'TRD']
}

/** Errors: `thimble-header` (columns missing or extra). */
export function parseThimbleHeader(line: string): Result<ThimbleHeader, Issue> {
  const cells = line.replace(/[\r\n"]/g, '').split('\t')
  for (const loci of [
    ['TRA', 'TRB'],
    ['TRG', 'TRD'],
  ] as const) {
    const wanted = thimbleColumns(loci[0], loci[1])
    if (wanted.length === cells.length && wanted.every((name, i) => cells[i] === name)) return ok({ loci })
  }
  return fail(
    issue(
      'thimble-header',
      `the header is "${cells.slice(0, 6).join(' ')} …"`,
      `the columns are ${thimbleColumns('TRA', 'TRB').join(' ')}`,
      1,
    ),
  )
}

export function parseThimbleLine(text: string, line: number): ThimbleRow {
  const cells = (text.includes('"') || text.includes('\r') ? text.replace(/["\r]/g, '') : text).split('\t')
  const at = (i: number) => (cells[i] ?? '').toUpperCase()
  return {
    line,
    name: cells[0] ?? '',
    cells,
    chains: [
      { v: at(1), j: at(2), cdr3: at(3), c: at(7), leader: at(9), fivePrime: at(13), threePrime: at(14) },
      { v: at(4), j: at(5), cdr3: at(6), c: at(8), leader: at(10), fivePrime: at(15), threePrime: at(16) },
    ],
    linker: at(11),
    linkOrder: at(12),
  }
}
