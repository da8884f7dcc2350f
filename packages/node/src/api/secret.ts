// Secrets that people type or paste behind a command: base64url, never with a dash in front, which a command line takes for an option.
import { randomBytes } from 'node:crypto'

export function typedSecret(bytes: number, draw: (bytes: number) => Buffer = randomBytes): string {
  for (;;) {
    const text = draw(bytes).toString('base64url')
    if (!text.startsWith('-')) return text
  }
}
