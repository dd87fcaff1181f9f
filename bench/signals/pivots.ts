/** Ten thousand resident trips that are asked for pivots at a steady rate, whatever else the process does. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TripRuntime } from "../../src/services/trip-runtime.ts"
import { randomOf } from "../../test/support/generated-city.ts"
import { liveTrips, owner } from "../engine/live-trips.ts"
import { allPrepared, REQUESTS } from "../engine/pivots.ts"

export const RESIDENT = 10_000

/** Between two pivots. */
const EVERY_MS = 2

export const residentTrips = Effect.gen(function* () {
  const { trips, runtime } = liveTrips(RESIDENT)
  const context = yield* Layer.build(runtime)
  const service = yield* TripRuntime.pipe(Effect.provide(context))
  yield* service.preload
  yield* allPrepared(service, RESIDENT)
  const random = randomOf(7)

  /**
   * Begins to ask; what is returned stops and gives each pivot's milliseconds. They count from when the pivot was due by the
   * clock, so that all pivots which a busy loop held up are seen to have waited, and not only the first.
   */
  const ask = () => {
    const latencies: Array<number> = []
    let due = performance.now()
    let asked = 0
    const timer = setInterval(() => {
      for (const now = performance.now(); due <= now; due += EVERY_MS) {
        const from = due
        const request = REQUESTS[asked++ % REQUESTS.length]!
        const trip = trips[Math.floor(random() * trips.length)]!
        service.dispatch(trip.id, { _tag: "request_pivot", by: owner, request }, (outcome) => {
          if (outcome._tag !== "offered") throw new Error(`${outcome._tag}: ${JSON.stringify(outcome)}`)
          latencies.push(performance.now() - from)
        })
      }
    }, 1)
    return () => {
      clearInterval(timer)
      return latencies
    }
  }
  return { ask }
})
