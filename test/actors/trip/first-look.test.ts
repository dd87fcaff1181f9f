/** Whoever looks at a trip the moment it is made is known to it: what their plan was made by is in memory, whoever brings it to the trip. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Persona } from "../../../src/domain/persona/persona.ts"
import { newUser } from "../../../src/domain/user/state.ts"
import { Journal } from "../../../src/services/journal.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { owner } from "../../domain/trip/fixtures.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { create, Outage, process, Surroundings, seedCity, tripNumber } from "./harness.ts"

// biome-ignore lint/suspicious/noExplicitAny: rows of the log.
type Row = any

const DAY = 86_400_000
const HOUR = 3_600_000

/** A trip under way, whose stops all lie ahead at whatever hour this runs: ten, two and six o'clock of its fourth day. */
const inTwoDays = () => {
  const began = Math.floor(Date.now() / DAY) * DAY - DAY
  const date = (day: number) => new Date(began + (day - 1) * DAY).toISOString().slice(0, 10)
  const state = tripNumber(1, { start_date: date(1), end_date: date(5) })
  const slots = state.slots.slice(0, 3).map((slot, order) => {
    const starts_at = began + 3 * DAY + (18 + order * 4) * HOUR
    return { ...slot, day: 4, order, starts_at, ends_at: starts_at + HOUR }
  })
  return { ...state, slots }
}

/** A look and an offer of a trip that nobody brings its travelers to, by what was logged of them. */
const looked = (personasInMemory: ReadonlyArray<Persona>) =>
  Effect.gen(function* () {
    yield* seedCity
    const sql = yield* SqlClient
    const around = new Surroundings()
    around.personas = Effect.never
    around.personasInMemory = personasInMemory
    const state = inTwoDays()
    return yield* Effect.gen(function* () {
      const trips = yield* TripRuntime
      yield* trips.ask(state.id, create(state))
      const [, stop] = state.slots
      yield* trips.ask(state.id, { _tag: "choices", by: owner, slot_id: stop!.id })
      yield* trips.ask(state.id, {
        _tag: "request_pivot",
        by: owner,
        request: { trigger: "venue_closed", slot_id: stop!.id }
      })
      yield* (yield* Journal).drained
      const [look] = yield* sql<Row>`select user_state from ranking_events where surface = 'swap'`
      const [offer] = yield* sql<Row>`
        select p.options, d.user_state from pivot_events p join ranking_events d on d.id = p.pivot_id`
      return { look, offer }
    }).pipe(Effect.provide(process(new FragileDisk(), new Outage(), {}, around)))
  }).pipe(Effect.provide(freshDatabase()))

describe("the first look and the first offer of a trip", () => {
  it.live("know the traveler whom the trip was made for, before anybody brings them to it", () =>
    Effect.gen(function* () {
      const { persona } = newUser(owner)
      const { look, offer } = yield* looked([persona])
      for (const { user_state } of [look, offer]) {
        assert.strictEqual(user_state.encoder_version, persona.encoder_version)
        assert.deepEqual(user_state.members, [{ user_id: owner, signal_count: 0 }])
      }
      assert.isNotEmpty(offer.options)
      for (const { features } of offer.options) assert.containsAllKeys(features, ["affinity", "affinity_planned"])
    })
  )

  it.live("say nothing of a taste that nobody knew, rather than that there was none", () =>
    Effect.gen(function* () {
      const { look, offer } = yield* looked([])
      for (const { user_state } of [look, offer]) assert.deepEqual(user_state.members, [])
      assert.isNotEmpty(offer.options)
      for (const { features } of offer.options) {
        assert.doesNotHaveAnyKeys(features, ["affinity", "affinity_planned"])
        assert.containsAllKeys(features, ["distance_km", "price_mismatch", "weather_fit"])
      }
    })
  )
})
