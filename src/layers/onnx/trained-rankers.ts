/**
 * Loads what the registry names as production and as shadow, and looks again from time to time. A model that cannot be
 * loaded changes nothing: what ranks now goes on ranking, and the log says what is wrong with the new one, once.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { modelVersion } from "../../domain/ranking.ts"
import type { Ranker } from "../../services/ranker.ts"
import { RANKER_MODEL_TYPE, type RegisteredRanker, TrainedRankers } from "../../services/trained-rankers.ts"
import { load } from "./session.ts"

export interface TrainedRankersOptions<E> {
  readonly modelsDir: string
  readonly registered: Effect.Effect<ReadonlyArray<RegisteredRanker>, E>
  /** How soon another node's promotion is noticed here. */
  readonly refreshEvery?: Duration.Input
}

const REFRESH_EVERY = "30 seconds"
/** Rankings under way with a replaced model end within this; then its memory is given back. */
const RETIREMENT = "10 seconds"

const STAGES = ["production", "shadow"] as const
type Stage = (typeof STAGES)[number]

interface Loaded {
  readonly ranker: Ranker
  readonly scope: Scope.Closeable
}

const newest = (models: ReadonlyArray<RegisteredRanker>, stage: Stage): RegisteredRanker | undefined =>
  models
    .filter((model) => model.model_type === RANKER_MODEL_TYPE && model.stage === stage)
    .sort(
      (a, b) => (b.promoted_at ?? "").localeCompare(a.promoted_at ?? "") || (a.model_version < b.model_version ? 1 : -1)
    )[0]

const make = <E>(options: TrainedRankersOptions<E>) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const loaded = new Map<Stage, Loaded>()
    const complained = new Set<string>()
    const oneAtATime = yield* Semaphore.make(1)

    const retire = (old: Loaded | undefined) =>
      old === undefined
        ? Effect.void
        : Scope.close(old.scope, Exit.void).pipe(Effect.delay(RETIREMENT), Effect.forkIn(scope), Effect.asVoid)

    const complainOnce = (version: string, problem: string) =>
      complained.has(version)
        ? Effect.void
        : Effect.suspend(() => {
            complained.add(version)
            return Effect.logError(
              `The trained ranker ${version} cannot be loaded, what ranked before goes on: ${problem}`
            )
          })

    const bringUp = Effect.fnUntraced(function* (stage: Stage, wanted: RegisteredRanker | undefined) {
      const current = loaded.get(stage)
      if (wanted === undefined) {
        loaded.delete(stage)
        return yield* retire(current)
      }
      const model = { name: wanted.model_name, version: wanted.model_version }
      if (current !== undefined && modelVersion(current.ranker.model) === modelVersion(model)) return
      const own = yield* Scope.fork(scope)
      const result = yield* load(model, options.modelsDir, wanted.artifact_path ?? "").pipe(
        Scope.provide(own),
        Effect.result
      )
      if (result._tag === "Failure") {
        yield* Scope.close(own, Exit.void)
        return yield* complainOnce(modelVersion(model), result.failure.message)
      }
      complained.delete(modelVersion(model))
      loaded.set(stage, { ranker: result.success, scope: own })
      yield* Effect.logInfo(`The trained ranker ${modelVersion(model)} is loaded (${stage}).`)
      yield* retire(current)
    })

    const refresh = oneAtATime.withPermits(1)(
      Effect.gen(function* () {
        const models = yield* options.registered
        for (const stage of STAGES) yield* bringUp(stage, newest(models, stage))
      }).pipe(
        Effect.catchCause((cause) =>
          Effect.logDebug("The model registry could not be read; models stay as they are.", cause)
        )
      )
    )
    yield* refresh
    yield* refresh.pipe(
      Effect.repeat(Schedule.spaced(options.refreshEvery ?? REFRESH_EVERY)),
      Effect.delay(options.refreshEvery ?? REFRESH_EVERY),
      Effect.forkScoped
    )

    return TrainedRankers.of({
      production: () => loaded.get("production")?.ranker,
      shadow: () => loaded.get("shadow")?.ranker,
      refresh
    })
  })

export const layer = <E>(options: TrainedRankersOptions<E>): Layer.Layer<TrainedRankers> =>
  Layer.effect(TrainedRankers, make(options))
