/** Everything that a program needs to talk to an Overplanned server, for browsers and for Node, without a build. */
import { ServerClock } from "./clock.ts"
import { makeHttp } from "./http.ts"
import { type Problem, WORDS, type Words } from "./problem.ts"
import { Queue, type QueueOptions } from "./queue.ts"
import { type SharedOptions, SharedTrip } from "./shared.ts"
import { type StreamOptions, TripStream } from "./stream.ts"
import { TokenKeeper } from "./tokens.ts"

export { ServerClock } from "./clock.ts"
export type * from "./contract.ts"
export type { Answer, OperationName, Request } from "./http.ts"
export { newId } from "./ids.ts"
export { Problem, problemText, type Words } from "./problem.ts"
export { type Entry, Queue, type Queued, type QueueStore } from "./queue.ts"
export { type SharedPlan, SharedTrip } from "./shared.ts"
export { type StreamState, streamAddress, TripStream, Unanswered } from "./stream.ts"
export { claimsOf, TokenKeeper } from "./tokens.ts"

export interface ClientOptions {
  /** Such as `https://trips.example`; in a page, that page's own server where it is left out. */
  readonly origin?: string | undefined
  /** Left out, only what is open to everybody can be asked. */
  readonly token?: string | undefined
  /** Hears of every renewed token, to keep it. */
  readonly onToken?: ((token: string) => void) | undefined
  /**
   * Hears when the token is no longer good and renewing it was refused: time to sign in again. Nothing that was acknowledged is
   * lost. Where nobody answers whether it may be renewed, that is a problem that will pass, and is not told here.
   */
  readonly onSignedOut?: ((problem: Problem) => void) | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
  /** What the client says itself, in other words or another language. */
  readonly words?: Words | undefined
  /** Longest that a request, or opening a live connection, may take. */
  readonly timeoutMillis?: number | undefined
}

export const makeClient = (options: ClientOptions = {}) => {
  const origin = options.origin ?? globalThis.location?.origin ?? "http://127.0.0.1:8000"
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis)
  const clock = new ServerClock()
  const { timeoutMillis, words = WORDS } = options
  const shared = { origin, clock, fetch, words, timeoutMillis }
  // Renewing takes a road of its own: the token in it may have run out.
  const nobody = makeHttp({ ...shared, tokens: new TokenKeeper(undefined, async () => undefined) })
  const tokens = new TokenKeeper(options.token, async (token) => {
    try {
      return (await nobody.call("begin.renewToken", { body: { token }, key: null })).token
    } catch (error) {
      if ((error as Problem).status === 401) return undefined
      throw error
    }
  })
  if (options.onToken !== undefined) tokens.onToken(options.onToken)
  const http = makeHttp({ ...shared, tokens, onSignedOut: options.onSignedOut })
  return {
    ...http,
    origin,
    tokens,
    clock,
    /** Opens the live connection of a trip. */
    stream: (one: Omit<StreamOptions, "origin" | "tokens">) =>
      new TripStream({ timeoutMillis, ...one, origin, tokens }),
    /** Follows a plan that somebody shared by a link; no token is needed. */
    shared: (one: Omit<SharedOptions, "origin" | "http">) => new SharedTrip({ timeoutMillis, ...one, origin, http }),
    /** A queue for what is said without a network. */
    queue: (one: Omit<QueueOptions, "http" | "clock"> = {}) => new Queue({ ...one, http, clock, words })
  }
}

export type Client = ReturnType<typeof makeClient>
