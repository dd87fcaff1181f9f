import { setTimeout as soon } from "node:timers/promises"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { SqlClient } from "effect/sql/SqlClient"
import { type Offer, type OfferText, readOffer } from "../../../src/domain/pivot/model.ts"
import { MAX_OFFERS } from "../../../src/domain/trip/actor-state.ts"
import type { TripReply } from "../../../src/domain/trip/commands.ts"
import type { TripEventEnvelope } from "../../../src/domain/trip/events.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { Journal } from "../../../src/services/journal.ts"
import { ResidentTrips } from "../../../src/services/resident-trips.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { cityId, friend, nodeId, owner } from "../../domain/trip/fixtures.ts"
import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { withoutFarewell } from "../power-cut.ts"
import { fallbacksOf } from "./fallbacks.ts"
import { create, Outage, process, seedCity, tripNumber } from "./harness.ts"

const changed = (reply: { _tag: string }) => {
  if (reply._tag !== "changed") throw new Error(`answered ${reply._tag}`)
  return reply as Extract<TripReply, { _tag: "changed" }>
}

/** Looked at again and again, with time in between for it to come about. */
const patiently = { schedule: Schedule.spaced(2), times: 10_000 }

const until = (condition: () => boolean) =>
  Effect.repeat(Effect.sync(condition), { until: (done) => done, ...patiently }).pipe(
    Effect.tap(() => (condition() ? Effect.void : Effect.die(new Error("did not come about"))))
  )

/** Six places for every stop and every reason, and only two for rain. */
const dryFallbacks = (trip: TripState) =>
  fallbacksOf(trip, 6, (column) => Array.from({ length: column === "weather" ? 2 : 6 }, (_, n) => n))

await contractSuite("TripRuntime", { local: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("keeps what it acknowledged through a power cut, from the journal alone, and stores it once drained", () =>
    Effect.gen(function* () {
      yield* seedCity
      const sql = yield* SqlClient
      const disk = new FragileDisk()
      const outage = new Outage()
      const state = tripNumber(1)
      const slot = state.slots[3]!.id
      const before = yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        yield* trips.ask(state.id, create(state))
        const invite = { _tag: "invite", by: owner, user_id: friend, expires_at: Date.now() + 1e6 } as const
        yield* trips.ask(state.id, invite)
        yield* trips.ask(state.id, { _tag: "join", by: friend, idempotency_key: "j" })
        const swap = { _tag: "swap_slot", by: friend, slot_id: slot, idempotency_key: "s" } as const
        const swapped = changed(yield* trips.ask(state.id, swap))
        return { trip: swapped.trip, disk: disk.losePower(() => false) }
      }).pipe(withoutFarewell(process(disk, outage)))
      const after = yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const journal = yield* Journal
        const swap = { _tag: "swap_slot", by: friend, slot_id: slot, idempotency_key: "s" } as const
        const again = changed(yield* trips.ask(state.id, swap))
        assert.isTrue(again.replayed)
        assert.deepStrictEqual(again.trip, before.trip)
        yield* trips.ask(state.id, { _tag: "remove_slot", by: owner, slot_id: state.slots[5]!.id })
        yield* trips.ask(state.id, { _tag: "set_vetoes", by: friend, node_ids: [nodeId(1)], tags: ["bar"] })
        yield* journal.drained
        const reply = yield* trips.ask(state.id, { _tag: "read", by: owner })
        return reply._tag === "trip" ? reply.trip : undefined
      }).pipe(Effect.provide(process(before.disk, outage)))
      const [row] = yield* sql<Record<string, unknown>>`select status, state_version::int from trips`
      assert.deepStrictEqual(row, { status: "active", state_version: after!.seq })
      const slots = yield* sql<{ id: string; activity_node_id: string }>`
          select id, activity_node_id from itinerary_slots where status <> 'removed' order by day_number, slot_order`
      assert.deepStrictEqual(
        slots.map((one) => [one.id, one.activity_node_id]),
        after!.slots.map((one) => [one.id, one.node_id] as [string, string])
      )
      const members = yield* sql`select user_id, role, ordinal from trip_members order by ordinal`
      assert.deepStrictEqual(
        members as ReadonlyArray<unknown>,
        after!.members.map(({ user_id, role, ordinal }) => ({ user_id, role, ordinal }))
      )
      const [veto] = yield* sql`select tags from trip_vetoes`
      assert.deepStrictEqual(veto, { tags: ["bar"] })
      const [invitation] = yield* sql`select status from trip_invitations`
      assert.deepStrictEqual(invitation, { status: "accepted" })
      const [counted] = yield* sql<{ n: number; last: number }>`
          select count(*)::int as n, max(seq)::int as last from trip_events`
      assert.deepStrictEqual(counted, { n: after!.seq, last: after!.seq })
      // A third life reads it from the database, the journal being empty.
      const third = yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const { trips: loaded } = yield* trips.preload
        assert.strictEqual(loaded, 1)
        outage.on = true
        const reply = yield* trips.ask(state.id, { _tag: "read", by: friend })
        return reply._tag === "trip" ? reply.trip : undefined
      }).pipe(Effect.provide(process(new FragileDisk(), outage)))
      assert.deepStrictEqual(third, after)
    })
  )

  it.effect("goes on while the database is away: resident trips pivot and change, nobody leaves memory", () =>
    Effect.gen(function* () {
      const outage = new Outage()
      const state = tripNumber(2)
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        yield* trips.ask(state.id, create(state))
        outage.on = true
        const asked = yield* trips.ask(state.id, {
          _tag: "request_pivot",
          by: owner,
          request: { trigger: "venue_closed", slot_id: state.slots[0]!.id }
        })
        assert.strictEqual(asked._tag, "offered")
        const offer = readOffer((asked as { offer: OfferText }).offer)
        yield* Effect.sleep(100)
        const option_id = offer.options[0]!.option_id
        const respond = { _tag: "respond_pivot", by: owner, pivot_id: offer.pivot_id, response: "accept" } as const
        const accepted = changed(yield* trips.ask(state.id, { ...respond, option_id }))
        assert.strictEqual(accepted.trip.seq, 2)
        const [status] = yield* trips.status
        assert.deepInclude(status, { kind: "trip", resident: 1, passivations: 0 })
        const unknown = yield* Effect.result(trips.ask(tripNumber(99).id, { _tag: "read", by: owner }))
        assert.strictEqual(Result.isFailure(unknown) && unknown.failure._tag, "ActorUnavailable")
      }).pipe(Effect.provide(process(new FragileDisk(), outage, { limits: { idleMillis: 20 } })))
    })
  )

  it.effect("stores that an offer was ignored when so many newer ones were asked for that it was dropped", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const state = tripNumber(9)
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        yield* trips.ask(state.id, create(state))
        const made: Array<string> = []
        // The first is pushed out while it is not stored yet, the second after it was.
        for (let i = 0; i <= MAX_OFFERS + 1; i++) {
          if (i === MAX_OFFERS + 1) yield* (yield* Journal).drained
          const request = { trigger: "venue_closed", slot_id: state.slots[0]!.id } as const
          const pivot = { _tag: "request_pivot", by: owner, request } as const
          const reply = yield* trips.ask(state.id, pivot)
          made.push(readOffer((reply as { offer: OfferText }).offer).pivot_id)
        }
        yield* (yield* Journal).drained
        const rows = yield* sql<{ pivot_id: string; response: string | null }>`
          select pivot_id, response from pivot_events where trip_id = ${state.id} order by offered_at, pivot_id`
        const responses = new Map(rows.map((row) => [row.pivot_id, row.response]))
        assert.deepStrictEqual(
          made.map((id) => responses.get(id)),
          made.map((_, i) => (i < 2 ? "ignore" : null))
        )
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage())))
    })
  )

  it.effect(
    "tells listeners every event once, in order, and pushes what a city's event does to the plans it touches",
    () =>
      Effect.gen(function* () {
        const states = [3, 4, 5].map((n) => tripNumber(n))
        const touched = states[1]!
        yield* Effect.gen(function* () {
          const trips = yield* TripRuntime
          for (const one of states) yield* trips.ask(one.id, create(one))
          // Only this trip still has the place that is going to close.
          for (const one of [states[0]!, states[2]!]) {
            yield* trips.ask(one.id, { _tag: "remove_slot", by: owner, slot_id: one.slots[4]!.id })
          }
          const events: Array<TripEventEnvelope> = []
          const offers: Array<[string, Offer]> = []
          for (const one of states) {
            trips.watch(one.id, {
              events: (news) => void events.push(...news),
              offer: (offer) => void offers.push([one.id, readOffer(offer)]),
              lost: () => {}
            })
          }
          const event = {
            kind: "closure",
            id: tripNumber(50).id as string,
            from: 0,
            until: Date.now() * 2,
            node_id: touched.slots[4]!.node_id
          } as const
          const told = yield* trips.announce(cityId, event)
          assert.isAtLeast(told.touched, 1)
          assert.isAtLeast(
            told.trips,
            told.touched + 2,
            "trips of other tests that are under way are woken up for this"
          )
          assert.deepStrictEqual(
            offers.map(([id, offer]) => [id, offer.trigger]),
            [[touched.id, "venue_closed"]]
          )
          const locks = [true, false, true].map(
            (locked) => ({ _tag: "lock_slot", by: owner, slot_id: touched.slots[1]!.id, locked }) as const
          )
          yield* Effect.all(
            locks.map((one) => trips.ask(touched.id, one)),
            { concurrency: "unbounded" }
          )
          yield* until(() => events.length === 3)
          assert.deepStrictEqual(
            events.map((one) => [one.seq, one.event._tag === "slot_locked" && one.event.locked]),
            [
              [2, true],
              [3, false],
              [4, true]
            ]
          )
        }).pipe(Effect.provide(process(new FragileDisk(), new Outage())))
      })
  )

  it.effect("wakes the trips of a city that are not in memory when something happens there", () =>
    Effect.gen(function* () {
      const state = tripNumber(8)
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        yield* trips.ask(state.id, create(state))
        yield* (yield* Journal).drained
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage())))
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const offers: Array<Offer> = []
        trips.watch(state.id, {
          events: () => {},
          lost: () => {},
          offer: (offer) => void offers.push(readOffer(offer))
        })
        const closed = { kind: "closure", from: 0, until: Date.now() * 2, node_id: state.slots[4]!.node_id } as const
        yield* trips.announce(cityId, { ...closed, id: tripNumber(51).id })
        yield* until(() => offers.length === 1)
        assert.strictEqual(offers[0]!.trigger, "venue_closed")
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage())))
    })
  )

  it.effect(
    "has a trip back at once whose rows were rewritten, where somebody follows it: its vote has to be counted",
    () =>
      Effect.gen(function* () {
        const [alone, followed] = [tripNumber(61), tripNumber(62)]
        yield* Effect.gen(function* () {
          const trips = yield* TripRuntime
          const known = yield* ResidentTrips
          for (const one of [alone, followed]) yield* trips.ask(one.id, create(one))
          yield* (yield* Journal).drained
          trips.watch(followed.id, { events: () => {}, lost: () => {}, offer: () => {} })
          for (const one of [alone, followed]) yield* trips.forget(one.id)
          const back = Effect.promise(() => soon(5).then(() => known.cityOf(owner, followed.id) === cityId))
          yield* Effect.repeat(back, { until: (isBack) => isBack })
          assert.isUndefined(known.cityOf(owner, alone.id), "nobody waits for this one")
        }).pipe(Effect.provide(process(new FragileDisk(), new Outage())))
      })
  )

  it.effect("counts how many active trips are prepared for what, and shows it to operators", () =>
    Effect.gen(function* () {
      const states = [tripNumber(6), tripNumber(7)]
      const prepared = states[0]!
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        for (const one of states) yield* trips.ask(one.id, create(one))
        const coverage = Effect.map(trips.status, ([status]) => status!.coverage)
        const shares = Effect.map(coverage, (known) =>
          Object.fromEntries(known?.triggers.map(({ trigger, share }) => [trigger, share]) ?? [])
        )
        yield* Effect.repeat(shares, { until: (known) => known["transit"] === 0.5, ...patiently })
        assert.deepInclude(yield* shares, { venue_closed: 0.5, weather: 0, transit: 0.5 })
        assert.strictEqual((yield* coverage)?.trips, 2)
        const gauge = (yield* Metric.snapshot).find(
          (one) => one.id === "fallback_coverage" && one.attributes?.["trigger"] === "transit"
        )
        assert.deepInclude(gauge?.state, { value: 0.5 })
        yield* trips.ask(prepared.id, { _tag: "swap_slot", by: owner, slot_id: prepared.slots[3]!.id })
        yield* Effect.repeat(shares, { until: (known) => known["transit"] === 0, ...patiently })
        assert.deepInclude(yield* shares, { transit: 0 }, "what was prepared for another plan does not count")
      }).pipe(
        Effect.provide(
          process(new FragileDisk(), new Outage(), { coverageEvery: 1 }, ({ trip }) =>
            Effect.succeed(trip.id === prepared.id && trip.seq === 1 ? dryFallbacks(trip) : undefined)
          )
        )
      )
    })
  )

  it.effect("tells whose trips are in memory, and which place stood at a stop when something was said of it", () =>
    Effect.gen(function* () {
      const state = tripNumber(30)
      const stop = state.slots[3]!
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const known = yield* ResidentTrips
        assert.isUndefined(known.cityOf(owner, state.id))
        yield* trips.ask(state.id, create(state))
        const created = Date.now()
        assert.strictEqual(known.cityOf(owner, state.id), cityId)
        assert.isNull(known.cityOf(friend, state.id))
        assert.isUndefined(known.stop(friend, stop.id, created, null))
        const { session_id } = state
        const planned = { decision_id: stop.decision_id, model_version: stop.model_version, session_id }
        const there = { trip_id: state.id, activity_node_id: stop.node_id, decision: planned }
        assert.deepStrictEqual(known.stop(owner, stop.id, created, null), there)
        assert.deepStrictEqual(known.stop(owner, stop.id, created, state.id), there)
        assert.isUndefined(known.stop(owner, state.id, created, null))
        assert.isUndefined(known.stop(owner, stop.id, created, stop.id), "it is no stop of another trip")

        yield* Effect.repeat(
          Effect.sync(() => Date.now()),
          { until: (now) => now > created }
        )
        const swap = { _tag: "swap_slot", by: owner, slot_id: stop.id, idempotency_key: "s" } as const
        const { trip } = changed(yield* trips.ask(state.id, swap))
        const now = trip.slots.find(({ id }) => id === stop.id)!.node_id
        assert.notStrictEqual(now, stop.node_id)
        assert.deepStrictEqual(known.stop(owner, stop.id, created, null), {
          ...there,
          activity_node_id: null,
          decision: null
        })
        const swapped = trip.slots.find(({ id }) => id === stop.id)!
        const { decision_id, model_version } = swapped
        assert.deepStrictEqual(known.stop(owner, stop.id, Date.now(), null), {
          ...there,
          activity_node_id: now,
          decision: { decision_id, model_version, session_id }
        })

        const invite = { _tag: "invite", by: owner, user_id: friend, expires_at: Date.now() + 1e6 } as const
        yield* trips.ask(state.id, invite)
        assert.isNull(known.cityOf(friend, state.id))
        yield* trips.ask(state.id, { _tag: "join", by: friend, idempotency_key: "j" })
        assert.strictEqual(known.cityOf(friend, state.id), cityId)
        yield* trips.ask(state.id, { _tag: "leave", by: friend, user_id: friend })
        assert.isNull(known.cityOf(friend, state.id))
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage())))
    })
  )
})
