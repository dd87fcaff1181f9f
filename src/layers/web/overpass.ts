/** `Overpass` over HTTP: in its turn, within bounds, and from the disk where it was asked lately. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { hash128 } from "../../domain/basics/hash.ts"
import { boxProblem, overpassQuery } from "../../domain/catalog/osm/overpass-query.ts"
import { Overpass, OverpassRefused } from "../../services/overpass.ts"
import { makePoliteWeb } from "./polite-web.ts"

export interface OverpassOptions {
  /** Where queries are sent; nobody is asked where it is unset. */
  readonly url: URL | undefined
  readonly userAgent: string
  readonly folder: string
  /** An answer is taken for true for so long. */
  readonly keptMs: number
  readonly maxBytes?: number
  readonly timeoutMs?: number
  readonly pace?: number
}

/** A city of a million has some fifty megabytes; what is larger comes as an `.osm.pbf`. */
const MAX_BYTES = 200 * 1024 * 1024
/** A large query takes a server minutes; it is told to give up a little before we do. */
const TIMEOUT_MS = 300_000
const GIVES_UP_AFTER_S = 270
const PER_MINUTE = 2
/** Answers on the disk: the oldest goes. */
const MOST_KEPT = 20

const refuse = (message: string) => new OverpassRefused({ message })

const ageOf = (path: string, now: number): number => {
  try {
    return now - statSync(path).mtimeMs
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** What is wrong with an answer as an extract; `undefined` where nothing is. */
const problemOf = (text: string): string | undefined => {
  try {
    const answer = JSON.parse(text)
    if (!Array.isArray(answer?.elements)) return "it has no list of elements"
    return typeof answer.remark === "string" ? `it remarks: ${answer.remark.slice(0, 200)}` : undefined
  } catch {
    return "it is no JSON"
  }
}

const keep = (folder: string, path: string, text: string) => {
  mkdirSync(folder, { recursive: true })
  // In whole or not at all: whoever is killed in between leaves nothing that looks like an answer.
  writeFileSync(`${path}.part`, text)
  renameSync(`${path}.part`, path)
  const kept = readdirSync(folder)
    .map((name) => join(folder, name))
    .map((one) => ({ one, at: statSync(one).mtimeMs }))
    .sort((a, b) => b.at - a.at)
  for (const { one } of kept.slice(MOST_KEPT)) rmSync(one, { force: true })
}

export const layer = (options: OverpassOptions) => {
  const { folder, keptMs, url } = options
  const web =
    url === undefined
      ? undefined
      : makePoliteWeb({
          hosts: new Set([url.host]),
          // The operator named it: a server of one's own stands behind one's own walls.
          inner: new Set([url.hostname]),
          userAgent: options.userAgent,
          maxBytes: options.maxBytes ?? MAX_BYTES,
          timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
          ...(options.pace === undefined ? {} : { pace: options.pace })
        })
  return Layer.succeed(
    Overpass,
    Overpass.of({
      configured: url !== undefined,
      extract: Effect.fn("Overpass.extract")(function* (bounds) {
        if (web === undefined || url === undefined) {
          return yield* refuse("No server of Overpass is named: set OVERPASS_URL, or give an extract with --file.")
        }
        const problem = boxProblem(bounds)
        if (problem !== undefined) return yield* refuse(`The box of the city cannot be asked for: ${problem}.`)
        const query = overpassQuery(bounds, GIVES_UP_AFTER_S)
        const path = join(folder, `${hash128(`${url.href} ${query}`)}.json`)
        if (ageOf(path, yield* Clock.currentTimeMillis) < keptMs) return path
        const { text } = yield* web
          .fetch({
            url: url.href,
            method: "POST",
            headers: { "content-type": "application/x-www-form-urlencoded" },
            body: `data=${encodeURIComponent(query)}`,
            perMinute: PER_MINUTE,
            isApi: true
          })
          .pipe(Effect.mapError(({ message }) => refuse(message)))
        const wrong = problemOf(text)
        if (wrong !== undefined) {
          return yield* refuse(
            `What ${url.host} answers is no whole extract: ${wrong}. Nothing was kept; try again later.`
          )
        }
        yield* Effect.sync(() => keep(folder, path, text))
        return path
      })
    })
  )
}
