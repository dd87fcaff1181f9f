/**
 * A transaction that is interrupted in the middle of a statement leaves nothing behind, in the model of PostgreSQL as in a real
 * one: the client waits for that statement to end before it rolls back, so that the one never overtakes the other.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { SqlClient } from "effect/sql/SqlClient"
import { freshDatabase } from "../harness/postgres.ts"
import { BEGINNING, SimulatedMachine } from "./machine.ts"
import * as ModelledSql from "./postgres/client.ts"
import { PgServer } from "./postgres/server.ts"
import { World } from "./world.ts"

const JOURNALS = ["0b0c2c5e-6a5e-4a0e-8a57-0d8f6f1f2a01", "0b0c2c5e-6a5e-4a0e-8a57-0d8f6f1f2a02"] as const

/** Puts down how far a journal is stored. */
const progress = (node: string, offset: number) =>
  Effect.flatMap(
    SqlClient,
    (sql) => sql`
      insert into journal_progress (node_id, segment, byte_offset, directory)
      values (${node}, ${0}, ${offset}, ${null})
      on conflict (node_id) do update
        set segment = excluded.segment, byte_offset = excluded.byte_offset, updated_at = now()`
  )

/** Of both, in one transaction. */
const progressOfBoth = Effect.flatMap(SqlClient, (sql) =>
  sql.withTransaction(Effect.forEach(JOURNALS, (node) => progress(node, 7)))
)

/** A world with a server and a client, of the same seed each time. */
const modelled = () => {
  const world = new World(1)
  const server = new PgServer(
    world,
    () => BEGINNING + world.now,
    () => {}
  )
  const machine = new SimulatedMachine(world, () => 0)
  const run = <A, E>(effect: Effect.Effect<A, E, SqlClient>) =>
    machine.fork(Effect.provide(effect, ModelledSql.layer(server, machine)))
  const stored = () => JOURNALS.map((node) => server.store.get(undefined, "journal_progress", node)?.["byte_offset"])
  return { machine, run, stored, world }
}

/** How long a transaction of two statements takes in the model, and longer. */
const LONGEST_MILLIS = 40

describe("a transaction that is interrupted", () => {
  it("leaves all of it or nothing in the model, whenever that happens", async () => {
    const left = new Map<string, number>()
    for (let millis = 0; millis < LONGEST_MILLIS; millis += 0.1) {
      const { machine, run, stored, world } = modelled()
      const transaction = run(progressOfBoth)
      world.after(millis, () => void machine.fork(Fiber.interrupt(transaction)))
      await world.until(1_000)
      const name = stored().join(" and ")
      left.set(name, (left.get(name) ?? 0) + 1)
    }
    assert.deepStrictEqual([...left.keys()], [" and ", "7 and 7"])
  })

  it("leaves nothing in the model where its statement waits for another's", async () => {
    const { machine, run, stored, world } = modelled()
    run(
      Effect.flatMap(SqlClient, (sql) =>
        sql.withTransaction(Effect.andThen(progress(JOURNALS[1], 1), Effect.sleep("500 millis")))
      )
    )
    await world.until(100)
    const transaction = run(progressOfBoth)
    await world.until(200)
    machine.fork(Fiber.interrupt(transaction))
    await world.until(300)
    assert.isDefined(transaction.pollUnsafe(), "it still waits")
    await world.until(2_000)
    assert.deepStrictEqual(stored(), [undefined, 1])
  })

  it.live("leaves nothing in a real one where its statement waits for another's", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const [first, second] = JOURNALS
      yield* progress(second, 1)
      const held = yield* Deferred.make<void>()
      const enough = yield* Deferred.make<void>()
      const other = yield* Effect.forkChild(
        sql.withTransaction(
          progress(second, 2).pipe(
            Effect.andThen(Deferred.succeed(held, undefined)),
            Effect.andThen(Deferred.await(enough))
          )
        )
      )
      yield* Deferred.await(held)
      const transaction = yield* Effect.forkChild(progressOfBoth)
      const waiting = sql`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      while ((yield* waiting).length === 0) yield* Effect.sleep("20 millis")
      yield* Fiber.interrupt(transaction)
      yield* Deferred.succeed(enough, undefined)
      yield* Fiber.join(other)
      const rows = yield* sql<{ node_id: string; offset: number }>`
        select node_id::text, byte_offset::int as offset from journal_progress where ${sql.in("node_id", [first, second])}`
      assert.deepStrictEqual(
        rows.map(({ node_id, offset }) => [node_id, offset]),
        [[second, 2]]
      )
    }).pipe(Effect.provide(freshDatabase()))
  )
})
