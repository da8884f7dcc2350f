// An authenticator in software: it makes passkeys and answers questions as WebAuthn level 3 says a device does, and as a dishonest one might.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { encodeCBOR } from '@levischuck/tiny-cbor'

export interface Question {
  readonly challenge: string
  readonly rp?: { readonly id: string }
  readonly rpId?: string
  readonly allowCredentials?: readonly { readonly id: string }[]
}

/** What it is told to do otherwise. */
export interface Conduct {
  readonly origin?: string
  readonly party?: string
  /** Whether the device checked who holds it. */
  readonly verified?: boolean
  readonly counter?: number
}

const PRESENT = 0x01
const VERIFIED = 0x04
const NEW_KEY = 0x40
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest()

export class SoftwareAuthenticator {
  readonly id = randomBytes(20).toString('base64url')
  readonly #origin: string
  readonly #key: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  counter = 0

  constructor(origin: string) {
    this.#origin = origin
    this.#key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  }

  #clientData(type: string, { challenge }: Question, { origin = this.#origin }: Conduct): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  }

  #data(question: Question, { party, verified = true, counter = ++this.counter }: Conduct, more: Buffer, flags: number): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    const named = party ?? question.rpId ?? question.rp?.id ?? ''
    return Buffer.concat([sha256(named), Buffer.from([PRESENT | (verified ? VERIFIED : 0) | flags]), count, more])
  }

  /** The answer to the question for a new passkey. */
  create(question: Question, conduct: Conduct = {}) {
    const { x, y } = this.#key.publicKey.export({ format: 'jwk' }) as { x: string; y: string }
    const cose = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ])
    const id = Buffer.from(this.id, 'base64url')
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, Buffer.from(encodeCBOR(cose))])
    const authData = new Uint8Array(this.#data(question, { counter: 0, ...conduct }, attested, NEW_KEY))
    const attestation = encodeCBOR(
      new Map<string, string | Map<string, string> | Uint8Array>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    )
    return this.#answer({
      clientDataJSON: this.#clientData('webauthn.create', question, conduct).toString('base64url'),
      attestationObject: Buffer.from(attestation).toString('base64url'),
      transports: ['internal'],
    })
  }

  /** The answer to the question for a proof. */
  get(question: Question, conduct: Conduct = {}) {
    const clientData = this.#clientData('webauthn.get', question, conduct)
    const data = this.#data(question, conduct, Buffer.alloc(0), 0)
    const signature = sign('sha256', Buffer.concat([data, sha256(clientData)]), this.#key.privateKey)
    return this.#answer({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: null,
    })
  }

  #answer(response: object) {
    return { id: this.id, rawId: this.id, type: 'public-key', authenticatorAttachment: 'platform', clientExtensionResults: {}, response }
  }
}
