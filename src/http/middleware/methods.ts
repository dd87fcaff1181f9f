/** Which methods a path takes: the difference between a path that nobody serves and a method that it does not take. */

interface Served {
  readonly method: string
  readonly path: string
}

/** The router's own limit: it finds no route for a path with a longer segment in an id's place, and neither do we. */
const LONGEST_SEGMENT = 100

/** `/trips/:id` as an expression: an id is one segment; a slash at the end does not matter. */
const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path
      .replace(/\/$/, "")
      .replace(/[.+*?^$()[\]{}|\\]/g, "\\$&")
      .replace(/:\w+/g, `[^/]{1,${LONGEST_SEGMENT}}`)}/?$`
  )

export const methodsByPath = (routes: Iterable<Served>): ((path: string) => ReadonlyArray<string>) => {
  const byPath = new Map<string, { readonly pattern: RegExp; readonly methods: Array<string> }>()
  for (const { method, path } of routes) {
    const known = byPath.get(path) ?? { pattern: patternOf(path), methods: [] }
    byPath.set(path, known)
    known.methods.push(method)
    if (method === "GET") known.methods.push("HEAD")
  }
  const served = [...byPath.values()]
  return (path) => served.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)
}
