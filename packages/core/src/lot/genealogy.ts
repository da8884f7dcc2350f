// What came from what: material, donor, equipment, vector, lot, container, person. Forward it is a recall, both ways a trace.

/** From what went in to what came out. Names are `kind:id`. */
export type Edge = readonly [from: string, to: string]

/** Everything that `start` reached, in code-unit order; `start` itself is not listed. Linear in the edges. */
export function reachedFrom(edges: Iterable<Edge>, start: string): readonly string[] {
  const next = new Map<string, string[]>()
  for (const [from, to] of edges) {
    const held = next.get(from)
    if (held === undefined) next.set(from, [to])
    else held.push(to)
  }
  const seen = new Set([start])
  const queue = [start]
  for (let at = queue.pop(); at !== undefined; at = queue.pop())
    for (const to of next.get(at) ?? [])
      if (!seen.has(to)) {
        seen.add(to)
        queue.push(to)
      }
  seen.delete(start)
  return [...seen].sort()
}

/** Everything that went into `end`. */
export const originsOf = (edges: Iterable<Edge>, end: string): readonly string[] =>
  reachedFrom(
    Array.from(edges, ([from, to]): Edge => [to, from]),
    end,
  )
