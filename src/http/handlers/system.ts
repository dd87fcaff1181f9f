/** Routes for monitors and readers: `/health`, `/ready`, `/metrics`, `/docs` and the console. None needs a token. */
import { readdir } from "node:fs/promises"
import { stripTypeScriptTypes } from "node:module"
import { extname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Response from "effect/http/HttpServerResponse"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { NotFound } from "../api/problems.ts"
import { streamDocument } from "../contract/stream-document.ts"
import { isLoopback } from "../middleware/loopback.ts"
import { RequestScope } from "../middleware/request-scope.ts"
import { servePage } from "./pages.ts"

export interface SystemOptions {
  readonly version: string
  readonly consoleFolder: string
  /** The typed client, which the app is the first to use. */
  readonly clientFolder: string
  /** Pictures of the ground that the app's map is drawn on, where there are any. */
  readonly mapTiles?: string | undefined
  readonly sampleMetrics: Effect.Effect<void>
}

const worst = (report: ReadonlyArray<DependencyHealth>): DependencyHealth["status"] =>
  report.some((one) => one.status === "down")
    ? "down"
    : report.some((one) => one.status === "degraded")
      ? "degraded"
      : "up"

const policy = (...imageOrigins: ReadonlyArray<string>) =>
  `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src ${["'self'", "data:", ...imageOrigins].join(" ")}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** The pages run their own script and call this server, and nothing else. */
const PAGE_HEADERS = {
  "content-security-policy": policy(),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Asked for anew each time: a page must never run beside the script of another version.
  "cache-control": "no-cache"
}

/**
 * The page with the map may load pictures from that one origin, where an operator has named one. Who serves such pictures to
 * the public wants to know for which site, and is told that and no address within it.
 */
const appHeaders = (mapTiles: string | undefined) =>
  mapTiles === undefined
    ? PAGE_HEADERS
    : {
        ...PAGE_HEADERS,
        "content-security-policy": policy(new URL(mapTiles).origin),
        "referrer-policy": "strict-origin"
      }

const PAGES: ReadonlyArray<readonly [path: `/${string}`, file: string]> = [
  ["/", "index.html"],
  ["/docs", "docs.html"],
  // A worker governs what lies below its own address.
  ["/sw.js", "sw.js"]
]

/** Every path of this file, and the documents of the contract. */
export const PATHS = [
  "/health",
  "/ready",
  "/metrics",
  "/openapi.json",
  "/asyncapi.json",
  "/client/:file",
  "/console/:file",
  ...PAGES.map(([path]) => path)
]

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json"
}

/** The pages at their addresses, and what they are made of below `/console`. */
const pageFiles = Effect.fnUntraced(function* (folder: string) {
  const files = yield* Effect.promise(() => readdir(folder))
  const parts = files
    .filter((file) => extname(file) !== ".html" && extname(file) in CONTENT_TYPES)
    .map((file) => [`/console/${file}`, file] as const)
  return [...PAGES, ...parts]
})

/** What a browser runs of a file with types: the same lines without them. Node says on each call that the API may still change. */
const withoutTypes = (source: string): string => {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}

/** The client's files, as pages load them. */
const clientFiles = Effect.fnUntraced(function* (folder: string) {
  const files = yield* Effect.promise(() => readdir(folder))
  return files.filter((file) => extname(file) === ".ts").map((file) => [`/client/${file}`, file] as const)
})

const metrics = (sample: Effect.Effect<void>) =>
  Effect.andThen(
    sample,
    Effect.map(PrometheusMetrics.format({ prefix: "overplanned" }), (text) =>
      Response.text(text, { contentType: "text/plain; version=0.0.4; charset=utf-8" })
    )
  )

export const metricsRoute = (sample: Effect.Effect<void>) => HttpRouter.add("GET", "/metrics", metrics(sample))

export const layer = (options: SystemOptions) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const health = yield* Health

      yield* router.add("GET", "/health", Response.jsonUnsafe({ status: "up", version: options.version }))

      const asyncApi = streamDocument()
      yield* router.add("GET", "/asyncapi.json", Response.jsonUnsafe(asyncApi))

      yield* router.add(
        "GET",
        "/ready",
        Effect.gen(function* () {
          const dependencies = yield* health.report
          const status = worst(dependencies)
          return Response.jsonUnsafe({ status, dependencies }, { status: status === "down" ? 503 : 200 })
        })
      )

      yield* router.add(
        "GET",
        "/metrics",
        Effect.gen(function* () {
          const { address } = yield* RequestScope
          if (!isLoopback(address)) {
            return yield* new NotFound({
              detail:
                "Here metrics are told to this machine only. Set METRICS_PORT to serve them to others on a port of their own."
            })
          }
          return yield* metrics(options.sampleMetrics)
        })
      )

      for (const [path, name] of yield* clientFiles(options.clientFolder)) {
        const file = join(options.clientFolder, name)
        const page = { file, made: withoutTypes, contentType: CONTENT_TYPES[".js"]!, headers: PAGE_HEADERS }
        yield* router.add("GET", path as `/${string}`, servePage(page))
      }

      for (const [path, name] of yield* pageFiles(options.consoleFolder)) {
        const headers = path === "/" ? appHeaders(options.mapTiles) : PAGE_HEADERS
        const file = join(options.consoleFolder, name)
        yield* router.add("GET", path, servePage({ file, contentType: CONTENT_TYPES[extname(name)]!, headers }))
      }
    })
  )
