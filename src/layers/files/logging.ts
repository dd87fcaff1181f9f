/** Structured log lines on stderr, as the settings want them; to an OTLP collector as well when one is configured. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Otlp from "effect/observability/Otlp"
import * as References from "effect/References"
import { Config } from "../../config.ts"

const LEVELS = { debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const

const json = Logger.withConsoleError(Logger.formatJson)

export const layer = Layer.unwrap(
  Effect.map(Config, (settings) => {
    const logger = settings.LOG_FORMAT === "json" ? json : Logger.consolePretty()
    const local = Layer.mergeAll(
      Logger.layer([logger]),
      Layer.succeed(References.MinimumLogLevel, LEVELS[settings.LOG_LEVEL]),
      Layer.succeed(Logger.LogToStderr, true)
    )
    if (settings.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return local
    const otlp = Otlp.layerJson({
      baseUrl: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
      resource: { serviceName: settings.OTEL_SERVICE_NAME }
    })
    return Layer.provideMerge(otlp.pipe(Layer.provide(NodeHttpClient.layerUndici)), local)
  })
)
