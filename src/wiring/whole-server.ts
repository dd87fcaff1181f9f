/** The server with what it stands on, but for the socket it listens on. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../config.ts"
import type { Role } from "../domain/nodes/standing.ts"
import * as FirstAnswer from "../layers/postgres/first-answer.ts"
import * as Migrator from "../layers/postgres/migrator.ts"
import { checkedTokens, health, signInCodes, sql } from "./foundation.ts"
import { ownership, shared } from "./nodes.ts"
import { root, version } from "./release.ts"
import { server } from "./server.ts"

const firstAnswer = Layer.unwrap(
  Effect.map(Config, ({ DATABASE_START_PATIENCE }) => FirstAnswer.layer(DATABASE_START_PATIENCE))
)

export const wholeServer = (role: Role) =>
  server({ role, version, root }).pipe(
    Effect.provide(
      Layer.mergeAll(health, checkedTokens, signInCodes).pipe(
        Layer.provideMerge(shared),
        Layer.provideMerge(ownership(role, true)),
        Layer.provideMerge(Migrator.layer()),
        Layer.provideMerge(firstAnswer),
        Layer.provideMerge(sql)
      )
    )
  )
