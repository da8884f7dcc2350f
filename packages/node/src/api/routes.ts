// Every route of the record's HTTP interface as data: path, method, policy, shape. The server, the OpenAPI document and the tests of roles are made from this table.
import type { Action } from '@cognate/core/access'
import { FHIR_RELEASES, RECORD_COMMANDS } from '@cognate/core/case'
import type { RecordCommand, Table } from '@cognate/core/record'
import { z } from 'zod'
import { CASE_ROUTES } from './case-routes.ts'
import { SIGN_IN_ROUTES } from './sign-in-routes.ts'
import { TRIAL_ROUTES } from './trial-routes.ts'

/** Who may call: anybody (signing in, health), anybody signed in, or a role with the action. */
export type Policy = 'public' | 'session' | { readonly action: Action }

export interface RouteSpec {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/v1`, parameters as `:name`. */
  readonly path: string
  readonly title: string
  readonly policy: Policy
  readonly body?: z.ZodType
  readonly query?: z.ZodType
  /** Bytes of a larger body than others have. */
  readonly bodyMost?: number
  readonly command?: RecordCommand
  /** Counted among authentication: 60 a minute and address. */
  readonly authentication?: boolean
}

/** Resource names of the tables that are read. */
export const RESOURCES: Readonly<Record<string, { readonly table: Table; readonly action: Action }>> = {
  accounts: { table: 'account', action: 'audit' },
  subjects: { table: 'subject', action: 'read-record' },
  therapies: { table: 'therapy', action: 'read-record' },
  specimens: { table: 'specimen', action: 'read-record' },
  selections: { table: 'selection', action: 'read-record' },
  constructs: { table: 'construct', action: 'read-record' },
  templates: { table: 'template', action: 'read-record' },
  donors: { table: 'donor', action: 'read-record' },
  materials: { table: 'material', action: 'read-record' },
  movements: { table: 'movement', action: 'read-record' },
  equipment: { table: 'equipment', action: 'read-record' },
  lots: { table: 'lot', action: 'read-record' },
  steps: { table: 'step', action: 'read-record' },
  results: { table: 'result', action: 'read-record' },
  investigations: { table: 'oos', action: 'read-record' },
  deviations: { table: 'deviation', action: 'read-record' },
  containers: { table: 'container', action: 'read-record' },
  shipments: { table: 'custody', action: 'read-record' },
  orders: { table: 'dose_order', action: 'read-record' },
  scans: { table: 'scan', action: 'read-record' },
  infusions: { table: 'infusion', action: 'read-record' },
  'follow-ups': { table: 'follow_up', action: 'read-record' },
  'recall-cases': { table: 'recall', action: 'decide-quality' },
  stations: { table: 'station', action: 'audit' },
  signatures: { table: 'signature', action: 'read-record' },
}

const personBody = z.strictObject({
  name: z.string().min(1).max(300),
  birth_date: z.iso.date(),
  hospital_number: z.string().min(1).max(100),
})

export const listQuery = z.strictObject({
  parent: z.string().max(80).optional(),
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  /** `COLUMN=VALUE` of the row's data. */
  where: z.string().max(300).optional(),
})
export const eventQuery = z.strictObject({
  after: z.coerce.number().int().min(-1).max(Number.MAX_SAFE_INTEGER).default(-1),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  entity: z.string().max(80).optional(),
})

/** Messages may hold documents. */
const RESULT_FILE_MOST = 16 << 20
/** `columns`: our names to the file's; `mapping`: YAML, for HL7 and FHIR. */
const resultFileBody = z.strictObject({
  text: z.string().min(1).max(RESULT_FILE_MOST),
  columns: z.record(z.string().max(60), z.string().max(200)).default({}),
  mapping: z.string().max(60_000).optional(),
})

const commandRoute = (command: RecordCommand): RouteSpec => ({
  name: command.name,
  method: 'POST',
  path: `/${command.path}`,
  title: command.title,
  policy: { action: command.action },
  body: command.input,
  command,
})

export const ROUTES: readonly RouteSpec[] = [
  ...SIGN_IN_ROUTES,
  ...RECORD_COMMANDS.map(commandRoute),
  ...Object.entries(RESOURCES).flatMap(([name, { table, action }]): RouteSpec[] => [
    { name: `${name}.list`, method: 'GET', path: `/${name}`, title: `List ${name}`, policy: { action }, query: listQuery },
    {
      name: `${name}.show`,
      method: 'GET',
      path: `/${name}/:id`,
      title: `One ${table.replace('_', ' ')} with its versions`,
      policy: { action },
    },
  ]),
  {
    name: 'result.preview',
    method: 'POST',
    path: '/results/preview',
    title:
      'What a laboratory’s file of results (CSV, TSV, HL7 version 2, FHIR R4) would enter, and what of it waits with its reason; nothing is entered',
    policy: { action: 'enter-result' },
    body: resultFileBody,
    bodyMost: RESULT_FILE_MOST,
  },
  {
    name: 'template.examples',
    method: 'GET',
    path: '/template-examples',
    title: 'Batch-record templates that ship as examples, to start one’s own from; most of their numbers are not verified',
    policy: { action: 'read-record' },
  },
  {
    name: 'board',
    method: 'GET',
    path: '/board',
    title: 'Vein to vein: every lot under way, planned against done, what is due next',
    policy: { action: 'read-record' },
  },
  {
    name: 'follow-up.board',
    method: 'GET',
    path: '/follow-up-board',
    title: 'Samples for replication-competent virus: what is due, overdue and done of everybody who was given changed cells',
    policy: { action: 'read-record' },
  },
  {
    name: 'order.given',
    method: 'GET',
    path: '/orders/:id/given',
    title: 'What of an ordered dose was given: share of each container, cells, by receptor, and what is open',
    policy: { action: 'read-record' },
  },
  { name: 'lot.file', method: 'GET', path: '/lots/:id/file', title: 'Everything that belongs to a lot', policy: { action: 'read-record' } },
  {
    name: 'lot.certificate',
    method: 'GET',
    path: '/lots/:id/certificate',
    title: 'Certificate of analysis, as JSON or, by Accept, HTML',
    policy: { action: 'read-record' },
  },
  {
    name: 'lot.fhir',
    method: 'GET',
    path: '/lots/:id/fhir',
    title: 'A lot as a FHIR bundle of R4 or R5',
    policy: { action: 'read-record' },
    query: z.strictObject({ release: z.enum(FHIR_RELEASES).default('R4') }),
  },
  {
    name: 'study.tables',
    method: 'GET',
    path: '/studies/:id/tables',
    title: 'What the record holds of a study, as SDTM rows: EX, EC, BE, BS',
    policy: { action: 'read-record' },
  },
  {
    name: 'container.label-page',
    method: 'GET',
    path: '/containers/:id/label-page',
    title: 'The label that waits to be applied, to be printed',
    policy: { action: 'read-record' },
  },
  {
    name: 'therapy.wristband',
    method: 'GET',
    path: '/therapies/:id/wristband',
    title: 'The wristband of a chain of identity, to be printed',
    policy: { action: 'read-record' },
  },
  {
    name: 'trace',
    method: 'GET',
    path: '/trace/:id',
    title: 'From an item to what went into it and what came out of it',
    policy: { action: 'read-record' },
  },
  {
    name: 'recall.scope',
    method: 'GET',
    path: '/recalls/:id',
    title: 'Everything that an item reached',
    policy: { action: 'read-record' },
  },
  {
    name: 'person.write',
    method: 'PUT',
    path: '/subjects/:id/person',
    title: 'Identifying data of a subject, sealed',
    policy: { action: 'read-identity' },
    body: personBody,
  },
  {
    name: 'person.read',
    method: 'GET',
    path: '/subjects/:id/person',
    title: 'Identifying data of a subject; every look is logged',
    policy: { action: 'read-identity' },
  },
  {
    name: 'person.erase',
    method: 'DELETE',
    path: '/subjects/:id/person',
    title: 'Erase identifying data by law; the log stays verifiable',
    policy: { action: 'configure' },
  },
  {
    name: 'file.write',
    method: 'PUT',
    path: '/files',
    title: 'Store an attachment; answers its SHA-256',
    policy: { action: 'read-record' },
  },
  { name: 'file.read', method: 'GET', path: '/files/:id', title: 'An attachment by its SHA-256', policy: { action: 'read-record' } },
  { name: 'events', method: 'GET', path: '/events', title: 'Events of the record’s log', policy: { action: 'audit' }, query: eventQuery },
  {
    name: 'event.proof',
    method: 'GET',
    path: '/events/:id/proof',
    title: 'Inclusion proof of an event in the newest checkpoint',
    policy: { action: 'audit' },
  },
  ...CASE_ROUTES,
  ...TRIAL_ROUTES,
  { name: 'checkpoint', method: 'GET', path: '/checkpoint', title: 'The newest signed checkpoint', policy: 'session' },
  { name: 'health', method: 'GET', path: '/healthz', title: 'The process answers', policy: 'public' },
  { name: 'ready', method: 'GET', path: '/readyz', title: 'The record can be written, or why not', policy: 'public' },
  { name: 'metrics', method: 'GET', path: '/metrics', title: 'Figures for Prometheus', policy: 'public' },
  { name: 'openapi', method: 'GET', path: '/openapi.json', title: 'This interface as OpenAPI 3.1', policy: 'public' },
]
