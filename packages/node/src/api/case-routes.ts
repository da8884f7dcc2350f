// Routes of the design half: cases, their results and runs, and the presentation models. Files are computed by `cognate run`; nothing here writes to the record.
import { z } from 'zod'
import type { RouteSpec } from './routes.ts'

export const presentBody = z.strictObject({
  peptides: z.array(z.string().min(1).max(40)).min(1).max(500),
  /** As anybody writes them. */
  alleles: z.array(z.string().min(1).max(60)).min(1).max(60),
  class: z.enum(['I', 'II', 'auto']).default('auto'),
  /** Of so few pairs, which residues drive the score. */
  effects: z.boolean().default(false),
})

export const tableQuery = z.strictObject({
  search: z.string().max(200).default(''),
  column: z.string().max(80).default(''),
  equals: z.string().max(200).default(''),
  sort: z.string().max(80).default(''),
  descending: z.enum(['true', 'false']).default('false'),
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

/** As `cognate screen design` takes them. */
export const designBody = z.strictObject({
  effectors: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/))
    .min(1)
    .max(60),
  top: z.int().min(1).max(2000).default(150),
  per_construct: z.int().min(1).max(24).default(12),
  replicates: z.int().min(1).max(12).default(3),
  plate: z.enum(['24', '96', '384']).default('96'),
  /** 0: no pools of peptides. */
  pool_size: z.int().min(0).max(100).default(0),
})

const read = { action: 'read-case' } as const
const run = { action: 'run-case' } as const

export const CASE_ROUTES: readonly RouteSpec[] = [
  { name: 'case.list', method: 'GET', path: '/cases', title: 'Cases of the server’s folder, and how far each has come', policy: read },
  {
    name: 'case.compare',
    method: 'GET',
    path: '/cohort',
    title: 'Cases side by side: pairs that look like one person, and mutated sequences that patients share',
    policy: read,
  },
  { name: 'case.show', method: 'GET', path: '/cases/:id', title: 'One case: stages, funnel, caveats, files', policy: read },
  {
    name: 'case.table',
    method: 'GET',
    path: '/cases/:id/tables/:table',
    title: 'A page of a table that a stage wrote',
    policy: read,
    query: tableQuery,
  },
  { name: 'case.file', method: 'GET', path: '/cases/:id/files/:file', title: 'A file that a stage wrote', policy: read },
  { name: 'case.figure', method: 'GET', path: '/cases/:id/figures/:figure', title: 'A picture of a case as SVG', policy: read },
  {
    name: 'case.handover',
    method: 'GET',
    path: '/cases/:id/handover',
    title: 'What the case chose and built, checked against itself, as the record takes it',
    policy: read,
  },
  {
    name: 'case.run',
    method: 'POST',
    path: '/cases/:id/runs',
    title: 'Run a case; stages that did not change are not run again',
    policy: run,
  },
  { name: 'case.stop', method: 'DELETE', path: '/cases/:id/runs', title: 'Stop the run of a case; finished stages stay', policy: run },
  { name: 'case.progress', method: 'GET', path: '/cases/:id/progress', title: 'What a run says, line by line until it ends', policy: read },
  {
    name: 'case.design',
    method: 'POST',
    path: '/cases/:id/screen-designs',
    title: 'Design the plates that test receptors against the case’s neoantigens',
    policy: run,
    body: designBody,
  },
  {
    name: 'present',
    method: 'POST',
    path: '/present',
    title: 'Peptides × alleles: scores and percentiles',
    policy: read,
    body: presentBody,
  },
  { name: 'motif', method: 'GET', path: '/motifs/:id', title: 'What an allele presents, as a logo', policy: read },
]
