// A value as it is said.
/** Words and plain numbers have no unit to say. */
export const withUnit = (value: string, unit: string): string => (unit === 'text' || unit === '1' ? value : `${value} ${unit}`)
