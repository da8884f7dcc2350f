// Routes of set-up, enrolment, stations, sessions, signatures and passkeys.
import { MEANINGS } from '@cognate/core/audit'
import { z } from 'zod'
import type { RouteSpec } from './routes.ts'

const secret = z.string().min(1).max(1024)
const account = z.string().min(1).max(80)
const toSign = { shown_sha256: z.string().regex(/^[0-9a-f]{64}$/), meaning: z.enum(MEANINGS) }
const halves = { account, officer_code: secret, administrator_code: secret }

/** What a browser answers to a question of WebAuthn; what it means the verifier judges. */
const encoded = z.string().max(8192)
const passkeyAnswer = z.strictObject({
  id: z.string().min(1).max(1400),
  rawId: z.string().min(1).max(1400),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish(),
  clientExtensionResults: z.record(z.string().max(60), z.json()).default({}),
  response: z.strictObject({
    clientDataJSON: encoded,
    attestationObject: encoded.optional(),
    authenticatorData: encoded.optional(),
    signature: encoded.optional(),
    userHandle: encoded.nullish(),
    transports: z.array(z.string().max(40)).max(10).optional(),
    publicKeyAlgorithm: z.number().optional(),
    publicKey: encoded.nullish(),
  }),
})

const bodies = {
  setup: z.strictObject({
    token: secret,
    site: z.string().min(1).max(80),
    studies: z.array(z.string().min(1).max(80)).min(1).max(100),
    officer: z.strictObject({ id: account, name: z.string().min(1).max(200) }),
    administrator: z.strictObject({ id: account, name: z.string().min(1).max(200) }),
  }),
  enrol: z.strictObject({ ...halves, password: secret }),
  confirm: z.strictObject({ ...halves, code: secret }),
  signIn: z
    .strictObject({
      account,
      password: secret,
      code: secret.optional(),
      passkey: passkeyAnswer.optional(),
      station: z.string().max(80).default(''),
    })
    .refine(({ code, passkey }) => (code === undefined) !== (passkey === undefined), 'give a code or a passkey, one of them'),
  sign: z.strictObject({
    ...toSign,
    password: secret.optional(),
    code: secret.optional(),
    passkey: passkeyAnswer.optional(),
  }),
  toSign: z.strictObject(toSign),
  empty: z.strictObject({}),
  station: z.strictObject({ station: account, code: secret }),
  passkey: z.strictObject({ name: z.string().min(1).max(80), passkey: passkeyAnswer }),
  password: z.strictObject({ current: secret, code: secret, password: secret }),
  proof: z.strictObject({ password: secret, code: secret }),
} as const

export const SIGN_IN_ROUTES: readonly RouteSpec[] = [
  {
    name: 'setup',
    method: 'POST',
    path: '/setup',
    title: 'Make the first security officer and administrator with the one-time link',
    policy: 'public',
    body: bodies.setup,
    authentication: true,
  },
  {
    name: 'enrolment',
    method: 'POST',
    path: '/enrolments',
    title: 'Set password and second factor with both halves of the enrolment code',
    policy: 'public',
    body: bodies.enrol,
    authentication: true,
  },
  {
    name: 'enrolment.confirm',
    method: 'POST',
    path: '/enrolments/confirmation',
    title: 'Confirm the second factor by its first code',
    policy: 'public',
    body: bodies.confirm,
    authentication: true,
  },
  {
    name: 'session.begin',
    method: 'POST',
    path: '/sessions',
    title: 'Sign in',
    policy: 'public',
    body: bodies.signIn,
    authentication: true,
  },
  {
    name: 'station.here',
    method: 'GET',
    path: '/station',
    title: 'Which registered station this computer is',
    policy: 'public',
  },
  {
    name: 'station.bind',
    method: 'POST',
    path: '/stations/binding',
    title: 'Make this computer the station whose code is typed at it',
    policy: 'public',
    body: bodies.station,
    authentication: true,
  },
  { name: 'session.show', method: 'GET', path: '/session', title: 'Who is signed in', policy: 'session' },
  { name: 'session.end', method: 'DELETE', path: '/session', title: 'Sign out', policy: 'session' },
  { name: 'session.list', method: 'GET', path: '/sessions', title: 'One’s own sessions that have not ended', policy: 'session' },
  {
    name: 'session.end-others',
    method: 'POST',
    path: '/sessions/others/ending',
    title: 'End one’s own other sessions',
    policy: 'session',
    body: bodies.proof,
    authentication: true,
  },
  {
    name: 'password.change',
    method: 'POST',
    path: '/password',
    title: 'Change one’s own password; other sessions end',
    policy: 'session',
    body: bodies.password,
    authentication: true,
  },
  {
    name: 'signature',
    method: 'POST',
    path: '/signatures',
    title: 'Prove again to be the signer, for one signature of what was shown',
    policy: 'session',
    body: bodies.sign,
    authentication: true,
  },
  {
    name: 'session.ask-passkey',
    method: 'POST',
    path: '/sessions/passkey-question',
    title: 'A question to a passkey, for signing in',
    policy: 'public',
    body: bodies.empty,
    authentication: true,
  },
  {
    name: 'signature.ask-passkey',
    method: 'POST',
    path: '/signatures/passkey-question',
    title: 'A question to a passkey, for one signature of what was shown',
    policy: 'session',
    body: bodies.toSign,
    authentication: true,
  },
  {
    name: 'factor.list',
    method: 'GET',
    path: '/factors',
    title: 'Second factors of all active accounts, when each last proved to work, and when it is due for a test',
    policy: { action: 'propose-account' },
  },
  { name: 'passkey.list', method: 'GET', path: '/passkeys', title: 'One’s own passkeys', policy: 'session' },
  {
    name: 'passkey.ask',
    method: 'POST',
    path: '/passkeys/question',
    title: 'Ask the browser for a new passkey, after proving again who one is',
    policy: 'session',
    body: bodies.proof,
    authentication: true,
  },
  {
    name: 'passkey.add',
    method: 'POST',
    path: '/passkeys',
    title: 'Keep the new passkey’s public half',
    policy: 'session',
    body: bodies.passkey,
    authentication: true,
  },
  { name: 'passkey.remove', method: 'DELETE', path: '/passkeys/:id', title: 'Remove one of one’s own passkeys', policy: 'session' },
  {
    name: 'enrolment.renew-officer',
    method: 'POST',
    path: '/accounts/:id/enrolment-officer',
    title: 'Give the officer’s half of a new enrolment code',
    policy: { action: 'propose-account' },
    body: bodies.empty,
  },
  {
    name: 'enrolment.renew-administrator',
    method: 'POST',
    path: '/accounts/:id/enrolment-administrator',
    title: 'Give the administrator’s half of a new enrolment code',
    policy: { action: 'apply-account' },
    body: bodies.empty,
  },
]
