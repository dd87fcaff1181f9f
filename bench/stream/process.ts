/** The measured process and its PostgreSQL, from outside. */
import { type ChildProcess, fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { ownPostgres } from "../postgres.ts"
import { LOADED_FLAGS } from "../server.ts"
import type { Books, Started } from "./server.ts"

export interface Measured {
  readonly started: Started
  readonly ask: <A>(what: string) => Promise<A>
  readonly books: () => Promise<Books>
  /** Waits until nothing is left to do: fallbacks worked out, journal drained. */
  readonly settled: () => Promise<void>
}

const next = <A>(child: ChildProcess): Promise<A> =>
  new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`the server ended with ${code}`))
    child.once("exit", gone)
    child.once("message", (message) => {
      child.off("exit", gone)
      resolve(message as A)
    })
  })

/** Less CPU than this in half a second is a server at rest; after a while it is measured as it is. */
const IDLE_MICROS = 60_000
const SETTLE_MS = 90_000

export const measured = (options: { readonly trips: number; readonly tokens: number; readonly peers: boolean }) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-bench-stream-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
    )
    const { url } = yield* ownPostgres(folder)
    const file = new URL("./server.ts", import.meta.url).pathname
    const args = [folder, url, String(options.trips), String(options.tokens), options.peers ? "peers" : "alone"]
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => fork(file, args, { execArgv: [...LOADED_FLAGS, "--expose-gc", "--max-old-space-size=12000"] })),
      (one) =>
        Effect.promise(async () => {
          if (one.exitCode !== null) return
          const ended = new Promise((resolve) => one.once("exit", resolve))
          one.kill("SIGKILL")
          await ended
        })
    )
    const started = yield* Effect.promise(() => next<Started>(child))
    const ask = <A>(what: string): Promise<A> => {
      const answer = next<A>(child)
      child.send(what)
      return answer
    }
    const books = () => ask<Books>("books")
    const settled = async () => {
      await ask("drained")
      const until = performance.now() + SETTLE_MS
      for (let idle = 0, before = (await books()).cpu; idle < 3 && performance.now() < until; ) {
        await new Promise((resolve) => setTimeout(resolve, 500))
        const { cpu } = await books()
        idle = cpu - before < IDLE_MICROS ? idle + 1 : 0
        before = cpu
      }
    }
    const made: Measured = { started, ask, books, settled }
    return made
  })
