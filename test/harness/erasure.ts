/** Erasing somebody in a test, and looking for what is left of them. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { SqlClient } from "effect/sql/SqlClient"
import { vectorTraces } from "../../src/cases/people/vector-traces.ts"
import type { Export, Marks } from "../../src/domain/erasure/marks.ts"
import type { UserId } from "../../src/domain/ids.ts"
import { fileTraces } from "../../src/layers/files/traces.ts"
import * as MemoryVectorIndex from "../../src/layers/memory/vector-index.ts"
import { postgresTraces } from "../../src/layers/postgres/erasure/traces.ts"
import { ERASE_USER, Erasure } from "../../src/services/erasure.ts"
import { type Job, Jobs } from "../../src/services/jobs.ts"
import { VectorIndex, type VectorIndexUnavailable } from "../../src/services/vector-index.ts"
import { crowd, type Departed, type HouseOptions, house, K, livePast, scratch } from "./departed.ts"

export const taken = (user: UserId) =>
  Effect.gen(function* () {
    const erasure = yield* Erasure
    const text = yield* Stream.runFold(
      yield* erasure.held(user),
      () => "",
      (all, part) => all + part
    )
    return JSON.parse(text) as Export
  })

export const search = (folder: string, marks: Marks) =>
  Effect.gen(function* () {
    const stores = [yield* postgresTraces(K), fileTraces(folder), vectorTraces(yield* VectorIndex)]
    const found = yield* Effect.forEach(stores, (store) => store.search(marks))
    return found.flat()
  })

export const erase = (user: UserId) =>
  Effect.gen(function* () {
    const erasure = yield* Erasure
    const { job_id } = yield* erasure.request(user)
    return yield* erasure.handler.run({ id: job_id, attempt: 1, payload: { user_id: user }, progress: () => {} })
  })

/** Every table's rows in which the user's id stands, read without knowing the tables. */
export const rowsNaming = (user: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const tables = yield* sql<{ name: string }>`
      select table_schema || '.' || table_name as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema in ('public', 'exp') order by 1`
    const found = new Map<string, ReadonlyArray<string>>()
    for (const { name } of tables) {
      const rows = yield* sql<{ row: string }>`
        select to_jsonb(t)::text as row from ${sql.literal(name)} t where t::text like ${`%${user}%`}`
      if (rows.length > 0)
        found.set(
          name,
          rows.map(({ row }) => row)
        )
    }
    return found
  })

export const inHouse = <A, E, R>(body: (folder: string) => Effect.Effect<A, E, R>, options: HouseOptions = {}) =>
  Effect.gen(function* () {
    const folder = yield* scratch
    const context = yield* Layer.build(house(folder, options))
    return yield* body(folder).pipe(Effect.provide(context))
  }).pipe(Effect.scoped)

/** The job, once it is as described; polled for ten seconds at most. */
export const jobWhere = (id: string, is: (job: Job) => boolean) =>
  Effect.gen(function* () {
    const jobs = yield* Jobs
    const deadline = Date.now() + 60_000
    for (;;) {
      const job = yield* jobs.find(id)
      if (job !== undefined && is(job)) return job
      if (Date.now() > deadline) throw new Error(`in vain: ${JSON.stringify(job)}`)
      yield* Effect.sleep("10 millis")
    }
  })

export const quietly = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  work.pipe(Effect.provideService(References.MinimumLogLevel, "None"), Effect.forkChild)

let populated = false
const populate = Effect.suspend(() => {
  if (populated) return Effect.void
  populated = true
  return crowd
})

let people = 0
export const somebody = Effect.suspend(() => Effect.andThen(populate, livePast(++people)))

export const withoutTrace = (folder: string, departed: Departed, marks: Marks) =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* search(folder, marks), [])
    assert.deepStrictEqual([...(yield* rowsNaming(departed.user)).keys()], [])
  })

/** An index before whose removals something else happens. */
export const indexThat = (before: () => Effect.Effect<void, VectorIndexUnavailable>) =>
  Layer.effect(
    VectorIndex,
    Effect.map(VectorIndex, (index) =>
      VectorIndex.of({
        ...index,
        remove: (collection, ids) => Effect.andThen(Effect.suspend(before), index.remove(collection, ids))
      })
    )
  ).pipe(Layer.provide(MemoryVectorIndex.layer))

/** Works through erasures until nobody waits for one. */
export const workedOff = Effect.gen(function* () {
  const jobs = yield* Jobs
  const erasure = yield* Erasure
  yield* quietly(jobs.work([erasure.handler]))
  const deadline = Date.now() + 60_000
  for (;;) {
    if ((yield* jobs.open(ERASE_USER)).open === 0) return
    if (Date.now() > deadline) throw new Error("somebody still waits to be erased")
    yield* Effect.sleep("10 millis")
  }
})
