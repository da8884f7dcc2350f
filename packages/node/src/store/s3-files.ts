// Attached files in an S3-compatible store, of FILES_URL `s3://BUCKET/PREFIX`; keys, region and endpoint are those of every S3 program (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
// AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL_S3). Requests are signed by Signature Version 4 with the hash of the bytes, which is the file's name: the store refuses others.
import { fail, type Issue, issue, ok, type Result, refuse } from '@cognate/core/base'
import { AwsClient } from 'aws4fetch'
import { XMLParser } from 'fast-xml-parser'
import { type FileStore, isSha256, missingFile, placeOfFile, provenFile, sha256Of } from './files.ts'

/** A store that does not answer by then is not reachable. */
const PATIENCE_MS = 30_000
/** After the first, with growing pauses, where the store is busy or out of order. */
const RETRIES = 3

type Environment = Readonly<Record<string, string | undefined>>

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127\./.test(host)

/** Opens the store that `url` names, and asks it once. Errors: `files-url`, `files-keys`, `files-endpoint`, `files-unreachable`. */
export async function openS3Files(url: string, environment: Environment): Promise<Result<FileStore, Issue>> {
  const named = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url)
  if (named === null) return refuse('files-url', `FILES_URL is "${url}"`, 'write s3://BUCKET or s3://BUCKET/PREFIX')
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '', AWS_SESSION_TOKEN: sessionToken } = environment
  if (accessKeyId === '' || secretAccessKey === '')
    return refuse(
      'files-keys',
      'FILES_URL needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      'give the keys of an account that may list, read and write there',
    )
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1'
  const [, bucket = '', prefix = ''] = named
  const endpoint = environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL
  const base = endpoint === undefined ? `https://${bucket}.s3.${region}.amazonaws.com` : `${endpoint.replace(/\/+$/, '')}/${bucket}`
  if (!URL.canParse(base)) return refuse('files-endpoint', `AWS_ENDPOINT_URL_S3 is "${endpoint}"`, 'write https://HOST')
  const { protocol, hostname } = new URL(base)
  if (protocol !== 'https:' && !isLoopback(hostname))
    return refuse(
      'files-endpoint',
      `${base} is not encrypted`,
      'files of people travel by https; only this computer itself may be asked by http',
    )
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: 's3',
    region,
    retries: RETRIES,
  })
  const files = new S3Files(client, base, prefix.replace(/\/+$/, ''))
  const asked = await files.names(1)
  return asked.ok ? ok(files) : asked
}

interface Listing {
  readonly ListBucketResult?: {
    readonly Contents?: readonly { readonly Key: string }[]
    readonly IsTruncated?: string
    readonly NextContinuationToken?: string
  }
}

const xml = new XMLParser({ parseTagValue: false, isArray: name => name === 'Contents' })

class S3Files implements FileStore {
  readonly client: AwsClient
  /** Of the bucket, without a slash at its end. */
  readonly base: string
  readonly prefix: string

  constructor(client: AwsClient, base: string, prefix: string) {
    this.client = client
    this.base = base
    this.prefix = prefix === '' ? '' : `${prefix}/`
  }

  async put(bytes: Uint8Array): Promise<Result<string, Issue>> {
    const sha256 = sha256Of(bytes)
    const answer = await this.ask('PUT', this.placeOf(sha256), {
      // what is there stays: a store that knows the condition answers 412, and the bytes are the same
      headers: { 'x-amz-content-sha256': sha256, 'if-none-match': '*', 'content-type': 'application/octet-stream' },
      body: Uint8Array.from(bytes),
    })
    if (!answer.ok) return answer
    return answer.value.ok || answer.value.status === 412 ? ok(sha256) : this.refused('PUT', answer.value)
  }

  async get(sha256: string): Promise<Result<Buffer, Issue>> {
    if (!isSha256(sha256)) return missingFile(sha256)
    const answer = await this.ask('GET', this.placeOf(sha256))
    if (!answer.ok) return answer
    if (answer.value.status === 404) return missingFile(sha256)
    return answer.value.ok ? provenFile(sha256, answer.value.bytes) : this.refused('GET', answer.value)
  }

  async list(): Promise<Result<readonly string[], Issue>> {
    const names = await this.names()
    if (!names.ok) return names
    return ok(
      names.value
        .map(key => key.slice(this.prefix.length).replaceAll('/', ''))
        .filter(isSha256)
        .sort(),
    )
  }

  /** Keys below the prefix; at most so many where a number is given. */
  async names(most?: number): Promise<Result<readonly string[], Issue>> {
    const keys: string[] = []
    let after = ''
    for (;;) {
      const query = new URLSearchParams({ 'list-type': '2', prefix: this.prefix })
      if (most !== undefined) query.set('max-keys', String(most))
      if (after !== '') query.set('continuation-token', after)
      const answer = await this.ask('GET', `/?${query}`)
      if (!answer.ok) return answer
      if (!answer.value.ok) return this.refused('GET', answer.value)
      const { ListBucketResult: listed } = xml.parse(answer.value.bytes.toString('utf8')) as Listing
      if (listed === undefined) return this.unreachable('the answer is no list of a bucket')
      keys.push(...(listed.Contents ?? []).map(({ Key }) => Key))
      after = listed.IsTruncated === 'true' ? (listed.NextContinuationToken ?? '') : ''
      if (after === '' || most !== undefined) return ok(keys)
    }
  }

  private placeOf(sha256: string): string {
    return `/${`${this.prefix}${placeOfFile(sha256)}`.split('/').map(encodeURIComponent).join('/')}`
  }

  private async ask(
    method: 'GET' | 'PUT',
    path: string,
    more: { readonly headers?: Record<string, string>; readonly body?: Uint8Array<ArrayBuffer> } = {},
  ): Promise<Result<{ readonly ok: boolean; readonly status: number; readonly bytes: Buffer }, Issue>> {
    try {
      const answer = await this.client.fetch(`${this.base}${path}`, {
        method,
        ...more,
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      return ok({ ok: answer.ok, status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) })
    } catch (error) {
      const { cause } = error as { readonly cause?: { readonly code?: string } }
      return this.unreachable(cause?.code ?? (error as Error).message)
    }
  }

  /** An answer that is neither yes nor "not there", by its status and the store's own code. */
  private refused(method: string, { status, bytes }: { readonly status: number; readonly bytes: Buffer }): Result<never, Issue> {
    const code = /<Code>([^<]{1,60})<\/Code>/.exec(bytes.toString('utf8'))?.[1]
    return this.unreachable(`it answered ${method} with ${status}${code === undefined ? '' : ` ${code}`}`)
  }

  private unreachable(what: string): Result<never, Issue> {
    return fail(
      issue(
        'files-unreachable',
        `the store of files at ${this.base}: ${what}`,
        'check FILES_URL, AWS_ENDPOINT_URL_S3, the keys and their rights',
      ),
    )
  }
}
