// issues.tsv: rows that could not be used, where they stand, and what to do about each.
import type { Issue } from '@cognate/core/base'
import { formatTsv } from '@cognate/core/format'

export const issueTable = (issues: readonly Issue[]): string =>
  formatTsv(
    ['code', 'file', 'line', 'what', 'remedy'],
    issues.map(one => [one.code, one.file, one.line, one.what, one.remedy]),
  )
