// Refget accession of a sequence that is read in pieces (https://samtools.github.io/hts-specs/refget.html): the digest of its upper-case letters.
import { createHash } from 'node:crypto'
import { truncatedDigest } from '@cognate/core/format'

const HELD = 1 << 20
/** Four letters at a time, upper-cased. */
const UPPER = 0xdfdfdfdf

export class RefgetDigest {
  readonly #hash = createHash('sha512')
  readonly #held = new Uint8Array(HELD)
  readonly #words = new Uint32Array(this.#held.buffer)
  #length = 0

  /** Letters alone, no line ends. */
  add(letters: Uint8Array): void {
    for (let at = 0; at < letters.length; ) {
      const taken = Math.min(letters.length - at, HELD - this.#length)
      this.#held.set(letters.subarray(at, at + taken), this.#length)
      this.#length += taken
      at += taken
      if (this.#length === HELD) this.#flush()
    }
  }

  /** `SQ.…`; nothing may be added behind it. */
  accession(): string {
    this.#flush()
    return `SQ.${truncatedDigest(this.#hash.digest())}`
  }

  #flush(): void {
    const words = this.#words
    const count = Math.ceil(this.#length / 4)
    for (let i = 0; i < count; i++) words[i] = words[i]! & UPPER
    this.#hash.update(this.#held.subarray(0, this.#length))
    this.#length = 0
  }
}
