/** Models: who trains them, and who lets them in. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Promotions from "../cases/models/promotions.ts"
import { Config, modelsDirOf } from "../config.ts"
import * as ModelFiles from "../layers/files/model-artefacts.ts"
import * as PerceptronModels from "../layers/files/perceptron-models.ts"
import { ModelRegistry } from "../services/model-registry.ts"
import * as JudgedShadows from "../training/judge/shadow-report.ts"
import * as ModelTrainers from "../training/models/trainers.ts"
import { root, version } from "./release.ts"

/** How models in the shadow would have done. */
export const shadowReports = JudgedShadows.layer

/** Both still need the registry. */
export const promotions = Promotions.layer.pipe(
  Layer.provide(shadowReports),
  Layer.provide(Layer.unwrap(Effect.map(Config, (settings) => ModelFiles.layer(modelsDirOf(settings)))))
)

const smallModels = Effect.gen(function* () {
  const settings = yield* Config
  const registry = yield* ModelRegistry
  return {
    modelsDir: modelsDirOf(settings),
    registered: registry.list,
    refreshEvery: settings.MODELS_REFRESH_EVERY
  }
})

/** The model that orders the options of pivots, where one is in production. */
export const acceptanceModels = Layer.unwrap(Effect.map(smallModels, PerceptronModels.acceptance))

/** The model that says who travels well together, where one is in production. */
export const compatibilityModels = Layer.unwrap(Effect.map(smallModels, PerceptronModels.compatibility))

export const trainers = ModelTrainers.layer({ root, version })
