// Passkeys in the browser: the server asks, the device answers after it knew its person. What went wrong is said in words that help.
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser'
import type { Client } from './record-client.ts'

/** Browsers have them under TLS and on localhost. */
export const hasPasskeys = (): boolean => browserSupportsWebAuthn()

/** Was a form sent by the button that has the value `passkey`? */
export const isByPasskey = ({ nativeEvent }: { readonly nativeEvent: Event }): boolean =>
  (nativeEvent as SubmitEvent).submitter?.getAttribute('value') === 'passkey'

const refused = (error: unknown): Result<never, Issue> =>
  fail(
    error instanceof Error && error.name === 'InvalidStateError'
      ? issue('passkey', 'this device has a passkey of yours already', 'use it')
      : issue('passkey', 'no passkey was given: it was cancelled, or took too long', 'try again, or use a one-time code'),
  )

/** Answer of a passkey to what the server asks at `path`. Errors: the server's, `passkey`. */
export async function askPasskey(client: Client, path: string, body: object = {}): Promise<Result<object>> {
  const asked = await client.post<Parameters<typeof startAuthentication>[0]['optionsJSON']>(path, body)
  if (!asked.ok) return asked
  return startAuthentication({ optionsJSON: asked.value }).then(ok, refused)
}

/** Makes a passkey for who proves who they are, and has it kept under a name. Errors: the server's, `passkey`. */
export async function addPasskey(
  client: Client,
  name: string,
  proof: { readonly password: string; readonly code: string },
): Promise<Result<undefined>> {
  const asked = await client.post<Parameters<typeof startRegistration>[0]['optionsJSON']>('/passkeys/question', proof)
  if (!asked.ok) return asked
  const made = await startRegistration({ optionsJSON: asked.value }).then(ok, refused)
  return made.ok ? client.post<undefined>('/passkeys', { name, passkey: made.value }) : made
}
