// What the routes answer that the screens show; rows as the record keeps them.
import type { Role } from '@cognate/core/access'
import type {
  BatchTemplate,
  BoardLine,
  ContainerData,
  CustodyData,
  DeviationData,
  LotData,
  OosData,
  ResultData,
  StepData,
} from '@cognate/core/lot'
import type { Row } from '@cognate/core/record'

export interface WhoAnswer {
  readonly account: string
  readonly name: string
  readonly roles: readonly Role[]
  /** The sign-in before this one, and what was refused since. */
  readonly before?: { readonly signed_in_at: string; readonly refused: number }
  /** Whoever sits at the computer: there are no accounts and no record. */
  readonly local?: boolean
}

export interface BoardAnswer {
  /** RFC 3339. */
  readonly now: string
  readonly lots: readonly BoardLine[]
}

export interface LotAnswer {
  readonly lot: Row<LotData>
  /** Of the lot and of the vectors in it. */
  readonly holds: readonly string[]
  readonly template: BatchTemplate
  readonly steps: readonly Row<StepData>[]
  readonly results: readonly Row<ResultData>[]
  readonly investigations: readonly Row<OosData>[]
  readonly deviations: readonly Row<DeviationData>[]
  readonly containers: readonly Row<ContainerData>[]
  readonly shipments: readonly Row<CustodyData>[]
}

export interface TraceHop {
  /** `kind:id`. */
  readonly node: string
  readonly version: number | null
  readonly event_index: number | null
}

export interface TraceAnswer {
  readonly start: string
  readonly from: readonly TraceHop[]
  readonly into: readonly TraceHop[]
}
