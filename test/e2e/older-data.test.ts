/**
 * What an older release left behind is read by today's: its schema, and a journal of which nothing had been drained. The
 * journal was written by that release itself, whose server was killed while its database stood still.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { layer as postgres } from "../../src/layers/postgres/client.ts"
import { migrate } from "../../src/layers/postgres/migrator.ts"
import { ask } from "../harness/ask.ts"
import { command, type Server, scratchFolder, startServer, traveler, until } from "../support/server.ts"

const FIXTURE = join(import.meta.dirname, "../fixtures/older-release.journal.gz")
const SQL = join(import.meta.dirname, "../../sql")

/** The newest migration of that release. */
const NEWEST_THEN = "0007"

const ANN = "52aa5c47-a719-405f-9ad2-6c8d975f28af"
const TRIP = "01a22a33-cd0c-75c7-a5bc-ef16be412618"
const LOCKED = "01a22a33-cd0c-7145-8a05-b3a534cedca2"

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

const schemaOfThen = async (url: string) => {
  const folder = mkdtempSync(join(tmpdir(), "overplanned-sql-"))
  for (const name of readdirSync(SQL))
    if (name.slice(0, 4) <= NEWEST_THEN) copyFileSync(join(SQL, name), join(folder, name))
  await Effect.runPromise(Effect.provide(migrate(folder), postgres(Redacted.make(url), { maxConnections: 1 })))
  rmSync(folder, { recursive: true })
}

const rowsAt = (url: string) => (query: string) =>
  Effect.runPromise(
    Effect.provide(
      Effect.flatMap(SqlClient, (sql) => sql.unsafe<Json>(query)),
      postgres(Redacted.make(url), { maxConnections: 1 })
    )
  )

describe("data of an older release", () => {
  const scratch = scratchFolder()
  let made: { readonly url: string }
  let server: Server

  beforeAll(async () => {
    const answer = await ask("createDatabase", { empty: true })
    if ("problem" in answer) throw new Error(answer.problem)
    made = answer
    await schemaOfThen(made.url)
    const journal = join(scratch.path, "journal")
    mkdirSync(journal, { mode: 0o700 })
    writeFileSync(join(journal, "0000000000000000.journal"), gunzipSync(readFileSync(FIXTURE)))
    writeFileSync(join(journal, "identity"), "b138562d-2aaa-4be7-8434-4e0fecc06bd1")
    server = await startServer({ DATABASE_URL: made.url }, scratch.path)
  })
  afterAll(async () => {
    await server?.stop()
    if (made !== undefined) await ask("dropDatabase", made)
    scratch.remove()
  })

  it("is in the database once, and nothing of it is set aside", async () => {
    const rows = rowsAt(made.url)
    await until("what was drained", async () => {
      const [found] = await rows(`select
        (select count(*)::int from behavioral_signals where user_id = '${ANN}' and signal_type <> 'candidate_set_logged') as signals,
        (select count(*)::int from trip_events where trip_id = '${TRIP}' and seq <= 3) as events,
        (select count(*)::int from pivot_events where trip_id = '${TRIP}') as offers`)
      return found.signals === 5 && found.events === 3 && found.offers === 1
    })
    assert.isEmpty(readdirSync(join(scratch.path, "journal", "aside")))
  })

  it("is what its traveler goes on with", async () => {
    const ann = await traveler(() => server, { id: ANN })
    const { body, status } = await ann.call("GET", `/trips/${TRIP}`)
    assert.strictEqual(status, 200, JSON.stringify(body).slice(0, 600))
    const stops = body.days.flatMap((day: Json) => day.slots)
    assert.lengthOf(stops, 12)
    assert.deepStrictEqual(
      stops.filter((stop: Json) => stop.locked).map((stop: Json) => stop.id),
      [LOCKED]
    )
  })

  it("is left alone by a program that is older than it, which says why", async () => {
    await server.stop()
    const rows = rowsAt(made.url)
    // To the program of today this database is of a release after it.
    await rows("insert into overplanned_migrations (migration_id, name) values (9999, 'of_a_later_release')")
    const before = await rows("select count(*)::int as events from trip_events")
    const { code, said } = await command(["serve"], { DATABASE_URL: made.url }, scratch.path)
    assert.notStrictEqual(code, 0)
    assert.match(said, /run the newer release that migrated it/)
    assert.deepStrictEqual(await rows("select count(*)::int as events from trip_events"), before)
    await rows("delete from overplanned_migrations where migration_id = 9999")
    server = await startServer({ DATABASE_URL: made.url }, scratch.path)
  })
})
