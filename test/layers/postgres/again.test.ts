import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { again } from "../../../src/layers/postgres/again.ts"
import { logged } from "../../harness/logged.ts"

it.effect("says once that it fails and once that it goes on, however long that takes, and again what lasts", () =>
  Effect.gen(function* () {
    const log = logged()
    let away = false
    let attempts = 0
    const work = Effect.suspend(() => {
      attempts++
      return away ? Effect.fail("away") : Effect.sleep("1 second")
    })
    yield* Effect.forkChild(again("A worker", work).pipe(Effect.provide(log.layer)))
    yield* TestClock.adjust("3 seconds")
    assert.isEmpty(log.lines)
    away = true
    const before = attempts
    yield* TestClock.adjust("5 minutes")
    assert.isAbove(attempts - before, 250)
    assert.lengthOf(log.lines, 1)
    assert.match(log.lines[0]!, /^A worker could not go on/)
    yield* TestClock.adjust("6 minutes")
    assert.lengthOf(log.lines, 2)
    away = false
    yield* TestClock.adjust("5 seconds")
    assert.deepEqual(log.lines.slice(2), ["A worker goes on."])
  })
)
