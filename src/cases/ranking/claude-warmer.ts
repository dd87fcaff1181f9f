/** Works off a small queue of trips whose rankings are wanted soon. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import { COARSE_DAY_PARTS, RANKED_DAYS } from "../../domain/cache-key.ts"
import { ARCHETYPES, typicalOf } from "../../domain/persona/archetype.ts"
import { encodePersona, vibeQuery } from "../../domain/persona/encode.ts"
import type { Candidate, RankRequest } from "../../domain/ranking.ts"
import { Cache } from "../../services/cache.ts"
import { Catalog } from "../../services/catalog.ts"
import { LlmRanker } from "../../services/llm-ranker.ts"
import { RankingWarmer } from "../../services/ranking-warmer.ts"
import { VectorIndex } from "../../services/vector-index.ts"

const CANDIDATES = 200

/** Trips whose rankings may wait to be warmed. */
const QUEUE = 32

/** Calls at once: a small share of LLM_MAX_CONCURRENT, the rest belongs to travelers who wait. */
const AT_ONCE = 2

/** Nobody waits for these: they may take as long as one call may. */
const DEADLINE_MS = 30_000

export const layer = Layer.effect(
  RankingWarmer,
  Effect.gen(function* () {
    const llm = yield* LlmRanker
    const cache = yield* Cache
    const index = yield* VectorIndex
    const catalog = yield* Catalog
    const queue = yield* Queue.dropping<RankRequest>(QUEUE)

    const combinations = (request: RankRequest): ReadonlyArray<RankRequest> => {
      const [first] = request.members
      if (first === undefined) return []
      // Members of a group are ranked for one by one, as if they travelled alone; the weather is nobody's archetype.
      const { weather: _, ...context } = request.context
      return ARCHETYPES.flatMap((archetype) => {
        const dimensions = typicalOf(archetype, first.dimensions)
        const typical =
          dimensions === first.dimensions
            ? first
            : {
                ...first,
                dimensions,
                sequence: [],
                vector: encodePersona({ dimensions, sequence: [], signalCount: first.signal_count })
              }
        return COARSE_DAY_PARTS.flatMap((dayPart) =>
          Array.from({ length: RANKED_DAYS }, (_, day) => ({
            ...request,
            members: [typical],
            candidates: [],
            context: { ...context, groupSize: 1, dayPart, dayOfTrip: day + 1 }
          }))
        )
      })
    }

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

    const work = Effect.gen(function* () {
      const wanted = combinations(yield* Queue.take(queue))
      const there = yield* cache.present(wanted.map(llm.keyOf))
      const missing = wanted.filter((request) => !there.has(llm.keyOf(request)))
      // The first failure ends this trip's warming: budget, outage and breaker would refuse the others as well.
      yield* Effect.forEach(missing, prepare, { concurrency: AT_ONCE, discard: true })
    }).pipe(
      Effect.catchCause((cause) => Effect.logDebug("Rankings were not warmed up.", cause)),
      Effect.forever
    )
    if (llm.configured) yield* Effect.forkScoped(work)

    return {
      combinations,
      warm: (request) =>
        llm.configured
          ? Effect.forEach(request.members, (member) => Queue.offer(queue, { ...request, members: [member] }), {
              discard: true
            })
          : Effect.void
    }
  })
)
