/**
 * Small models that are worked out in plain numbers: loads the one that is in production, and looks again from time to time.
 * One that cannot be used changes nothing: what decided before goes on, and the log says once what is wrong with the new one.
 */
import { createHash } from "node:crypto"
import { readFile, realpath } from "node:fs/promises"
import { resolve, sep } from "node:path"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { PerceptronWeights } from "../../domain/basics/perceptron.ts"
import { unfitCompatibility } from "../../domain/companions/compatibility.ts"
import { unfitWeights } from "../../domain/pivot/acceptance.ts"
import { type ModelRef, modelVersion } from "../../domain/ranking.ts"
import { ACCEPTANCE_MODEL, AcceptanceModels } from "../../services/acceptance-model.ts"
import { COMPATIBILITY_MODEL, CompatibilityModels } from "../../services/compatibility-models.ts"
import type { RegisteredModel } from "../../services/model-registry.ts"

export interface PerceptronModelOptions<E> {
  readonly modelsDir: string
  /** What is in production, of every name. */
  readonly production: Effect.Effect<ReadonlyArray<RegisteredModel>, E>
  /** How soon another node's promotion, or its rollback, is noticed here. */
  readonly refreshEvery: Duration.Input
}

interface Wanted {
  /** In `model_registry`. */
  readonly name: string
  /** What it does, in words: it … */
  readonly does: string
  readonly unfit: (weights: PerceptronWeights) => string | undefined
}

interface Loaded {
  readonly ref: ModelRef
  readonly weights: PerceptronWeights
}

/** The weights of a small model; a larger file is none. */
const MOST_BYTES = 1_000_000

class Unusable extends Schema.TaggedError<Unusable>()("Unusable", { message: Schema.String }) {}

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(PerceptronWeights))

const load = (modelsDir: string, unfit: Wanted["unfit"], row: RegisteredModel): Effect.Effect<Loaded, Unusable> =>
  Effect.tryPromise({
    try: async () => {
      if (row.artifact_path === null) throw new Error("it has no artifact")
      const home = await realpath(modelsDir)
      // The registry is data, and data does not choose what we open.
      const file = await realpath(resolve(home, row.artifact_path))
      if (!file.startsWith(home + sep)) throw new Error("its file lies outside of MODELS_DIR")
      const bytes = await readFile(file)
      if (bytes.length > MOST_BYTES) throw new Error(`its file has more than ${MOST_BYTES} bytes`)
      const checksum = createHash("sha256").update(bytes).digest("hex")
      if (checksum !== row.artifact_sha256) throw new Error("its file is not the one that was registered")
      const weights = decode(bytes.toString("utf8"))
      const problem = unfit(weights)
      if (problem !== undefined) throw new Error(problem)
      return { ref: { name: row.model_name, version: row.model_version }, weights }
    },
    catch: (cause) => new Unusable({ message: cause instanceof Error ? cause.message : String(cause) })
  })

const keepUp = Effect.fnUntraced(function* <E>(
  { modelsDir, production, refreshEvery }: PerceptronModelOptions<E>,
  { does, name, unfit }: Wanted
) {
  let current: Loaded | undefined
  let complained: string | undefined
  const refresh = Effect.gen(function* () {
    const row = (yield* production).find(({ model_name }) => model_name === name)
    if (row === undefined) {
      current = undefined
      return
    }
    if (current?.ref.version === row.model_version) return
    const found = yield* Effect.result(load(modelsDir, unfit, row))
    const named = modelVersion({ name: row.model_name, version: row.model_version })
    if (found._tag === "Success") {
      current = found.success
      complained = undefined
      return yield* Effect.logInfo(`${named} ${does}.`)
    }
    if (complained === row.model_version) return
    complained = row.model_version
    yield* Effect.logError(
      `${named} cannot be used, what ${does} goes on: ${found.failure.message}. Train it again, or put its file into MODELS_DIR.`
    )
  }).pipe(
    Effect.catchCause((cause) =>
      Effect.logDebug(`The model registry could not be read; ${name} stays as it is.`, cause)
    )
  )
  yield* refresh
  yield* refresh.pipe(Effect.repeat(Schedule.spaced(refreshEvery)), Effect.delay(refreshEvery), Effect.forkScoped)
  return { current: () => current, refresh }
})

/** The model that orders a pivot's verified options. */
export const acceptance = <E>(options: PerceptronModelOptions<E>): Layer.Layer<AcceptanceModels> =>
  Layer.effect(
    AcceptanceModels,
    keepUp(options, { name: ACCEPTANCE_MODEL, does: "orders the options of pivots", unfit: unfitWeights })
  )

/** The model that says who travels well together. */
export const compatibility = <E>(options: PerceptronModelOptions<E>): Layer.Layer<CompatibilityModels> =>
  Layer.effect(
    CompatibilityModels,
    keepUp(options, { name: COMPATIBILITY_MODEL, does: "orders suggested companions", unfit: unfitCompatibility })
  )
