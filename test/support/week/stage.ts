/** Where travelers act: a running server by a moved clock. Each of them tells their story; the clock waits for all. */

import { randomUUID } from "node:crypto"
import { personId } from "../person-ids.ts"
import { type Answer, type Server, tokenFor } from "../server.ts"
import type { MovedClock } from "./clock.ts"
import type { Window } from "./record.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
export type Json = any

/** A token lives a day at most; a new one is asked for long before. */
const TOKEN_SECONDS = 86_400
const RENEWED_AFTER = 3_600_000

/** Times that a call is made that cannot be answered now. */
const MOST_ATTEMPTS = 60
const PATIENCE_MS = 1_000

export interface Traveler {
  readonly id: string
  readonly role: string
}

export interface Told {
  readonly body: Json
  readonly at: Window
}

export class Refused extends Error {
  readonly status: number
  readonly body: Json
  constructor(what: string, status: number, body: Json) {
    super(`${what}: ${status} ${JSON.stringify(body)?.slice(0, 600)}`)
    this.status = status
    this.body = body
  }
}

export class Stage {
  readonly server: Server
  readonly clock: MovedClock
  readonly #most: number
  #calling = 0
  readonly #line: Array<() => void> = []
  #telling = 0
  readonly #tokens = new Map<string, { readonly token: string; readonly at: number }>()
  readonly #waiting: Array<{ readonly at: number; readonly go: () => void }> = []
  #moved: (() => void) | undefined

  /** `most` calls are under way at once. */
  constructor(server: Server, clock: MovedClock, most: number) {
    this.server = server
    this.clock = clock
    this.#most = most
  }

  traveler(role = "traveler"): Traveler {
    return { id: personId(), role }
  }

  async token({ id, role }: Traveler): Promise<string> {
    const now = this.clock.now()
    const had = this.#tokens.get(id)
    if (had !== undefined && now - had.at < RENEWED_AFTER) return had.token
    const token = await tokenFor(id, { role, from: this.clock.offset, ttl: TOKEN_SECONDS })
    this.#tokens.set(id, { token, at: now })
    return token
  }

  /** What the server answered, and when. */
  async ask(who: Traveler, method: string, path: string, body?: unknown): Promise<Told> {
    if (this.#calling >= this.#most) await new Promise<void>((resolve) => void this.#line.push(resolve))
    this.#calling++
    try {
      const before = this.clock.now()
      const answer = await this.#patiently(who, method, path, body)
      if (answer.status >= 300) throw new Refused(`${method} ${path}`, answer.status, answer.body)
      return { body: answer.body, at: [before, this.clock.now()] }
    } finally {
      this.#calling--
      this.#line.shift()?.()
    }
  }

  /** As an app does it: what cannot be answered now is asked again, and a write under its own key is done once. */
  async #patiently(who: Traveler, method: string, path: string, body: unknown) {
    const key = randomUUID()
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#call(who, method, path, body, key)
      const later = answer.status === 503 || (answer.status === 409 && answer.body.retry_after_seconds !== undefined)
      if (!later || attempt === MOST_ATTEMPTS) return answer
      await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
    }
  }

  async #call(
    who: Traveler,
    method: string,
    path: string,
    body: unknown,
    key: string
  ): Promise<Pick<Answer, "status" | "body">> {
    const response = await fetch(`${this.server.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.token(who)}`,
        "content-type": "application/json",
        "idempotency-key": key
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await response.text()
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) }
  }

  /** Waits within a story until the clock says so. */
  until(at: number): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ at, go })
      this.#telling--
      this.#moved?.()
    })
  }

  /**
   * Tells all stories to their ends; the clock moves when each of them waits for it, and what takes seconds in a server is over: it
   * would be in the hours that pass.
   */
  async tell(stories: ReadonlyArray<() => Promise<void>>, settled: () => Promise<unknown>): Promise<void> {
    this.#telling = stories.length
    let failure: unknown
    const ends = stories.map((story) =>
      story()
        .catch((cause) => {
          failure ??= cause
        })
        .finally(() => {
          this.#telling--
          this.#moved?.()
        })
    )
    for (;;) {
      while (this.#telling > 0) {
        await new Promise<void>((resolve) => {
          this.#moved = resolve
        })
      }
      if (failure !== undefined) throw failure
      if (this.#waiting.length === 0) break
      const next = Math.min(...this.#waiting.map(({ at }) => at))
      if (next > this.clock.now()) {
        await settled()
        this.clock.moveTo(next)
      }
      const due = this.#waiting.filter(({ at }) => at <= next)
      this.#waiting.splice(0, this.#waiting.length, ...this.#waiting.filter(({ at }) => at > next))
      this.#telling += due.length
      for (const { go } of due) go()
    }
    await Promise.all(ends)
  }
}
