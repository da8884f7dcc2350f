// Both shipped predictors, opened once per process.
import { type Issue, ok, type Result } from '@cognate/core/base'
import { type Predictor, type Predictors, withUnsettledAlleles } from '@cognate/core/presentation'
import { must } from '../cli/exit.ts'
import { openClass1Predictor } from './class1-predictor.ts'
import { openClass2Predictor } from './class2-predictor.ts'

export interface ShippedPredictors extends Predictors {
  readonly II: Predictor
}

let opened: ShippedPredictors | undefined

/** The class II model is read when it is first asked for. Errors: `model-missing`, `model-format`, `kernel-missing`. */
export function openPredictors(): Result<ShippedPredictors, Issue> {
  if (opened !== undefined) return ok(opened)
  const one = openClass1Predictor()
  if (!one.ok) return one
  let two: Predictor | undefined
  opened = {
    I: withUnsettledAlleles(one.value),
    get II() {
      two ??= withUnsettledAlleles(must(openClass2Predictor()))
      return two
    },
  }
  return ok(opened)
}
