/** Structured log lines on stderr, as the settings want them; to an OTLP collector as well when one is configured. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import { Config, type Settings } from "../../config.ts"

const LEVELS = { debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const

const json = Logger.withConsoleError(Logger.formatJson)

/** The exporters bring an HTTP client of 25 MB along: loaded only where somebody listens. */
const exporters = (endpoint: string, settings: Settings) =>
  Layer.unwrap(
    Effect.promise(async () => {
      const [Otlp, NodeHttpClient] = await Promise.all([
        import("effect/observability/Otlp"),
        import("@effect/platform-node/NodeHttpClient")
      ])
      return Otlp.layerJson({ baseUrl: endpoint, resource: { serviceName: settings.OTEL_SERVICE_NAME } }).pipe(
        Layer.provide(NodeHttpClient.layerUndici)
      )
    })
  )

export const layer = Layer.unwrap(
  Effect.map(Config, (settings) => {
    const logger = settings.LOG_FORMAT === "json" ? json : Logger.consolePretty()
    const local = Layer.mergeAll(
      Logger.layer([logger]),
      Layer.succeed(References.MinimumLogLevel, LEVELS[settings.LOG_LEVEL]),
      Layer.succeed(Logger.LogToStderr, true)
    )
    const endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT
    return endpoint === undefined ? local : Layer.provideMerge(exporters(endpoint, settings), local)
  })
)

/** A line for whoever started the server, plain as a command's; among lines of JSON it is one of them. */
export const announce = (text: string) =>
  Effect.flatMap(Config, ({ LOG_FORMAT }) => (LOG_FORMAT === "json" ? Effect.logInfo(text) : Console.log(text)))

/** Why a command failed, after everything else has ended: no logger is left then. */
export const lastLine = (text: string, format: string | undefined): string =>
  format === "json" ? JSON.stringify({ message: text, level: "FATAL", timestamp: new Date().toISOString() }) : text
