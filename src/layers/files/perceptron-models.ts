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
import { armOf, WHOLE } from "../../domain/learning/traffic.ts"
import { type AcceptanceInForce, unfitWeights } from "../../domain/pivot/acceptance.ts"
import { type ModelRef, modelVersion } from "../../domain/ranking.ts"
import { ACCEPTANCE_MODEL, AcceptanceModels } from "../../services/acceptance-model.ts"
import { COMPATIBILITY_MODEL, CompatibilityModels } from "../../services/compatibility-models.ts"
import type { RegisteredModel } from "../../services/model-registry.ts"

export interface PerceptronModelOptions<E> {
  readonly modelsDir: string
  /** Every model that there is, of every name. */
  readonly registered: Effect.Effect<ReadonlyArray<RegisteredModel>, E>
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

/** What is in production of a name, and what it took over from where not everybody has it yet. */
const wantedOf = (all: ReadonlyArray<RegisteredModel>, name: string) => {
  const own = all.filter(({ model_name }) => model_name === name)
  const production = own.find(({ stage }) => stage === "production")
  const percent = production?.traffic_percent ?? WHOLE
  const control =
    percent < WHOLE ? own.find(({ model_version }) => model_version === production?.took_over_from) : undefined
  return { production, control, percent }
}

/** Versions of one model that are loaded; what cannot be loaded is said once. */
const makeShelf = (modelsDir: string, { does, unfit }: Wanted) => {
  const loaded = new Map<string, Loaded>()
  const complained = new Set<string>()
  const bring = Effect.fnUntraced(function* (row: RegisteredModel | undefined) {
    if (row === undefined) return undefined
    const known = loaded.get(row.model_version)
    if (known !== undefined) return known
    const found = yield* Effect.result(load(modelsDir, unfit, row))
    const named = modelVersion({ name: row.model_name, version: row.model_version })
    if (found._tag === "Success") {
      loaded.set(row.model_version, found.success)
      complained.delete(row.model_version)
      yield* Effect.logInfo(`${named} ${does}.`)
      return found.success
    }
    if (!complained.has(row.model_version)) {
      complained.add(row.model_version)
      yield* Effect.logError(
        `${named} cannot be used, what ${does} goes on: ${found.failure.message}. Train it again, or put its file into MODELS_DIR.`
      )
    }
    return undefined
  })
  /** Nothing else is kept. */
  const only = (versions: ReadonlySet<string>) => {
    for (const version of loaded.keys()) if (!versions.has(version)) loaded.delete(version)
    for (const version of complained) if (!versions.has(version)) complained.delete(version)
  }
  return { bring, only }
}

interface InForce {
  readonly candidate: Loaded
  readonly control: Loaded | undefined
  readonly percent: number
}

const keepUp = Effect.fnUntraced(function* <E>(
  { modelsDir, refreshEvery, registered }: PerceptronModelOptions<E>,
  wanted: Wanted
) {
  const shelf = makeShelf(modelsDir, wanted)
  let inForce: InForce | undefined
  const refresh = Effect.gen(function* () {
    const { control, percent, production } = wantedOf(yield* registered, wanted.name)
    // What took over has to be beside what it took over from before anybody is told which of them they have.
    const before = yield* shelf.bring(control)
    const candidate = yield* shelf.bring(production)
    if (production === undefined) inForce = undefined
    else if (candidate !== undefined) inForce = { candidate, control: before, percent }
    const kept = [inForce?.candidate, inForce?.control].flatMap((one) => (one === undefined ? [] : [one.ref.version]))
    shelf.only(new Set([...kept, ...(production === undefined ? [] : [production.model_version])]))
  }).pipe(
    Effect.catchCause((cause) =>
      Effect.logDebug(`The model registry could not be read; ${wanted.name} stays as it is.`, cause)
    )
  )
  yield* refresh
  yield* refresh.pipe(Effect.repeat(Schedule.spaced(refreshEvery)), Effect.delay(refreshEvery), Effect.forkScoped)
  return {
    refresh,
    whole: () => inForce?.candidate,
    /** What this traveler has, and which side they are on. */
    of: (traveler: string): AcceptanceInForce => {
      if (inForce === undefined) return {}
      const { candidate, control, percent } = inForce
      const arm = armOf(traveler, candidate.ref, percent)
      const model = arm === "candidate" ? candidate : control
      return { trial: { arm, of: candidate.ref }, ...(model === undefined ? {} : { model }) }
    }
  }
})

/** The model that orders a pivot's verified options: it comes to travelers in shares. */
export const acceptance = <E>(options: PerceptronModelOptions<E>): Layer.Layer<AcceptanceModels> =>
  Layer.effect(
    AcceptanceModels,
    Effect.map(
      keepUp(options, { name: ACCEPTANCE_MODEL, does: "orders the options of pivots", unfit: unfitWeights }),
      ({ of, refresh }) => ({ current: of, refresh })
    )
  )

/** The model that says who travels well together: everybody has it. */
export const compatibility = <E>(options: PerceptronModelOptions<E>): Layer.Layer<CompatibilityModels> =>
  Layer.effect(
    CompatibilityModels,
    Effect.map(
      keepUp(options, { name: COMPATIBILITY_MODEL, does: "orders suggested companions", unfit: unfitCompatibility }),
      ({ refresh, whole }) => ({ current: whole, refresh })
    )
  )
