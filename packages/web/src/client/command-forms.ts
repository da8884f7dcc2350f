// What the record can be asked to write, each command with its members, out of the interface's own description.
import { type Action, MATRIX, type Role } from '@cognate/core/access'
import type { LotEvent } from '@cognate/core/lot'
import type { WhoAnswer } from './answers.ts'

/** The part of JSON Schema that the record's commands use. */
export interface Schema {
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly string[]
  /** The SHA-256 of a file that is attached. */
  readonly 'x-file'?: boolean
  readonly const?: string
  readonly items?: Schema
  readonly minItems?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
}

export interface CommandForm {
  /** `lot.step` */
  readonly name: string
  /** Below `/api/v1`; `{id}` is what it is about. */
  readonly path: string
  readonly title: string
  readonly schema: Schema
  /** What has happened to the lot afterwards; its state says whether that may be. */
  readonly event: LotEvent | undefined
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly 'x-action'?: Action
  readonly 'x-event'?: LotEvent
  readonly parameters: readonly { readonly name: string }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } }
}

export interface InterfaceDescription {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** By role; the record decides again. */
export const mayDo = ({ roles }: WhoAnswer, action: Action): boolean =>
  roles.some(role => (MATRIX[action] as readonly Role[]).includes(role))

/** The commands of the record that this person may give. Other routes take no Idempotency-Key. */
export const commandForms = ({ paths }: InterfaceDescription, who: WhoAnswer): readonly CommandForm[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).flatMap(
      ({ operationId: name, summary: title, 'x-action': action, 'x-event': event, parameters, requestBody }) =>
        action !== undefined &&
        requestBody !== undefined &&
        parameters.some(parameter => parameter.name === 'Idempotency-Key') &&
        mayDo(who, action)
          ? [{ name, path: path.replace('/api/v1', ''), title, schema: requestBody.content['application/json'].schema, event }]
          : [],
    ),
  )
