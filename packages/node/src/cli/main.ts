// The command line. Exit codes: 0 done, 1 the input is at fault, 2 usage, 3 a bug.
import { Command, CommanderError } from 'commander'
import { defineAccount } from './commands/account.ts'
import { defineAnnotate } from './commands/annotate.ts'
import { defineAudit } from './commands/audit.ts'
import { defineCohort } from './commands/cohort.ts'
import { defineConstruct } from './commands/construct.ts'
import { defineDoctor } from './commands/doctor.ts'
import { defineInfusion } from './commands/infusion.ts'
import { defineLot } from './commands/lot.ts'
import { defineNeoantigens } from './commands/neoantigens.ts'
import { definePersistence } from './commands/persistence.ts'
import { definePresent } from './commands/present.ts'
import { defineReceptors } from './commands/receptors.ts'
import { defineReference } from './commands/reference.ts'
import { defineResponse } from './commands/response.ts'
import { defineRun } from './commands/run.ts'
import { defineSafety } from './commands/safety.ts'
import { defineScreen } from './commands/screen.ts'
import { defineSelect } from './commands/select.ts'
import { defineBackup, defineServe } from './commands/serve.ts'
import { defineSurvival } from './commands/survival.ts'
import { defineTrace } from './commands/trace.ts'
import { defineTrial } from './commands/trial.ts'
import { defineVariants } from './commands/variants.ts'
import { EXIT, exitOf } from './exit.ts'
import { version } from './version.ts'

const program = new Command('cognate')
  .description(
    "From a patient's tumour to the T-cell receptors that recognise it, and to the construct that carries them. Research software.",
  )
  .version(version())
  .showHelpAfterError('(add --help for what the command takes)')
  .showSuggestionAfterError()

for (const define of [
  defineRun,
  defineCohort,
  defineVariants,
  definePresent,
  defineNeoantigens,
  definePersistence,
  defineReceptors,
  defineAnnotate,
  defineScreen,
  defineSafety,
  defineSelect,
  defineConstruct,
  defineInfusion,
  defineResponse,
  defineSurvival,
  defineTrial,
  defineServe,
  defineAccount,
  defineLot,
  defineTrace,
  defineAudit,
  defineBackup,
  defineReference,
  defineDoctor,
])
  define(program)
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
