import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { makePreparing } from "../../../src/actors/trip/preparing.ts"
import { logged } from "../../harness/logged.ts"
import { clockThatJumps } from "../../support/clock-that-jumps.ts"

it.live("trips that nobody can look after or prepare for hold up no other trip", () => {
  const { lines, layer } = logged()
  return Effect.gen(function* () {
    const prepared = yield* Deferred.make<string>()
    const broken = (id: string, where: string) => {
      if (id.startsWith(where)) throw new Error(`cannot ${where} ${id}`)
    }
    const preparing = yield* makePreparing({
      quiet: Effect.void,
      settleMillis: 0,
      look: (id) =>
        Effect.as(
          Effect.sync(() => broken(id, "look")),
          true
        ),
      work: (id) =>
        Effect.sync(() => {
          broken(id, "work")
          return Effect.asVoid(Deferred.succeed(prepared, id))
        })
    })
    // More of each kind than there are hands.
    for (let n = 0; n < 20; n++) preparing.add(`look ${n}`)
    for (let n = 0; n < 20; n++) preparing.add(`work ${n}`)
    preparing.add("sound")
    assert.strictEqual(yield* Deferred.await(prepared), "sound")
    assert.strictEqual(lines.length, 40)
    assert.isFalse(preparing.has("look 0") || preparing.has("work 0"))
  }).pipe(Effect.scoped, Effect.provide(layer))
})

it.live(
  "a trip that has been still for long enough is prepared for, also where the clock was set back meanwhile",
  () => {
    let ahead = 86_400_000
    return Effect.gen(function* () {
      const prepared = yield* Deferred.make<string>()
      const preparing = yield* makePreparing({
        quiet: Effect.void,
        settleMillis: 5,
        look: () => Effect.succeed(true),
        work: (id) => Effect.succeed(Effect.asVoid(Deferred.succeed(prepared, id)))
      }).pipe(
        Effect.provideServiceEffect(
          Clock.Clock,
          clockThatJumps(() => {
            const was = ahead
            // Right again from the second look on.
            ahead = 0
            return was
          })
        )
      )
      preparing.add("trip")
      assert.strictEqual(yield* Deferred.await(prepared), "trip")
    }).pipe(Effect.scoped, Effect.timeout("30 seconds"))
  }
)
