// Who and what it is about: subjects by study id, a chain-of-identity id for each therapy event, specimens, the signed selection and its constructs.
import { z } from 'zod'
import type { Place } from '../access/index.ts'
import { fail, issue, ok, type Result } from '../base/index.ts'
import {
  defineCommand,
  existing,
  fileSchema,
  fresh,
  idSchema,
  instantSchema,
  type RecordCommand,
  type RowRef,
  type Rows,
  sha256Schema,
  textSchema,
} from '../record/index.ts'
import { type Coi, makeCoi, parseCoi, showCoi } from './coi.ts'
import { donationNumberSchema, externalIdentitySchema } from './donation-number.ts'

export type SubjectData = { readonly site: string; readonly study: string; readonly enrolled_at: string }
export type TherapyData = {
  readonly subject: string
  readonly product_type: string
  readonly opened_at: string
  /** As others call this therapy (ISBT 128), where they do. */
  readonly external_identity?: string | undefined
}
export type SpecimenData = {
  readonly coi: string
  readonly kind: string
  readonly collected_at: string
  readonly received_at: string
  /** Of the collection (ISBT 128), where the label has one. */
  readonly donation_number?: string | undefined
}
export type SelectionData = {
  readonly coi: string
  readonly receptors: readonly string[]
  readonly evidence_sha256: string
  readonly signed_by: string
}
export type ConstructData = {
  readonly selection: string
  readonly receptor: string
  readonly insert_sha256: string
  /** Cells, wells, neoantigens and variants behind the receptor, as the design's files name them. */
  readonly origin: readonly string[]
  /** The recall that it is in: nothing is made of it. */
  readonly recalled_by?: string | undefined
}

export const coiSchema = z.string().transform((text, context) => {
  const parsed = parseCoi(text)
  if (parsed.ok) return parsed.value
  context.addIssue({ code: 'custom', message: parsed.issue.what })
  return z.NEVER
})

export const placeOfSubject = (rows: Rows, subject: string | undefined): Place => {
  const row = subject === undefined ? undefined : rows.peek<SubjectData>('subject', subject)
  return { site: row?.data.site ?? '', study: row?.data.study ?? '' }
}

/** A therapy and its subject; for `needs`, where rows come in one after another. */
export function therapyPath(coi: string, rows: Rows): readonly RowRef[] {
  const therapy = rows.peek<TherapyData>('therapy', coi)
  return therapy === undefined
    ? [{ table: 'therapy', id: coi }]
    : [
        { table: 'therapy', id: coi },
        { table: 'subject', id: therapy.data.subject },
      ]
}

export const placeOfCoi = (coi: string, rows: Rows): Place => placeOfSubject(rows, rows.peek<TherapyData>('therapy', coi)?.data.subject)

export const identityCommands: readonly RecordCommand[] = [
  defineCommand({
    name: 'subject.enrol',
    path: 'subjects',
    title: 'Enrol a subject by study id',
    action: 'enrol-subject',
    input: z.strictObject({ id: idSchema, site: idSchema, study: idSchema }),
    needs: ({ id }) => ({ rows: [{ table: 'subject', id }] }),
    place: ({ site, study }) => ({ site, study }),
    decide({ id, site, study }, rows, { at }) {
      const unused = fresh(rows, 'subject', id)
      if (!unused.ok) return unused
      const data: SubjectData = { site, study, enrolled_at: at }
      return ok({ entity: { table: 'subject', id }, writes: [{ table: 'subject', id, parent: study, data }], reason: 'enrolled' })
    },
  }),
  defineCommand({
    name: 'therapy.open',
    path: 'subjects/:id/therapies',
    title: 'Give a chain-of-identity id to a therapy event',
    action: 'enrol-subject',
    input: z.strictObject({
      id: idSchema,
      product_type: z.enum(['TCR-T', 'TIL', 'CAR-T']),
      external_identity: externalIdentitySchema.optional(),
    }),
    needs: ({ id }) => ({ rows: [{ table: 'subject', id }] }),
    place: ({ id }, rows) => placeOfSubject(rows, id),
    decide({ id, product_type, external_identity }, rows, { at, random }) {
      const subject = existing<SubjectData>(rows, 'subject', id)
      if (!subject.ok) return subject
      const coi = makeCoi(random)
      const data: TherapyData = {
        subject: id,
        product_type,
        opened_at: at,
        external_identity,
      }
      return ok({
        entity: { table: 'therapy', id: coi },
        writes: [{ table: 'therapy', id: coi, parent: id, data }],
        reason: `identity ${showCoi(coi)} given`,
      })
    },
  }),
  defineCommand({
    name: 'specimen.receive',
    path: 'specimens',
    title: 'Receive tumour, leukapheresis or blood under its identity',
    action: 'record-step',
    input: z.strictObject({
      id: idSchema,
      coi: coiSchema,
      kind: z.enum(['tumour', 'leukapheresis', 'blood']),
      collected_at: instantSchema,
      donation_number: donationNumberSchema.optional(),
    }),
    needs: ({ id, coi }, rows) => ({ rows: [{ table: 'specimen', id }, ...therapyPath(coi, rows)] }),
    place: ({ coi }, rows) => placeOfCoi(coi, rows),
    decide({ id, coi, kind, collected_at, donation_number }, rows, { at }) {
      const unused = fresh(rows, 'specimen', id)
      if (!unused.ok) return unused
      const therapy = existing(rows, 'therapy', coi)
      if (!therapy.ok) return therapy
      if (Date.parse(collected_at) > Date.parse(at))
        return fail(issue('time', `collected at ${collected_at}, which is after now, ${at}`, 'correct the time of collection'))
      const data: SpecimenData = {
        coi,
        kind,
        collected_at,
        received_at: at,
        donation_number,
      }
      return ok({ entity: { table: 'specimen', id }, writes: [{ table: 'specimen', id, parent: coi, data }], reason: `${kind} received` })
    },
  }),
  defineCommand({
    name: 'selection.sign',
    path: 'selections',
    title: 'Sign the choice of receptors',
    action: 'sign-selection',
    meaning: 'approved',
    input: z.strictObject({
      id: idSchema,
      coi: coiSchema,
      receptors: z.array(idSchema).min(1).max(100),
      evidence_sha256: fileSchema,
      reason: textSchema,
    }),
    needs: ({ id, coi }, rows) => ({ rows: [{ table: 'selection', id }, ...therapyPath(coi, rows)] }),
    place: ({ coi }, rows) => placeOfCoi(coi, rows),
    decide({ id, coi, receptors, evidence_sha256, reason }, rows, { actor }) {
      const unused = fresh(rows, 'selection', id)
      if (!unused.ok) return unused
      const therapy = existing(rows, 'therapy', coi)
      if (!therapy.ok) return therapy
      if (new Set(receptors).size !== receptors.length)
        return fail(issue('selection', 'a receptor is named twice', 'name each receptor once'))
      const data: SelectionData = { coi, receptors, evidence_sha256, signed_by: actor.account }
      return ok({ entity: { table: 'selection', id }, writes: [{ table: 'selection', id, parent: coi, data }], reason, files: [] })
    },
  }),
  defineCommand({
    name: 'construct.register',
    path: 'constructs',
    title: 'Register the checked insert of a selected receptor',
    action: 'register-construct',
    input: z.strictObject({
      id: idSchema,
      selection: idSchema,
      receptor: idSchema,
      insert_sha256: sha256Schema,
      origin: z.array(z.string().min(1).max(200)).max(200),
    }),
    needs({ id, selection }, rows) {
      const signed = rows.peek<SelectionData>('selection', selection)
      return {
        rows: [
          { table: 'construct', id },
          { table: 'selection', id: selection },
          ...(signed === undefined ? [] : therapyPath(signed.data.coi, rows)),
        ],
      }
    },
    place: ({ selection }, rows) => placeOfCoi(rows.peek<SelectionData>('selection', selection)?.data.coi ?? '', rows),
    decide({ id, selection, receptor, insert_sha256, origin }, rows) {
      const unused = fresh(rows, 'construct', id)
      if (!unused.ok) return unused
      const signed = existing<SelectionData>(rows, 'selection', selection)
      if (!signed.ok) return signed
      if (!signed.value.data.receptors.includes(receptor))
        return fail(
          issue(
            'construct-selection',
            `the selection ${selection} has no receptor ${receptor}; it has ${signed.value.data.receptors.join(', ')}`,
            'only receptors of a signed selection are built',
          ),
        )
      const data: ConstructData = { selection, receptor, insert_sha256, origin }
      return ok({
        entity: { table: 'construct', id },
        writes: [{ table: 'construct', id, parent: selection, data }],
        reason: `insert ${insert_sha256.slice(0, 12)} of ${receptor}`,
      })
    },
  }),
]

/** The day's end in the site's zone: what expires today may be used today. */
export const endOfDay = (day: string, zone: string): number => Date.parse(`${day}T23:59:59.999${zone}`)
export const zoneSchema = z.string().regex(/^(Z|[+-](0\d|1[0-4]):[0-5]\d)$/, 'a zone such as Z or +01:00')

/** Errors: `coi-mismatch`. */
export function sameCoi(what: string, found: string, expected: string): Result<Coi> {
  return found === expected
    ? ok(expected as Coi)
    : fail(
        issue(
          'coi-mismatch',
          `${what} carries ${showCoi(found as Coi)}, not ${showCoi(expected as Coi)}: donor and recipient are not the same person`,
          'stop: find out which is right before anything else is done',
        ),
      )
}
