/** The server with what it stands on. Large, and loaded only when it is run. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Role } from "../cli/serve.ts"
import * as Migrator from "../layers/postgres/migrator.ts"
import { checkedTokens, erasedSubjects, health, sql } from "./foundation.ts"
import { root, version } from "./release.ts"
import { server } from "./server.ts"

export const runServer = (role: Role) =>
  server({ role, version, root }).pipe(
    Effect.provide(
      Layer.mergeAll(health, checkedTokens).pipe(
        Layer.provideMerge(erasedSubjects),
        Layer.provideMerge(Migrator.layer()),
        Layer.provideMerge(sql)
      )
    )
  )
