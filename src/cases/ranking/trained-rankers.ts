/**
 * Keeps loaded what the registry names as production, as what that took over from, and as shadow, and looks again from time to
 * time. A model that cannot be loaded changes nothing: what ranks now goes on ranking, and the log says what is wrong with the
 * new one, once.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { FEATURES_VERSION } from "../../domain/features.ts"
import { armOf, WHOLE } from "../../domain/learning/traffic.ts"
import { modelVersion } from "../../domain/ranking.ts"
import {
  type LoadedRanker,
  ModelRefused,
  type RankerLoader,
  type RegisteredRanker,
  type TrafficArm,
  TrainedRankers
} from "../../services/trained-rankers.ts"

export interface TrainedRankersOptions<E> {
  readonly registered: Effect.Effect<ReadonlyArray<RegisteredRanker>, E>
  /** Who makes a ranker of which type of model. */
  readonly loaders: Readonly<Record<string, RankerLoader>>
  /** The name of the model that may be in production; any where absent. */
  readonly ranks?: string
  /** The names that may stand there: what ranked before another of them was named is what that takes over from. */
  readonly rankedBefore?: ReadonlyArray<string>
  /** The name of the model whose words the night puts tastes into; without one in production, those of what ranks. */
  readonly encodes?: string
  /** How soon another node's promotion, or its rollback, is noticed here. */
  readonly refreshEvery: Duration.Input
}

/** Rankings under way with a replaced model end within this; then its memory is given back. */
const RETIREMENT = "10 seconds"

/** Versions whose trouble was logged already; then it is said anew. */
const MOST_COMPLAINTS = 100

type Role = "production" | "control" | "shadow" | "encoder"

interface Loaded extends LoadedRanker {
  readonly scope: Scope.Closeable
}

const shareOf = (model: RegisteredRanker | undefined): number => model?.traffic_percent ?? WHOLE

const newest = (models: ReadonlyArray<RegisteredRanker>): RegisteredRanker | undefined =>
  models.toSorted(
    (a, b) => (b.promoted_at ?? "").localeCompare(a.promoted_at ?? "") || (a.model_version < b.model_version ? 1 : -1)
  )[0]

type Wanted = Readonly<Record<Role, RegisteredRanker | undefined>>

const wantedOf = (
  all: ReadonlyArray<RegisteredRanker>,
  {
    encodes,
    loaders,
    rankedBefore = [],
    ranks
  }: Pick<TrainedRankersOptions<never>, "encodes" | "loaders" | "rankedBefore" | "ranks">
): Wanted => {
  const models = all.filter(({ model_type }) => Object.hasOwn(loaders, model_type))
  const inProduction = models.filter(({ stage }) => stage === "production")
  const production = newest(inProduction.filter(({ model_name }) => ranks === undefined || model_name === ranks))
  const isControl = (model: RegisteredRanker) =>
    model.model_name === production?.model_name && model.model_version === production.took_over_from
  // A first version of what is named now took over from nothing of its own name.
  const isOther = (model: RegisteredRanker) =>
    model.model_name !== production?.model_name && rankedBefore.includes(model.model_name) && shareOf(model) >= WHOLE
  return {
    production,
    control: shareOf(production) < WHOLE ? (models.find(isControl) ?? newest(inProduction.filter(isOther))) : undefined,
    shadow: newest(models.filter(({ stage }) => stage === "shadow")),
    encoder: newest(
      inProduction.filter(({ model_name }) => model_name === encodes && model_name !== production?.model_name)
    )
  }
}

const featuresOfThisRelease = ({ features_version }: RegisteredRanker): Effect.Effect<void, ModelRefused> =>
  features_version == null || features_version === FEATURES_VERSION
    ? Effect.void
    : Effect.fail(
        new ModelRefused({
          message: `it was trained on features of version ${features_version}; this release has version ${FEATURES_VERSION}. Train it again.`
        })
      )

/** What is loaded for each role, and how a role is given to another model. */
const rolesOf = Effect.fnUntraced(function* (loaders: TrainedRankersOptions<never>["loaders"]) {
  const scope = yield* Effect.scope
  const loaded = new Map<Role, Loaded>()
  const complained = new Set<string>()

  const retire = (old: Loaded | undefined) =>
    old === undefined
      ? Effect.void
      : Scope.close(old.scope, Exit.void).pipe(Effect.delay(RETIREMENT), Effect.forkIn(scope), Effect.asVoid)

  const complainOnce = (version: string, problem: string) =>
    complained.has(version)
      ? Effect.void
      : Effect.suspend(() => {
          if (complained.size >= MOST_COMPLAINTS) complained.clear()
          complained.add(version)
          return Effect.logError(
            `The trained ranker ${version} cannot be loaded, what ranked before goes on: ${problem}`
          )
        })

  /** Says whether the role is held by what is wanted. */
  const bringUp = Effect.fnUntraced(function* (role: Role, wanted: RegisteredRanker | undefined) {
    const current = loaded.get(role)
    if (wanted === undefined) {
      loaded.delete(role)
      yield* retire(current)
      return true
    }
    const version = modelVersion({ name: wanted.model_name, version: wanted.model_version })
    if (current !== undefined && modelVersion(current.ranker.model) === version) {
      yield* current.renew ?? Effect.void
      return true
    }
    const own = yield* Scope.fork(scope)
    const result = yield* featuresOfThisRelease(wanted).pipe(
      Effect.andThen(loaders[wanted.model_type]!(wanted)),
      Scope.provide(own),
      Effect.result
    )
    if (result._tag === "Failure") {
      yield* Scope.close(own, Exit.void)
      yield* complainOnce(version, result.failure.message)
      return false
    }
    complained.delete(version)
    loaded.set(role, { ...result.success, scope: own })
    yield* Effect.logInfo(`The trained ranker ${version} is loaded (${role}).`)
    yield* retire(current)
    return true
  })

  return { bringUp, held: (role: Role) => loaded.get(role), ranker: (role: Role) => loaded.get(role)?.ranker }
})

const make = <E>(options: TrainedRankersOptions<E>) =>
  Effect.gen(function* () {
    const { bringUp, held, ranker } = yield* rolesOf(options.loaders)
    const oneAtATime = yield* Semaphore.make(1)
    let percent: number = WHOLE

    const refresh = oneAtATime.withPermits(1)(
      Effect.gen(function* () {
        const wanted = wantedOf(yield* options.registered, options)
        // What took over has to be beside what it took over from before anybody is told which of them they have.
        yield* bringUp("control", wanted.control)
        if (yield* bringUp("production", wanted.production)) percent = shareOf(wanted.production)
        yield* bringUp("encoder", wanted.encoder)
        yield* bringUp("shadow", wanted.shadow)
      }).pipe(
        Effect.catchCause((cause) =>
          Effect.logDebug("The model registry could not be read; models stay as they are.", cause)
        )
      )
    )
    yield* refresh
    yield* refresh.pipe(
      Effect.repeat(Schedule.spaced(options.refreshEvery)),
      Effect.delay(options.refreshEvery),
      Effect.forkScoped
    )

    const arm = (traveler: string): TrafficArm | undefined => {
      const candidate = ranker("production")?.model
      return candidate === undefined ? undefined : { arm: armOf(traveler, candidate, percent), of: candidate }
    }
    const encoding = () => held("encoder") ?? held("production")
    return TrainedRankers.of({
      production: (traveler) =>
        ranker(traveler !== undefined && arm(traveler)?.arm === "control" ? "control" : "production"),
      armOf: arm,
      shadow: () => ranker("shadow"),
      encodedBy: (userId) => {
        const encoder = encoding()
        return encoder?.knows?.(userId) === true ? modelVersion(encoder.ranker.model) : undefined
      },
      encoder: () => {
        const encoder = encoding()
        return encoder?.embed === undefined ? undefined : { model: encoder.ranker.model, embed: encoder.embed }
      },
      refresh
    })
  })

export const layer = <E>(options: TrainedRankersOptions<E>): Layer.Layer<TrainedRankers> =>
  Layer.effect(TrainedRankers, make(options))
