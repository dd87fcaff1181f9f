/** `PostSources` over the connectors: cursor → what is new → intake → cursor. A run that is killed is simply done again. */
import { readFileSync } from "node:fs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { cityIdOf } from "../domain/catalog/node.ts"
import type { AuthorNames } from "../services/author-names.ts"
import type { CatalogStore, ReadPost } from "../services/catalog-store.ts"
import { SeedRefused } from "../services/city-seeder.ts"
import type { PoliteWeb } from "../services/polite-web.ts"
import { type ListedSource, PostSources, type SourceRun } from "../services/post-sources.ts"
import { SourceStates } from "../services/source-states.ts"
import type { VectorIndex } from "../services/vector-index.ts"
import { type Connector, type Found, type SourceKind, type SourceSetting, SourcesFile } from "./connectors/connector.ts"
import { discourse } from "./connectors/discourse.ts"
import { feed } from "./connectors/feed.ts"
import { pages } from "./connectors/pages.ts"
import { type RedditOptions, reddit } from "./connectors/reddit.ts"
import { postIntake } from "./post-intake.ts"

const BATCH = 200
/** Posts of one source that a run by itself takes. */
const USUAL_LIMIT = 2_000
const MOST_TOLD = 50

/** The sources that the operator's file names; none where there is no file. */
export const readSources = (path: string | undefined): Result.Result<ReadonlyArray<SourceSetting>, SeedRefused> => {
  if (path === undefined) return Result.succeed([])
  const refused = (why: string) =>
    new SeedRefused({ message: `The file of sources ${path} cannot be used: ${why}. See SOURCES_FILE.` })
  return Result.try({
    try: () => readFileSync(path, "utf8"),
    catch: (error) => refused((error as Error).message)
  }).pipe(
    Result.flatMap((text) =>
      Result.mapError(Schema.decodeUnknownResult(Schema.fromJsonString(SourcesFile))(text), (error) =>
        refused(String(error).replace(/\s+/g, " ").slice(0, 300))
      )
    ),
    Result.flatMap(({ sources }) => {
      const names = sources.map(({ name }) => name)
      const twice = names.find((name, i) => names.indexOf(name) !== i)
      return twice === undefined ? Result.succeed(sources) : Result.fail(refused(`two sources are called ${twice}`))
    })
  )
}

/** The hosts that these sources are read from. */
export const hostsOf = (
  sources: ReadonlyArray<SourceSetting>,
  { apiUrl, tokenUrl }: RedditOptions
): ReadonlySet<string> =>
  new Set(
    sources
      .flatMap((source) =>
        source.kind === "reddit" ? [apiUrl, tokenUrl] : source.kind === "pages" ? source.urls : [source.url]
      )
      .map((url) => new URL(url).host)
  )

type Services = AuthorNames | CatalogStore | PoliteWeb | SourceStates | VectorIndex

const run = Effect.fn("readSource")(function* (
  setting: SourceSetting,
  connector: Connector<SourceKind>,
  limit: number
) {
  const states = yield* SourceStates
  const intake = yield* postIntake(setting.city)
  const { most, days } = connector.again
  const kept = yield* states.kept(cityIdOf(setting.city), connector.keptAs(setting as never), most, days)
  const result = yield* connector
    .read(
      { ...setting, voice: setting.voice ?? connector.speaks } as never,
      yield* states.cursor(setting.name),
      limit,
      kept
    )
    .pipe(Effect.result)
  const total = { new: 0, changed: 0, unchanged: 0, removed: 0, silent: 0 }
  if (Result.isFailure(result)) {
    const { message } = result.failure
    yield* states.ended(setting, { cursor: null, new: 0, changed: 0, removed: 0, refused: 0, error: message })
    const failed: SourceRun = { name: setting.name, ...total, refused: [], error: message }
    return failed
  }
  const found: Found = result.success
  const refused = [...found.refused]
  const gone = [...found.removed]
  let batch: Array<ReadPost> = []
  const flush = Effect.gen(function* () {
    if (batch.length === 0) return
    const taken = yield* intake.take(batch)
    total.new += taken.new
    total.changed += taken.changed
    total.unchanged += taken.unchanged
    batch = []
  })
  for (const post of found.posts) {
    const read = intake.readable(post)
    const empty = Result.isFailure(read) || read.success.row.mentions.length === 0
    if (Result.isFailure(read)) refused.push(`${post.id ?? post.source}: ${read.failure}`)
    else if (read.success.row.mentions.length === 0) total.silent++
    // What was edited until it speaks of no place any more takes along what it said before.
    if (empty && post.id !== undefined) gone.push({ source: post.source, id: post.id })
    if (!empty) batch.push(read.success.row)
    if (batch.length >= BATCH) yield* flush
    else yield* Effect.yieldNow
  }
  yield* flush
  for (const [source, ones] of Map.groupBy(gone, (one) => one.source)) {
    total.removed += yield* intake.drop(
      source,
      ones.map(({ id }) => id)
    )
  }
  yield* intake.close
  yield* states.ended(setting, {
    cursor: found.cursor,
    new: total.new,
    changed: total.changed,
    removed: total.removed,
    refused: refused.length,
    error: null
  })
  const done: SourceRun = { name: setting.name, ...total, refused: refused.slice(0, MOST_TOLD), error: null }
  return done
})

export const layer = (options: {
  readonly sources: Result.Result<ReadonlyArray<SourceSetting>, SeedRefused>
  readonly reddit: RedditOptions
}) =>
  Layer.effect(
    PostSources,
    Effect.gen(function* () {
      const services = yield* Effect.context<Services>()
      const states = yield* SourceStates
      const connectors: { readonly [K in SourceKind]: Connector<K> } = {
        reddit: reddit(options.reddit),
        feed,
        discourse,
        pages
      }
      const connectorOf = (setting: SourceSetting) => connectors[setting.kind] as unknown as Connector<SourceKind>
      const sources = Effect.fromResult(options.sources)
      const readOne = (setting: SourceSetting, limit: number) =>
        run(setting, connectorOf(setting), limit).pipe(Effect.provideContext(services))

      const list = Effect.gen(function* () {
        const known = new Map((yield* states.all).map((state) => [state.name, state]))
        return (yield* sources).map((setting): ListedSource => {
          const { terms, robots, keepsText, everyHours, perMinute } = connectorOf(setting)
          return {
            name: setting.name,
            city: setting.city,
            kind: setting.kind,
            terms,
            robots,
            keeps_text: keepsText,
            every_hours: everyHours,
            per_minute: perMinute,
            state: known.get(setting.name) ?? null
          }
        })
      })

      return PostSources.of({
        list,
        read: Effect.fnUntraced(function* (city, kind, limit) {
          const wanted = (yield* sources).filter((one) => one.city === city && one.kind === kind)
          if (wanted.length === 0) {
            return yield* new SeedRefused({
              message: `No source of kind ${kind} is configured for ${city}. Name one in SOURCES_FILE${kind === "reddit" ? ", or give an archive with --file" : ""}.`
            })
          }
          let left = limit
          const runs: Array<SourceRun> = []
          for (const setting of wanted) {
            if (left <= 0) break
            const one = yield* readOne(setting, left)
            left -= one.new + one.changed + one.unchanged + one.silent
            runs.push(one)
          }
          return runs
        }),
        readDue: Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          const due = (yield* list).filter(
            ({ state, every_hours }) => state === null || now - (state.last_run_at ?? 0) >= every_hours * 3_600_000
          )
          const settings = new Map((yield* sources).map((setting) => [setting.name, setting]))
          const runs: Array<SourceRun> = []
          // One city that is not seeded does not keep the others from being read.
          for (const { name } of due) {
            const one = yield* readOne(settings.get(name)!, USUAL_LIMIT).pipe(
              Effect.catchTag("SeedRefused", ({ message }) =>
                Effect.succeed<SourceRun>({
                  name,
                  new: 0,
                  changed: 0,
                  unchanged: 0,
                  removed: 0,
                  silent: 0,
                  refused: [],
                  error: message
                })
              )
            )
            runs.push(one)
          }
          return runs
        })
      })
    })
  )
