/** How columns of a data set, with all that is nested in them, are filled: not at all, always the same, or with this and that. */
export type Filling = "empty" | "constant" | "varying"

const leaves = (value: unknown, path: string, add: (path: string, value: unknown) => void): void => {
  if (value === null || value === undefined) return
  if (Array.isArray(value)) {
    for (const one of value) leaves(one, `${path}[]`, add)
  } else if (typeof value === "object" && !(value instanceof Date)) {
    for (const [name, one] of Object.entries(value)) leaves(one, path === "" ? name : `${path}.${name}`, add)
  } else add(path, value instanceof Date ? value.getTime() : value)
}

export const fillings = (rows: ReadonlyArray<object>): ReadonlyMap<string, Filling> => {
  const seen = new Map<string, unknown>()
  const filled = new Map<string, Filling>()
  for (const row of rows) {
    leaves(row, "", (path, value) => {
      if (!seen.has(path)) {
        seen.set(path, value)
        filled.set(path, "constant")
      } else if (seen.get(path) !== value) filled.set(path, "varying")
    })
  }
  return filled
}

/** Columns that differ between two worlds in whether they say anything, in words. */
export const differences = (one: ReadonlyArray<object>, other: ReadonlyArray<object>): ReadonlyArray<string> => {
  const [a, b] = [fillings(one), fillings(other)]
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((path) => (a.get(path) ?? "empty") !== (b.get(path) ?? "empty"))
    .map((path) => `${path}: ${a.get(path) ?? "empty"}, ${b.get(path) ?? "empty"}`)
    .sort()
}
