/** `Overpass` over HTTP: in its turn, within bounds, and from the disk where it was asked lately. */
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { hash128 } from "../../domain/basics/hash.ts"
import { boxProblem, overpassQuery } from "../../domain/catalog/osm/overpass-query.ts"
import { Overpass, OverpassRefused } from "../../services/overpass.ts"
import { scanAnswerFile } from "../../support/answer-file.ts"
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
/** What is being written; nobody writes for longer than an hour. */
const PART = ".part"
const ABANDONED_MS = 3_600_000
/** Each seeding is a process of its own: when a server was asked last stands on the disk. */
const ASKED = ".asked"

const refuse = (message: string) => new OverpassRefused({ message })

const changedAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.NEGATIVE_INFINITY
  )

const onDisk = <A>(step: () => Promise<A>) =>
  Effect.tryPromise({
    try: step,
    catch: (cause) =>
      refuse(`The answer cannot be kept on this disk: ${cause instanceof Error ? cause.message : cause}.`)
  })

/** What is wrong with an answer as an extract; `undefined` where nothing is. */
const problemOf = async (path: string): Promise<string | undefined> => {
  let isBroken = false
  const { problem, remark } = await scanAnswerFile(path, (element) => {
    isBroken ||= element === undefined
  })
  if (problem !== undefined) return problem
  if (isBroken) return "it is no JSON"
  return remark === undefined ? undefined : `it remarks: ${remark}`
}

/** In whole or not at all: whoever is killed before leaves nothing that looks like an answer. */
const keep = async (folder: string, part: string, path: string, now: number) => {
  await rename(part, path)
  const names = await readdir(folder)
  const files = await Promise.all(
    names.map(async (name) => ({ name, one: join(folder, name), at: await changedAt(join(folder, name)) }))
  )
  const answers = files.filter(({ name }) => name.endsWith(".json")).sort((a, b) => b.at - a.at)
  const abandoned = files.filter(({ at, name }) => name.endsWith(PART) && now - at > ABANDONED_MS)
  for (const { one } of [...answers.slice(MOST_KEPT), ...abandoned]) await rm(one, { force: true })
}

/** Waits until this server may be asked again, whoever asked it last. */
const inTurn = Effect.fnUntraced(function* (stamp: string, pace: number) {
  const gap = 60_000 / PER_MINUTE / pace
  const wait = (yield* Effect.promise(() => changedAt(stamp))) + gap - (yield* Clock.currentTimeMillis)
  // A clock that was set back is not waited for.
  if (wait > 0 && wait <= gap) yield* Effect.sleep(wait)
  const now = new Date(yield* Clock.currentTimeMillis)
  yield* onDisk(() => writeFile(stamp, "").then(() => utimes(stamp, now, now)))
})

const webFor = (url: URL, options: OverpassOptions) =>
  makePoliteWeb({
    hosts: new Set([url.host]),
    // The operator named it: a server of one's own stands behind one's own walls.
    inner: new Set([url.hostname]),
    userAgent: options.userAgent,
    maxBytes: options.maxBytes ?? MAX_BYTES,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    ...(options.pace === undefined ? {} : { pace: options.pace })
  })

export const layer = (options: OverpassOptions) => {
  const { folder, keptMs, url } = options
  const web = url === undefined ? undefined : webFor(url, options)
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
        const now = yield* Clock.currentTimeMillis
        if (now - (yield* Effect.promise(() => changedAt(path))) < keptMs) return path
        yield* onDisk(() => mkdir(folder, { recursive: true }))
        yield* inTurn(join(folder, `${hash128(url.host)}${ASKED}`), options.pace ?? 1)
        const part = `${path}.${process.pid}${PART}`
        return yield* web
          .fetch({
            url: url.href,
            method: "POST",
            headers: { "content-type": "application/x-www-form-urlencoded" },
            body: `data=${encodeURIComponent(query)}`,
            perMinute: PER_MINUTE,
            isApi: true,
            into: part
          })
          .pipe(
            Effect.mapError(({ message }) => refuse(message)),
            Effect.andThen(onDisk(() => problemOf(part))),
            Effect.flatMap((wrong) =>
              wrong === undefined
                ? onDisk(() => keep(folder, part, path, now))
                : refuse(`What ${url.host} answers is no whole extract: ${wrong}. Nothing was kept; try again later.`)
            ),
            Effect.as(path),
            Effect.ensuring(Effect.promise(() => rm(part, { force: true })))
          )
      })
    })
  )
}
