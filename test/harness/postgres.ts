/** Real PostgreSQL databases for tests. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type ClientOptions, layer } from "../../src/layers/postgres/client.ts"
import { ask } from "./ask.ts"
import type { Found } from "./protocol.ts"

/** What PostgreSQL this run uses, and whether it has pgvector. */
export const findPostgres = (): Promise<Found> => ask("find", { service: "postgres" })

const database = (empty: boolean) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const made = await ask("createDatabase", { empty })
      if ("problem" in made) throw new Error(made.problem)
      return made.url
    }),
    (url) => Effect.promise(() => ask("dropDatabase", { url }))
  ).pipe(Effect.map((url) => Redacted.make(url)))

/** The URL of a new database with the whole schema; it is dropped with the scope. */
export const freshDatabaseUrl = database(false)

/** The URL of a new database with nothing in it; it is dropped with the scope. */
export const emptyDatabaseUrl = database(true)

/** `PgClient` and `SqlClient` on a new database with the whole schema. */
export const freshDatabase = (options: ClientOptions = {}) =>
  Layer.unwrap(Effect.map(freshDatabaseUrl, (url) => layer(url, { applicationName: "test", ...options })))

/** `PgClient` and `SqlClient` on a new database with nothing in it. */
export const emptyDatabase = (options: ClientOptions = {}) =>
  Layer.unwrap(Effect.map(emptyDatabaseUrl, (url) => layer(url, { applicationName: "test", ...options })))
