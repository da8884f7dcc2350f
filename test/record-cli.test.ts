// The record from the command line, as a site starts it: serve, set-up, enrolment, a signed command, export and verification; and what is refused, with its exit code.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from './oracle.ts'

let folder: string
let server: ChildProcess
let witness: ChildProcess
let witnessKey = ''
let url = ''
let token = ''
let key = ''

const cognate = (args: readonly string[], environment: Record<string, string> = {}) =>
  spawnSync(join(root, 'cognate'), args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, COGNATE_CWD: folder, COGNATE_PASSWORD: 'correct horse battery staple', ...environment },
  })
const place = ['--folder', 'rec', '--site', 'cognate.example/cli']

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cognate-cli-'))
  chmodSync(folder, 0o711)
  // the keys are there before the first start, so that a witness can be told whom to watch
  const keys = cognate(['audit', 'key', ...place])
    .stdout.trim()
    .split('\n')
  witness = spawn(
    join(root, 'cognate'),
    ['audit', 'witness', '--folder', 'wit', '--name', 'auditor.example/cli', '--log', ...keys, '--port', '0'],
    {
      cwd: folder,
      env: { ...process.env, COGNATE_CWD: folder },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const address = await new Promise<string>((resolve, reject) => {
    witness.stdout!.on('data', (chunk: Buffer) => resolve(chunk.toString()))
    witness.on('exit', () => reject(new Error('the witness ended')))
  })
  writeFileSync(join(folder, 'witnesses.txt'), `# who watches\n${address}`)
  witnessKey = address.trim().split(' ')[1]!
  server = spawn(join(root, 'cognate'), ['serve', ...place, '--port', '0', '--quiet', '--witnesses', 'witnesses.txt'], {
    cwd: folder,
    env: { ...process.env, COGNATE_CWD: folder, DATABASE_URL: undefined },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let text = ''
  await new Promise<void>((resolve, reject) => {
    server.stderr!.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('first start')) resolve()
    })
    server.on('exit', () => reject(new Error(text)))
  })
  url = /at (http:\S+)\/api\/v1/.exec(text)![1]!
  token = /with the token (\S+)/.exec(text)![1]!
  key = /elsewhere: (\S+)/.exec(text)![1]!
})
afterAll(async () => {
  for (const child of [server, witness]) {
    child?.kill('SIGINT')
    await new Promise(resolve => child?.on('exit', resolve))
  }
  rmSync(folder, { recursive: true, force: true })
})

test('a site is set up, two persons enrol, one proposes and the other signs; the record is exported, verified, and caught when it is changed', async () => {
  const made = cognate([
    'account',
    'set-up',
    token,
    '--site-id',
    'site-a',
    '--studies',
    'ST-1',
    '--officer',
    'xena=Xena Officer',
    '--administrator',
    'yves=Yves Admin',
    '--server',
    url,
  ])
  expect([made.status, made.stderr]).toEqual([0, ''])
  const recovery = new Map<string, string[]>()
  for (const line of made.stdout.trim().split('\n')) {
    const [account = '', ...codes] = line.replace('cognate account enrol ', '').split(' ')
    // the secret comes first, its code is asked for after it
    const child = spawn(join(root, 'cognate'), ['account', 'enrol', account, ...codes, '--server', url], {
      cwd: folder,
      env: { ...process.env, COGNATE_CWD: folder, COGNATE_PASSWORD: 'correct horse battery staple' },
    })
    let out = ''
    const status = await new Promise<number | null>(resolve => {
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString()
        const secret = /authenticator: (\S+)\n/.exec(out)?.[1]
        if (secret !== undefined && out.includes('recovery codes') && out.trim().split('\n').length >= 13)
          child.stdin.end(`${new TOTP({ secret: Secret.fromBase32(secret) }).generate()}\n`)
      })
      child.on('close', resolve)
    })
    expect([account, status]).toEqual([account, 0])
    recovery.set(
      account,
      [...out.matchAll(/^ {2}(\S+)$/gm)].map(match => match[1]!),
    )
  }
  const code = (account: string) => recovery.get(account)!.pop()!
  expect(cognate(['account', 'sign-in', 'xena', '--server', url], { COGNATE_CODE: 'wrong' }).status).toBe(1)
  expect(cognate(['account', 'sign-in', 'xena', '--server', url], { COGNATE_CODE: code('xena') }).status).toBe(0)
  const proposal = {
    id: 'olga',
    name: 'Olga (synthetic)',
    roles: ['operator'],
    site: 'site-a',
    studies: ['ST-1'],
    trained_until: '2030-01-01T00:00:00Z',
    reason: 'hired',
  }
  writeFileSync(join(folder, 'proposal.json'), JSON.stringify(proposal))
  const proposed = cognate(['lot', 'do', 'account.propose', '--body', '@proposal.json', '--server', url])
  expect([proposed.status, JSON.parse(proposed.stdout).entity]).toEqual([0, { kind: 'account', id: 'olga', version: 1 }])
  expect(cognate(['account', 'sign-in', 'yves', '--server', url, '--session', 'yves.session'], { COGNATE_CODE: code('yves') }).status).toBe(
    0,
  )
  const applied = cognate(['lot', 'do', 'account.apply', 'olga', '--server', url, '--session', 'yves.session'], {
    COGNATE_CODE: code('yves'),
  })
  expect([applied.status, applied.stderr.includes('to be signed (approved)'), JSON.parse(applied.stdout).entity.version]).toEqual([
    0,
    true,
    2,
  ])

  expect(cognate(['audit', 'key', ...place]).stdout.split('\n')[0]).toBe(key)
  const exported = cognate(['audit', 'export', ...place, '--out', 'export'])
  expect([exported.status, exported.stderr]).toEqual([0, ''])
  const verified = cognate(['audit', 'verify', 'export', '--key', key, '--since', 'rec/checkpoints/record.txt', '--json'])
  expect(verified.stderr).toBe('')
  expect([verified.status, JSON.parse(verified.stdout)]).toMatchObject([0, { proven: true, size: 9, findings: [] }])
  const alone = cognate(['audit', 'verify', 'export', '--key', key])
  expect(alone.stdout).toContain('verified against 0 independent checkpoints')
  const witnessed = cognate(['audit', 'verify', 'export', '--key', key, '--witness', witnessKey])
  expect([witnessed.status, witnessed.stdout]).toEqual([
    0,
    expect.stringMatching(/auditor\.example\/cli cosigned the first \d events at 20/),
  ])
  const report = cognate(['audit', 'report', 'export', '--since', '2020-01-01', '--until', '2100-01-01'])
  expect([report.status, report.stdout]).toEqual([0, expect.stringContaining('commands done\taccount.apply\t1\n')])
  expect(cognate(['audit', 'report', 'export', '--since', '2020-01-01', '--until', '2100-01-01', '--out', 'report.html']).status).toBe(0)
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('<h2>signatures, by meaning</h2>')
  const events = join(folder, 'export/events.ndjson')
  writeFileSync(events, readFileSync(events, 'utf8').replace('hired', 'fired'))
  const caught = cognate(['audit', 'verify', 'export', '--key', key])
  expect([caught.status, caught.stdout.startsWith('NOT PROVEN')]).toEqual([1, true])
  const backup = cognate(['backup', ...place, '--out', 'backup'])
  expect([backup.status, backup.stdout.includes('rows')]).toEqual([0, true])
}, 240_000)

test.each([
  [['audit', 'verify', 'nowhere', '--key', 'x'], 1, 'is no export'],
  [['audit', 'verify', 'nowhere'], 2, '--key'],
  [['audit', 'report', 'nowhere', '--since', '2026-01-01', '--until', '2026-04-01'], 1, 'no export of a whole log'],
  [['audit', 'report', 'nowhere', '--since', 'January', '--until', '2026-04-01'], 2, 'a day such as'],
  [['serve', '--host', '0.0.0.0'], 1, 'TLS'],
  [['serve', '--witnesses', 'proposal.json'], 1, 'proposal.json:1'],
  [['serve', '--witnesses', 'no-such.txt'], 1, 'no such file'],
  [['audit', 'witness', '--folder', 'w', '--name', 'w', '--log', 'x'], 1, 'no verifier key'],
  [['lot', 'show', '--server', 'http://127.0.0.1:9'], 1, 'cannot be reached'],
  [['lot', 'label', '--lot', 'L', '--serial', 'S', '--coi', 'AAAA-AAAA-AAAAA', '--expires', '2027-01-01T00:00:00Z'], 1, 'check character'],
  [['lot', 'schedule', 'no-such.json'], 1, 'no such file'],
])('cognate %j ends with %i and says why', (args, status, says) => {
  const run = cognate(args)
  expect([run.status, run.stderr.includes(says)]).toEqual([status, true])
})
