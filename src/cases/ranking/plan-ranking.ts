/**
 * The ranking that a whole plan is made from: one ranker decides for every moment of the trip and for every member. A place
 * counts as much as at its best moment; when it is visited is the planner's to say.
 *
 * Claude is asked about one moment while the traveler waits. The others are taken from what was warmed up, and are like the
 * first where that is not there yet.
 */
import * as Effect from "effect/Effect"
import { coarseDayPart } from "../../domain/cache-key.ts"
import { byScore } from "../../domain/rankers/local.ts"
import type { Ranking, RankMoment, RankRequest, Scored } from "../../domain/ranking.ts"
import type { LlmRanker } from "../../services/llm-ranker.ts"
import type {
  FoundRankings,
  LocalRanker,
  PlanOutcome,
  RankedOutcome,
  Ranker,
  RankerUnavailable
} from "../../services/ranker.ts"
import { breathe } from "../../support/slices.ts"
import { askModel } from "./ask-model.ts"
import type { Shadowing } from "./shadow.ts"

/** The part of the day that most stops fall into: the moment that Claude is asked about first. */
const FIRST_PART = "afternoon"

/** Each candidate as at its best moment, best first. */
const atBest = (first: Ranking, rankings: ReadonlyArray<Ranking>): Ranking => {
  const best = new Map<number, Scored>()
  for (const { items } of rankings) {
    for (const item of items) {
      const known = best.get(item.index)
      if (known === undefined || item.score > known.score) best.set(item.index, item)
    }
  }
  return { ...first, items: [...best.values()].sort(byScore) }
}

export interface PlanRankingParts {
  readonly local: LocalRanker["Service"]
  readonly llm: LlmRanker["Service"]
  /** The trained model for these members, where nobody of them is cold and there is one. */
  readonly model: (members: RankRequest["members"]) => Ranker | undefined
  /** Decides for one moment, without a shadow: that looks at the trip whole. */
  readonly rank: (request: RankRequest) => Effect.Effect<RankedOutcome>
  readonly beginShadow: Shadowing
  readonly trial: (members: RankRequest["members"], failed: boolean) => Pick<RankedOutcome, "trial">
  /** Why Claude, or the local ranker, decides for them; nothing where nobody is cold. */
  readonly reason: (request: RankRequest, choice: "llm" | "local") => RankedOutcome["arbitration"]
}

const at = (request: RankRequest, moment: RankMoment): RankRequest => ({
  ...request,
  context: { ...request.context, ...moment }
})

/** Weather is the planner's to reckon with: an answer that holds for one day's rain would be kept for nobody. */
const forClaude = (request: RankRequest, { dayOfTrip, dayPart }: RankMoment): RankRequest => {
  const { weather: _, ...context } = request.context
  return { ...request, context: { ...context, dayPart: coarseDayPart(dayPart), dayOfTrip } }
}

const firstOf = (moments: ReadonlyArray<RankMoment>) =>
  moments.find(({ dayPart }) => dayPart === FIRST_PART) ?? moments[0]!

const localRanking = (local: LocalRanker["Service"]) =>
  Effect.fnUntraced(function* (request: RankRequest, moments: ReadonlyArray<RankMoment>) {
    const rankings: Array<Ranking> = []
    // It does not care which day it is.
    const seen = new Set<string>()
    for (const moment of moments) {
      const key = `${moment.dayPart} ${moment.weather}`
      if (seen.has(key)) continue
      seen.add(key)
      yield* breathe
      rankings.push(yield* local.rank(at(request, moment)))
    }
    return atBest(rankings[0]!, rankings)
  })

const byModel = Effect.fnUntraced(function* (ranker: Ranker, request: RankRequest, moments: ReadonlyArray<RankMoment>) {
  const rankings: Array<Ranking> = []
  for (const moment of moments) {
    yield* breathe
    rankings.push((yield* askModel(ranker, at(request, moment))).ranking)
  }
  return atBest(rankings[0]!, rankings)
})

/** What was warmed up for the other moments, beside what was said of the first. */
const keptRankings = (llm: LlmRanker["Service"]) =>
  Effect.fnUntraced(function* (
    { ranking: first, source }: Pick<RankedOutcome, "ranking" | "source">,
    request: RankRequest,
    moments: ReadonlyArray<RankMoment>
  ) {
    const questions = new Map(
      moments.map((moment) => {
        const asked = forClaude(request, moment)
        return [llm.keyOf(asked), asked] as const
      })
    )
    questions.delete(llm.keyOf(forClaude(request, firstOf(moments))))
    const rankings = [first]
    for (const asked of questions.values()) {
      const known = yield* llm.kept(asked)
      if (known === undefined) continue
      rankings.push(known.ranking)
      yield* breathe
    }
    const later = rankings.length - 1
    const found: FoundRankings = {
      kept: later + (source === "cache" ? 1 : 0),
      asked: source === "cache" ? 0 : 1,
      like_the_first: questions.size - later
    }
    return { ranking: atBest(first, rankings), found }
  })

const decidedBy = (
  source: RankedOutcome["source"],
  members: ReadonlyArray<Ranking>,
  arbitration: RankedOutcome["arbitration"],
  trial: Pick<RankedOutcome, "trial">
): PlanOutcome => ({
  ranking: members[0]!,
  source,
  members,
  ...(arbitration === undefined ? {} : { arbitration }),
  ...trial
})

export const planRanking = ({ beginShadow, llm, local, model, rank, reason, trial }: PlanRankingParts) => {
  const locally = localRanking(local)
  const fromKept = keptRankings(llm)

  const alone = Effect.fnUntraced(function* (
    request: RankRequest,
    moments: ReadonlyArray<RankMoment>
  ): Effect.fn.Return<PlanOutcome> {
    const outcome = yield* rank(forClaude(request, firstOf(moments)))
    const { ranking, source } = outcome
    if (source === "llm" || source === "cache") {
      const { found, ranking: whole } = yield* fromKept(outcome, request, moments)
      return { ...outcome, ranking: whole, found: [found] }
    }
    const trained = source === "ml" ? model(request.members) : undefined
    const whole =
      trained === undefined
        ? source === "ml"
          ? ranking
          : yield* locally(request, moments)
        : yield* Effect.orElseSucceed(byModel(trained, request, moments), () => ranking)
    const { degraded, latencyMs } = ranking
    return { ...outcome, ranking: { ...whole, latencyMs, ...(degraded === undefined ? {} : { degraded }) } }
  })

  /** One after another the rankers are asked about each member alone; the first that can say something of all decides. */
  const together = Effect.fnUntraced(function* (
    request: RankRequest,
    moments: ReadonlyArray<RankMoment>
  ): Effect.fn.Return<PlanOutcome> {
    const each = request.members.map((member): RankRequest => ({ ...request, members: [member] }))
    const decided = (source: RankedOutcome["source"], members: ReadonlyArray<Ranking>) => {
      const arbitration = source === "ml" ? undefined : reason(request, source === "local" ? "local" : "llm")
      return decidedBy(source, members, arbitration, trial(request.members, failed))
    }
    let failure: RankerUnavailable | undefined
    let failed = false
    const trained = model(request.members)
    if (trained !== undefined) {
      const asked = yield* Effect.result(Effect.forEach(each, (one) => byModel(trained, one, moments)))
      if (asked._tag === "Success") return decided("ml", asked.success)
      failure = asked.failure
      failed = true
    }
    if (llm.configured) {
      // Each is asked about as if they travelled alone: what is kept for others like them holds for them.
      const singles = each.map((one) => ({ ...one, context: { ...one.context, groupSize: 1 } }))
      const asked = yield* Effect.result(
        Effect.forEach(singles, (one) => llm.rank(forClaude(one, firstOf(moments))), { concurrency: "unbounded" })
      )
      if (asked._tag === "Success") {
        const whole = yield* Effect.forEach(asked.success, (first, i) => fromKept(first, singles[i]!, moments))
        const source = asked.success.some((one) => one.source === "llm") ? "llm" : "cache"
        const rankings = whole.map(({ ranking }) => ranking)
        return { ...decided(source, rankings), found: whole.map(({ found }) => found) }
      }
      failure = asked.failure
    }
    const own = yield* Effect.forEach(each, (one) => locally(one, moments))
    const outcome = decided("local", own)
    if (failure === undefined || failure.reason === "cold") return outcome
    const degraded = { reason: failure.reason, message: failure.message }
    return { ...outcome, ranking: { ...outcome.ranking, degraded } }
  })

  return (request: RankRequest, moments: ReadonlyArray<RankMoment>): Effect.Effect<PlanOutcome> =>
    Effect.gen(function* () {
      const beside = yield* beginShadow(request, (ranker) => byModel(ranker, request, moments))
      const outcome = yield* request.members.length < 2 ? alone(request, moments) : together(request, moments)
      const shadow = yield* beside.joined
      return shadow === undefined ? outcome : { ...outcome, shadow }
    })
}
