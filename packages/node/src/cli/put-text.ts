// Text to a file the user names; `-` is standard output.
import { writeFileSync } from 'node:fs'
import { userPath } from '../read/paths.ts'

export const putText = (path: string, text: string): void => {
  if (path === '-') process.stdout.write(text)
  else writeFileSync(userPath(path), text)
}
