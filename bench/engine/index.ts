/** What the actor engine costs: an ask, a pivot in process, and an idle actor's memory. */

import * as Effect from "effect/Effect"
import * as ActorKindList from "../../src/cases/health/actor-kind-list.ts"
import { type Benchmark, numberFlag } from "../benchmark.ts"
import { askCosts } from "./ask.ts"
import { bareMemory, engineMemory, tripMemory } from "./memory.ts"
import { pivotCosts } from "./pivots.ts"

const KIB = 1_024
const GIB = 1_024 ** 3

const ASK_MICROS = 3
const TRIP_KIB = 14
const PIVOT_TRIPS = 10_000
const PIVOT_MILLIS = 0.5
const RESIDENT = 100_000
const RESIDENT_GIB = 1.9

export const benchmark: Benchmark = {
  summary: "an ask of an idle actor, and the memory of actors that wait",
  options: [
    "--calls <n>   asks per round (default 300000)",
    "--pivots <n>  pivots asked (default 40000)",
    `--trips <n>   resident trips for the memory of many (default ${RESIDENT})`
  ],
  run: (args) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const asks = yield* askCosts(numberFlag(args, "calls", 300_000))
        const count = numberFlag(args, "trips", RESIDENT)
        const pivots = yield* pivotCosts(PIVOT_TRIPS, numberFlag(args, "pivots", 40_000))
        const fiber = yield* bareMemory(20_000)
        const cell = yield* engineMemory(100_000)
        const plain = yield* tripMemory(5_000, { fallbacks: false })
        const full = yield* tripMemory(count, { fallbacks: true })
        const perSecond = (micros: number) => 1e6 / micros
        const row = (name: string, micros: number) => [name, micros, perSecond(micros), asks.bare / micros]
        return {
          tables: [
            {
              title: "Asking an idle actor, one command after another",
              columns: ["how", "µs per ask", "asks per second", "times the bare fiber"],
              rows: [
                row("engine, without an Effect, one actor", asks.sync),
                row("engine, without an Effect, 10,000 actors in turn", asks.many),
                row("engine, as an Effect", asks.effect),
                row("engine, as an Effect, an event in the log each time", asks.logged),
                row("bare fiber + Queue + Deferred", asks.bare)
              ]
            },
            {
              title: `Pivots of ${PIVOT_TRIPS.toLocaleString("en-US")} resident trips, in process, journal on`,
              columns: ["trigger", "pivots", "p50, µs", "p99, µs", "worst, µs"],
              rows: pivots.rows
            },
            {
              title: "Memory of one idle actor",
              columns: ["what", "KiB"],
              rows: [
                ["bare fiber + Queue", fiber / KIB],
                ["an actor's own part: its place, its fiber, its scope", cell / KIB],
                ["trip, 5 days of 5 stops with narratives, 2 members", plain.perActor / KIB],
                ["the same with all its fallbacks", full.perActor / KIB],
                ["the same, as the memory budget estimates it", full.estimated / KIB]
              ]
            }
          ],
          bars: [
            {
              name: "an ask of an idle actor",
              wanted: `at most ${ASK_MICROS} µs`,
              measured: `${asks.effect.toFixed(2)} µs`,
              met: asks.effect <= ASK_MICROS
            },
            {
              name: "a pivot in process, p99",
              wanted: `under ${PIVOT_MILLIS} ms`,
              measured: `${pivots.p99Millis.toFixed(3)} ms`,
              met: pivots.p99Millis < PIVOT_MILLIS
            },
            {
              name: "an idle trip with all its fallbacks, its fiber and its scope",
              wanted: `at most ${TRIP_KIB} KiB`,
              measured: `${(full.perActor / KIB).toFixed(1)} KiB`,
              met: full.perActor <= TRIP_KIB * KIB
            },
            {
              name: `${count.toLocaleString("en-US")} resident trips`,
              wanted: `under ${RESIDENT_GIB} GiB`,
              measured: `${(full.rss / GIB).toFixed(2)} GiB of the whole process`,
              met: full.rss < RESIDENT_GIB * GIB
            }
          ],
          notes: [
            `Pivots: ${pivots.cpuMicros.toFixed(0)} µs of CPU each with the journal's part, ${(pivots.precomputed * 100).toFixed(0)} % from prepared fallbacks, ${(pivots.empty * 100).toFixed(1)} % with no safe option.`,
            `Bringing the trips in took ${(pivots.loadedMillis / 1_000).toFixed(1)} s, with all their fallbacks ${(pivots.preparedMillis / 1_000).toFixed(1)} s; a trip then holds ${pivots.kibPerTrip.toFixed(1)} KiB by the budget's estimate.`
          ]
        }
      }).pipe(Effect.provide(ActorKindList.layer))
    )
}
