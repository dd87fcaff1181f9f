/**
 * What arrives in the moment in which an account is removed: the database refuses the removal, nothing of it is done, and whoever
 * asked is told so and asks again. In the model of PostgreSQL, whose removals are not the real statements, as in a real one.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { SqlClient } from "effect/sql/SqlClient"
import type { UserId } from "../../src/domain/ids.ts"
import * as PostgresPersonRecords from "../../src/layers/postgres/erasure/person-records.ts"
import { PersonRecords } from "../../src/services/person-records.ts"
import { freshDatabase } from "../harness/postgres.ts"
import { BEGINNING, SimulatedMachine } from "./machine.ts"
import * as ModelledPersons from "./person-records.ts"
import { PgServer } from "./postgres/server.ts"
import { World } from "./world.ts"

const LEAVES = "0b0c2c5e-6a5e-4a0e-8a57-0d8f6f1f2b01" as UserId
const SIGNAL = "0b0c2c5e-6a5e-4a0e-8a57-0d8f6f1f2b02"

/** Removes the account, then takes what still refers to it apart, and removes it again: how each of the two ended. */
const removedTwice = Effect.gen(function* () {
  const records = yield* PersonRecords
  const first = yield* Effect.result(records.removeAccount(LEAVES))
  return {
    first,
    again: Effect.gen(function* () {
      while (yield* records.disguiseLoose(LEAVES)) yield* Effect.yieldNow
      return yield* Effect.result(records.removeAccount(LEAVES))
    })
  }
})

describe("an account that something arrives for while it is removed", () => {
  it("stays whole in the model, and goes once that was dealt with", async () => {
    const world = new World(1)
    const server = new PgServer(
      world,
      () => BEGINNING + world.now,
      () => {}
    )
    server.change("users", undefined, { id: LEAVES })
    const receipt = { user_id: LEAVES, idempotency_key: "k", request_hash: "h", expires_at: BEGINNING }
    server.change("idempotency_receipts", undefined, receipt)
    const now = new Date(BEGINNING).toISOString()
    const late = { id: SIGNAL, user_id: LEAVES, intention: "other", confidence: 1, source: "app", occurred_at: now }
    server.change("intention_signals", undefined, late)
    server.store.commit()
    const told = server.executed.length

    const machine = new SimulatedMachine(world, () => 0)
    const persons = ModelledPersons.layer({ world, server, machine }, { jobs: new Map(), erased: new Set() })
    const outcomeOf = async <A, E>(effect: Effect.Effect<A, E, PersonRecords>): Promise<A> => {
      const fiber = machine.fork(Effect.provide(effect, persons))
      await world.until(world.now + 1_000)
      assert.isDefined(fiber.pollUnsafe(), "no answer came")
      return Effect.runPromise(Fiber.join(fiber))
    }
    const { again, first } = await outcomeOf(removedTwice)
    assert.strictEqual(Result.isFailure(first) && first.failure._tag, "PersonRecordsUnavailable")
    assert.isDefined(server.store.get(undefined, "users", LEAVES))
    assert.isDefined(server.store.get(undefined, "idempotency_receipts", LEAVES, "k"))
    assert.strictEqual(server.executed.length, told, "the real one is told of what was not done")

    assert.isTrue(Result.isSuccess(await outcomeOf(again)))
    assert.isUndefined(server.store.get(undefined, "users", LEAVES))
    assert.isUndefined(server.store.get(undefined, "idempotency_receipts", LEAVES, "k"))
  })

  it.live("stays whole in a real one, and goes once that was dealt with", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`insert into users (id) values (${LEAVES})`
      yield* sql`
        insert into idempotency_receipts (id, user_id, idempotency_key, request_hash, expires_at)
        values (gen_random_uuid(), ${LEAVES}, 'k', 'h', now() + interval '1 day')`
      yield* sql`
        insert into intention_signals (id, user_id, intention, confidence, source)
        values (${SIGNAL}, ${LEAVES}, 'other', 1, 'app')`
      const left = sql<{ users: number; receipts: number }>`
        select (select count(*) from users where id = ${LEAVES})::int as users,
          (select count(*) from idempotency_receipts where user_id = ${LEAVES})::int as receipts`

      const { again, first } = yield* removedTwice
      assert.strictEqual(Result.isFailure(first) && first.failure._tag, "PersonRecordsUnavailable")
      assert.deepStrictEqual(yield* left, [{ users: 1, receipts: 1 }])

      assert.isTrue(Result.isSuccess(yield* again))
      assert.deepStrictEqual(yield* left, [{ users: 0, receipts: 0 }])
    }).pipe(
      Effect.provide(PostgresPersonRecords.layer({ kAnonymity: 5 })),
      Effect.provide(freshDatabase()),
      Effect.scoped
    )
  )
})
