// The program as a process of its own, for a case or a read-out: one that fails or runs out of memory takes nothing else with it.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/** The command line that this process is. */
export const ownProgram = (): readonly string[] => [process.execPath, ...process.execArgv, process.argv[1]!]

/** A command of the program; its two outputs are pipes. */
const startProgram = (program: readonly string[], words: readonly string[]): ChildProcess =>
  spawn(program[0]!, [...program.slice(1), ...words], { stdio: ['ignore', 'pipe', 'pipe'] })

/** `cognate run` of the CASE.yaml at `path` into `folder`, which is made; both absolute. */
export function startCase(program: readonly string[], path: string, folder: string, flags: readonly string[] = []): ChildProcess {
  mkdirSync(folder, { recursive: true })
  return startProgram(program, ['run', path, '--out', folder, ...flags])
}

/** Why it ended otherwise than well: its own last complaint, else how it ended; undefined: it finished. */
export function endOf(child: ChildProcess, complaints: () => string): Promise<string | undefined> {
  return new Promise(resolve => {
    child.on('error', error => resolve(error.message))
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(undefined)
      resolve(/^cognate: ([\s\S]*)$/m.exec(complaints())?.[1]?.trim() ?? (signal === null ? `exit code ${code}` : `stopped by ${signal}`))
    })
  })
}

/** A command of the program to its end: what it said on standard error, and why it failed, if it did. */
export async function runProgram(
  program: readonly string[],
  words: readonly string[],
): Promise<{ readonly said: string; readonly failure: string | undefined }> {
  const child = startProgram(program, words)
  let said = ''
  child.stdout!.resume()
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const failure = await endOf(child, () => said)
  return { said, failure }
}
