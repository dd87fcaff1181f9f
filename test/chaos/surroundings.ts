/**
 * All that the mistreated server stands on, each part of it in the test's hands: a PostgreSQL and a Redis of its own, a
 * loopback Claude, a network that can be cut towards the database and towards the travelers, a journal on a small disk.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"

import { type FakeAnthropic, fakeAnthropic } from "../fakes/anthropic.ts"
import { type OwnPostgres, startPostgres } from "../harness/own-postgres.ts"
import { portToComeBackTo } from "../harness/port.ts"
import { type CutProxy, startProxy } from "../harness/proxy.ts"
import { canOwnRedis, ownRedis } from "../harness/redis.ts"
import { mountSmallDisk, type SmallDisk } from "../harness/small-disk.ts"
import { launchServer, type Server, scratchFolder, startServer } from "../support/server.ts"

/** Room for what a few travelers write while the database is away, and quickly filled. */
const SMALL_DISK_MEGABYTES = 64

export interface Surroundings {
  readonly folder: string
  readonly database: OwnPostgres
  /** Between the server and its database. */
  readonly toDatabase: CutProxy
  /** Between the travelers and the server. */
  readonly toServer: CutProxy
  readonly redis: Effect.Success<typeof ownRedis> | undefined
  readonly claude: FakeAnthropic
  readonly disk: SmallDisk | undefined
  readonly server: () => Server
  /** Starts a successor; `waits` until it says that it answers. */
  readonly start: (waits: boolean) => Promise<void>
  readonly close: () => Promise<void>
}

export const makeSurroundings = async (): Promise<Surroundings> => {
  const scratch = scratchFolder()
  const scope = Effect.runSync(Scope.make())
  const within = <A>(effect: Effect.Effect<A, never, Scope.Scope>) => Effect.runPromise(Scope.provide(effect, scope))
  const own = join(scratch.path, "own")
  const journal = join(scratch.path, "journal")
  mkdirSync(own)
  mkdirSync(journal)
  const disk = mountSmallDisk(journal, SMALL_DISK_MEGABYTES)
  const database = await startPostgres(own, { survives: true })
  const toDatabase = await startProxy(Number(new URL(database.url).port))
  const redis = canOwnRedis() ? await within(ownRedis) : undefined
  const claude = await within(fakeAnthropic)
  const port = await portToComeBackTo()
  const toServer = await startProxy(port)
  const environment = {
    DATABASE_URL: database.url.replace(/:\d+\/postgres$/, `:${toDatabase.port}/postgres`),
    PORT: String(port),
    RATE_LIMIT: "off",
    JOURNAL_SEGMENT_SIZE: "2MiB",
    ANTHROPIC_API_KEY: "a key of the loopback server",
    ANTHROPIC_BASE_URL: claude.url,
    LLM_DAILY_BUDGET_USD: "1000000",
    LLM_USER_DAILY_BUDGET_USD: "1000000",
    ...(redis === undefined ? {} : { REDIS_URL: redis.url })
  }
  let server = await startServer(environment, scratch.path)
  return {
    folder: scratch.path,
    database,
    toDatabase,
    toServer,
    redis,
    claude,
    disk,
    server: () => server,
    start: async (waits) => {
      server = waits ? await startServer(environment, scratch.path) : launchServer(environment, scratch.path)
    },
    close: async () => {
      database.thaw()
      toDatabase.mend()
      disk?.empty()
      await server.stop("SIGKILL")
      toServer.close()
      toDatabase.close()
      await database.stop()
      await Effect.runPromise(Scope.close(scope, Exit.void))
      disk?.unmount()
      scratch.remove()
    }
  }
}
