/** A node that trains and does nothing else, as compose's profile `ml` starts it. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { layer } from "../../src/layers/postgres/client.ts"
import { personId } from "../support/person-ids.ts"
import { publishRows } from "../support/published-dataset.ts"
import { command, scratchFolder, startCommand, until } from "../support/server.ts"
import { madeMatches } from "../training/matches.ts"
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
      await until("a trainer that waits", () => /Waiting for trainings/.test(trainer.output()))
      await client.runPromise(
        Effect.flatMap(
          SqlClient,
          (sql) => sql`
            insert into jobs (id, kind, payload, state, attempts, claimed_by, heartbeat_at) values
            (${asked}, 'train_model', '{"model": "bpr"}', 'queued', 0, null, null),
            (${left}, 'train_model', '{"model": "bpr"}', 'running', 1, 'who was killed', now() - interval '1 hour')`
        )
      )
      const done = await until("both trainings", async () => {
        const rows = await jobs()
        return rows.every(({ state }) => state === "failed") && rows
      })
      const attempts = new Map(done.map((row) => [row.id, row.attempts]))
      assert.deepStrictEqual([attempts.get(asked), attempts.get(left)], [1, 2])
      for (const { error } of done) assert.match(error ?? "", /^No dataset bpr_triples is published in /)
    } finally {
      await trainer.stop()
    }
  })

  it("that is killed while it trains leaves nothing behind, and who comes next begins anew", async () => {
    const environment = { DATABASE_URL: database.url }
    const datasets = join(scratch.path, "datasets")
    const heldOut = (name: string) => {
      const rows = [...madeMatches({ count: 900, name })]
      return { validation: rows.slice(0, 300), test: rows.slice(300) }
    }
    const registered = () =>
      client.runPromise(
        Effect.flatMap(
          SqlClient,
          (sql) => sql<{ version: string; path: string }>`
            select model_version as version, artifact_path as path from model_registry where model_name = 'match_compatibility'`
        )
      )
    const training = async (id: string) => {
      const [row] = await client.runPromise(
        Effect.flatMap(
          SqlClient,
          (sql) => sql<{ state: string; attempts: number; progress: { epoch?: number } | null; error: string | null }>`
            select state, attempts, progress, error from jobs where id = ${id}`
        )
      )
      return row!
    }
    // Enough to be busy with for as long as this takes.
    publishRows(datasets, "companion_match", "2026-01-01", {
      train: madeMatches({ count: 300_000, name: "many" }),
      ...heldOut("many, later")
    })
    const id = personId()
    await client.runPromise(
      Effect.flatMap(
        SqlClient,
        (sql) =>
          sql`insert into jobs (id, kind, payload, state) values (${id}, 'train_model', '{"model": "match_compatibility"}', 'queued')`
      )
    )
    const killed = startCommand(["train", "--watch"], environment, scratch.path)
    try {
      await until("a training under way", async () => ((await training(id)).progress?.epoch ?? 0) > 0)
      const other = await command(["train", "match_compatibility"], environment, scratch.path)
      assert.notStrictEqual(other.code, 0)
      assert.match(other.said, /match_compatibility is being trained already\. Wait for that run, or cancel it\./)
    } finally {
      await killed.stop("SIGKILL")
    }
    assert.deepStrictEqual(await registered(), [])
    assert.isFalse(existsSync(join(scratch.path, "models", "match_compatibility")))

    publishRows(datasets, "companion_match", "2026-01-02", {
      train: madeMatches({ count: 1_000, name: "few" }),
      ...heldOut("few, later")
    })
    // Nobody has heard of whoever had it for an hour.
    await client.runPromise(
      Effect.flatMap(SqlClient, (sql) => sql`update jobs set heartbeat_at = now() - interval '1 hour' where id = ${id}`)
    )
    const next = startCommand(["train", "--watch"], environment, scratch.path)
    try {
      const done = await until("the training that was begun anew", async () => {
        const row = await training(id)
        return ["done", "failed"].includes(row.state) && row
      })
      assert.deepInclude(done, { state: "done", attempts: 2, error: null })
    } finally {
      await next.stop()
    }
    const [model, ...others] = await registered()
    assert.deepStrictEqual(others, [])
    assert.isTrue(existsSync(join(scratch.path, "models", model!.path)))
  })

  it("is either one model or a watch", async () => {
    const { code, said } = await command(["train"], { DATABASE_URL: database.url }, scratch.path)
    assert.strictEqual(code, 2)
    assert.match(said, /train takes one model, or --watch and none\. Models: bpr, /)
  })
})
