/** A server of a benchmark's own, on a PostgreSQL of its own, with room in its journal for whatever the load brings. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { ownPostgres } from "./postgres.ts"
import { freePort, killServer, mintTokens, startServer } from "./server.ts"

export interface OwnServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly database: string
  /** Gone afterwards, with all that stands in it. */
  readonly folder: string
  /** Of so many new travelers. */
  readonly tokens: ReadonlyArray<string>
}

export const onOwnServer = <A>(name: string, travelers: number, use: (server: OwnServer) => Promise<A>): Promise<A> =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), `overplanned-bench-${name}-`))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
    const database = yield* ownPostgres(folder)
    return yield* Effect.promise(async () => {
      const port = await freePort()
      const settings = {
        dataDirectory: join(folder, "data"),
        databaseUrl: database.url,
        port,
        more: { JOURNAL_DISK_BUDGET: "16GiB" }
      }
      const tokens = await mintTokens(settings, travelers)
      const server = await startServer(settings)
      try {
        return await use({
          url: `http://127.0.0.1:${port}`,
          port,
          pid: server.pid!,
          database: database.url,
          folder,
          tokens
        })
      } finally {
        await killServer(server)
      }
    })
  }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"), Effect.runPromise)
