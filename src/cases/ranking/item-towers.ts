/** Keeps the two towers loaded that the registry has in production, and looks again from time to time. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { decodeTowers, TWO_TOWER_MODEL_TYPE, towersOf } from "../../domain/rankers/two-tower.ts"
import { modelVersion } from "../../domain/ranking.ts"
import { ItemTowers, TOWERS_MODEL, type TowersInForce } from "../../services/item-towers.ts"
import { ModelArtefacts } from "../../services/model-artefacts.ts"
import { ModelRegistry, type RegisteredModel } from "../../services/model-registry.ts"

const versionOf = ({ model_name: name, model_version: version }: RegisteredModel) => modelVersion({ name, version })

export const layer = (refreshEvery: Duration.Input) =>
  Layer.effect(
    ItemTowers,
    Effect.gen(function* () {
      const registry = yield* ModelRegistry
      const artefacts = yield* ModelArtefacts
      let inForce: TowersInForce | undefined
      let complainedOf: string | undefined

      const bringUp = Effect.fnUntraced(function* (row: RegisteredModel) {
        const encoderVersion = versionOf(row)
        if (inForce?.encoderVersion === encoderVersion) return
        const bytes = yield* artefacts.read(row.artifact_path ?? "", row.artifact_sha256)
        const model = yield* Effect.try({ try: () => decodeTowers(bytes), catch: (cause) => cause as Error })
        inForce = { encoderVersion, towers: towersOf(model) }
        complainedOf = undefined
        yield* Effect.logInfo(
          `${encoderVersion} is loaded: places of a city are found by it as soon as they are indexed.`
        )
      })

      const refresh = Effect.gen(function* () {
        const row = (yield* registry.production).find(
          ({ model_name, model_type }) => model_name === TOWERS_MODEL && model_type === TWO_TOWER_MODEL_TYPE
        )
        if (row === undefined) {
          inForce = undefined
          return
        }
        yield* Effect.catch(bringUp(row), ({ message }) => {
          if (complainedOf === versionOf(row)) return Effect.void
          complainedOf = versionOf(row)
          return Effect.logError(
            `${versionOf(row)} cannot be loaded, places are found as before: ${message}. Train it again, or put its file into MODELS_DIR.`
          )
        })
      }).pipe(
        Effect.catchCause((cause) =>
          Effect.logDebug("The model registry could not be read; places are found as before.", cause)
        )
      )
      yield* refresh
      yield* refresh.pipe(Effect.repeat(Schedule.spaced(refreshEvery)), Effect.delay(refreshEvery), Effect.forkScoped)
      return ItemTowers.of({ current: () => inForce, refresh })
    })
  )
