/** `Promotions` over the registry, the models' files, and the gate. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { FEATURES_VERSION } from "../../domain/features.ts"
import { productionGate, shadowGate, type Verdict } from "../../domain/learning/promotion.ts"
import { MEMBERS_MODEL_TYPE } from "../../domain/rankers/members-model.ts"
import { ModelArtefacts } from "../../services/model-artefacts.ts"
import {
  ModelRegistry,
  PromotionRefused,
  type RegisteredModel,
  RegistryUnavailable
} from "../../services/model-registry.ts"
import { type PromotionRequest, Promotions } from "../../services/promotions.ts"
import { type ShadowReport, ShadowReports } from "../../services/shadow-reports.ts"
import { SHADOWED_MODEL_TYPES } from "../../services/trained-rankers.ts"
import { firstShareOf, instant, reasonOf, trafficOf } from "./traffic.ts"

const Figure = Schema.Struct({ mean: Schema.Finite, lower: Schema.Finite, upper: Schema.Finite })
const Segments = Schema.Array(Schema.Struct({ name: Schema.String, difference: Figure }))
const OfTravelers = Schema.Struct({
  decisions: Schema.Finite,
  // Evaluations of older releases did not count them: nobody is known to stand behind those.
  people: Schema.optional(Schema.Finite),
  candidate: Figure,
  incumbent: Figure,
  difference: Figure,
  segments: Schema.optional(Segments)
})

/** What of a model's metrics the gate reads: an evaluation as the trainer keeps it. */
const Shown = Schema.Struct({
  pairs: Schema.Finite,
  required: Schema.Array(Schema.Struct({ what: Schema.String, found: Schema.Finite, wanted: Schema.Finite })),
  evaluation: Schema.Struct({
    by: Schema.Literals(["hr5", "auc"]),
    models: Schema.Array(Schema.Struct({ name: Schema.String, metrics: Schema.Struct({ hr5: Figure, auc: Figure }) })),
    comparisons: Schema.Array(
      Schema.Struct({
        incumbent: Schema.String,
        difference: Figure,
        segments: Segments
      })
    ),
    // Evaluations of older releases did not hold them apart.
    of_travelers: Schema.optional(Schema.NullOr(OfTravelers))
  })
})
const shownBy = Schema.decodeUnknownOption(Shown)
const TITLES = { hr5: "HR@5", auc: "AUC within a decision" } as const

const refusal = (rule: string, says: string): Verdict => ({ passed: false, checks: [{ rule, passed: false, says }] })

const UNJUDGED = refusal("judged", "It was never judged; run evaluate.")
const MADE_UP = refusal(
  "travelers",
  "Only what made-up people decided was judged, or nobody told it apart. Build its dataset over days on which travelers decided, and run evaluate."
)

/** The incumbent is the first that it was compared with: who served. What made-up people did lets nothing decide for travelers. */
const productionVerdict = (metrics: unknown, shadow: ShadowReport): Verdict => {
  const shown = shownBy(metrics)
  if (shown._tag === "None") return UNJUDGED
  const { evaluation, pairs, required } = shown.value
  const { by, models } = evaluation
  const travelers = evaluation.of_travelers ?? undefined
  const [candidate] = models
  const [against] = evaluation.comparisons
  const incumbent = models.find(({ name }) => name === against?.incumbent)
  if (candidate === undefined || against === undefined || incumbent === undefined) return UNJUDGED
  const verdict = productionGate({
    metric: TITLES[by],
    candidate: travelers?.candidate ?? candidate.metrics[by],
    incumbent: { name: incumbent.name, ...(travelers?.incumbent ?? incumbent.metrics[by]) },
    difference: travelers?.difference ?? against.difference,
    heldOut: { decisions: travelers?.decisions ?? 0, people: travelers?.people ?? 0 },
    pairs,
    shadowDays: shadow.days,
    decisions: Math.max(travelers?.decisions ?? 0, shadow.judged),
    inShadow: shadow.paired?.hr5.difference,
    segments: travelers?.segments ?? against.segments,
    required
  })
  return travelers === undefined ? { passed: false, checks: [...MADE_UP.checks, ...verdict.checks] } : verdict
}

const shadowVerdict = (metrics: unknown): Verdict => {
  const shown = shownBy(metrics)
  const [against] = shown._tag === "None" ? [] : shown.value.evaluation.comparisons
  if (shown._tag === "None" || against === undefined) return UNJUDGED
  const { difference, incumbent: name } = against
  return shadowGate({ difference, incumbent: { name }, metric: TITLES[shown.value.evaluation.by] })
}

/** What a model is not for, whatever it has shown; undefined where it may be asked to go there. */
const misplaced = ({ model_name, model_type, model_version, stage }: RegisteredModel, to: PromotionRequest["to"]) => {
  const name = `${model_name}:${model_version}`
  if (to === "shadow" && stage === "production") {
    return `${name} is in production: in the shadow it would be gone for everybody, with nothing to go back to. Roll it back with rollback ${model_name}.`
  }
  if (to === "shadow" && !SHADOWED_MODEL_TYPES.includes(model_type)) {
    return `Nothing runs ${model_name} in the shadow, so it would show nothing there. Judge it with evaluate, and promote it to production with a reason.`
  }
  if (to === "production" && model_type === MEMBERS_MODEL_TYPE) {
    return `${name} ranks for nobody by itself, and would leave the shadow for nothing. Train dlrm after it: that takes it along.`
  }
  return undefined
}

export const layer = Layer.effect(
  Promotions,
  Effect.gen(function* () {
    const registry = yield* ModelRegistry
    const artefacts = yield* ModelArtefacts
    const shadows = yield* ShadowReports

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

    const shadowOf = (model: RegisteredModel) =>
      Effect.mapError(shadows.of(model), ({ message }) => new RegistryUnavailable({ message }))

    const promote = ({ name, version, to, force }: PromotionRequest) =>
      Effect.gen(function* () {
        const model = yield* registry.find(name, version)
        if (model.stage === to) return model
        const problem = (yield* unfit(model)) ?? misplaced(model, to)
        if (problem !== undefined) return yield* new PromotionRefused({ message: problem })
        const verdict =
          to === "shadow" ? shadowVerdict(model.metrics) : productionVerdict(model.metrics, yield* shadowOf(model))
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
