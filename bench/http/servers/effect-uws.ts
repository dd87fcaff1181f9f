import * as Effect from "effect/Effect"
import { HttpServer } from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import type { InetAddress } from "effect/net/NetAddress"
import * as UwsHttpServer from "../../../src/http/uws/UwsHttpServer.ts"
import { application } from "../api.ts"
import { ready } from "./control.ts"

const announce = Layer.effectDiscard(
  HttpServer.use((server) => Effect.sync(() => ready((server.address as InetAddress).port)))
)
const server = UwsHttpServer.layer({ host: "127.0.0.1", port: 0 })

Effect.runFork(Layer.launch(Layer.mergeAll(application, announce).pipe(Layer.provide(server))))
