/** Trips and what goes on in their city: who is told, once, whatever stumbles on the way; and what is prepared anew. */
import { assert } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { ActorUnavailable } from "../../../src/domain/actor-errors.ts"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import type { CityEvent } from "../../../src/domain/city/model.ts"
import type { NodeId } from "../../../src/domain/ids.ts"
import { type Offer, type OfferText, readOffer } from "../../../src/domain/pivot/model.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { Journal } from "../../../src/services/journal.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { catalog, cityId, nodeId, owner } from "../../domain/trip/fixtures.ts"
import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { withoutFarewell } from "../power-cut.ts"
import { fallbacksOf } from "./fallbacks.ts"
import { create, Outage, process, Surroundings, seedCity, tripNumber } from "./harness.ts"

const HOUR = 3_600_000

const closure = (name: string, node_id: NodeId, until = Date.now() + 48 * HOUR): CityEvent => ({
  kind: "closure",
  id: uuidOfName("closure", name),
  from: 0,
  until,
  node_id
})

/** The offers that a trip pushes from now on. */
const listening = Effect.fnUntraced(function* (id: TripState["id"]) {
  const trips = yield* TripRuntime
  const offers: Array<Offer> = []
  trips.watch(id, { events: () => {}, lost: () => {}, offer: (offer) => void offers.push(readOffer(offer)) })
  return offers
})

const soon = (what: string, condition: () => boolean) =>
  Effect.repeat(Effect.sync(condition), { until: (done) => done, schedule: Schedule.spaced(2), times: 20_000 }).pipe(
    Effect.tap(() => (condition() ? Effect.void : Effect.die(new Error(`did not come about: ${what}`))))
  )

const closedStop = (state: TripState) => state.slots[4]!.node_id

/** Surroundings that count how often a trip is prepared. */
const counting = (node = 11) => {
  const times = new Map<string, number>()
  const around = new Surroundings(({ trip }) =>
    Effect.sync(() => {
      times.set(trip.id, (times.get(trip.id) ?? 0) + 1)
      return fallbacksOf(trip, 1, () => [node])
    })
  )
  return { around, times: (trip: TripState) => times.get(trip.id) ?? 0 }
}

await contractSuite("TripRuntime in its city", { local: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("loses no event that was durable before its trips could be told: who reports it again tells them", () =>
    Effect.gen(function* () {
      yield* seedCity
      const state = tripNumber(1)
      const around = new Surroundings()
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        yield* trips.ask(state.id, create(state))
        const offers = yield* listening(state.id)
        const event = closure("stumbled", closedStop(state))
        around.stumbling = Effect.fail(
          new ActorUnavailable({ message: "the city stumbles", kind: "city", key: cityId })
        )
        assert.isTrue(Exit.isFailure(yield* Effect.exit(trips.announce(cityId, event))))
        assert.isEmpty(offers)
        around.stumbling = Effect.void
        const told = yield* trips.announce(cityId, event)
        assert.strictEqual(told.touched, 1)
        assert.lengthOf(offers, 1)
        assert.strictEqual((yield* trips.announce(cityId, event)).touched, 0)
        assert.lengthOf(offers, 1, "each trip once")
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage(), {}, around)))
    })
  )

  it.effect("goes on telling trips when whoever reported the event has left", () =>
    Effect.gen(function* () {
      const state = tripNumber(2)
      const around = new Surroundings()
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        yield* trips.ask(state.id, create(state))
        const offers = yield* listening(state.id)
        const gate = yield* Deferred.make<void>()
        const reached = yield* Deferred.make<void>()
        around.stumbling = Effect.andThen(Deferred.succeed(reached, undefined), Deferred.await(gate))
        const caller = yield* Effect.forkChild(trips.announce(cityId, closure("left", closedStop(state))))
        yield* Deferred.await(reached)
        yield* Fiber.interrupt(caller)
        yield* Deferred.succeed(gate, undefined)
        yield* soon("the offer", () => offers.length === 1)
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage(), {}, around)))
    })
  )

  it.effect("tells every trip that has to be read first, however long that takes for all of them together", () =>
    Effect.gen(function* () {
      const states = Array.from({ length: 30 }, (_, n) => tripNumber(100 + n))
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        for (const state of states) yield* trips.ask(state.id, create(state))
        yield* (yield* Journal).drained
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage())))
      const outage = new Outage()
      outage.slowMillis = 20
      // Two at a time: the last of them waits five times as long as a command usually may.
      const limits = { activationConcurrency: 2, deadlineMillis: 60 }
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const heard = yield* Effect.forEach(states, (state) => listening(state.id))
        const told = yield* trips.announce(cityId, closure("cold", closedStop(states[0]!)))
        assert.deepStrictEqual(
          heard.map((offers) => offers.length),
          states.map(() => 1)
        )
        assert.isAtLeast(told.touched, states.length, "who answers later counts too")
      }).pipe(Effect.provide(process(new FragileDisk(), outage, { limits })))
    })
  )

  it.effect("tells a trip of what goes on already when it sets off", () =>
    Effect.gen(function* () {
      const state = tripNumber(3, { status: "confirmed", start_date: "2098-01-01" })
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        yield* trips.ask(state.id, create(state))
        const offers = yield* listening(state.id)
        yield* trips.announce(cityId, closure("early", closedStop(state)))
        assert.isEmpty(offers)
        yield* trips.ask(state.id, { _tag: "set_status", by: owner, status: "active" })
        yield* soon("the offer", () => offers.length === 1)
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage())))
    })
  )

  it.effect("gives an offer back after a crash that lost it, as the same one, and none for what was answered", () =>
    Effect.gen(function* () {
      const [open, answered] = [tripNumber(4), tripNumber(5)]
      const around = new Surroundings()
      const disk = new FragileDisk()
      const before = yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        for (const state of [open, answered]) yield* trips.ask(state.id, create(state))
        const [first, second] = [yield* listening(open.id), yield* listening(answered.id)]
        yield* trips.announce(cityId, closure("crash", closedStop(open)))
        yield* soon("both offers", () => first.length + second.length === 2)
        const respond = { _tag: "respond_pivot", by: owner, response: "dismiss" } as const
        yield* trips.ask(answered.id, { ...respond, pivot_id: second[0]!.pivot_id })
        return { offer: first[0]!, disk: disk.losePower(() => false) }
      }).pipe(withoutFarewell(process(disk, new Outage(), {}, around)))
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const [first, second] = [yield* listening(open.id), yield* listening(answered.id)]
        for (const state of [answered, open]) yield* trips.ask(state.id, { _tag: "read", by: owner })
        yield* soon("the lost offer", () => first.length === 1)
        assert.strictEqual(first[0]!.pivot_id, before.offer.pivot_id)
        assert.isEmpty(second)
      }).pipe(Effect.provide(process(before.disk, new Outage(), {}, around)))
    })
  )

  it.effect("prepares anew what an event may have shut, though the plan is not touched, and nothing else", () =>
    Effect.gen(function* () {
      const [kept, other] = [tripNumber(6), tripNumber(7)]
      const { around, times } = counting(11)
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        for (const state of [kept, other]) yield* trips.ask(state.id, create(state))
        yield* soon("both are prepared", () => times(kept) === 1 && times(other) === 1)
        yield* trips.announce(cityId, closure("unrelated", nodeId(10)))
        yield* trips.announce(cityId, closure("kept", nodeId(11)))
        yield* soon("prepared again", () => times(kept) === 2 && times(other) === 2)
        // What is asked of a trip now is done after everything that the events led to.
        yield* trips.ask(kept.id, { _tag: "lock_slot", by: owner, slot_id: kept.slots[0]!.id, locked: true })
        yield* soon("prepared for the lock", () => times(kept) === 3)
        assert.strictEqual(times(other), 2)
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage(), {}, around)))
    })
  )

  it.effect("prepares anew when the next stop has begun", () =>
    Effect.gen(function* () {
      const { around, times } = counting()
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const made = tripNumber(8)
        const [first, ...rest] = made.slots
        // Far enough ahead for a busy machine to have prepared it before.
        const begins = Date.now() + 4_000
        const state = { ...made, slots: [{ ...first!, starts_at: begins, ends_at: begins + HOUR }, ...rest] }
        yield* trips.ask(state.id, create(state))
        yield* soon("prepared", () => times(state) === 1)
        yield* soon("prepared again", () => times(state) === 2)
        assert.isAtLeast(Date.now(), begins)
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage(), {}, around)))
    })
  )

  it.effect("prepares anew when the catalog or a member's persona has changed", () =>
    Effect.gen(function* () {
      const { around, times } = counting()
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const state = tripNumber(9)
        yield* trips.ask(state.id, create(state))
        yield* soon("prepared", () => times(state) === 1)
        around.catalogChanges({ ...catalog, version: 2 })
        yield* soon("prepared for the catalog", () => times(state) === 2)
        around.personaChanges(owner)
        yield* soon("prepared for the persona", () => times(state) === 3)
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage(), {}, around)))
    })
  )

  it.effect("keeps a trip in memory while an offer is open or something goes on in its city, and no longer", () =>
    Effect.gen(function* () {
      const [asking, silent] = [tripNumber(10), tripNumber(11)]
      const limits = { idleMillis: 20 }
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const resident = Effect.map(trips.status, ([status]) => status!.resident)
        const comesDownTo = (count: number) =>
          Effect.repeat(resident, { until: (now) => now === count, schedule: Schedule.spaced(2), times: 20_000 })
        for (const state of [asking, silent]) yield* trips.ask(state.id, create(state))
        const asked = yield* trips.ask(asking.id, { _tag: "request_pivot", by: owner, request: { trigger: "mood" } })
        yield* comesDownTo(1)
        const offer = readOffer((asked as { offer: OfferText }).offer)
        const respond = { _tag: "respond_pivot", by: owner, response: "dismiss" } as const
        yield* trips.ask(asking.id, { ...respond, pivot_id: offer.pivot_id })
        // Both are awake when the event comes, and neither is touched by it.
        for (const state of [asking, silent]) yield* trips.ask(state.id, { _tag: "read", by: owner })
        const until = Date.now() + 1_000
        yield* trips.announce(cityId, closure("pinning", nodeId(11), until))
        const before = yield* resident
        while (Date.now() < until) {
          const now = yield* resident
          // What was seen when it was over already says nothing.
          if (Date.now() < until) assert.isAtLeast(now, Math.max(before, 2), "far longer than idle trips stay")
          yield* Effect.sleep(10)
        }
        yield* comesDownTo(0)
        assert.isAtLeast(Date.now(), until)
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage(), { limits })))
    })
  )
})
