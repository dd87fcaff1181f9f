/**
 * Tells an MLflow tracking server of a run, over its REST interface; without a server the same is kept in files in
 * MLflow's own layout, which its UI reads. Tracking never fails what it tracks.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export interface Run {
  readonly experiment: string
  readonly name: string
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  readonly finished: boolean
  readonly params: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, number>>
  readonly tags: Readonly<Record<string, string>>
  /** Files kept with the run, by name. */
  readonly artifacts?: Readonly<Record<string, string>>
}

class TrackingFailed extends Schema.TaggedError<TrackingFailed>()("TrackingFailed", {
  message: Schema.String,
  status: Schema.optionalKey(Schema.Int)
}) {}

const CALL_TIMEOUT_MS = 5_000
/** MLflow takes no longer values. */
const MOST_VALUE = 500

/** What of MLflow's answers is read here. */
const Answer = Schema.Struct({
  experiment: Schema.optionalKey(Schema.Struct({ experiment_id: Schema.String })),
  experiment_id: Schema.optionalKey(Schema.String),
  run: Schema.optionalKey(
    Schema.Struct({ info: Schema.Struct({ run_id: Schema.String, artifact_uri: Schema.optionalKey(Schema.String) }) })
  )
})
const decodeAnswer = Schema.decodeUnknownSync(Answer)

const call = (uri: string, method: "GET" | "POST", path: string, body?: unknown) =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(`${uri.replace(/\/$/, "")}/api/2.0/mlflow/${path}`, {
        method,
        signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } })
      })
      if (!response.ok)
        throw new TrackingFailed({ message: `${path} answered ${response.status}`, status: response.status })
      return decodeAnswer(await response.json())
    },
    catch: (cause) => (cause instanceof TrackingFailed ? cause : new TrackingFailed({ message: String(cause) }))
  })

const pairs = (record: Readonly<Record<string, string>>) =>
  Object.entries(record).map(([key, value]) => ({ key, value: value.slice(0, MOST_VALUE) }))

/** The server takes files where it keeps them itself; where it names another store, their place is in our own files. */
const PROXIED = "mlflow-artifacts:/"

const keepArtifacts = Effect.fnUntraced(function* (uri: string, store: string | undefined, run: Run) {
  const files = Object.entries(run.artifacts ?? {})
  if (files.length === 0) return
  if (store === undefined || !store.startsWith(PROXIED)) {
    return yield* Effect.logWarning(
      `The tracking server does not take files itself (${store ?? "it names no store"}): those of ${run.name} are in the dataset's folder alone.`
    )
  }
  const folder = store.slice(PROXIED.length).replace(/^\/+/, "")
  for (const [name, text] of files) {
    yield* Effect.tryPromise({
      try: async (signal) => {
        const response = await fetch(`${uri.replace(/\/$/, "")}/api/2.0/mlflow-artifacts/artifacts/${folder}/${name}`, {
          method: "PUT",
          body: text,
          signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)])
        })
        if (!response.ok) throw new TrackingFailed({ message: `${name} answered ${response.status}` })
      },
      catch: (cause) => (cause instanceof TrackingFailed ? cause : new TrackingFailed({ message: String(cause) }))
    })
  }
})

const overRest = Effect.fnUntraced(function* (uri: string, run: Run) {
  const name = encodeURIComponent(run.experiment)
  const experiment = yield* call(uri, "GET", `experiments/get-by-name?experiment_name=${name}`).pipe(
    Effect.map((answer) => answer.experiment?.experiment_id),
    Effect.catch((error) =>
      error.status === 404
        ? Effect.map(call(uri, "POST", "experiments/create", { name: run.experiment }), (made) => made.experiment_id)
        : Effect.fail(error)
    )
  )
  const created = yield* call(uri, "POST", "runs/create", {
    experiment_id: experiment,
    run_name: run.name,
    start_time: run.startedAt,
    tags: pairs(run.tags)
  })
  const run_id = created.run?.info.run_id
  yield* call(uri, "POST", "runs/log-batch", {
    run_id,
    params: pairs(run.params),
    metrics: Object.entries(run.metrics).map(([key, value]) => ({ key, value, timestamp: run.endedAt, step: 0 }))
  })
  yield* keepArtifacts(uri, created.run?.info.artifact_uri, run)
  yield* call(uri, "POST", "runs/update", {
    run_id,
    status: run.finished ? "FINISHED" : "FAILED",
    end_time: run.endedAt
  })
})

const inFiles = (root: string, run: Run) =>
  Effect.try({
    try: () => {
      const experiment = join(root, "mlruns", run.experiment)
      const id = `${run.name}-${run.startedAt}`.replace(/[^\w.-]/g, "_")
      const folder = join(experiment, id)
      for (const part of ["params", "metrics", "tags", "artifacts"]) mkdirSync(join(folder, part), { recursive: true })
      const write = (path: string, text: string) => writeFileSync(join(folder, path), text)
      writeFileSync(
        join(experiment, "meta.yaml"),
        `experiment_id: '${run.experiment}'\nname: ${run.experiment}\nlifecycle_stage: active\nartifact_location: ${JSON.stringify(experiment)}\n`
      )
      write(
        "meta.yaml",
        `run_id: ${id}\nrun_uuid: ${id}\nrun_name: ${run.name}\nexperiment_id: '${run.experiment}'\nlifecycle_stage: active\nstart_time: ${run.startedAt}\nend_time: ${run.endedAt}\nstatus: ${run.finished ? 3 : 4}\nsource_type: 4\nsource_name: ''\nsource_version: ''\nentry_point_name: ''\nuser_id: ''\nartifact_uri: ${JSON.stringify(join(folder, "artifacts"))}\ntags: []\n`
      )
      for (const [name, value] of Object.entries(run.params)) write(`params/${name}`, value)
      for (const [name, value] of Object.entries(run.tags)) write(`tags/${name}`, value)
      for (const [name, text] of Object.entries(run.artifacts ?? {})) write(`artifacts/${name}`, text)
      for (const [name, value] of Object.entries(run.metrics)) write(`metrics/${name}`, `${run.endedAt} ${value} 0\n`)
    },
    catch: (cause) => new TrackingFailed({ message: String(cause) })
  })

/** Where there is a server it is told; where there is none, or it does not answer, files keep the run. */
export const track = (options: { readonly uri: string | undefined; readonly root: string }, run: Run) => {
  const files = inFiles(options.root, run).pipe(
    Effect.catch((error) => Effect.logWarning(`The run ${run.name} could not be kept: ${error.message}`))
  )
  return options.uri === undefined
    ? files
    : overRest(options.uri, run).pipe(
        Effect.catch((error) =>
          Effect.andThen(
            Effect.logWarning(
              `The tracking server does not take the run ${run.name} (${error.message}); it is kept in files.`
            ),
            files
          )
        )
      )
}
