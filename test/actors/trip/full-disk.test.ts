/** What a trip still answers while its journal's disk takes nothing, and what has to wait for room. */
import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { SlotId } from "../../../src/domain/ids.ts"
import { type OfferText, readOffer } from "../../../src/domain/pivot/model.ts"
import type { TripReply } from "../../../src/domain/trip/commands.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { Journal } from "../../../src/services/journal.ts"
import { type TripFailure, TripRuntime } from "../../../src/services/trip-runtime.ts"
import { owner } from "../../domain/trip/fixtures.ts"
import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { create, Outage, process, seedCity, tripNumber } from "./harness.ts"

/** A clock that can be set. */
class SetClock {
  behindMillis = 0
  readonly clock: Clock.Clock
  constructor() {
    const real = Clock.Clock.defaultValue()
    const now = () => real.currentTimeMillisUnsafe() - this.behindMillis
    this.clock = Object.assign(Object.create(real), {
      currentTimeMillisUnsafe: now,
      currentTimeMillis: Effect.sync(now)
    })
  }
}

const fill = (disk: FragileDisk) => {
  disk.capacity = disk.files.values().reduce((sum, { bytes }) => sum + bytes.length, 0)
}

const availability = (wanted: boolean) =>
  Effect.gen(function* () {
    const { available } = yield* (yield* Journal).status
    return available === wanted
  }).pipe(
    Effect.repeat({ until: (done) => done, schedule: Schedule.spaced(5), times: 10_000 }),
    Effect.map((done) => assert.isTrue(done, `the journal's disk ${wanted ? "takes" : "refuses"} writes`))
  )

const pivotAt = (slot_id: SlotId) =>
  ({ _tag: "request_pivot", by: owner, request: { trigger: "venue_closed", slot_id } }) as const

const offered = (reply: TripReply) => {
  if (reply._tag !== "offered") throw new Error(`answered ${reply._tag}`)
  return readOffer((reply as { offer: OfferText }).offer)
}

const statusOf = (trip: TripState) =>
  Effect.gen(function* () {
    const reply = yield* (yield* TripRuntime).ask(trip.id, { _tag: "read", by: owner })
    return reply._tag === "trip" ? reply.trip.status : reply._tag
  })

/** As streams ask. */
const dispatched = (trip: TripState, slot: SlotId) =>
  Effect.flatMap(TripRuntime, (trips) =>
    Effect.callback<TripReply, TripFailure>((resume) =>
      trips.dispatch(trip.id, pivotAt(slot), (outcome) =>
        resume(outcome instanceof Error ? Effect.fail(outcome) : Effect.succeed(outcome))
      )
    )
  )

await contractSuite("A full disk", { local: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("holds up no pivot of a trip that should have started by now, whose start and answers wait for room", () =>
    Effect.gen(function* () {
      yield* seedCity
      const trip = tripNumber(1, { status: "confirmed" })
      const [first, second, third] = trip.slots.map(({ id }) => id)
      const set = new SetClock()
      const disk = new FragileDisk()
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        // It is made before its first day, and then that day has long come.
        set.behindMillis = Date.now() - Date.UTC(2019, 5, 1)
        yield* trips.ask(trip.id, create(trip))
        assert.strictEqual(yield* statusOf(trip), "confirmed")
        fill(disk)
        set.behindMillis = 0

        // The first write that the disk refuses is the trip's start.
        offered(yield* trips.ask(trip.id, pivotAt(second!)))
        yield* availability(false)
        // And then the journal takes none.
        const offer = offered(yield* trips.ask(trip.id, pivotAt(first!)))
        offered(yield* dispatched(trip, third!))
        assert.strictEqual(yield* statusOf(trip), "confirmed")
        const accepts = {
          _tag: "respond_pivot",
          by: owner,
          pivot_id: offer.pivot_id,
          response: "accept",
          option_id: offer.options[0]!.option_id
        } as const
        const refused = yield* Effect.flip(trips.ask(trip.id, accepts))
        assert.strictEqual(refused._tag, "WriteRefused")

        disk.capacity = Number.POSITIVE_INFINITY
        yield* availability(true)
        assert.strictEqual((yield* trips.ask(trip.id, accepts))._tag, "changed")
        yield* trips.ask(trip.id, pivotAt(third!))
        assert.strictEqual(yield* statusOf(trip), "active")
      }).pipe(Effect.provide(process(disk, new Outage())), Effect.provideService(Clock.Clock, set.clock))
    })
  )
})

await contractSuite("A disk that hangs", { local: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("holds up no pivot of a trip that should have started by now", () =>
    Effect.gen(function* () {
      yield* seedCity
      const set = new SetClock()
      const waiting: Array<() => void> = []
      let hangs = false
      const disk = new FragileDisk((done) => (hangs ? void waiting.push(done) : void setImmediate(done)))
      const goOn = Effect.sync(() => {
        hangs = false
        for (const done of waiting.splice(0)) done()
      })
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const ways = [
          (trip: TripState, slot: SlotId) => trips.ask(trip.id, pivotAt(slot)),
          (trip: TripState, slot: SlotId) => dispatched(trip, slot)
        ]
        for (const [n, asked] of ways.entries()) {
          const trip = tripNumber(n + 1, { status: "confirmed" })
          const [first, second] = trip.slots.map(({ id }) => id)
          set.behindMillis = Date.now() - Date.UTC(2019, 5, 1)
          yield* trips.ask(trip.id, create(trip))
          assert.strictEqual(yield* statusOf(trip), "confirmed")
          hangs = true
          set.behindMillis = 0
          // Its start is on its way to the disk, and nobody knows whether it gets there.
          offered(yield* asked(trip, second!))
          offered(yield* asked(trip, first!))
          yield* goOn
          assert.strictEqual(yield* statusOf(trip), "active")
        }
      }).pipe(
        Effect.ensuring(goOn),
        Effect.provide(process(disk, new Outage())),
        Effect.provideService(Clock.Clock, set.clock)
      )
    })
  )
})
