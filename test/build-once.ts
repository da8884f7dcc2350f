// Bundles the command line and the kernel once before the tests: end-to-end tests run what a user runs.
import { buildAll } from '../scripts/build.mjs'

export const setup = async (): Promise<void> => {
  await buildAll()
}
