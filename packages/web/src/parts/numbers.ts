// Numbers of tables as people read them; '' stays '', for it is unknown.

/** A share of 0-1 in per cent. */
export const percent = (share = ''): string => (share === '' ? '' : `${(100 * Number(share)).toFixed(0)} %`)

/** A share of so many reads. */
export const ofReads = (share = '', depth = ''): string =>
  depth === '0' ? 'none' : depth === '' ? percent(share) : `${percent(share)} of ${depth}`

/** A percentile, with the digits that tell strong binders apart. */
export const rank = (text: string | number = ''): string => (text === '' ? '' : `${Number(Number(text).toPrecision(2))} %`)

export const figures = (text: string | number = '', digits = 3): string =>
  text === '' ? '' : String(Number(Number(text).toPrecision(digits)))
