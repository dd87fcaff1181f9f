import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { processOf, stop } from "../../../src/layers/embedded/cluster.ts"
import { layer as clientLayer } from "../../../src/layers/postgres/client.ts"

/** Where the server's files are, below a data directory that root did not have to leave. */
export const dataOf = (dataDir: string) => join(dataDir, "postgres", "server", "data")

export const postmaster = (dataDir: string) => processOf(dataOf(dataDir))

/** A data directory that goes with the scope, with whatever server a test left in it. */
export const scratchDir = (suffix = "") =>
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), `overplanned embedded ${suffix}`))),
    (folder) =>
      Effect.gen(function* () {
        const pid = postmaster(folder)
        if (pid !== undefined) yield* stop(pid)
        rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
      })
  )

export const query = (url: Redacted.Redacted, statement = "SELECT 1") =>
  Effect.flatMap(SqlClient, (sql) => sql.unsafe(statement)).pipe(
    Effect.provide(clientLayer(url, { maxConnections: 1 }))
  )

/** Waits until the condition holds; the deadline is for when it never will. */
export const eventually = <E, R>(condition: Effect.Effect<boolean, E, R>, seconds = 60) =>
  Effect.gen(function* () {
    while (!(yield* condition)) yield* Effect.sleep("20 millis")
  }).pipe(Effect.timeout(`${seconds} seconds`))

/** Starts a process of ours on the data directory and waits until its server is up. */
export const startOwner = (dataDir: string, who: { uid?: number; gid?: number } = {}) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly child: ChildProcess; readonly url: Redacted.Redacted }, Error>((resume) => {
      const child = spawn(process.execPath, [join(import.meta.dirname, "owner.ts"), dataDir], {
        stdio: ["pipe", "pipe", "pipe"],
        ...who
      })
      let problem = ""
      child.stderr.on("data", (chunk) => {
        problem += chunk
      })
      child.stdout.once("data", (chunk) => resume(Effect.succeed({ child, url: Redacted.make(String(chunk).trim()) })))
      child.once("exit", () => resume(Effect.fail(new Error(problem))))
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

export const logOf = (dataDir: string) => readFileSync(join(dataOf(dataDir), "..", "postgres.log"), "utf8")
