/** `Trainers` over published datasets, the models' folder and the registry. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { Config, modelsDirOf } from "../../config.ts"
import type { QualitySummary } from "../../domain/catalog/node.ts"
import { standing } from "../../domain/catalog/standing.ts"
import { ModelRegistry, type RegisteredModel, type RegistryUnavailable } from "../../services/model-registry.ts"
import {
  type EvaluatedModel,
  type TrainableModel,
  type TrainedModel,
  Trainers,
  type TrainingProgress,
  TrainingRefused
} from "../../services/trainers.ts"
import type { Evaluation } from "../judge/judge.ts"
import { evaluationPage, evaluationPlot, evaluationTable } from "../judge/report.ts"
import { codeCommit, nextVersion, replaceFiles, writeArtefact } from "./artefact.ts"
import { type PublishedDataset, sha256Of } from "./dataset.ts"
import type { Results, Task } from "./messages.ts"
import { refused } from "./refused.ts"
import { workInThread } from "./thread.ts"
import type { PlaceFacts } from "./trainer.ts"

export interface Release {
  /** Where the code lies, and which release it is: for the lineage. */
  readonly root: string
  readonly version: string
}

const factsOf = ({
  quality,
  ...place
}: Omit<PlaceFacts, "localPick"> & { readonly quality: QualitySummary }): PlaceFacts => {
  const [local, tourist] = [standing(quality, "local"), standing(quality, "tourist")]
  return { ...place, localPick: local === undefined || tourist === undefined ? undefined : local > tourist }
}

const PAGE = "evaluation.html"
const LONGEST_RUN = "6h"

const reportFiles = (title: string, card: string, evaluation: Evaluation) => ({
  "evaluation.json": `${JSON.stringify(evaluation, null, 2)}\n`,
  "evaluation.svg": evaluationPlot(evaluation),
  [PAGE]: evaluationPage(title, card, evaluation)
})

interface Lineage extends Pick<PublishedDataset, "folder" | "files"> {
  readonly dataset: string
  /** From then on nothing was learnt from; absent where rows have no time, and in what older releases registered. */
  readonly learnt_until?: string
}

const isoOf = (at: number): string => new Date(at).toISOString()

const lineageOf = ({ name, folder, files }: PublishedDataset, learntUntil: number | undefined): Lineage => ({
  dataset: name,
  folder,
  files,
  ...(learntUntil === undefined ? {} : { learnt_until: isoOf(learntUntil) })
})

const learntUntil = ({ lineage }: RegisteredModel): number => {
  const { learnt_until } = (lineage ?? {}) as Partial<Lineage>
  return learnt_until === undefined ? Number.POSITIVE_INFINITY : Date.parse(learnt_until)
}

/** Why a model cannot be judged by what happened from then on: it has learnt from some of it. */
const learntFromIt = (row: RegisteredModel, dataset: PublishedDataset, judgedFrom: number): string | undefined => {
  const until = learntUntil(row)
  if (until <= judgedFrom) return undefined
  const { files } = (row.lineage ?? {}) as Partial<Lineage>
  const same = files?.["train.parquet"]?.sha256 === dataset.files["train.parquet"]?.sha256
  if (until === Number.POSITIVE_INFINITY && same) return undefined
  const name = `${row.model_name}:${row.model_version}`
  const learnt =
    until === Number.POSITIVE_INFINITY
      ? `It is not known until when ${name} learnt`
      : `${name} learnt from what happened until ${isoOf(until)}`
  return `${learnt}, and ${dataset.folder} judges by what happened from ${isoOf(judgedFrom)} on: it would be judged by what it has seen. Build the dataset over later days, or train ${row.model_name} again.`
}

/** Where models lie, and which of them are registered. */
interface Shelf {
  readonly modelsDir: string
  readonly versionsOf: (model: TrainableModel) => Effect.Effect<ReadonlyArray<RegisteredModel>, RegistryUnavailable>
}

/** The version that was asked for, or the newest that was not put away, with its file as it was registered. */
const registered = Effect.fnUntraced(function* (
  { modelsDir, versionsOf }: Shelf,
  model: TrainableModel,
  asked: string | undefined,
  fits: (row: RegisteredModel) => boolean = () => true
) {
  const versions = (yield* versionsOf(model)).filter(({ artifact_path }) => artifact_path !== null)
  const current = versions.filter(({ stage }) => stage !== "archived")
  const row = asked === undefined ? current.find(fits) : versions.find(({ model_version }) => model_version === asked)
  if (row === undefined && asked === undefined && current.length > 0) {
    return yield* new TrainingRefused({
      message: `Every version of ${model} has learnt from days that are to be judged by here. Train ${model} again, from datasets that were built at the same time, and then this.`,
      retry: false
    })
  }
  if (row === undefined) {
    const which = asked === undefined ? model : `${model}:${asked}`
    return yield* new TrainingRefused({
      message: `No ${which} with an artifact is registered. Make one with train ${model}.`,
      retry: false
    })
  }
  const file = join(modelsDir, row.artifact_path!)
  const intact = existsSync(file) && (yield* Effect.promise(() => sha256Of(file))) === row.artifact_sha256
  if (!intact) {
    return yield* new TrainingRefused({
      message: `The file ${file} is missing or is not the one that was registered. Train ${model} again.`,
      retry: false
    })
  }
  return { row, file }
})

/** Places that are read at once for a trainer: what is read and handed over holds up whoever is served meanwhile. */
const PLACES_AT_ONCE = 200

/** What trainers are given to work with, and where what they make goes. */
const makeWorkshop = Effect.gen(function* () {
  const sql = yield* SqlClient
  const registry = yield* ModelRegistry
  const settings = yield* Config
  const services = yield* Effect.context<never>()

  const vibes = (after: string) =>
    sql<{ id: string; vibe: ReadonlyArray<number> }>`
      select id, vibe_embedding as vibe from activity_nodes
      where vibe_embedding is not null and id > ${after}::uuid order by id limit ${PLACES_AT_ONCE}`.pipe(
      Effect.map((rows) => rows.map(({ id, vibe }) => [id, Float32Array.from(vibe)] as const))
    )
  const places = (after: string) =>
    sql<Omit<PlaceFacts, "localPick"> & { readonly id: string; readonly quality: QualitySummary }>`
      select id, category, price_tier as "priceTier", lat, lon, quality_signals as quality from activity_nodes
      where id > ${after}::uuid order by id limit ${PLACES_AT_ONCE}`.pipe(
      Effect.map((rows) => rows.map(({ id, ...place }) => [id, factsOf(place)] as const))
    )
  const modelsDir = modelsDirOf(settings)
  const versionsOf = (model: TrainableModel) =>
    Effect.map(registry.list, (list) => list.filter(({ model_name }) => model_name === model))
  const newestOf = (model: TrainableModel, from: number) =>
    Effect.map(
      registered({ modelsDir, versionsOf }, model, undefined, (row) => learntUntil(row) <= from),
      ({ file, row }) => ({
        version: row.model_version,
        file
      })
    )
  const run = Effect.runPromiseWith(services)
  const server = {
    vibes: (after: string) => run(vibes(after)),
    places: (after: string) => run(places(after)),
    newest: (model: TrainableModel, from: number) => run(newestOf(model, from))
  }
  const work = <T extends Task>(
    task: T,
    onProgress: (progress: TrainingProgress) => void = () => undefined
  ): Effect.Effect<Results[T["kind"]], TrainingRefused> =>
    Effect.tryPromise({
      try: (signal) => workInThread(task, server, onProgress, signal),
      catch: refused
    })

  return { datasetsDir: settings.DATASETS_DIR, modelsDir, registry, sql, versionsOf, work }
})

type Workshop = Effect.Success<typeof makeWorkshop>

/** One run of a model at a time, on whichever node; the lock goes with whoever is killed, or is not heard of for half a minute. */
const alone = <A>({ sql }: Workshop, model: TrainableModel, run: Effect.Effect<A, TrainingRefused>) =>
  sql
    .withTransaction(
      Effect.gen(function* () {
        const [{ free }] = (yield* sql<{ free: boolean }>`
          select pg_try_advisory_xact_lock(hashtext(${`train ${model}`})) as free`) as [{ free: boolean }]
        // The connection rests while a thread trains; of a host that is dead the database hears before the job is taken over.
        yield* sql`set local tcp_keepalives_idle = 10`
        yield* sql`set local tcp_keepalives_interval = 5`
        yield* sql`set local tcp_keepalives_count = 3`
        yield* sql.unsafe(`set local idle_in_transaction_session_timeout = '${LONGEST_RUN}'`)
        if (free) return yield* run
        return yield* new TrainingRefused({
          message: `${model} is being trained already. Wait for that run, or cancel it.`,
          retry: false
        })
      })
    )
    .pipe(Effect.catchTag("SqlError", (cause) => Effect.fail(refused(cause))))

const train = (
  { datasetsDir, modelsDir, registry, versionsOf, work }: Workshop,
  release: Release,
  model: TrainableModel,
  onProgress?: (progress: TrainingProgress) => void
) =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const trained = yield* work({ kind: "train", model, datasetsDir }, onProgress)
    const known = new Set((yield* versionsOf(model)).map(({ model_version }) => model_version))
    const day = new Date(startedAt).toISOString().slice(0, 10)
    const version = nextVersion(modelsDir, model, known, day)
    const { evaluation, dataset } = trained
    const card = trained.card.join("\n")
    const artefact = yield* Effect.tryPromise({
      try: () =>
        writeArtefact(modelsDir, {
          model,
          version,
          file: trained.file,
          files: {
            ...trained.files,
            ...reportFiles(`${model} ${version}`, card, evaluation),
            "card.md": `# ${model} ${version}\n\n${card}\n`
          }
        }),
      catch: refused
    })
    yield* registry.register({
      model_name: model,
      model_version: version,
      model_type: trained.modelType,
      description: trained.description,
      artifact_path: artefact.path,
      artifact_sha256: artefact.sha256,
      training_date: new Date(startedAt).toISOString(),
      metrics: { pairs: trained.pairs, required: trained.required, evaluation },
      ...(trained.encodes === true ? { encoder_version: `${model}:${version}` } : {}),
      ...(trained.featuresVersion === undefined ? {} : { features_version: trained.featuresVersion }),
      code_commit: yield* Effect.promise(() => codeCommit(release.root, release.version)),
      lineage: lineageOf(dataset, trained.learntUntil),
      card
    })
    const endedAt = yield* Clock.currentTimeMillis
    return {
      model,
      version,
      folder: artefact.folder,
      artifact_sha256: artefact.sha256,
      dataset: dataset.folder,
      rows: trained.rows,
      epochs: trained.epochs,
      seconds: (endedAt - startedAt) / 1000,
      table: evaluationTable(evaluation),
      notes: [...(dataset.holds === undefined ? [] : [dataset.holds]), ...trained.notes]
    } satisfies TrainedModel
  }).pipe(Effect.catchTag("RegistryUnavailable", (cause) => Effect.fail(refused(cause))))

const evaluate = (workshop: Workshop, model: TrainableModel, asked: string | undefined) =>
  Effect.gen(function* () {
    const { datasetsDir, modelsDir, registry, work } = workshop
    const { file, row } = yield* registered(workshop, model, asked)
    const { dataset, evaluation, judgedFrom, required } = yield* work({ kind: "evaluate", model, datasetsDir, file })
    const problem = judgedFrom === undefined ? undefined : learntFromIt(row, dataset, judgedFrom)
    if (problem !== undefined) return yield* new TrainingRefused({ message: problem, retry: false })
    const folder = join(modelsDir, model, row.model_version)
    yield* Effect.try({
      try: () => replaceFiles(folder, reportFiles(`${model} ${row.model_version}`, row.card, evaluation)),
      catch: (cause) =>
        new TrainingRefused({
          message: `The report could not be written to ${folder}: ${cause instanceof Error ? cause.message : String(cause)}. Make room or mend the folder, and run evaluate again; what was known of the model stays.`,
          retry: true
        })
    })
    const before = row.metrics as { readonly pairs?: number }
    yield* registry.setMetrics(model, row.model_version, { ...before, required, evaluation })
    return {
      model,
      version: row.model_version,
      dataset: dataset.folder,
      page: join(folder, PAGE),
      table: evaluationTable(evaluation),
      evaluation
    } satisfies EvaluatedModel
  }).pipe(Effect.catchTag("RegistryUnavailable", (cause) => Effect.fail(refused(cause))))

export const layer = (release: Release) =>
  Layer.effect(
    Trainers,
    Effect.map(makeWorkshop, (workshop) =>
      Trainers.of({
        train: (model, onProgress) => alone(workshop, model, train(workshop, release, model, onProgress)),
        evaluate: (model, asked) => evaluate(workshop, model, asked)
      })
    )
  )
