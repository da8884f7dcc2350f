// Batches to worker threads, answers back in the order given. At most two batches a thread are under way, so memory stays flat whatever the input.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Piscina } from 'piscina'
import { root } from '../read/paths.ts'

/**
 * Runs the function `name` of `dist/<worker>.mjs` on each task. One thread, or a single task: `inline` runs it here and no thread is started.
 * The first failure of a task ends the iteration with that error.
 */
export async function* inOrder<Task, Answer>(
  worker: string,
  name: string,
  tasks: AsyncIterable<Task>,
  inline: (task: Task) => Answer,
  threads: number = availableParallelism(),
): AsyncGenerator<Answer> {
  const iterator = tasks[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done === true) return
  const second = await iterator.next()
  if (second.done === true || threads <= 1) {
    yield inline(first.value)
    for (let next = second; next.done !== true; next = await iterator.next()) yield inline(next.value)
    return
  }
  const pool = new Piscina<Task, Answer>({ filename: join(root, 'dist', `${worker}.mjs`), name, minThreads: threads, maxThreads: threads })
  try {
    const underWay: Promise<Answer>[] = [pool.run(first.value), pool.run(second.value)]
    // a failure is reported where the answer is awaited
    const start = (task: Task) => {
      const answer = pool.run(task)
      answer.catch(() => undefined)
      underWay.push(answer)
    }
    for (const answer of underWay) answer.catch(() => undefined)
    let more = true
    while (underWay.length > 0) {
      while (more && underWay.length < 2 * threads) {
        const next = await iterator.next()
        if (next.done === true) more = false
        else start(next.value)
      }
      yield await underWay.shift()!
    }
  } finally {
    await pool.destroy()
  }
}
