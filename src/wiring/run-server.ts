/**
 * Runs the server. It listens first and loads the rest then, which is large: whoever watches the process hears from its first
 * moment on that it lives, and what it is at.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as StartupDesk from "../cases/health/startup-desk.ts"
import { Config } from "../config.ts"
import type { Role } from "../domain/nodes/standing.ts"
import { refuseWhile } from "../http/middleware/refuse.ts"
import * as UwsHttpServer from "../http/uws/UwsHttpServer.ts"
import { Startup } from "../services/startup.ts"
import { loadInParts } from "./loading.ts"
import { version } from "./release.ts"

const httpServer = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Config
    const startup = yield* Startup
    yield* startup.say(
      settings.DATABASE_URL === undefined
        ? "Its PostgreSQL is started, or waited for where it runs already and takes no clients."
        : "The database is asked for a first answer."
    )
    return UwsHttpServer.layer({
      host: settings.HOST,
      port: settings.PORT,
      maxBodySize: settings.HTTP_MAX_BODY,
      drainTimeout: settings.HTTP_DRAIN_TIMEOUT,
      refuse: refuseWhile(version, startup.stage)
    })
  })
)

export const runServer = (role: Role) =>
  loadInParts
    .pipe(
      Effect.andThen(Effect.promise(() => import("./whole-server.ts"))),
      Effect.flatMap(({ wholeServer }) => wholeServer(role))
    )
    .pipe(Effect.provide(httpServer.pipe(Layer.provideMerge(StartupDesk.layer))))
