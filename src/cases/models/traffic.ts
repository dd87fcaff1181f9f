/** A model in production on its way to everybody, and back: shares of travelers, guards, the rollback. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { FIRST_SHARE, type Guard, guardsOf, verdictOf, WHOLE } from "../../domain/learning/traffic.ts"
import { ACCEPTANCE_MODEL_TYPE } from "../../domain/pivot/acceptance.ts"
import {
  type ModelRegistry,
  PromotionRefused,
  type RegisteredModel,
  UnknownModel
} from "../../services/model-registry.ts"
import type { Guarded, Promotions, TrafficRequest } from "../../services/promotions.ts"
import { RANKER_MODEL_TYPES } from "../../services/trained-rankers.ts"

const MOST_REASON = 500

export const reasonOf = (force: string | undefined): string => force?.trim().slice(0, MOST_REASON) ?? ""

const SHARED_TYPES: ReadonlyArray<string> = [...RANKER_MODEL_TYPES, ACCEPTANCE_MODEL_TYPE]

/** What ranks slates or orders options comes to travelers step by step; anything else serves all at once. */
const isShared = ({ artifact_path, model_type }: RegisteredModel): boolean =>
  artifact_path !== null && SHARED_TYPES.includes(model_type)

export const firstShareOf = (model: RegisteredModel): number | undefined => (isShared(model) ? FIRST_SHARE : undefined)

export const instant = Effect.map(Clock.currentTimeMillis, (now) => new Date(now).toISOString())

/** `unfit` says what is wrong with a model's file, where something is. */
export const trafficOf = (
  registry: ModelRegistry["Service"],
  unfit: (model: RegisteredModel) => Effect.Effect<string | undefined>
): Pick<Promotions["Service"], "share" | "rollback" | "guard"> => {
  const guardsFor = Effect.fnUntraced(function* (model: RegisteredModel) {
    const { candidate, control } = yield* registry.arms(model)
    const guards = guardsOf(candidate, control.decisions === 0 ? undefined : control)
    return { guards, verdict: verdictOf(guards) }
  })

  const share = ({ name, percent, force }: TrafficRequest) =>
    Effect.gen(function* () {
      const [model] = (yield* registry.production).filter(({ model_name }) => model_name === name)
      if (model === undefined)
        return yield* new UnknownModel({ message: `No version of ${name} is in production. Promote one first.` })
      if (!isShared(model)) {
        return yield* new PromotionRefused({
          message: `${name} serves all travelers or none: it ranks no slates and orders no options, and has no sides to compare.`
        })
      }
      const reason = reasonOf(force)
      const { guards, verdict } = yield* guardsFor(model)
      if (percent > (model.traffic_percent ?? WHOLE) && verdict !== "fine" && reason === "") {
        const found = guards.filter((guard) => guard.verdict !== "fine").map(({ says }) => says)
        return yield* new PromotionRefused({
          message: `${name}:${model.model_version} stays with ${model.traffic_percent} % of travelers: ${found.join(" ")} To give it to more all the same, say why with force, or roll it back.`
        })
      }
      const note = {
        at: yield* instant,
        traffic_percent: percent,
        guards,
        ...(reason === "" ? {} : { forced: reason })
      }
      return yield* registry.share(name, percent, note)
    })

  const rollback = (name: string, reason: string, guards?: ReadonlyArray<Guard>) =>
    Effect.gen(function* () {
      const [model] = (yield* registry.production).filter(({ model_name }) => model_name === name)
      const before =
        model === undefined || model.took_over_from === null
          ? undefined
          : yield* Effect.orElseSucceed(registry.find(name, model.took_over_from), () => undefined)
      const problem = before === undefined ? undefined : yield* unfit(before)
      const note = {
        at: yield* instant,
        rolled_back: reason.trim().slice(0, MOST_REASON),
        ...(guards === undefined ? {} : { guards }),
        ...(problem === undefined ? {} : { not_brought_back: problem })
      }
      return yield* registry.rollback(name, note, problem === undefined)
    })

  const guard = Effect.gen(function* () {
    const found: Array<Guarded> = []
    for (const model of (yield* registry.production).filter(isShared)) {
      const { model_name: name, model_version: version } = model
      const { guards, verdict } = yield* guardsFor(model)
      const says = guards.filter((one) => one.verdict !== "fine").map((one) => one.says)
      if (verdict === "halt") yield* Effect.logWarning(`${name}:${version} is held where it is: ${says.join(" ")}`)
      if (verdict !== "roll_back") {
        found.push({ name, version, verdict, guards })
        continue
      }
      yield* Effect.logError(`${name}:${version} is taken back: ${says.join(" ")}`)
      const rolledBack = yield* Effect.catchTag(rollback(name, says.join(" "), guards), "UnknownModel", () =>
        // Somebody was faster.
        Effect.succeed(undefined)
      )
      found.push({ name, version, verdict, guards, ...(rolledBack === undefined ? {} : { rolledBack }) })
    }
    return found
  })

  return { share, rollback, guard }
}
