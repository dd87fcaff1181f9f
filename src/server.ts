/**
 * The server's part of the composition root, kept from `main.ts` only because most commands do without it and should
 * not pay for loading it.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import { Config } from "./config.ts"
import { LOCAL_MODEL } from "./domain/rankers/local.ts"
import * as Gateway from "./http/gateway.ts"
import * as Absent from "./http/handlers/absent.ts"
import * as UwsHttpServer from "./http/uws/UwsHttpServer.ts"
import { Idempotency, type Opening } from "./services/idempotency.ts"
import { ModelInForce } from "./services/model-in-force.ts"
import { Newcomers } from "./services/newcomers.ts"

const httpServer = Layer.unwrap(
  Effect.map(Config, (settings) =>
    UwsHttpServer.layer({
      host: settings.HOST,
      port: settings.PORT,
      maxBodySize: settings.HTTP_MAX_BODY,
      drainTimeout: settings.HTTP_DRAIN_TIMEOUT
    })
  )
)

const announce = Layer.effectDiscard(
  Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    yield* Console.log(`Overplanned answers on ${HttpServer.formatAddress(address)}`)
  })
)

const first: Opening = { _tag: "first" }

export const server = (options: {
  readonly role: "all" | "gateway" | "worker"
  readonly version: string
  readonly root: string
}) =>
  announce.pipe(
    Layer.provideMerge(
      Gateway.layer({ version: options.version, consoleFolder: `${options.root}console` }, Absent.layer)
    ),
    Layer.provide([
      Layer.succeed(ModelInForce, ModelInForce.of({ forUser: () => LOCAL_MODEL })),
      Layer.succeed(Newcomers, Newcomers.of({ welcome: () => Effect.void })),
      Layer.succeed(
        Idempotency,
        Idempotency.of({
          open: () => Effect.succeed(first),
          close: () => Effect.void,
          abandon: () => Effect.void
        })
      )
    ]),
    Layer.provide(Layer.merge(httpServer, HttpServer.layerServices))
  )
