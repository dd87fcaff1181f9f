/** Pivots of ten thousand resident trips, asked in this process: ask, decide, log, reply. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { readOffer } from "../../src/domain/pivot/model.ts"
import type { TripCommand } from "../../src/domain/trip/commands.ts"
import { TripRuntime } from "../../src/services/trip-runtime.ts"
import { randomOf } from "../../test/support/generated-city.ts"
import { percentile } from "../percentile.ts"
import { liveTrips, owner } from "./live-trips.ts"

/** Every so many pivots the loop is given back, as a socket's next frame would. */
const BURST = 16

export const REQUESTS = [
  { trigger: "venue_closed" },
  { trigger: "weather", detail: { condition: "rain" } },
  { trigger: "transit", detail: { delay_minutes: 35 } },
  { trigger: "mood", detail: { mood: "calm" } },
  { trigger: "mood", detail: { mood: "hungry" } }
] as const

const breathe = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))

/** Waits until all trips that were brought in have their fallbacks. */
export const allPrepared = (service: typeof TripRuntime.Service, resident: number) =>
  // Two turns for each trip: its world is known, and its fallbacks are there.
  Effect.repeat(service.status, {
    until: ([status]) => status!.turns >= 2 * resident,
    schedule: Schedule.spaced("200 millis")
  })

export const pivotCosts = (resident: number, pivots: number) => {
  const { trips, runtime } = liveTrips(resident)
  return Effect.gen(function* () {
    const service = yield* TripRuntime
    const loading = performance.now()
    yield* service.preload
    const loaded = performance.now() - loading
    yield* allPrepared(service, resident)
    const prepared = performance.now() - loading
    const [status] = yield* service.status
    const random = randomOf(7)
    const latencies = new Map<string, Array<number>>(REQUESTS.map((one) => [one.trigger, []]))
    const sources = new Map<string, number>()
    let empty = 0
    const warmUp = Math.min(5_000, pivots)
    const cpu = process.cpuUsage()
    const started = performance.now()
    for (let n = 0; n < pivots + warmUp; n++) {
      const request = REQUESTS[n % REQUESTS.length]!
      const command: TripCommand = { _tag: "request_pivot", by: owner, request }
      const trip = trips[Math.floor(random() * trips.length)]!
      const at = performance.now()
      service.dispatch(trip.id, command, (outcome) => {
        if (outcome._tag !== "offered") throw new Error(`${outcome._tag}: ${JSON.stringify(outcome)}`)
        if (n < warmUp) return
        latencies.get(request.trigger)!.push(performance.now() - at)
        const offer = readOffer(outcome.offer)
        sources.set(offer.source, (sources.get(offer.source) ?? 0) + 1)
        if (offer.options.length === 0) empty++
      })
      if (n % BURST === 0) yield* breathe
    }
    const wall = performance.now() - started
    const used = process.cpuUsage(cpu)
    const all = [...latencies.values()].flat()
    return {
      rows: [...latencies, ["all", all] as const].map(([trigger, list]) => [
        trigger,
        list.length,
        percentile(list, 0.5) * 1_000,
        percentile(list, 0.99) * 1_000,
        Math.max(...list.slice(0, 100_000)) * 1_000
      ]),
      p99Millis: percentile(all, 0.99),
      cpuMicros: (used.user + used.system) / (pivots + warmUp),
      perSecond: ((pivots + warmUp) / wall) * 1_000,
      precomputed: (sources.get("precomputed") ?? 0) / all.length,
      empty: empty / all.length,
      kibPerTrip: status!.bytes / status!.resident / 1_024,
      loadedMillis: loaded,
      preparedMillis: prepared
    }
  }).pipe(Effect.provide(runtime), Effect.scoped)
}
