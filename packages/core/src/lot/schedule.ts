// Vein to vein: tasks with three-point durations on the critical path, the chance to be done by a day, and what wants the same suite at the same time. Days from the plan's start.
import { normalBelow, ok, type Result, refuse } from '../base/index.ts'

export interface Task {
  readonly id: string
  readonly after: readonly string[]
  /** Shortest, likeliest, longest, in days. */
  readonly min: number
  readonly mode: number
  readonly max: number
  readonly notBefore?: number
  /** Suite, cytometer or vessel that it occupies. */
  readonly resource?: string
}

export interface ScheduledTask {
  readonly id: string
  readonly earliestStart: number
  readonly earliestFinish: number
  readonly latestFinish: number
  readonly slack: number
}

export interface Schedule {
  readonly days: number
  readonly critical: readonly string[]
  readonly sdDays: number
  readonly tasks: readonly ScheduledTask[]
  readonly probBy: readonly { readonly day: number; readonly p: number }[]
  /** More tasks at once than the resource takes; shown, never moved. */
  readonly conflicts: readonly {
    readonly resource: string
    readonly tasks: readonly string[]
    readonly from: number
    readonly to: number
  }[]
}

/** Mean of the three-point estimate. */
const meanOf = ({ min, mode, max }: Task): number => (min + 4 * mode + max) / 6

/** Errors: `schedule`: unknown or circular predecessors, durations out of order. */
export function scheduleTasks(
  tasks: readonly Task[],
  askDays: readonly number[],
  capacity: ReadonlyMap<string, number> = new Map(),
): Result<Schedule> {
  const wrong = (what: string) => refuse('schedule', what, 'check the tasks of the plan')
  const byId = new Map(tasks.map(task => [task.id, task]))
  if (tasks.length === 0) return wrong('the plan has no task')
  if (byId.size !== tasks.length) return wrong('two tasks have the same id')
  for (const task of tasks) {
    if (!(task.min >= 0 && task.min <= task.mode && task.mode <= task.max))
      return wrong(`the durations of ${task.id} are not in the order shortest, likeliest, longest`)
    const unknown = task.after.find(id => !byId.has(id))
    if (unknown !== undefined) return wrong(`${task.id} waits for ${unknown}, which is no task`)
  }
  const order: Task[] = []
  const waiting = new Set(tasks)
  while (waiting.size > 0) {
    const ready = [...waiting].filter(task => task.after.every(id => !waiting.has(byId.get(id)!)))
    if (ready.length === 0) return wrong(`${[...waiting].map(task => task.id).join(', ')} wait for each other`)
    for (const task of ready) {
      waiting.delete(task)
      order.push(task)
    }
  }
  const start = new Map<string, number>()
  const finish = new Map<string, number>()
  for (const task of order) {
    const begin = Math.max(task.notBefore ?? 0, 0, ...task.after.map(id => finish.get(id)!))
    start.set(task.id, begin)
    finish.set(task.id, begin + meanOf(task))
  }
  const days = Math.max(...finish.values())
  const latest = new Map<string, number>(tasks.map(task => [task.id, days]))
  for (const task of order.toReversed())
    for (const id of task.after) latest.set(id, Math.min(latest.get(id)!, latest.get(task.id)! - meanOf(task)))
  const scheduled = tasks.map(
    (task): ScheduledTask => ({
      id: task.id,
      earliestStart: start.get(task.id)!,
      earliestFinish: finish.get(task.id)!,
      latestFinish: latest.get(task.id)!,
      slack: latest.get(task.id)! - finish.get(task.id)!,
    }),
  )
  const critical = scheduled.filter(task => Math.abs(task.slack) < 1e-9).map(task => task.id)
  const sdDays = Math.sqrt(critical.reduce((sum, id) => sum + ((byId.get(id)!.max - byId.get(id)!.min) / 6) ** 2, 0))
  const chance = (day: number) => (sdDays === 0 ? (day >= days ? 1 : 0) : normalBelow((day - days) / sdDays))
  return ok({
    days,
    critical,
    sdDays,
    tasks: scheduled,
    probBy: askDays.map(day => ({ day, p: chance(day) })),
    conflicts: conflictsOf(tasks, scheduled, capacity),
  })
}

function conflictsOf(
  tasks: readonly Task[],
  scheduled: readonly ScheduledTask[],
  capacity: ReadonlyMap<string, number>,
): Schedule['conflicts'] {
  const times = new Map(scheduled.map(task => [task.id, task]))
  const conflicts: Schedule['conflicts'][number][] = []
  for (const [resource, most] of capacity) {
    const users = tasks.filter(task => task.resource === resource).map(task => times.get(task.id)!)
    const edges = [...new Set(users.flatMap(task => [task.earliestStart, task.earliestFinish]))].sort((a, b) => a - b)
    for (let i = 0; i + 1 < edges.length; i++) {
      const [from, to] = [edges[i]!, edges[i + 1]!]
      const within = users.filter(task => task.earliestStart <= from && task.earliestFinish >= to)
      if (within.length > most) conflicts.push({ resource, tasks: within.map(task => task.id), from, to })
    }
  }
  return conflicts
}
