/** Hosts and their turns: one request at a time, no closer together than each allows, and none while it asks to be left alone. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { decodeText } from "../../domain/web/charset.ts"
import { ALLOWS_ALL, ALLOWS_NOTHING, type Robots, readRobots } from "../../domain/web/robots.ts"
import { WebRefused, type WebRequest } from "../../services/polite-web.ts"
import { type Exchange, exchange } from "./exchange.ts"

export interface PoliteWebOptions {
  /** Hosts that may be asked, by name and port where it is not the usual one. */
  readonly hosts: ReadonlySet<string>
  /** Of those, the names that may be at inner addresses. */
  readonly inner: ReadonlySet<string>
  /** Who we are, and where one can complain. */
  readonly userAgent: string
  readonly maxBytes?: number
  readonly timeoutMs?: number
  /** How many times faster than connectors state those at inner addresses are asked: they are one's own. */
  readonly pace?: number
}

const MAX_BYTES = 8 * 1024 * 1024
const TIMEOUT_MS = 20_000
const MOST_TRIES = 3
const FIRST_WAIT_MS = 2_000
/** Who asks to be left alone for longer is left alone until the next run. */
const LONGEST_WAIT_MS = 120_000
const ROBOTS_KEPT_MS = 86_400_000
const MOST_HOSTS = 1_000
const MOST_ROBOTS_REDIRECTS = 5
/** A program that names itself by its first word. */
const agentName = (userAgent: string) => userAgent.split(/[/\s]/)[0]!

export interface Host {
  readonly gate: Semaphore.Semaphore
  nextAt: number
  /** Left alone until then, as it asked. */
  awayUntil: number
  /** What it asks for, by the protocol that it was asked with: those are two sites. */
  readonly robots: Map<string, { readonly said: Robots; readonly at: number }>
}

export const refused = (reason: WebRefused["reason"], message: string, status?: number) =>
  new WebRefused({ reason, message, ...(status === undefined ? {} : { status }) })

export const header = ({ headers }: Exchange, name: string): string | undefined => {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** How long the host asks to be left alone, in milliseconds. */
const askedWait = (answer: Exchange, now: number): number | undefined => {
  const said = header(answer, "retry-after") ?? header(answer, "x-ratelimit-reset")
  if (said === undefined) return undefined
  const seconds = Number(said)
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(said) - now
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined
}

const asking = (options: PoliteWebOptions) => (url: URL, request: WebRequest) =>
  Effect.tryPromise({
    try: (signal) =>
      exchange(
        url,
        {
          method: request.method ?? "GET",
          body: request.body,
          headers: {
            "user-agent": options.userAgent,
            ...request.headers,
            ...(request.etag === undefined ? {} : { "if-none-match": request.etag }),
            ...(request.lastModified === undefined ? {} : { "if-modified-since": request.lastModified })
          },
          maxBytes: options.maxBytes ?? MAX_BYTES,
          timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
          inner: options.inner,
          into: request.into
        },
        signal
      ),
    catch: (error) => (error instanceof WebRefused ? error : refused("unreachable", String(error)))
  })

export const makeTurns = (options: PoliteWebOptions) => {
  const once = asking(options)
  const paceOf = ({ hostname }: URL) => (options.inner.has(hostname) ? (options.pace ?? 1) : 1)
  const hosts = new Map<string, Host>()
  const hostOf = (name: string): Host => {
    const known = hosts.get(name)
    if (known !== undefined) return known
    if (hosts.size >= MOST_HOSTS) hosts.delete(hosts.keys().next().value!)
    const fresh: Host = { gate: Semaphore.makeUnsafe(1), nextAt: 0, awayUntil: 0, robots: new Map() }
    hosts.set(name, fresh)
    return fresh
  }

  /** Waits for the host's turn: never two requests at once, nor closer together than its rate. */
  const inTurn = Effect.fnUntraced(function* (host: Host, url: URL, request: WebRequest) {
    const now = yield* Clock.currentTimeMillis
    if (host.awayUntil - now > LONGEST_WAIT_MS) {
      return yield* refused("rate", `${url.host} asked to be left alone for a while, and is.`)
    }
    const at = Math.max(host.nextAt, host.awayUntil)
    if (at > now) yield* Effect.sleep(at - now)
    const gap =
      Math.max(60_000 / request.perMinute, (host.robots.get(url.protocol)?.said.delay ?? 0) * 1000) / paceOf(url)
    host.nextAt = (yield* Clock.currentTimeMillis) + gap
    return yield* once(url, request)
  })

  const withRetries = Effect.fnUntraced(function* (host: Host, url: URL, request: WebRequest) {
    for (let tries = 1; ; tries++) {
      const answer = yield* inTurn(host, url, request)
      if (answer.status !== 429 && answer.status < 500) return answer
      const now = yield* Clock.currentTimeMillis
      const wait = askedWait(answer, now) ?? (FIRST_WAIT_MS * 2 ** (tries - 1)) / paceOf(url)
      host.awayUntil = now + wait
      if (tries >= MOST_TRIES || wait > LONGEST_WAIT_MS) {
        return yield* refused(
          answer.status === 429 ? "rate" : "status",
          `${url.host} answers ${answer.status}, also when it is asked again later.`,
          answer.status
        )
      }
    }
  })

  /** The file itself, also where it stands somewhere else; undefined where nobody says what is in it. */
  const robotsFile = Effect.fnUntraced(function* (host: Host, from: URL, perMinute: number) {
    let url = from
    for (let redirects = 0; redirects <= MOST_ROBOTS_REDIRECTS; redirects++) {
      const answer = yield* inTurn(url.host === from.host ? host : hostOf(url.host), url, { url: "", perMinute })
      const location = header(answer, "location")
      if (answer.status < 300 || answer.status >= 400 || location === undefined) return answer
      if (!URL.canParse(location, url)) return undefined
      url = new URL(location, url)
      // Nobody but the hosts that were named is asked, and what they send us to is not known then.
      if (!/^https?:$/.test(url.protocol) || url.username !== "" || !options.hosts.has(url.host)) return undefined
    }
    return undefined
  })

  /** What the host asks of us. One that cannot say so is left alone; one that has no such file asks for nothing. */
  const robotsOf = Effect.fnUntraced(function* (host: Host, url: URL, request: WebRequest) {
    const now = yield* Clock.currentTimeMillis
    const known = host.robots.get(url.protocol)
    if (known !== undefined && now - known.at < ROBOTS_KEPT_MS) return known.said
    const answer = yield* robotsFile(host, new URL("/robots.txt", url), request.perMinute).pipe(
      Effect.orElseSucceed(() => undefined)
    )
    const said =
      answer === undefined || answer.status >= 500 || answer.status === 429
        ? ALLOWS_NOTHING
        : answer.status >= 300
          ? ALLOWS_ALL
          : readRobots(decodeText(answer.bytes, header(answer, "content-type")), agentName(options.userAgent))
    host.robots.set(url.protocol, { said, at: said === ALLOWS_NOTHING ? now - ROBOTS_KEPT_MS + LONGEST_WAIT_MS : now })
    return said
  })

  return { hostOf, withRetries, robotsOf }
}
