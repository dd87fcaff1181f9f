/** A city that is being seeded goes on being travelled: what is drained meanwhile refers to it and to its places. */
import { assert, describe, layer } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import { type AssembledNode, assembleNode } from "../../../src/domain/catalog/assemble.ts"
import { cityIdOf } from "../../../src/domain/catalog/node.ts"
import * as Store from "../../../src/layers/postgres/catalog-store.ts"
import { CatalogStore } from "../../../src/services/catalog-store.ts"
import { fromCurated } from "../../../src/sources/city-files.ts"
import { freshDatabase } from "../../harness/postgres.ts"

const cityId = cityIdOf("seattle")

/** The first places of the city, as a seeding brings them in; a later edition says something new of each. */
const places = (edition: string) =>
  Effect.map(fromCurated("seattle"), ({ city, source, licence, nodes }) => ({
    city,
    nodes: [...nodes]
      .slice(0, 20)
      .map(
        (entry): AssembledNode => assembleNode(city, { source, licence }, { ...entry, name: `${entry.name}${edition}` })
      )
  }))

/** What the drainer does with a trip in the city and a signal about one of its places, within what a request may take. */
const drains = (nodeId: string, name: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const id = uuidOfName("catalog-locks", name)
    yield* sql`set local statement_timeout = '20s'`
    yield* sql`insert into users (id) values (${id}) on conflict do nothing`
    yield* sql`insert into trips (id, user_id, city_id, start_date, end_date, status, epoch, model_name, model_version)
      values (${id}, ${id}, ${cityId}, '2026-05-01', '2026-05-02', 'planning', ${id}, 'local_ranker', '1')`
    yield* sql`insert into itinerary_slots (id, trip_id, day_number, slot_order, activity_node_id, day_part, starts_at,
        ends_at, locked, status, score, model_version)
      values (${id}, ${id}, 1, 0, ${nodeId}, 'morning', now(), now() + interval '1 hour', false, 'planned', 0.5, 'x')`
  }).pipe((drain) => Effect.flatMap(SqlClient, (sql) => sql.withTransaction(drain)))

describe("seeding a city", () => {
  layer(Store.layer.pipe(Layer.provideMerge(freshDatabase())), { excludeTestServices: true })((it) => {
    for (const step of ["a batch of places", "the end"] as const) {
      it.effect(`does not hold up what refers to it during ${step}, and keeps other seedings waiting`, () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient
          const store = yield* CatalogStore
          const before = yield* places("")
          yield* store.saveCity(before.city)
          yield* store.saveNodes(cityId, before.nodes)
          const { nodes } = yield* places(` (${step})`)
          const seeding = Effect.suspend(() =>
            step === "the end" ? Effect.asVoid(store.close(cityId)) : Effect.asVoid(store.saveNodes(cityId, nodes))
          )
          const [done, release] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
          const held = yield* seeding.pipe(
            Effect.andThen(Deferred.succeed(done, undefined)),
            Effect.andThen(Deferred.await(release)),
            sql.withTransaction,
            Effect.forkChild
          )
          yield* Deferred.await(done)
          yield* drains(nodes[0]!.node.id, step)
          const another = yield* sql`select 1 from cities where id = ${cityId} for no key update nowait`.pipe(
            Effect.exit
          )
          assert.strictEqual(another._tag, "Failure", "two seedings of a city take turns")
          yield* Deferred.succeed(release, undefined)
          yield* Fiber.join(held)
          const [row] = yield* sql<{ name: string }>`select name from activity_nodes where id = ${nodes[0]!.node.id}`
          if (step !== "the end") assert.match(row!.name, /a batch of places/)
        })
      )
    }
  })
})
