// `account`: the first two accounts of a record, enrolment with both halves of the code, sessions.
import { issue } from '@cognate/core/base'
import { formatTsv } from '@cognate/core/format'
import type { FactorLine } from '@cognate/core/record'
import { type Command, InvalidArgumentError } from 'commander'
import { EXIT, InputFault } from '../exit.ts'
import { list } from '../options.ts'
import { putText } from '../put-text.ts'
import { ask, type ClientFlags, RecordClient, withServer } from '../record-client.ts'

const named = (text: string): { readonly id: string; readonly name: string } => {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('write ID=NAME, such as xena="Xena Officer"')
  return { id: text.slice(0, at), name: text.slice(at + 1) }
}

const FACTOR_COLUMNS = ['account', 'name', 'factor', 'tested_at', 'due_at', 'overdue', 'recovery_codes_left'] as const

interface SetUpFlags extends ClientFlags {
  readonly siteId: string
  readonly studies: readonly string[]
  readonly officer: ReturnType<typeof named>
  readonly administrator: ReturnType<typeof named>
}

interface EnrolFlags extends ClientFlags {
  readonly officerCode: string
  readonly administratorCode: string
}

export function defineAccount(program: Command): void {
  const account = program.command('account').description('accounts of a record: set-up, enrolment, sessions, stations')
  withServer(
    account
      .command('set-up')
      .argument('<token>', 'that the server printed at its first start')
      .description('make the security officer and the administrator'),
  )
    .requiredOption('--site-id <id>', 'site where roles hold')
    .requiredOption('--studies <list>', 'studies', list)
    .requiredOption('--officer <id=name>', 'security officer: proposes accounts', named)
    .requiredOption('--administrator <id=name>', 'administrator: applies them', named)
    .action(async (token: string, flags: SetUpFlags) => {
      const { siteId: site, studies, officer, administrator } = flags
      const made = JSON.parse(await new RecordClient(flags).open('/setup', { token, site, studies, officer, administrator })) as {
        account: string
        officer_code: string
        administrator_code: string
      }[]
      for (const one of made)
        process.stdout.write(
          `cognate account enrol ${one.account} --officer-code ${one.officer_code} --administrator-code ${one.administrator_code}\n`,
        )
    })
  withServer(
    account.command('enrol').argument('<account>', 'account').description('set password and second factor with both halves of the code'),
  )
    .requiredOption('--officer-code <code>', 'half of the security officer')
    .requiredOption('--administrator-code <code>', 'half of the administrator')
    .addHelpText(
      'after',
      '\nThe password is asked for, or taken from COGNATE_PASSWORD; then the secret for an authenticator is shown, and its first code is asked for.\n',
    )
    .action(async (name: string, flags: EnrolFlags) => {
      const client = new RecordClient(flags)
      const halves = { account: name, officer_code: flags.officerCode, administrator_code: flags.administratorCode }
      const password = await ask('new password, 15 characters or more', 'COGNATE_PASSWORD')
      if (process.env.COGNATE_PASSWORD === undefined && (await ask('again', 'COGNATE_PASSWORD')) !== password)
        throw new InputFault(issue('password', 'the two passwords differ', 'try again'))
      const enrolled = JSON.parse(await client.open('/enrolments', { ...halves, password })) as {
        uri: string
        secret: string
        recovery: readonly string[]
      }
      process.stdout.write(
        `secret for the authenticator: ${enrolled.secret}\n${enrolled.uri}\nrecovery codes, each good once, to be kept on paper:\n${enrolled.recovery.map(code => `  ${code}\n`).join('')}`,
      )
      const code = await ask('first code of the authenticator', 'COGNATE_CODE')
      await client.open('/enrolments/confirmation', { ...halves, code })
      process.stderr.write(`${name} is enrolled; sign in with the next code: cognate account sign-in ${name}\n`)
    })
  withServer(
    account
      .command('sign-in')
      .argument('<account>', 'account')
      .description('begin a session; password and code are asked for, or taken from COGNATE_PASSWORD and COGNATE_CODE'),
  ).action(async (name: string, flags: ClientFlags) => {
    await new RecordClient(flags).signIn(name)
    process.stderr.write(`signed in as ${name}; the session ends after 15 idle minutes\n`)
  })
  withServer(
    account
      .command('station')
      .argument('<id>', 'station, as the administrator registered it')
      .description('make this computer a registered station; its code is asked for, or taken from COGNATE_CODE'),
  ).action(async (id: string, flags: ClientFlags) => {
    await new RecordClient(flags).bindStation(id, await ask('code of the station', 'COGNATE_CODE'))
    process.stderr.write(`this computer is the station ${id}\n`)
  })
  withServer(
    account
      .command('factors')
      .description(
        'second factors of all active accounts: when each last proved to work, and when it is due for a test; for the security officer',
      ),
  )
    .option('--out <file>', 'table to write; - is standard output', '-')
    .addHelpText(
      'after',
      '\nEvery use is a test. What nobody used for 90 days is due: have its owner sign in with it, remove the passkey, or begin a new enrolment.\nExit 0: none is overdue. Exit 1: some are.\n',
    )
    .action(async (flags: ClientFlags & { readonly out: string }) => {
      const { factors } = JSON.parse(await new RecordClient(flags).get('/factors')) as { readonly factors: readonly FactorLine[] }
      putText(
        flags.out,
        formatTsv(
          FACTOR_COLUMNS,
          factors.map(one => FACTOR_COLUMNS.map(name => String(one[name]))),
        ),
      )
      if (factors.some(({ overdue }) => overdue)) process.exitCode = EXIT.input
    })
  withServer(account.command('sign-out').description('end the session')).action((flags: ClientFlags) => new RecordClient(flags).signOut())
}
