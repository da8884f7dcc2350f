// The command line. Exit codes: 0 done, 1 the input is at fault, 2 usage, 3 a bug.
import { Command, CommanderError } from 'commander'
import { EXIT, exitOf } from './exit.ts'
import { version } from './version.ts'

/**
 * By the first word of the command line. A command's code is read when it is asked for, all of it for help: reading all takes longer than scoring a peptide.
 */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  run: async () => (await import('./commands/run.ts')).defineRun,
  cohort: async () => (await import('./commands/cohort.ts')).defineCohort,
  variants: async () => (await import('./commands/variants.ts')).defineVariants,
  present: async () => (await import('./commands/present.ts')).definePresent,
  neoantigens: async () => (await import('./commands/neoantigens.ts')).defineNeoantigens,
  persistence: async () => (await import('./commands/persistence.ts')).definePersistence,
  receptors: async () => (await import('./commands/receptors.ts')).defineReceptors,
  annotate: async () => (await import('./commands/annotate.ts')).defineAnnotate,
  screen: async () => (await import('./commands/screen.ts')).defineScreen,
  safety: async () => (await import('./commands/safety.ts')).defineSafety,
  select: async () => (await import('./commands/select.ts')).defineSelect,
  construct: async () => (await import('./commands/construct.ts')).defineConstruct,
  infusion: async () => (await import('./commands/infusion.ts')).defineInfusion,
  response: async () => (await import('./commands/response.ts')).defineResponse,
  survival: async () => (await import('./commands/survival.ts')).defineSurvival,
  trial: async () => (await import('./commands/trial.ts')).defineTrial,
  view: async () => (await import('./commands/view.ts')).defineView,
  serve: async () => (await import('./commands/serve.ts')).defineServe,
  account: async () => (await import('./commands/account.ts')).defineAccount,
  lot: async () => (await import('./commands/lot.ts')).defineLot,
  trace: async () => (await import('./commands/trace.ts')).defineTrace,
  audit: async () => (await import('./commands/audit.ts')).defineAudit,
  backup: async () => (await import('./commands/serve.ts')).defineBackup,
  restore: async () => (await import('./commands/serve.ts')).defineBackup,
  reference: async () => (await import('./commands/reference.ts')).defineReference,
  doctor: async () => (await import('./commands/doctor.ts')).defineDoctor,
}
const word = process.argv[2] ?? ''
const wanted = Object.hasOwn(COMMANDS, word) ? [COMMANDS[word]!] : Object.values(COMMANDS)

const program = new Command('cognate')
  .description(
    "From a patient's tumour to the T-cell receptors that recognise it, and to the construct that carries them. Research software.",
  )
  .version(version())
  .showHelpAfterError('(add --help for what the command takes)')
  .showSuggestionAfterError()

// two words may be made by one function
for (const define of new Set(await Promise.all(wanted.map(load => load())))) define(program)
// subcommands inherit nothing: each must throw instead of leaving, so that the exit code is ours
const every = (command: Command): void => {
  command.exitOverride()
  // options behind a subcommand belong to it, also where its parent has one of the same name
  command.enablePositionalOptions()
  for (const sub of command.commands) every(sub)
}
every(program)

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done)
  throw error
})

try {
  await program.parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
  else process.exitCode = exitOf(error)
}
