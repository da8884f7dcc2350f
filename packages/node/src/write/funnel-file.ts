// `funnel.tsv`: stage, reason, count, example. A stage that runs again replaces its own rows.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FunnelRow } from '@cognate/core/base'
import { columnReader, formatTsv, parseDelimited } from '@cognate/core/format'

const COLUMNS = ['stage', 'reason', 'count', 'example'] as const
/** The flow's order. */
const ORDER = [
  'variants',
  'neoantigens',
  'fusions',
  'splicing',
  'antigens',
  'contigs',
  'cells',
  'hashtags',
  'scores',
  'receptors',
  'screen design',
  'screen read',
  'safety',
  'select',
  'constructs',
]

export function readFunnel(folder: string): readonly FunnelRow[] {
  const path = join(folder, 'funnel.tsv')
  if (!existsSync(path)) return []
  const table = parseDelimited(readFileSync(path, 'utf8'), { delimiter: '\t', required: COLUMNS })
  if (!table.ok) return []
  const get = columnReader(table.value.columns)
  return table.value.rows.map(row => ({
    stage: get(row, 'stage'),
    reason: get(row, 'reason'),
    count: Number(get(row, 'count')),
    example: get(row, 'example'),
  }))
}

export function funnelText(folder: string, rows: readonly FunnelRow[]): string {
  const replaced = new Set(rows.map(row => row.stage))
  const all = [...readFunnel(folder).filter(row => !replaced.has(row.stage)), ...rows]
  all.sort((a, b) => ORDER.indexOf(a.stage) - ORDER.indexOf(b.stage))
  return formatTsv(
    COLUMNS,
    all.map(row => [row.stage, row.reason, row.count, row.example]),
  )
}
