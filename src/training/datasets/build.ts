/**
 * Builds a dataset: reads it once, writes its splits as Parquet while gathering what the checks need, and publishes the
 * folder when every check passed. A refused or killed build leaves no dataset behind.
 */
import { createHash } from "node:crypto"
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { Config } from "../../config.ts"
import type { Attribution } from "../../domain/catalog/attribution.ts"
import {
  DATASETS,
  type DatasetCheck,
  DatasetFailed,
  type DatasetName,
  DatasetRefused,
  type DatasetRequest,
  type DatasetSummary,
  Datasets
} from "../../services/datasets.ts"
import { type Build, type BuildOptions, buildOf } from "./asked.ts"
import { cutsFor } from "./cuts.ts"
import type { Definition } from "./definition.ts"
import { bprTriples } from "./definitions/bpr-triples.ts"
import { companionMatch } from "./definitions/companion-match.ts"
import { pivotAcceptance } from "./definitions/pivot-acceptance.ts"
import { planner } from "./definitions/planner.ts"
import { sequences } from "./definitions/sequences.ts"
import { vibeLabels } from "./definitions/vibe-labels.ts"
import { checkDataset } from "./gate.ts"
import { liveChecks, weatherSpoke } from "./live-features.ts"
import { owedTo } from "./owed-to.ts"
import { CODE_VERSION, previousOf, sha256Of } from "./previous.ts"
import { type Histogram, histogramOf, profiler } from "./profile.ts"
import { namePeople, pseudonymsOf, renaming } from "./pseudonyms.ts"
import { moveInto } from "./published.ts"
import { schemaText, writeReport } from "./report.ts"
import { type Cuts, SPLITS, splitOf, untimedSplitOf } from "./split.ts"
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

const MB = 1024 * 1024

/** People that are told apart: where there are more, chance explains no drift that matters. */
const MOST_PEOPLE = 5_000

const failed = (cause: unknown) =>
  new DatasetFailed({
    message: `The dataset could not be built: ${cause instanceof Error ? cause.message : String(cause)}. Nothing was published; run it again.`,
    cause
  })

/** Reads the rows and writes each into its split, while what the checks need is gathered. */
const writeRows = Effect.fnUntraced(function* ({ definition, name, partial, range }: Build) {
  const { columns } = definition
  const { createParquet } = yield* Effect.promise(() => import("./parquet.ts"))
  const cuts: Cuts = yield* cutsFor(definition, range)
  const files = new Map<string, ReturnType<typeof createParquet>>()
  const fileOf = (split: string, aside = false) => {
    let file = files.get(split)
    if (file === undefined) {
      file = createParquet(join(partial, `${split}.parquet`), aside ? definition.aside!.columns : columns)
      files.set(split, file)
    }
    return file
  }
  const renamed = renaming(yield* pseudonymsOf(name), definition)
  for (const split of SPLITS) fileOf(split)
  const profile = profiler(columns)
  const skipped: Record<string, number> = {}
  const people = new Set<string>()
  const rowHash = createHash("sha256")
  let peak = process.memoryUsage().rss
  let hashed: Array<string> = []
  yield* definition.read({
    range,
    row: (row, user, at) => {
      if (people.size < MOST_PEOPLE) people.add(user)
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
  const rows: Record<string, number> = {}
  for (const [split, file] of files) rows[split] = file.close()
  return { cuts, peak, people: people.size, profile, rows, rowsHash: rowHash.digest("hex"), skipped }
})

type Written = Effect.Success<ReturnType<typeof writeRows>>
type Previous = Awaited<ReturnType<typeof previousOf>>

/** Everything that a dataset is held against before it is published. */
const judge = Effect.fnUntraced(function* (
  { definition, range }: Build,
  { people, profile }: Written,
  previous: Previous
): Effect.fn.Return<ReadonlyArray<DatasetCheck>, SqlError, SqlClient> {
  const sql = yield* SqlClient
  const cityRows = definition.ranks
    ? yield* sql<{ slug: string; nodes: number }>`
        select c.slug, count(n.id)::int as nodes from cities c
        left join activity_nodes n on n.city_id = c.id and n.retired_at is null group by c.slug`
    : undefined
  // How the runtime has worked lately, whatever older rows came in beside.
  const lately = { from: range.heardFrom ?? range.from, to: range.to }
  const weather = yield* weatherSpoke(lately)
  return [
    ...checkDataset({
      columns: definition.columns,
      profile,
      people,
      weather,
      ...(cityRows === undefined ? {} : { cityNodes: new Map(cityRows.map((row) => [row.slug, row.nodes])) }),
      ...(previous.histograms === undefined ? {} : { previous: previous.histograms }),
      ...(previous.people === undefined ? {} : { previousPeople: previous.people })
    }),
    ...(definition.ranks ? yield* liveChecks(lately) : []),
    ...(previous.changed === undefined ? [] : [{ rule: "previous", passed: true, says: `Beware: ${previous.changed}` }])
  ]
})

type Files = Readonly<Record<string, { readonly rows: number; readonly sha256: string }>>

const filesOf = async (partial: string, rows: Readonly<Record<string, number>>): Promise<Files> => {
  const files: Record<string, { rows: number; sha256: string }> = {}
  for (const [split, count] of Object.entries(rows)) {
    const file = `${split}.parquet`
    files[file] = { rows: count, sha256: await sha256Of(join(partial, file)) }
  }
  return files
}

const histogramsOf = ({ columns }: Written["profile"]) => {
  const histograms: Record<string, Histogram> = {}
  for (const [name, column] of Object.entries(columns)) {
    const numbers = Object.values(column.numbers)
    if (numbers.length > 0) histograms[name] = histogramOf(numbers)
  }
  return histograms
}

/** Puts the report beside the rows, and the draft into its place in one rename. */
const publish = (
  build: Build,
  written: Written,
  previous: Previous,
  files: Files,
  summary: DatasetSummary,
  attribution: ReadonlyArray<Attribution>
) => {
  const { definition, keepRefused, name, partial, range } = build
  const { cuts, people, profile, rowsHash } = written
  const histograms = histogramsOf(profile)
  writeReport(partial, {
    summary,
    columns: definition.columns,
    profile,
    histograms,
    previous: previous.histograms,
    attribution,
    lineage: {
      dataset: name,
      query: definition.query,
      code_version: CODE_VERSION,
      from: new Date(range.from).toISOString(),
      to: new Date(range.to).toISOString(),
      ...(range.heardFrom === undefined ? {} : { heard_from: new Date(range.heardFrom).toISOString() }),
      cuts: { validation_from: new Date(cuts.validationFrom), test_from: new Date(cuts.testFrom) },
      rows_sha256: rowsHash,
      attribution,
      files
    },
    published: { code_version: CODE_VERSION, people, files, histograms }
  })
  // A refused dataset keeps its report; its rows only for whoever asks for them, in a folder that nobody trains on.
  const passed = summary.checks.every((check) => check.passed)
  if (!passed && !keepRefused) for (const file of Object.keys(files)) rmSync(join(partial, file))
  moveInto(summary.folder, partial)
}

/** Tells the tracking server, where there is one, what was built. */
const trackBuild = (build: Build, { profile, rowsHash }: Written, summary: DatasetSummary, endedAt: number) => {
  const { definition, entry, name, options, range, startedAt } = build
  const failures = summary.checks.filter((check) => !check.passed).length
  return track(
    { uri: options.trackingUri, root: options.root },
    {
      experiment: `dataset-${name}`,
      name: `${name}-${entry}`,
      startedAt,
      endedAt,
      finished: failures === 0,
      params: { code_version: CODE_VERSION, from: String(range.from), to: String(range.to) },
      metrics: {
        ...summary.rows,
        // Without those that were put aside: they are in no split.
        row_count: profile.rows,
        seconds: summary.seconds,
        checks_failed: failures
      },
      tags: { folder: summary.folder, dataset_version: `${entry}-${rowsHash.slice(0, 12)}` },
      artifacts: { "schema.json": schemaText(name, definition.columns) }
    }
  )
}

const readAndPublish = Effect.fnUntraced(function* (build: Build, onProgress: (rows: number) => Effect.Effect<void>) {
  const { definition, entry, home, name, nightly, partial, startedAt, today } = build
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  const written = yield* writeRows(build)
  const { profile, rows, skipped } = written
  yield* onProgress(profile.rows)
  const previous = yield* Effect.promise(() => previousOf(home, today, nightly))
  const checks = yield* judge(build, written, previous)
  const passed = checks.every((check) => check.passed)
  const files = yield* Effect.promise(() => filesOf(partial, rows))
  const endedAt = yield* Clock.currentTimeMillis
  const summary: DatasetSummary = {
    name,
    folder: join(home, passed ? entry : `${entry}.refused`),
    rows,
    skipped,
    checks,
    seconds: (endedAt - startedAt) / 1000,
    peak_memory_mb: Math.round(Math.max(written.peak, process.memoryUsage().rss) / MB)
  }
  publish(build, written, previous, files, summary, yield* owedTo)
  yield* trackBuild(build, written, summary, endedAt)
  if (passed) return summary
  return yield* refusalOf({
    name,
    checks,
    rows: profile.rows,
    skipped,
    publishedBefore: previous.exists,
    voluntary: definition.voluntary === true,
    report: join(summary.folder, "dataset_summary.md")
  })
})

export const buildDataset = Effect.fnUntraced(function* (
  options: BuildOptions,
  request: DatasetRequest,
  onProgress: (rows: number) => Effect.Effect<void> = () => Effect.void
) {
  const sql = yield* SqlClient
  const build = buildOf(
    options,
    options.definition ?? DEFINITIONS[request.name],
    request,
    yield* Clock.currentTimeMillis
  )
  const cleanUp = Effect.sync(() => rmSync(build.partial, { recursive: true, force: true }))
  // One snapshot for both passes; the limits for requests are not for these reads, nor for the minutes that lie between them.
  const read = Effect.gen(function* () {
    yield* sql`set transaction isolation level repeatable read, read only`
    yield* sql`set local statement_timeout = '10min'`
    yield* sql`set local idle_in_transaction_session_timeout = '10min'`
    // Another build of the same dataset, of the night or by hand, writes to the same draft: one after the other.
    yield* sql`select pg_advisory_xact_lock(hashtext(${`dataset ${request.name}`}))`
    return yield* Effect.ensuring(readAndPublish(build, onProgress), cleanUp)
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

const count = (dataset: string, outcome: string, by = 1) =>
  Metric.update(Metric.withAttributes(builds, { dataset, outcome }), by)

const OUTCOMES = ["published", "waiting", "refused", "failed"] as const

const outcomeOf = (exit: Exit.Exit<unknown, { readonly _tag: string }>): (typeof OUTCOMES)[number] => {
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
    // A count that begins with its first refusal shows no rise to whoever watches it.
    for (const dataset of DATASETS) for (const outcome of OUTCOMES) yield* count(dataset, outcome, 0)
    return Datasets.of({
      build: (request, onProgress) =>
        buildDataset(options, request, onProgress).pipe(
          Effect.onExit((exit) => count(request.name, outcomeOf(exit))),
          Effect.provideService(SqlClient, sql)
        )
    })
  })
)
