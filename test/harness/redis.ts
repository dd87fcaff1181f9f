/** A real Redis for tests. One server serves the whole run: keep to the prefix, and never flush. */
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { ask } from "./ask.ts"
import { redisIsInstalled, startRedis } from "./find.ts"
import type { Found } from "./protocol.ts"

/** What Redis this run uses, or why there is none. */
export const findRedis = (): Promise<Found> => ask("find", { service: "redis" })

/** A key prefix of this caller's own. */
export const freshPrefix = (): string => `test:${randomBytes(6).toString("hex")}:`

/** Whether `ownRedis` can work here. */
export const canOwnRedis = redisIsInstalled

/** A Redis of the test's own on this machine, to be killed and brought back on the same port. */
export const ownRedis = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = mkdtempSync(join(tmpdir(), "overplanned-redis-"))
    let server = await startRedis(folder)
    const end = (signal: NodeJS.Signals) => {
      try {
        process.kill(server.pid, signal)
      } catch {
        // The test killed it already.
      }
    }
    return {
      folder,
      url: server.url,
      end,
      kill: Effect.sync(() => end("SIGKILL")),
      /** Stops it in its tracks: connections stay open and nothing answers. */
      pause: Effect.sync(() => end("SIGSTOP")),
      resume: Effect.sync(() => end("SIGCONT")),
      restart: Effect.promise(async () => {
        server = await startRedis(folder, server.port)
      })
    }
  }),
  ({ folder, end }) =>
    Effect.sync(() => {
      end("SIGKILL")
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    })
)
