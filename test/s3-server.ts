// A store of objects as S3 has it, in memory: what a program asks is answered only where AWS's own signer makes the same signature of it.
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignatureV4 } from '@smithy/signature-v4'

export const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const REGION = 'eu-central-1'
/** Keys of a list at a time: a list of more is read in parts. */
const PAGE = 3

class Sha256 {
  readonly secret: Uint8Array | undefined
  data: Buffer = Buffer.alloc(0)
  constructor(secret?: unknown) {
    this.secret = secret === undefined ? undefined : Buffer.from(secret as Uint8Array)
  }
  update(more: string | Uint8Array) {
    this.data = Buffer.concat([this.data, Buffer.from(more as Uint8Array)])
  }
  async digest() {
    return Uint8Array.from(
      (this.secret === undefined ? createHash('sha256') : createHmac('sha256', this.secret)).update(this.data).digest(),
    )
  }
  reset() {
    this.data = Buffer.alloc(0)
  }
}

async function isSigned(request: IncomingMessage, url: URL): Promise<boolean> {
  const given = /^AWS4-HMAC-SHA256 Credential=\S+, SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? '')
  const at = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(request.headers['x-amz-date'] ?? ''))
  if (given === null || at === null) return false
  const names = new Set(given[1]!.split(';'))
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => names.has(name)) as [string, string][])
  const signer = new SignatureV4({
    credentials: KEYS,
    region: REGION,
    service: 's3',
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  })
  const [, year, month, day, hour, minute, second] = at.map(Number) as number[]
  const signed = await signer.sign(
    {
      method: request.method!,
      protocol: 'http:',
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers,
    },
    { signingDate: new Date(Date.UTC(year!, month! - 1, day, hour, minute, second)), signableHeaders: names },
  )
  return /Signature=([0-9a-f]{64})$/.exec(signed.headers.authorization ?? '')?.[1] === given[2]
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

export async function startS3() {
  const objects = new Map<string, Buffer>()
  const asked: string[] = []
  let busy = 0
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: string | Buffer = '') => response.writeHead(status).end(body)
    const fault = (status: number, code: string) => answer(status, `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`)
    const url = new URL(request.url!, `http://${request.headers.host}`)
    const body = await bodyOf(request)
    asked.push(`${request.method} ${url.pathname}`)
    if (busy-- > 0) return fault(503, 'SlowDown')
    if (!(await isSigned(request, url))) return fault(403, 'SignatureDoesNotMatch')
    const [, bucket, ...rest] = url.pathname.split('/')
    if (bucket !== 'bucket') return fault(404, 'NoSuchBucket')
    const key = decodeURIComponent(rest.join('/'))
    if (request.method === 'PUT') {
      if (request.headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex'))
        return fault(400, 'XAmzContentSHA256Mismatch')
      if (request.headers['if-none-match'] === '*' && objects.has(key)) return fault(412, 'PreconditionFailed')
      objects.set(key, body)
      return answer(200)
    }
    if (key !== '') return objects.has(key) ? answer(200, objects.get(key)!) : fault(404, 'NoSuchKey')
    const from = url.searchParams.get('continuation-token') ?? ''
    const keys = [...objects.keys()].filter(name => name.startsWith(url.searchParams.get('prefix') ?? '') && name > from).sort()
    const page = keys.slice(0, PAGE)
    const more =
      keys.length > page.length
        ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${page.at(-1)}</NextContinuationToken>`
        : '<IsTruncated>false</IsTruncated>'
    return answer(
      200,
      `<?xml version="1.0"?><ListBucketResult>${more}${page.map(name => `<Contents><Key>${name}</Key></Contents>`).join('')}</ListBucketResult>`,
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    objects,
    asked,
    /** The next so many requests are told to come later. */
    beBusy(requests: number) {
      busy = requests
    },
    environment: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    },
    close: () => new Promise<void>(resolve => server.close(() => resolve())),
  }
}
