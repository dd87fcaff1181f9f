/** A traveler of a replay: a trip over HTTP, its stream over a WebSocket as a browser opens it. */
import * as Effect from "effect/Effect"
import { Refused } from "../refused.ts"
import type { OptionShown, TripShown } from "./verify.ts"

export interface FrameHeard {
  readonly type: string
  readonly id?: string
  readonly pivot_id?: string
  readonly options?: ReadonlyArray<OptionShown>
  readonly problem?: { readonly detail?: string }
}

/** One call of the API; what it refuses ends the replay with the server's own words. */
export const call = <A>(base: string, token: string, method: string, path: string, body?: unknown) =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(`${base}${path}`, {
        method,
        signal,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      const answer = (await response.json()) as A & { readonly detail?: string }
      if (!response.ok) throw new Error(answer.detail ?? `status ${response.status}`)
      return answer as A
    },
    catch: (cause) =>
      new Refused({ message: `${method} ${path} at ${base}: ${cause instanceof Error ? cause.message : cause}` })
  })

/** Longest that a traveler waits for an answer; the slowest that is promised is 5 s. */
export const PATIENCE_MS = 10_000

export class Traveler {
  trip: TripShown
  readonly token: string
  readonly #base: string
  readonly #socket: WebSocket
  readonly #heard: Array<(frame: FrameHeard) => boolean> = []

  private constructor(base: string, token: string, trip: TripShown, socket: WebSocket) {
    this.#base = base
    this.token = token
    this.trip = trip
    this.#socket = socket
    socket.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(String(data)) as FrameHeard
      const at = this.#heard.findIndex((wanted) => wanted(frame))
      if (at >= 0) this.#heard.splice(at, 1)
    })
  }

  static readonly arrive = Effect.fnUntraced(function* (
    base: string,
    token: string,
    wish: { readonly city: string; readonly start_date: string; readonly days: number }
  ) {
    const made = yield* call<TripShown & { readonly status: string }>(base, token, "POST", "/api/v1/trips", wish)
    if (made.status !== "active") {
      yield* call(base, token, "PATCH", `/api/v1/trips/${made.id}`, { status: "active" })
    }
    const url = `${base.replace(/^http/, "ws")}/ws/trips/${made.id}/pivot-stream`
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => new WebSocket(url, ["overplanned.v1", `bearer.${token}`])),
      (open) => Effect.sync(() => open.close())
    )
    const traveler = new Traveler(base, token, made, socket)
    const hello = yield* traveler.hears((frame) => frame.type === "hello")
    if (hello === undefined) return yield* new Refused({ message: `No stream of trip ${made.id} at ${url}.` })
    return traveler
  })

  /** The stops ahead, soonest first. */
  get ahead() {
    return this.trip.days
      .flatMap((day) => day.slots)
      .filter((slot) => Date.parse(slot.starts_at) > Date.now())
      .toSorted((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at))
  }

  /** The next frame that fits; nothing, if none comes in time. */
  hears(fits: (frame: FrameHeard) => boolean, withinMillis = PATIENCE_MS): Effect.Effect<FrameHeard | undefined> {
    return Effect.callback((resume) => {
      const wanted = (frame: FrameHeard) => {
        if (!fits(frame)) return false
        clearTimeout(timer)
        resume(Effect.succeed(frame))
        return true
      }
      const timer = setTimeout(() => {
        this.#heard.splice(this.#heard.indexOf(wanted), 1)
        resume(Effect.succeed(undefined))
      }, withinMillis)
      this.#heard.push(wanted)
    })
  }

  says(frame: object): Effect.Effect<FrameHeard | undefined> {
    const id = crypto.randomUUID()
    const answer = this.hears((heard) => heard.id === id)
    return Effect.andThen(
      Effect.sync(() => this.#socket.send(JSON.stringify({ id, ...frame }))),
      answer
    )
  }

  readonly looks = Effect.suspend(() =>
    Effect.tap(call<TripShown>(this.#base, this.token, "GET", `/api/v1/trips/${this.trip.id}`), (trip) =>
      Effect.sync(() => {
        this.trip = trip
      })
    )
  )
}
