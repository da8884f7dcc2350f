// Orders that do not depend on the machine's language.

/** Code-unit order of texts. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Ascending, NaN and undefined last. */
export function byNumber(a: number | undefined, b: number | undefined): number {
  const x = a === undefined || Number.isNaN(a) ? Number.POSITIVE_INFINITY : a
  const y = b === undefined || Number.isNaN(b) ? Number.POSITIVE_INFINITY : b
  return x < y ? -1 : x > y ? 1 : 0
}

/** Edit distance of two short texts (Levenshtein), to propose the nearest valid name. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}

/** Names by edit distance; one that begins with the text is a slip of half an edit: `twist` means `twist-like`. */
export const nearest = (text: string, names: readonly string[], most = 3): readonly string[] =>
  names
    .map(name => ({ name, own: name.toLowerCase(), given: text.toLowerCase() }))
    .map(({ name, own, given }) => ({
      name,
      distance: given !== '' && own.startsWith(given) && own !== given ? 0.5 : editDistance(given, own),
    }))
    .toSorted((x, y) => x.distance - y.distance || byText(x.name, y.name))
    .slice(0, most)
    .map(entry => entry.name)
