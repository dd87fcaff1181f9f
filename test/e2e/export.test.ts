/**
 * The export of somebody who did a great deal: read slowly, it takes far longer than any statement may, and comes whole; where
 * the database goes away in the middle it is cut, and never looks whole. `EXPORT_SIGNALS` makes it as large as one likes.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { layer } from "../../src/layers/postgres/client.ts"
import { type OwnPostgres, startPostgres } from "../harness/own-postgres.ts"
import { type Server, scratchFolder, startServer, type Traveler, traveler, until } from "../support/server.ts"

const SIGNALS = Number(process.env["EXPORT_SIGNALS"] ?? 30_000)

/** Longest that a statement of a request may run, in the settings of this file. */
const STATEMENT_MS = 500

/** Bytes after which the reader takes a rest, as one with a slow line does. */
const REST_AFTER = 4 * 1024 * 1024
const REST_MS = 200

describe.skipIf(process.platform !== "linux")("an export of very much", () => {
  const scratch = scratchFolder()
  let database: OwnPostgres
  let server: Server
  let ann: Traveler

  const open = () =>
    fetch(`${server.url}/api/v1/users/me/export`, { headers: { authorization: `Bearer ${ann.token}` } })

  beforeAll(async () => {
    const folder = join(scratch.path, "own")
    mkdirSync(folder)
    database = await startPostgres(folder)
    server = await startServer(
      { DATABASE_URL: database.url, DATABASE_STATEMENT_TIMEOUT: `${STATEMENT_MS}ms`, RATE_LIMIT: "off" },
      scratch.path
    )
    ann = await traveler(() => server)
    await Effect.gen(function* () {
      const sql = yield* SqlClient
      const context = JSON.stringify({ note: "x".repeat(400) })
      yield* sql`insert into users (id) values (${ann.id}) on conflict do nothing`
      // Many happened at the same instant: the instant alone would not tell where a page ended.
      yield* sql`
        insert into behavioral_signals (id, user_id, signal_type, context, source, weight, occurred_at)
        select gen_random_uuid(), ${ann.id}, 'slot_view', ${context}::text::jsonb, 'app', 1,
          now() - make_interval(secs => n / 1000)
        from generate_series(1, ${SIGNALS}::int) n`
    }).pipe(
      Effect.provide(layer(Redacted.make(database.url), { maxConnections: 1, statementTimeout: "5 minutes" })),
      Effect.runPromise
    )
  }, 300_000)
  afterAll(async () => {
    database?.thaw()
    await server?.stop()
    await database?.stop()
    scratch.remove()
  })

  it("comes whole, each signal once, though it takes longer than a statement may", async () => {
    const began = performance.now()
    const response = await open()
    assert.strictEqual(response.status, 200)
    const ids = new Set<string>()
    const decoder = new TextDecoder()
    let rest = ""
    let bytes = 0
    let rested = 0
    let rows = 0
    for await (const chunk of response.body!) {
      bytes += chunk.length
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n")
      rest = lines.pop()!
      for (const line of lines) {
        if (!line.includes('"slot_view"')) continue
        ids.add(JSON.parse(line.replace(/,$/, "")).id)
        rows++
      }
      if (bytes - rested > REST_AFTER) {
        rested = bytes
        await new Promise((resolve) => setTimeout(resolve, REST_MS))
      }
    }
    const took = performance.now() - began
    assert.isAbove(took, STATEMENT_MS)
    assert.deepEqual([rows, ids.size], [SIGNALS, SIGNALS])
    if (process.env["EXPORT_SIGNALS"] !== undefined) {
      const metrics = await (await fetch(`${server.url}/metrics`)).text()
      const resident = Number(/process_resident_memory_bytes\S* (\d+)/.exec(metrics)?.[1])
      console.log(
        `${SIGNALS} signals, ${(bytes / 1e6).toFixed(0)} MB in ${(took / 1000).toFixed(1)} s; RSS ${(resident / 1e6).toFixed(0)} MB`
      )
    }
  }, 600_000)

  it("is one JSON document", async () => {
    const document = await ((await open()).json() as Promise<{ held: Record<string, ReadonlyArray<unknown>> }>)
    assert.lengthOf(document.held["behavioral_signals"]!, SIGNALS)
    assert.lengthOf(document.held["users"]!, 1)
  })

  it("is cut where the database goes away in the middle, and the operator is told", async () => {
    const response = await open()
    const reader = response.body!.getReader()
    assert.isFalse((await reader.read()).done)
    database.freeze()
    try {
      let whole = false
      await (async () => {
        for (;;) {
          const { done } = await reader.read()
          if (done) break
        }
        whole = true
      })().catch(() => {})
      assert.isFalse(whole, "the export looked whole")
      await until("the line in the log", () => server.output().includes("An export was cut off before its end."))
      assert.match(server.output(), /An export was cut off before its end\.[^\n]*the database does not answer/)
      assert.notInclude(server.output(), ann.id)
    } finally {
      database.thaw()
    }
    await until("an export again", async () => (await ann.call("GET", "/users/me/companions")).status === 200)
  })

  it("that cannot begin says why, in place of beginning", async () => {
    database.freeze()
    try {
      const refused = await ann.call("GET", "/users/me/export")
      assert.strictEqual(refused.status, 503)
      assert.match(refused.body.detail, /the database does not answer/)
    } finally {
      database.thaw()
    }
  })
})
