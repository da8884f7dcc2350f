// Routes of the read-out of a trial: which trials there are, a data cut made, and what it shows.
import { z } from 'zod'
import { tableQuery } from './case-routes.ts'
import type { RouteSpec } from './routes.ts'

/** `cut`: another data cut than TRIAL.yaml's. */
export const readOutBody = z.strictObject({ cut: z.iso.date().optional() })

const read = { action: 'read-trial' } as const
const READ_OUT = '/trials/:id/read-outs/:cut'

export const TRIAL_ROUTES: readonly RouteSpec[] = [
  { name: 'trial.list', method: 'GET', path: '/trials', title: 'Trials of the server’s folder with their data cuts', policy: read },
  {
    name: 'trial.cut',
    method: 'POST',
    path: '/trials/:id/read-outs',
    title: 'Make the read-out of a trial at a data cut',
    policy: { action: 'cut-data' },
    body: readOutBody,
  },
  { name: 'trial.show', method: 'GET', path: READ_OUT, title: 'A read-out: headlines, what could not be used, files', policy: read },
  {
    name: 'trial.table',
    method: 'GET',
    path: `${READ_OUT}/tables/:table`,
    title: 'A page of a table of a read-out',
    policy: read,
    query: tableQuery,
  },
  { name: 'trial.file', method: 'GET', path: `${READ_OUT}/files/:file`, title: 'A file of a read-out', policy: read },
  { name: 'trial.figure', method: 'GET', path: `${READ_OUT}/figures/:figure`, title: 'A picture of a read-out as SVG', policy: read },
]
