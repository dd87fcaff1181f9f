/** The path of a request, and what of it may be logged. */
import { withoutIds } from "../../domain/ids.ts"

/** Longest part of a path that is logged: ours are shorter, and others' are nobody's business. */
const MOST_LOGGED = 200

export const pathOf = (url: string): string => {
  const query = url.indexOf("?")
  return query === -1 ? url : url.slice(0, query)
}

export const loggable = (path: string): string => withoutIds(path.slice(0, MOST_LOGGED))
