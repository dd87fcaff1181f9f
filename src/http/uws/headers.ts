import type { HttpRequest } from "uWebSockets.js"
import * as Headers from "effect/http/Headers"

/** Headers of which only the first counts, as in Node: joining them would change their meaning. */
const singletons = new Set([
  "age",
  "authorization",
  "content-length",
  "content-type",
  "etag",
  "expires",
  "from",
  "host",
  "if-modified-since",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "referer",
  "retry-after",
  "server",
  "user-agent"
])

// A constructor with the prototype of effect's headers gives every request the same cheap object shape;
// changing the prototype of a literal would make each one slow to read.
function HeaderRecord() {}
HeaderRecord.prototype = Object.getPrototypeOf(Headers.empty)
const makeRecord = HeaderRecord as unknown as new () => Record<string, string>

export interface ReceivedHeaders {
  readonly headers: Headers.Headers
  /** Bytes of the names and values together; both are Latin-1 or ASCII by then. */
  readonly size: number
  /** Two different lengths were given: what follows the body would be read differently by different readers. */
  readonly ambiguousLength: boolean
}

/** Copies the headers out of a native request, which lives only during its callback. */
export const copyHeaders = (request: HttpRequest): ReceivedHeaders => {
  const headers = new makeRecord()
  let ambiguousLength = false
  let size = 0
  request.forEach((name, value) => {
    size += name.length + value.length
    const before = headers[name]
    if (before === undefined) headers[name] = value
    else if (name === "cookie") headers[name] = `${before}; ${value}`
    else if (!singletons.has(name)) headers[name] = `${before}, ${value}`
    else if (name === "content-length" && before !== value) ambiguousLength = true
  })
  return { headers: headers as unknown as Headers.Headers, size, ambiguousLength }
}
