/** `Promotions` over the registry, the models' files, and the gate. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { FEATURES_VERSION } from "../../domain/features.ts"
import { type Evidence, productionGate, shadowGate, type Verdict } from "../../domain/learning/promotion.ts"
import { ModelArtefacts } from "../../services/model-artefacts.ts"
import {
  ModelRegistry,
  PromotionRefused,
  type RegisteredModel,
  type ShadowRecord
} from "../../services/model-registry.ts"
import { type PromotionRequest, Promotions } from "../../services/promotions.ts"
import { firstShareOf, instant, reasonOf, trafficOf } from "./traffic.ts"

const Figure = Schema.Struct({ mean: Schema.Finite, lower: Schema.Finite, upper: Schema.Finite })

/** What of a model's metrics the gate reads: an evaluation as the trainer keeps it. */
const Shown = Schema.Struct({
  pairs: Schema.Finite,
  required: Schema.Array(Schema.Struct({ what: Schema.String, found: Schema.Finite, wanted: Schema.Finite })),
  evaluation: Schema.Struct({
    decisions: Schema.Finite,
    by: Schema.Literals(["hr5", "auc"]),
    models: Schema.Array(Schema.Struct({ name: Schema.String, metrics: Schema.Struct({ hr5: Figure, auc: Figure }) })),
    comparisons: Schema.Array(
      Schema.Struct({
        incumbent: Schema.String,
        difference: Figure,
        segments: Schema.Array(Schema.Struct({ name: Schema.String, difference: Figure }))
      })
    )
  })
})
const shownBy = Schema.decodeUnknownOption(Shown)
const TITLES = { hr5: "HR@5", auc: "AUC within a decision" } as const

/** Undefined where the model was never judged. The incumbent is the first that it was compared with: who served. */
const evidenceOf = (metrics: unknown, shadow: ShadowRecord): Evidence | undefined => {
  const shown = shownBy(metrics)
  if (shown._tag === "None") return undefined
  const { evaluation, pairs, required } = shown.value
  const { by } = evaluation
  const [candidate] = evaluation.models
  const [against] = evaluation.comparisons
  const incumbent = evaluation.models.find(({ name }) => name === against?.incumbent)
  if (candidate === undefined || against === undefined || incumbent === undefined) return undefined
  return {
    metric: TITLES[by],
    candidate: candidate.metrics[by],
    incumbent: { name: incumbent.name, ...incumbent.metrics[by] },
    difference: against.difference,
    pairs,
    shadowDays: shadow.days,
    decisions: Math.max(evaluation.decisions, shadow.decisions),
    segments: against.segments,
    required
  }
}

const UNJUDGED: Verdict = {
  passed: false,
  checks: [{ rule: "judged", passed: false, says: "It was never judged; run evaluate." }]
}

export const layer = Layer.effect(
  Promotions,
  Effect.gen(function* () {
    const registry = yield* ModelRegistry
    const artefacts = yield* ModelArtefacts

    /** What no reason overrules. */
    const unfit = (model: RegisteredModel): Effect.Effect<string | undefined> =>
      Effect.gen(function* () {
        const name = `${model.model_name}:${model.model_version}`
        if (model.artifact_path === null) {
          return `${name} has no artifact: there is nothing that could rank. Train it, or register a version with its artifact, and promote that one.`
        }
        const found = yield* artefacts.checksum(model.artifact_path)
        if (found === undefined) {
          return `The file of ${name}, ${model.artifact_path}, is not in this node's MODELS_DIR. Put it there, or train it again.`
        }
        if (found !== model.artifact_sha256) {
          return `The file of ${name} is not the one that was judged: its checksum differs from the registry's. Train it again.`
        }
        if (model.features_version !== null && model.features_version !== FEATURES_VERSION) {
          return `${name} was trained on features of version ${model.features_version}; this release has version ${FEATURES_VERSION}. Train it again.`
        }
        return undefined
      })

    const promote = ({ name, version, to, force }: PromotionRequest) =>
      Effect.gen(function* () {
        const model = yield* registry.find(name, version)
        if (model.stage === to) return model
        const problem = yield* unfit(model)
        if (problem !== undefined) return yield* new PromotionRefused({ message: problem })
        const evidence = evidenceOf(model.metrics, yield* registry.shadowRecord(name, version))
        const gate = to === "shadow" ? shadowGate : productionGate
        const verdict = evidence === undefined ? UNJUDGED : gate(evidence)
        const reason = reasonOf(force)
        if (!verdict.passed && reason === "") {
          const failed = verdict.checks.filter(({ passed }) => !passed).map(({ says }) => says)
          return yield* new PromotionRefused({
            message: `${name}:${version} has not shown enough for ${to}. ${failed.join(" ")} To promote it all the same, say why with force.`
          })
        }
        const promotion = {
          at: yield* instant,
          to,
          passed: verdict.passed,
          checks: verdict.checks,
          ...(verdict.passed ? {} : { forced: reason })
        }
        return yield* registry.moveTo(name, version, to, promotion, firstShareOf(model))
      })

    return Promotions.of({ promote, ...trafficOf(registry, unfit) })
  })
)
