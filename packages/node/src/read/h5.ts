// HDF5 through h5wasm: open, look, close. The library's own diagnostics would go to the user's screen; a fault comes back as one line instead.
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { checkFile } from './text.ts'

type H5 = typeof import('h5wasm/node')
export type H5File = InstanceType<H5['File']>

/** Runs `look` on the open file. Whatever HDF5 throws, and what is no HDF5 file, is `h5-layout` with `remedy`. Errors: those of the file, `h5-layout`, and those of `look`. */
export async function inH5File<T>(path: string, remedy: string, look: (file: H5File) => Result<T, Issue>): Promise<Result<T, Issue>> {
  const full = checkFile(path)
  if (!full.ok) return full
  const h5: H5 = await import('h5wasm/node')
  const runtime = (await h5.ready) as { activate_throwing_error_handler?: () => void }
  runtime.activate_throwing_error_handler?.()
  let file: H5File
  try {
    file = new h5.File(full.value, 'r')
  } catch {
    return fail(inFile(path, issue('h5-layout', 'this is not an HDF5 file', remedy)))
  }
  try {
    const found = look(file)
    return found.ok ? ok(found.value) : fail(inFile(path, found.issue))
  } catch {
    return fail(inFile(path, issue('h5-layout', 'the file has not the expected layout, or is damaged', remedy)))
  } finally {
    closeQuietly(file)
  }
}

/** A damaged file may refuse to close: its fault was reported already. */
function closeQuietly(file: H5File): void {
  try {
    file.close()
  } catch {
    // nothing more can be done
  }
}

/** Content of a dataset; undefined where there is none. */
export function h5Value(file: H5File, name: string): unknown {
  const dataset = file.get(name)
  return dataset !== null && 'value' in dataset ? dataset.value : undefined
}

/** Whole numbers of a dataset as 32-bit; 64-bit ones are viewed as pairs, never converted one by one. */
export function wholeNumbers(value: unknown): Uint32Array {
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) {
    const pairs = new Uint32Array(value.buffer, value.byteOffset, value.length * 2)
    const out = new Uint32Array(value.length)
    for (let i = 0; i < out.length; i++) out[i] = pairs[2 * i]!
    return out
  }
  return Uint32Array.from(value as ArrayLike<number>)
}
