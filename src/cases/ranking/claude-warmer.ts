/** Works off the kinds of trips whose rankings are wanted soon, one after another, each once. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Queue from "effect/Queue"
import { vibeQuery } from "../../domain/persona/encode.ts"
import { combinationsOf, kindOf } from "../../domain/rankers/combinations.ts"
import type { Candidate, RankRequest } from "../../domain/ranking.ts"
import { Cache } from "../../services/cache.ts"
import { Catalog } from "../../services/catalog.ts"
import { LlmRanker } from "../../services/llm-ranker.ts"
import { RankingWarmer } from "../../services/ranking-warmer.ts"
import { VectorIndex } from "../../services/vector-index.ts"

const CANDIDATES = 200

/** Kinds of trips whose rankings may wait to be warmed. */
const MOST_WAITING = 256

/** Kinds of which it is known how warm they are. */
const MOST_KNOWN = 4_096

/** Calls at once: a small share of LLM_MAX_CONCURRENT, the rest belongs to travelers who wait. */
const AT_ONCE = 2

/** Nobody waits for these: they may take as long as one call may. */
const DEADLINE_MS = 30_000

const warmings = Metric.counter("ranking_warmings_total", {
  description: "Kinds of trips whose rankings were to be warmed up, by what became of it",
  incremental: true
})
const count = (outcome: "warm" | "failed" | "dropped") => Metric.update(Metric.withAttributes(warmings, { outcome }), 1)

const waiting = Metric.gauge("ranking_warmings_waiting", {
  description: "Kinds of trips whose rankings are being warmed up, or wait for it"
})

export interface WarmerOptions {
  readonly enabled: boolean
  /** How long rankings are kept. */
  readonly ttl: Duration.Input
}

/** Which kinds are under way, and which were warmed up within the time that rankings are kept for. */
const bookOf = (keptFor: number, now: () => number) => {
  const underWay = new Set<string>()
  /** Since when, in that order: the oldest of a kind's rankings may be of a warming that failed. */
  const begun = new Map<string, { readonly at: number; whole: boolean }>()
  const told = Effect.suspend(() => Metric.update(waiting, underWay.size))
  const current = (kind: string) => {
    const one = begun.get(kind)
    return one !== undefined && one.at + keptFor > now() ? one : undefined
  }
  return {
    warmth: (kind: string) => {
      if (current(kind)?.whole === true) return "warm" as const
      return underWay.has(kind) ? ("under_way" as const) : ("new" as const)
    },
    isUnderWay: (kind: string) => underWay.has(kind),
    begun: (kind: string) =>
      Effect.suspend(() => {
        underWay.add(kind)
        if (current(kind) === undefined) {
          begun.delete(kind)
          begun.set(kind, { at: now(), whole: false })
          if (begun.size > MOST_KNOWN) begun.delete(begun.keys().next().value!)
        }
        return told
      }),
    over: (kind: string, exit: Exit.Exit<unknown, unknown>) =>
      Effect.suspend(() => {
        underWay.delete(kind)
        const one = current(kind)
        if (Exit.isSuccess(exit) && one !== undefined) one.whole = true
        return Effect.andThen(count(Exit.isSuccess(exit) ? "warm" : "failed"), told)
      })
  }
}

const make = ({ enabled, ttl }: WarmerOptions) =>
  Effect.gen(function* () {
    const llm = yield* LlmRanker
    const cache = yield* Cache
    const index = yield* VectorIndex
    const catalog = yield* Catalog
    const clock = yield* Clock.Clock
    const works = enabled && llm.configured
    const queue = yield* Queue.dropping<readonly [kind: string, request: RankRequest]>(MOST_WAITING)
    const book = bookOf(Duration.toMillis(ttl), () => clock.currentTimeMillisUnsafe())

    const candidatesFor = (request: RankRequest) =>
      Effect.gen(function* () {
        const city = catalog.resident(request.context.city)
        if (city === undefined || city.version !== request.context.catalogVersion) return []
        const query = vibeQuery(request.members[0]!.vector)
        const hits = yield* index.search("vibe_embedding", query, CANDIDATES, request.context.city)
        return hits.flatMap(({ id, score }): ReadonlyArray<Candidate> => {
          const at = city.indexOf(id)
          return at === undefined || city.retired(at) ? [] : [{ index: at, node: city.nodes[at]!, similarity: score }]
        })
      })

    const prepare = (request: RankRequest) =>
      Effect.gen(function* () {
        const candidates = yield* candidatesFor(request)
        if (candidates.length === 0) return
        const deadline = (yield* Clock.currentTimeMillis) + DEADLINE_MS
        yield* llm.prepare({ ...request, candidates, deadline })
      })

    const prepareAll = Effect.fnUntraced(function* (request: RankRequest) {
      const wanted = combinationsOf(request)
      const there = yield* cache.present(wanted.map(llm.keyOf))
      const missing = wanted.filter((one) => !there.has(llm.keyOf(one)))
      // The first failure ends this kind's warming: budget, outage and breaker would refuse the others as well.
      yield* Effect.forEach(missing, prepare, { concurrency: AT_ONCE, discard: true })
    })

    const work = Queue.take(queue).pipe(
      Effect.flatMap(([kind, request]) => Effect.onExit(prepareAll(request), (exit) => book.over(kind, exit))),
      Effect.catchCause((cause) => Effect.logDebug("Rankings were not warmed up.", cause)),
      Effect.forever
    )
    if (works) yield* Effect.forkScoped(work)

    /** The kinds of each member, as if they travelled alone. */
    const kindsOf = (request: RankRequest) =>
      request.members.map((member) => {
        const one = { ...request, members: [member] }
        return [llm.keyOf(kindOf(one)!), one] as const
      })

    const warmUp = (kind: string, request: RankRequest) =>
      Effect.suspend(() => {
        if (book.isUnderWay(kind)) return Effect.void
        return Queue.offerUnsafe(queue, [kind, request]) ? book.begun(kind) : count("dropped")
      })

    return RankingWarmer.of({
      warmth: (request) => (works ? kindsOf(request).map(([kind]) => book.warmth(kind)) : []),
      warm: (request) =>
        works ? Effect.forEach(kindsOf(request), ([kind, one]) => warmUp(kind, one), { discard: true }) : Effect.void
    })
  })

export const layer = (options: WarmerOptions) => Layer.effect(RankingWarmer, make(options))
