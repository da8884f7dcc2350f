// What of an ordered dose was given: the share of each container, and the cells, by receptor. Containers of a lot hold one suspension, so the lot's dose lies in them by volume.
import { add, decimalOf, divide, multiply, type Ratio, ratioToNumber, ZERO } from '../base/index.ts'
import { type ContainerData, doseOf, type LotFile, receptorPositive } from '../lot/index.ts'
import type { Row } from '../record/index.ts'
import type { DoseOrderData, InfusionData } from './bedside-commands.ts'
import { type DrugTotal, drugTotals } from './drug-commands.ts'

export interface GivenContainer {
  readonly container: string
  /** Empty: it was not given. */
  readonly infusion: string
  readonly started_at: string
  /** Empty until the end was recorded. */
  readonly stopped_at: string
  readonly minutes: number | undefined
  readonly volume_ml: string
  readonly volume_given_ml: string
  /** Of the container, 0-1; undefined until the end was recorded. */
  readonly fraction: number | undefined
  readonly cells: number | undefined
  readonly why_not_all: string
  readonly reaction: string
  /** From the release of the lot, and from thawing. */
  readonly hours_from_release: number | undefined
  readonly minutes_from_thaw: number | undefined
}

export interface GivenOrder {
  readonly order: string
  readonly lot: string
  readonly subject: string
  readonly cells_ordered: string
  readonly containers: readonly GivenContainer[]
  /** Sum; undefined while something is open. */
  readonly cells: number | undefined
  /** Of them viable and receptor-positive by the lot's tests; undefined where its template does not say how. */
  readonly receptor_positive: number | undefined
  /** By the shares at which the arms were pooled. */
  readonly arms: readonly { readonly receptor: string; readonly share: string; readonly cells: number | undefined }[]
  readonly drugs: readonly DrugTotal[]
  /** What is missing for a number: nothing is assumed for it. */
  readonly open: readonly string[]
}

const between = (from: string, to: string, unit: number): number | undefined =>
  from === '' || to === '' ? undefined : Number(((Date.parse(to) - Date.parse(from)) / unit).toFixed(1))

/** `releasedAt`: RFC 3339; empty when unknown. */
export function givenOrder(
  order: Row<DoseOrderData>,
  file: LotFile,
  infusions: readonly Row<InfusionData>[],
  releasedAt: string,
): GivenOrder {
  const open: string[] = []
  const steps = doseOf(file)
  const dose = steps[0]?.number
  const carrying = receptorPositive(steps)
  if (dose === undefined) open.push('the lot has no result of a dose in cells')
  const byId = new Map(file.containers.map(row => [row.id, row.data]))
  const kinds = new Set(order.data.containers.map(id => byId.get(id)?.kind))
  const filled = file.containers.filter(({ data }) => kinds.has(data.kind)).map(({ data }) => decimalOf(data.volume_ml) ?? ZERO)
  const whole = filled.reduce(add, ZERO)
  let sum: Ratio | undefined = ZERO
  const containers = order.data.containers.map((id): GivenContainer => {
    const held = byId.get(id)
    const infusion = infusions.find(({ data }) => data.order === order.id && data.container === id)
    const cells = cellsOf(id, held, infusion, dose, whole, open)
    sum = sum === undefined || cells === undefined ? undefined : add(sum, cells)
    const end = infusion?.data.end
    const given = decimalOf(end?.volume_given_ml)
    const volume = decimalOf(held?.volume_ml)
    return {
      container: id,
      infusion: infusion?.id ?? '',
      started_at: infusion?.data.started_at ?? '',
      stopped_at: end?.stopped_at ?? '',
      minutes: between(infusion?.data.started_at ?? '', end?.stopped_at ?? '', 60_000),
      volume_ml: held?.volume_ml ?? '',
      volume_given_ml: end?.volume_given_ml ?? '',
      fraction: given === undefined || volume === undefined || volume.over === 0n ? undefined : ratioToNumber(divide(given, volume)),
      cells: cells === undefined ? undefined : Math.round(ratioToNumber(cells)),
      why_not_all: end?.why_not_all ?? '',
      reaction: end?.reaction ?? '',
      hours_from_release: between(releasedAt, infusion?.data.started_at ?? '', 3_600_000),
      minutes_from_thaw: between(end?.thawed_at ?? '', infusion?.data.started_at ?? '', 60_000),
    }
  })
  const total = sum as Ratio | undefined
  const arms = file.lot.arms.map(({ receptor, share }) => {
    const part = decimalOf(share)
    if (part === undefined) open.push(`the share of ${receptor} was not recorded`)
    return {
      receptor,
      share,
      cells: total === undefined || part === undefined ? undefined : Math.round(ratioToNumber(multiply(total, part))),
    }
  })
  return {
    order: order.id,
    lot: file.row.id,
    subject: file.lot.subject,
    cells_ordered: order.data.cells,
    containers,
    cells: total === undefined ? undefined : Math.round(ratioToNumber(total)),
    receptor_positive:
      total === undefined || carrying === undefined || dose === undefined || dose.over === 0n
        ? undefined
        : Math.round(ratioToNumber(divide(multiply(total, carrying), dose))),
    arms,
    drugs: drugTotals(order.data.drugs ?? []),
    open,
  }
}

/** A container that was not given gave nothing; undefined: not known, and `open` says why. */
function cellsOf(
  id: string,
  held: ContainerData | undefined,
  infusion: Row<InfusionData> | undefined,
  dose: Ratio | undefined,
  whole: Ratio,
  open: string[],
): Ratio | undefined {
  if (infusion === undefined) {
    open.push(`${id} was not given`)
    return ZERO
  }
  const { end } = infusion.data
  if (end === undefined) {
    open.push(`the end of ${id} was not recorded`)
    return undefined
  }
  const volume = decimalOf(end.volume_given_ml)
  return held === undefined || dose === undefined || volume === undefined || whole.over === 0n
    ? undefined
    : multiply(dose, divide(volume, whole))
}
