/** A node that trains and does nothing else, as compose's profile `ml` starts it. */

import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { layer } from "../../src/layers/postgres/client.ts"
import { personId } from "../support/person-ids.ts"
import { command, scratchFolder, startCommand, until } from "../support/server.ts"
import { freshDatabase } from "./world.ts"

describe("train --watch", () => {
  const scratch = scratchFolder()
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let client: ManagedRuntime.ManagedRuntime<SqlClient, unknown>

  beforeAll(async () => {
    database = await freshDatabase()
    client = ManagedRuntime.make(layer(Redacted.make(database.url), { maxConnections: 1, applicationName: "e2e" }))
  })
  afterAll(async () => {
    await client.dispose()
    await database.drop()
    scratch.remove()
  })

  const jobs = () =>
    client.runPromise(
      Effect.flatMap(
        SqlClient,
        (sql) => sql<{ id: string; state: string; attempts: number; error: string | null }>`
          select id, state, attempts, error from jobs where kind = 'train_model'`
      )
    )

  it("takes what is asked for, and what a trainer that was killed left behind, and says in a sentence what it lacks", async () => {
    const environment = { DATABASE_URL: database.url }
    const trainer = startCommand(["train", "--watch"], environment, scratch.path)
    const [asked, left] = [personId(), personId()]
    try {
      await until("a trainer that waits", () => /Waiting for trainings/.test(trainer.output()), 90_000)
      await client.runPromise(
        Effect.flatMap(
          SqlClient,
          (sql) => sql`
            insert into jobs (id, kind, payload, state, attempts, claimed_by, heartbeat_at) values
            (${asked}, 'train_model', '{"model": "bpr"}', 'queued', 0, null, null),
            (${left}, 'train_model', '{"model": "bpr"}', 'running', 1, 'who was killed', now() - interval '1 hour')`
        )
      )
      const done = await until(
        "both trainings",
        async () => {
          const rows = await jobs()
          return rows.every(({ state }) => state === "failed") && rows
        },
        90_000
      )
      const attempts = new Map(done.map((row) => [row.id, row.attempts]))
      assert.deepStrictEqual([attempts.get(asked), attempts.get(left)], [1, 2])
      for (const { error } of done) assert.match(error ?? "", /^No dataset bpr_triples is published in /)
    } finally {
      await trainer.stop()
    }
  })

  it("is either one model or a watch", async () => {
    const { code, said } = await command(["train"], { DATABASE_URL: database.url }, scratch.path)
    assert.strictEqual(code, 2)
    assert.match(said, /train takes one model, or --watch and none\. Models: bpr, /)
  })
})
