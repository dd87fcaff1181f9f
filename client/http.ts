/** The HTTP contract, typed: one call for every operation, with its parameters, its body and its answer. */
import { sleep } from "./back-off.ts"
import type { ServerClock } from "./clock.ts"
import type { Operations } from "./contract.ts"
import { newId } from "./ids.ts"
import { Problem, type ProblemDocument, WORDS, type Words } from "./problem.ts"
import { ROUTES } from "./routes.ts"
import type { TokenKeeper } from "./tokens.ts"

export type OperationName = keyof Operations

/** Parameters as they are given: numbers become text on their way. */
type Given<P> = P extends undefined ? undefined : { readonly [K in keyof P]: P[K] | number }

type Part<K extends string, V> = [V] extends [undefined]
  ? { readonly [key in K]?: undefined }
  : {} extends V
    ? { readonly [key in K]?: V }
    : { readonly [key in K]: V }

export interface Extras {
  /** The `state_version` that a change is based on. */
  readonly ifMatch?: number | undefined
  /** Makes sending it again harmless. Left out, a write gets one of its own; `null` sends none, for answers that nobody may keep. */
  readonly key?: string | null | undefined
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined
}

export type Request<O extends OperationName> = Part<"path", Operations[O]["path"]> &
  Part<"query", Given<Operations[O]["query"]>> &
  Part<"body", Operations[O]["body"]> &
  Extras

export type Answer<O extends OperationName> = Operations[O]["answer"]

export interface HttpOptions {
  /** Such as `https://trips.example`; empty for the page's own server. */
  readonly origin: string
  readonly tokens: TokenKeeper
  readonly clock?: ServerClock | undefined
  readonly fetch: typeof globalThis.fetch
  readonly words?: Words | undefined
  /** Longest that a request may take. */
  readonly timeoutMillis?: number | undefined
  /** Hears of a token that is no longer good and could not be renewed. */
  readonly onSignedOut?: ((problem: Problem) => void) | undefined
}

const TIMEOUT_MS = 30_000

/** A server that is busy is asked again, this often and no later than this; whoever wants more asks again themselves. */
const MOST_RETRIES = 2
const LONGEST_RETRY_WAIT_MS = 5_000

// biome-ignore lint/suspicious/noExplicitAny: parts of a request whose types are those of its operation.
type Loose = any

const addressOf = (path: string, parts: Readonly<Record<string, unknown>> = {}, query: Loose = {}): string => {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parts[name])))
  const given = Object.entries<Loose>(query).filter(([, value]) => value !== undefined)
  if (given.length === 0) return filled
  return `${filled}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}

const parsed = (text: string): Loose => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const NO_CONTENT = 204

const reaching = (words: Words) => {
  const away = () => new Problem({ detail: words.unreachable }, 0)

  /** What somebody does with the network: where it breaks off in the middle, nobody answered. */
  const reached = async <A>(given: Loose, work: Promise<A>): Promise<A> => {
    try {
      return await work
    } catch {
      if (given.signal?.aborted) throw given.signal.reason
      throw away()
    }
  }

  /** A success says what it came to in JSON. A page instead is of whoever stands between, such as a hotel's network: nothing was done. */
  const readBody = async (response: Response, given: Loose): Promise<Loose> => {
    const answer = parsed(await reached(given, response.text()))
    if (response.ok && response.status !== NO_CONTENT && answer === undefined) throw away()
    return answer
  }

  const readFile = (response: Response, given: Loose): Promise<Blob> => {
    if (response.headers.get("content-type")?.startsWith("application/json") !== true) throw away()
    return reached(given, response.blob())
  }

  return { reached, readBody, readFile }
}

/** Milliseconds after which it makes sense to ask again; undefined where it does not. */
const retryAfter = (status: number, document: ProblemDocument | undefined): number | undefined => {
  if (status !== 503 && status !== 429 && document?.type?.endsWith(":request-under-way") !== true) return undefined
  const wait = (document?.retry_after_seconds ?? 1) * 1000
  return wait > LONGEST_RETRY_WAIT_MS ? undefined : wait
}

/** Nobody said whether the token may be renewed: who asked is still signed in, and asks again when somebody answers. */
const notRenewed = (error: unknown, words: Words): Problem => {
  if (!(error instanceof Problem)) return new Problem({ detail: words.unreachable }, 0)
  return error.isAway ? error : new Problem({ ...error.document, status: 503 }, 503, words)
}

/** Answers that were read once, with the `ETag` they came with: who asks again is answered without the body. */
const MOST_REMEMBERED = 60

export const makeHttp = (options: HttpOptions) => {
  const { tokens, words = WORDS } = options
  const remembered = new Map<string, { readonly etag: string; readonly answer: unknown }>()

  const { reached, readBody, readFile } = reaching(words)

  const once = async (method: string, address: string, given: Loose, key: string | undefined) => {
    const { token } = tokens
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
    if (given.body !== undefined) headers["content-type"] = "application/json"
    if (key !== undefined) headers["idempotency-key"] = key
    if (given.ifMatch !== undefined) headers["if-match"] = String(given.ifMatch)
    const known = method === "GET" ? remembered.get(address) : undefined
    if (known !== undefined) headers["if-none-match"] = known.etag
    const late = AbortSignal.timeout(options.timeoutMillis ?? TIMEOUT_MS)
    const body = given.body === undefined ? null : JSON.stringify(given.body)
    const signal = given.signal === undefined ? late : AbortSignal.any([late, given.signal])
    const response = await reached(
      given,
      options.fetch(`${options.origin}${address}`, { method, headers, body, signal })
    )
    options.clock?.hear(response.headers.get("date"))
    return { response, token, known }
  }

  const remember = (address: string, etag: string | null, answer: unknown) => {
    remembered.delete(address)
    if (etag === null) return
    remembered.set(address, { etag, answer })
    if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value!)
  }

  const send = async (method: string, address: string, given: Loose): Promise<unknown> => {
    const key = method === "GET" ? undefined : given.key === null ? undefined : (given.key ?? newId())
    // What must not be done twice is sent once: without a key, and to be read by nobody else, it is not asked again.
    const mayRepeat = method === "GET" || key !== undefined
    let hasRenewed = false
    for (let attempt = 0; ; ) {
      tokens.look()
      const { response, token, known } = await once(method, address, given, key)
      if (response.status === 304 && known !== undefined) return known.answer
      if (response.ok && given.asFile) return readFile(response, given)
      const answer = await readBody(response, given)
      if (response.ok) {
        if (method === "GET") remember(address, response.headers.get("etag"), answer)
        return answer
      }
      const problem = new Problem(answer, response.status, words)
      if (response.status === 401 && token !== undefined && !hasRenewed) {
        hasRenewed = true
        const renewed = await tokens.renewed(token).catch((error: unknown) => {
          throw notRenewed(error, words)
        })
        if (renewed !== undefined) continue
        options.onSignedOut?.(problem)
      }
      const wait = mayRepeat && attempt < MOST_RETRIES ? retryAfter(response.status, answer) : undefined
      if (wait === undefined) throw problem
      attempt++
      await sleep(wait * (0.75 + Math.random() / 2))
    }
  }

  return {
    /** Asks for one operation. A refusal is a `Problem`. */
    call: <O extends OperationName>(
      operation: O,
      ...[given]: {} extends Request<O> ? [Request<O>?] : [Request<O>]
    ): Promise<Answer<O>> => {
      const [method, path] = ROUTES[operation]
      const parts: Loose = given ?? {}
      return send(method, addressOf(path, parts.path, parts.query), parts) as Promise<Answer<O>>
    },
    /** The answer as a file. */
    file: (operation: "people.export"): Promise<Blob> => {
      const [method, path] = ROUTES[operation]
      return send(method, path, { asFile: true }) as Promise<Blob>
    },
    /** Forgets what was read: somebody else may be next. */
    forget: () => remembered.clear()
  }
}

export type Http = ReturnType<typeof makeHttp>
