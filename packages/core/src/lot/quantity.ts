// Results against limits: exact decimals, an explicit "the limit itself passes", signs that censor, and unit conversions only by a named rule with every input present.
import {
  compareRatios,
  divide,
  multiply,
  ok,
  parseDecimal,
  type Ratio,
  type Result,
  ratioText,
  ratioToNumber,
  refuse,
} from '../base/index.ts'

export interface Limit {
  readonly unit: string
  /** Decimal texts; null where there is none. */
  readonly low: string | null
  readonly high: string | null
  /** Does a value equal to the limit pass? Public tables differ: > 70 % and ≥ 70 % are both in use. */
  readonly limitPasses: boolean
  /** The one text that passes, where the result is words. */
  readonly textLimit: string | null
}

/** A limit as batch templates write it; a step's parameter has no words that pass. */
interface TemplateLimit {
  readonly unit: string
  readonly low: string | null
  readonly high: string | null
  readonly limit_passes: boolean
  readonly text_limit?: string | null
}

export const limitOf = ({ unit, low, high, limit_passes, text_limit = null }: TemplateLimit): Limit => ({
  unit,
  low,
  high,
  limitPasses: limit_passes,
  textLimit: text_limit,
})

/** The words that pass, or `≥ 2 and ≤ 25 Cel`: a sign that includes the limit where the limit itself passes; empty where there is none. */
export function limitText(of: TemplateLimit): string {
  const { unit, low, high, limitPasses, textLimit } = limitOf(of)
  if (textLimit !== null) return textLimit
  if (low === null && high === null) return ''
  const withUnit = (text: string) => (unit === '1' ? text : `${text} ${unit}`)
  if (low === high) return withUnit(low!)
  const [above, below] = limitPasses ? ['≥', '≤'] : ['>', '<']
  return withUnit([low === null ? [] : `${above} ${low}`, high === null ? [] : `${below} ${high}`].flat().join(' and '))
}

/** A value as typed: `<0.25` is below the detection limit, `>2000` above the range. */
export interface Reading {
  readonly sign: '' | '<' | '>'
  readonly value: Ratio
}

export type Verdict = 'pass' | 'fail' | 'indeterminate'

/** Errors: `decimal`: a comma, a thousands mark, words. */
export function parseReading(text: string): Result<Reading> {
  const match = /^\s*([<>]?)\s*(\S+)\s*$/.exec(text)
  const value = parseDecimal(match?.[2] ?? text)
  return value.ok ? ok({ sign: (match?.[1] ?? '') as Reading['sign'], value: value.value }) : value
}

/** A decimal that a schema has let through; another text is a bug. */
export const typedDecimal = (text: string): Ratio => {
  const parsed = parseDecimal(text)
  if (!parsed.ok) throw new Error(`${text} passed a schema and is no decimal`)
  return parsed.value
}

/** `<x` against a lower limit, and `>x` against an upper one, say nothing: indeterminate, not a pass. */
export function judgeReading(reading: Reading, limit: Limit): Verdict {
  const against = (bound: string | null, side: 'low' | 'high'): Verdict => {
    if (bound === null) return 'pass'
    const order = compareRatios(reading.value, typedDecimal(bound)) * (side === 'low' ? 1 : -1)
    // order > 0: inside. A censored value lies strictly beyond what is written.
    const inward = side === 'low' ? '>' : '<'
    if (reading.sign === inward) return order >= 0 ? 'pass' : 'indeterminate'
    if (reading.sign !== '') return order <= 0 ? 'fail' : 'indeterminate'
    return order > 0 || (order === 0 && limit.limitPasses) ? 'pass' : 'fail'
  }
  const verdicts = [against(limit.low, 'low'), against(limit.high, 'high')]
  return verdicts.includes('fail') ? 'fail' : verdicts.includes('indeterminate') ? 'indeterminate' : 'pass'
}

export const CONVERSION_INPUTS = ['dose_volume_ml', 'body_weight_kg', 'transduced_fraction', 'wild_type_pg_ml'] as const
/** What conversions may need; decimals as typed. */
export type ConversionInputs = { readonly [name in (typeof CONVERSION_INPUTS)[number]]?: string | undefined }

interface ConversionRule {
  readonly from: string
  readonly to: string
  readonly needs: readonly (keyof ConversionInputs)[]
  readonly says: string
  readonly convert: (value: Ratio, inputs: (name: keyof ConversionInputs) => Ratio) => Ratio
  /** What stands beside the result. */
  readonly beside?: (inputs: (name: keyof ConversionInputs) => Ratio) => string
  /** Why a divisor of 0 passes without a number; without it 0 is refused. */
  readonly overZero?: string
}

/** What a share of transduced cells leads to expect by Poisson's law: mean copies over all cells, and over transduced ones. */
export function poissonCopies(transducedFraction: number): { readonly mean: number; readonly perTransduced: number } {
  const mean = -Math.log(1 - transducedFraction)
  return { mean, perTransduced: mean / transducedFraction }
}

/** Every conversion there is. 0.5 EU/mL × 400 mL / 70 kg = 2.857 EU/kg. */
export const CONVERSIONS: readonly ConversionRule[] = [
  {
    from: 'EU/mL',
    to: 'EU/kg',
    needs: ['dose_volume_ml', 'body_weight_kg'],
    says: 'EU/mL × dose volume in mL / body weight in kg',
    convert: (value, input) => divide(multiply(value, input('dose_volume_ml')), input('body_weight_kg')),
  },
  {
    from: 'copies per cell',
    to: 'copies per transduced cell',
    needs: ['transduced_fraction'],
    says: 'copies per cell / transduced fraction',
    convert: (value, input) => divide(value, input('transduced_fraction')),
    beside: input => {
      const fraction = ratioToNumber(input('transduced_fraction'))
      return fraction < 1 ? `Poisson’s law expects ${poissonCopies(fraction).perTransduced.toFixed(2)}` : ''
    },
  },
  {
    from: 'pg/mL',
    to: 'ratio',
    needs: ['wild_type_pg_ml'],
    says: 'pg/mL with the mutant / pg/mL with the wild type',
    convert: (value, input) => divide(value, input('wild_type_pg_ml')),
    overZero: 'no fold over a wild type of 0: the absolute limit decides alone',
  },
]

export interface Converted {
  /** Undefined: a rule lets it pass without a number; `basis` says why. */
  readonly reading: Reading | undefined
  /** The rule in words with its numbers; empty where the unit is the limit's own. */
  readonly basis: string
}

/** Errors: `unit` (no rule leads from one to the other), `conversion-input` (an input is missing or not above 0). */
export function convertReading(reading: Reading, unit: string, to: string, inputs: ConversionInputs): Result<Converted> {
  if (unit === to) return ok({ reading, basis: '' })
  const rule = CONVERSIONS.find(rule => rule.from === unit && rule.to === to)
  if (rule === undefined)
    return refuse(
      'unit',
      `no rule converts "${unit}" to "${to}"`,
      `give the result in ${to}${CONVERSIONS.filter(rule => rule.to === to)
        .map(rule => ` or ${rule.from}`)
        .join('')}`,
    )
  const values = new Map<keyof ConversionInputs, Ratio>()
  for (const name of rule.needs) {
    const text = inputs[name]
    if (text === undefined || text === '')
      return refuse('conversion-input', `conversion needs ${name}`, `give ${name}; the result is kept as reported and undecided until then`)
    const value = parseDecimal(text)
    if (!value.ok) return value
    if (value.value.over < 0n || (value.value.over === 0n && rule.overZero === undefined))
      return refuse('conversion-input', `${name} is not above 0`, `check ${name}`)
    if (name.endsWith('_fraction') && value.value.over > value.value.under)
      return refuse('conversion-input', `${name} is ${text}, above 1`, 'write a fraction, such as 0.4 for 40 %')
    values.set(name, value.value)
  }
  const input = (name: keyof ConversionInputs) => values.get(name)!
  const by = `${rule.says} (${rule.needs.map(name => `${name} ${inputs[name]}`).join(', ')})`
  // only what was measured above 0 is more than a 0
  if (rule.needs.some(name => input(name).over === 0n)) {
    if (reading.value.over > 0n && reading.sign !== '<') return ok({ reading: undefined, basis: `${by}; ${rule.overZero}` })
    return refuse('conversion-input', `${rule.needs[0]} is 0 and so may be the result`, 'give both with numbers above the detection limit')
  }
  const beside = rule.beside?.(input) ?? ''
  return ok({ reading: { sign: reading.sign, value: rule.convert(reading.value, input) }, basis: beside === '' ? by : `${by}; ${beside}` })
}

/** Verdict of a result as typed, with the value in the limit's unit. `specification`: every limit of the lot's release. Errors: those of `parseReading` and `convertReading`; `text-result` where words are expected. */
export function judgeResult(
  raw: string,
  unit: string,
  limit: Limit,
  inputs: ConversionInputs,
  specification: readonly TemplateLimit[] = [],
): Result<{ readonly verdict: Verdict; readonly value: string; readonly basis: string }> {
  if (limit.textLimit !== null) {
    const said = raw.trim().replace(/\s+/g, ' ')
    if (said === '') return refuse('text-result', 'the result is empty', `"${limit.textLimit}" is what passes`)
    return ok({ verdict: said.toLowerCase() === limit.textLimit.toLowerCase() ? 'pass' : 'fail', value: said, basis: '' })
  }
  const reading = parseReading(raw)
  if (!reading.ok) return reading
  const converted = convertReading(reading.value, unit, limit.unit, inputs)
  if (!converted.ok) return converted
  const { reading: found, basis } = converted.value
  if (found === undefined) {
    if (specification.some(one => one.unit === unit && one.low !== null)) return ok({ verdict: 'pass', value: '', basis })
    return refuse(
      'conversion-input',
      `${basis}, and the specification has none in ${unit}`,
      `add a release test with a lower limit in ${unit}`,
    )
  }
  return ok({ verdict: judgeReading(found, limit), value: `${found.sign}${ratioText(found.value)}`, basis })
}
