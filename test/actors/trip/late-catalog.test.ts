/** Whoever asks a trip whose city is still being loaded is answered once it is, as after a start or a change of owner. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { catalog, owner } from "../../domain/trip/fixtures.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { create, Outage, process, Surroundings, seedCity, tripNumber } from "./harness.ts"

describe("a pivot that is asked for before the city's places are in memory", () => {
  it.live("waits for them, asked for over HTTP or over the stream", () =>
    Effect.gen(function* () {
      yield* seedCity
      const disk = new FragileDisk()
      const state = tripNumber(1)
      const pivot = {
        _tag: "request_pivot",
        by: owner,
        request: { trigger: "venue_closed", slot_id: state.slots[1]!.id }
      } as const
      yield* Effect.gen(function* () {
        yield* (yield* TripRuntime).ask(state.id, create(state))
      }).pipe(Effect.provide(process(disk, new Outage())))

      const around = new Surroundings()
      around.resident = undefined
      // Later than an activation waits for it.
      around.places = Effect.delay(Effect.succeed(catalog), "600 millis")
      const answers = yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const streamed = Effect.callback<string>((resume) =>
          trips.dispatch(state.id, pivot, ({ _tag }) => resume(Effect.succeed(_tag)))
        )
        const asked = Effect.map(trips.ask(state.id, pivot), ({ _tag }) => _tag)
        return yield* Effect.all([streamed, asked], { concurrency: 2 })
      }).pipe(Effect.provide(process(disk, new Outage(), {}, around)))
      assert.deepStrictEqual(answers, ["offered", "offered"])
    }).pipe(Effect.provide(freshDatabase()))
  )
})
