/**
 * Builds a dataset: reads it once, writes its splits as Parquet while gathering what the checks need, and publishes the
 * folder in one rename when every check passed. A refused or killed build leaves no dataset behind.
 */
import { createHash } from "node:crypto"
import { createReadStream, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import { SqlClient } from "effect/sql/SqlClient"
import { Config } from "../../config.ts"
import {
  type DatasetCheck,
  DatasetFailed,
  type DatasetName,
  DatasetRefused,
  type DatasetRequest,
  type DatasetSummary,
  Datasets
} from "../../services/datasets.ts"
import type { Definition } from "./definition.ts"
import { bprTriples } from "./definitions/bpr-triples.ts"
import { companionMatch } from "./definitions/companion-match.ts"
import { pivotAcceptance } from "./definitions/pivot-acceptance.ts"
import { planner } from "./definitions/planner.ts"
import { sequences } from "./definitions/sequences.ts"
import { vibeLabels } from "./definitions/vibe-labels.ts"
import { checkDataset } from "./gate.ts"
import { checkLiveFeatures, livePlans, weatherSpoke } from "./live-features.ts"
import { createParquet, type ParquetFile } from "./parquet.ts"
import { type Histogram, histogramOf, profiler } from "./profile.ts"
import { namePeople, pseudonymsOf, renaming } from "./pseudonyms.ts"
import { entryOf, publishedIn } from "./published.ts"
import { schemaText, writeReport } from "./report.ts"
import { type Cuts, cutsOf, SPLITS, splitOf, untimedSplitOf } from "./split.ts"
import { track } from "./tracking.ts"
import { refusalOf } from "./verdict.ts"

export const DEFINITIONS: Readonly<Record<DatasetName, Definition>> = {
  planner,
  bpr_triples: bprTriples,
  sequences,
  pivot_acceptance: pivotAcceptance,
  vibe_labels: vibeLabels,
  companion_match: companionMatch
}

/** Raised whenever a definition changes what its rows mean. */
export const CODE_VERSION = "5"

/** Times kept to find the cuts; of more rows every second is dropped, again and again. */
const MOST_TIMES = 100_000
const MB = 1024 * 1024

export interface BuildOptions {
  readonly root: string
  readonly trackingUri: string | undefined
  /** Takes the place of a dataset's own definition; for tests of the machinery. */
  readonly definition?: Definition
}

const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash("sha256")
  await pipeline(createReadStream(path), hash)
  return hash.digest("hex")
}

interface Published {
  /** Absent from what releases before the fifth version published. */
  readonly code_version?: string
  readonly files: Readonly<Record<string, { readonly rows: number; readonly sha256: string }>>
  readonly histograms: Readonly<Record<string, Histogram>>
}

/**
 * The newest dataset of its kind before this one, unless somebody changed its files: then it is no yardstick, and that is said.
 * What a night built of a week is compared with other nights, what was asked for with what was asked for.
 */
const previousOf = async (folder: string, today: string, nightly: boolean) => {
  const newest = publishedIn(folder).findLast((one) => one.nightly === nightly && one.day < today)?.entry
  if (newest === undefined) return { exists: false }
  try {
    const published = JSON.parse(readFileSync(join(folder, newest, "profile.json"), "utf8")) as Published
    if (published.code_version !== CODE_VERSION) {
      return {
        exists: true,
        changed: `the dataset of ${newest} was built by another release, whose columns may mean something else; nothing is compared with it, and the next one is compared with this.`
      }
    }
    for (const [name, { sha256 }] of Object.entries(published.files)) {
      if ((await sha256Of(join(folder, newest, name))) !== sha256) {
        return {
          exists: true,
          changed: `${newest}/${name} is not the file that was published: its content was changed by hand. Build that day again; until then nothing is compared with it.`
        }
      }
    }
    return { exists: true, histograms: published.histograms }
  } catch (error) {
    return {
      exists: true,
      changed: `the dataset of ${newest} cannot be read (${String(error)}). Build that day again; until then nothing is compared with it.`
    }
  }
}

const failed = (cause: unknown) =>
  new DatasetFailed({
    message: `The dataset could not be built: ${cause instanceof Error ? cause.message : String(cause)}. Nothing was published; run it again.`,
    cause
  })

/** Where to cut the range's rows, from their times; kept sparsely, however many they are. */
const cutsFor = Effect.fnUntraced(function* (
  definition: Definition,
  range: { readonly from: number; readonly to: number }
) {
  if (definition.untimed) return cutsOf([])
  const sql = yield* SqlClient
  let times: Array<number> = []
  let stride = 1
  let seen = 0
  const add = (at: number) => {
    if (seen++ % stride === 0) times.push(at)
    if (times.length < MOST_TIMES) return
    times = times.filter((_, i) => i % 2 === 0)
    stride *= 2
  }
  if (definition.times !== undefined) {
    const rows = yield* sql.unsafe<{ at: Date }>(definition.times, [new Date(range.from), new Date(range.to)])
    for (const { at } of rows) add(at.getTime())
  } else {
    const nothing = () => undefined
    yield* definition.read({ range, row: (_, __, at) => add(at), aside: nothing, skip: nothing, leak: nothing })
  }
  return cutsOf(times)
})

export const buildDataset = Effect.fnUntraced(function* (
  options: BuildOptions,
  request: DatasetRequest,
  onProgress: (rows: number) => Effect.Effect<void> = () => Effect.void
) {
  const sql = yield* SqlClient
  const definition = options.definition ?? DEFINITIONS[request.name]
  const startedAt = yield* Clock.currentTimeMillis
  const range = { from: request.from ?? 0, to: request.to ?? startedAt }
  const today = new Date(startedAt).toISOString().slice(0, 10)
  const home = join(options.root, request.name)
  const nightly = request.nightly === true
  const entry = entryOf(today, nightly)
  const partial = join(home, `.${entry}.partial`)
  const { columns } = definition

  const cleanUp = Effect.sync(() => rmSync(partial, { recursive: true, force: true }))
  const body = Effect.gen(function* () {
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true })
    const cuts: Cuts = yield* cutsFor(definition, range)
    const files = new Map<string, ParquetFile>()
    const fileOf = (name: string, aside = false) => {
      let file = files.get(name)
      if (file === undefined) {
        file = createParquet(join(partial, `${name}.parquet`), aside ? definition.aside!.columns : columns)
        files.set(name, file)
      }
      return file
    }
    const renamed = renaming(yield* pseudonymsOf(request.name), definition)
    for (const split of SPLITS) fileOf(split)
    const profile = profiler(columns)
    const skipped: Record<string, number> = {}
    const rowHash = createHash("sha256")
    let peak = process.memoryUsage().rss
    let hashed: Array<string> = []
    yield* definition.read({
      range,
      row: (row, user, at) => {
        hashed.push(profile.observe(row, definition.telling?.(row) ?? true))
        fileOf(definition.untimed ? untimedSplitOf(user) : splitOf(cuts, user, at)).append(renamed(row))
        if (hashed.length < 500) return
        rowHash.update(hashed.join("\n"))
        hashed = []
        if (profile.rows % 20_000 < 500) peak = Math.max(peak, process.memoryUsage().rss)
      },
      aside: (row) => fileOf(definition.aside!.name, true).append(renamed(row)),
      skip: (reason) => {
        skipped[reason] = (skipped[reason] ?? 0) + 1
      },
      leak: () => void profile.leaks.push(profile.rows)
    })
    rowHash.update(hashed.join("\n"))
    const rowsHash = rowHash.digest("hex")
    yield* onProgress(profile.rows)
    const rows: Record<string, number> = {}
    for (const [name, file] of files) rows[name] = file.close()

    const previous = yield* Effect.promise(() => previousOf(home, today, nightly))
    const cityRows = definition.ranks
      ? yield* sql<{ slug: string; nodes: number }>`
          select c.slug, count(n.id)::int as nodes from cities c
          left join activity_nodes n on n.city_id = c.id and n.retired_at is null group by c.slug`
      : undefined
    const weather = yield* weatherSpoke(range)
    const checks: Array<DatasetCheck> = [
      ...checkDataset({
        columns,
        profile,
        weather,
        ...(cityRows === undefined ? {} : { cityNodes: new Map(cityRows.map((row) => [row.slug, row.nodes])) }),
        ...(previous.histograms === undefined ? {} : { previous: previous.histograms })
      }),
      ...(definition.ranks ? checkLiveFeatures(yield* livePlans(range), { weather }) : []),
      ...(previous.changed === undefined
        ? []
        : [{ rule: "previous", passed: true, says: `Beware: ${previous.changed}` }])
    ]
    const passed = checks.every((check) => check.passed)
    const written: Record<string, { rows: number; sha256: string }> = {}
    for (const name of files.keys()) {
      const file = `${name}.parquet`
      written[file] = { rows: rows[name]!, sha256: yield* Effect.promise(() => sha256Of(join(partial, file))) }
    }
    const histograms: Record<string, Histogram> = {}
    for (const [name, column] of Object.entries(profile.columns)) {
      const numbers = Object.values(column.numbers)
      if (numbers.length > 0) histograms[name] = histogramOf(numbers)
    }
    peak = Math.max(peak, process.memoryUsage().rss)
    const endedAt = yield* Clock.currentTimeMillis
    const target = join(home, passed ? entry : `${entry}.refused`)
    const summary: DatasetSummary = {
      name: request.name,
      folder: target,
      rows,
      skipped,
      checks,
      seconds: (endedAt - startedAt) / 1000,
      peak_memory_mb: Math.round(peak / MB)
    }
    writeReport(partial, {
      summary,
      columns,
      profile,
      histograms,
      previous: previous.histograms,
      lineage: {
        dataset: request.name,
        query: definition.query,
        code_version: CODE_VERSION,
        from: new Date(range.from).toISOString(),
        to: new Date(range.to).toISOString(),
        cuts: { validation_from: new Date(cuts.validationFrom), test_from: new Date(cuts.testFrom) },
        rows_sha256: rowsHash,
        files: written
      },
      published: { code_version: CODE_VERSION, files: written, histograms }
    })
    // A refused dataset keeps its report; its rows only for whoever asks for them, in a folder that nobody trains on.
    if (!passed && request.keepRefused !== true) for (const file of Object.keys(written)) rmSync(join(partial, file))
    rmSync(target, { recursive: true, force: true })
    renameSync(partial, target)
    yield* track(
      { uri: options.trackingUri, root: options.root },
      {
        experiment: `dataset-${request.name}`,
        name: `${request.name}-${entry}`,
        startedAt,
        endedAt,
        finished: passed,
        params: { code_version: CODE_VERSION, from: String(range.from), to: String(range.to) },
        metrics: {
          ...rows,
          row_count: Object.values(rows).reduce((sum, n) => sum + n, 0),
          seconds: summary.seconds,
          checks_failed: checks.filter((check) => !check.passed).length
        },
        tags: { folder: target, dataset_version: `${entry}-${rowsHash.slice(0, 12)}` },
        artifacts: { "schema.json": schemaText(request.name, columns) }
      }
    )
    if (passed) return summary
    return yield* refusalOf({
      name: request.name,
      checks,
      rows: profile.rows,
      skipped,
      publishedBefore: previous.exists,
      voluntary: definition.voluntary === true,
      report: join(target, "dataset_summary.md")
    })
  })
  // One snapshot for both passes; the limits for requests are not for these reads, nor for what is worked out between them, which
  // takes a busy machine minutes.
  const read = Effect.gen(function* () {
    yield* sql`set transaction isolation level repeatable read, read only`
    yield* sql`set local statement_timeout = '10min'`
    yield* sql`set local idle_in_transaction_session_timeout = '10min'`
    // Another build of the same dataset, of the night or by hand, writes to the same draft: one after the other.
    yield* sql`select pg_advisory_xact_lock(hashtext(${`dataset ${request.name}`}))`
    return yield* Effect.ensuring(body, cleanUp)
  }).pipe(sql.withTransaction)
  return yield* Effect.andThen(namePeople(request.name), read).pipe(
    Effect.catchDefect((cause) => Effect.fail(failed(cause))),
    Effect.catchTag("SqlError", (cause) => Effect.fail(failed(cause)))
  )
})

const builds = Metric.counter("datasets_total", {
  description: "Datasets that were to be built, by what became of them",
  incremental: true
})

const count = (dataset: string, outcome: string) =>
  Metric.update(Metric.withAttributes(builds, { dataset, outcome }), 1)

const outcomeOf = (exit: Exit.Exit<unknown, { readonly _tag: string }>): string => {
  if (Exit.isSuccess(exit)) return "published"
  const failure = Cause.squash(exit.cause)
  return failure instanceof DatasetRefused ? (failure.young ? "waiting" : "refused") : "failed"
}

export const layer = Layer.effect(
  Datasets,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const settings = yield* Config
    const options = { root: settings.DATASETS_DIR, trackingUri: settings.MLFLOW_TRACKING_URI }
    return Datasets.of({
      build: (request, onProgress) =>
        buildDataset(options, request, onProgress).pipe(
          Effect.onExit((exit) => count(request.name, outcomeOf(exit))),
          Effect.provideService(SqlClient, sql)
        )
    })
  })
)
