/** The cache over one of Effect's stores: a breaker before it, one computation per key at a time, and nothing that can fail. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import { BackingPersistence } from "effect/persistence/Persistence"
import * as Schema from "effect/Schema"
import { Cache, type Cached } from "../../services/cache.ts"

export interface CacheOptions {
  readonly ttl: Duration.Input
  /** Longest wait for the store, which may be on another machine. */
  readonly patience?: Duration.Input
}

/** A store that does not answer within this is slower than doing the work of most misses. */
const PATIENCE = "150 millis"

const TRIPS_AFTER = 3

const STAYS_OPEN = "5 seconds"

const asked = Metric.counter("cache_requests", {
  description: "Look-ups in the cache, by result",
  incremental: true
})

export const layer = (options: CacheOptions) =>
  Layer.effect(Cache, make(options)).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))

const STORE = "overplanned"

/** One computation per key at a time: whoever asks meanwhile waits for the one that is under way. */
const oneAtATime = (get: Cache["Service"]["get"], set: Cache["Service"]["set"]): Cache["Service"]["getOrCompute"] => {
  const underWay = new Map<string, Deferred.Deferred<Cached<unknown>, unknown>>()

  const getOrCompute = <A, E, R>(
    key: string,
    schema: Schema.Codec<A, unknown>,
    compute: Effect.Effect<A, E, R>
  ): Effect.Effect<Cached<A>, E, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend((): Effect.Effect<Cached<A>, E, R> => {
        const running = underWay.get(key) as Deferred.Deferred<Cached<A>, E> | undefined
        if (running !== undefined) {
          return restore(Deferred.await(running)).pipe(
            // Whoever computed walked away: that is theirs, and we start over.
            Effect.catchCause((cause) =>
              cause.reasons.every((reason) => reason._tag === "Interrupt")
                ? Effect.flatMap(Effect.yieldNow, () => restore(getOrCompute(key, schema, compute)))
                : Effect.failCause(cause)
            )
          )
        }
        const mine = Deferred.makeUnsafe<Cached<A>, E>()
        underWay.set(key, mine as Deferred.Deferred<Cached<unknown>, unknown>)
        const work: Effect.Effect<Cached<A>, E, R> = Effect.flatMap(
          get(key, schema),
          (found): Effect.Effect<Cached<A>, E, R> =>
            found !== undefined
              ? Effect.succeed({ value: found, hit: true })
              : Effect.flatMap(compute, (value) => Effect.as(set(key, schema, value), { value, hit: false }))
        )
        return Effect.onExit(restore(work), (exit) =>
          Effect.sync(() => {
            underWay.delete(key)
            Deferred.doneUnsafe(mine, Exit.isSuccess(exit) ? Exit.succeed({ ...exit.value, hit: true }) : exit)
          })
        )
      })
    )
  return getOrCompute
}

const make = (options: CacheOptions) =>
  Effect.gen(function* () {
    const store = yield* (yield* BackingPersistence).make(STORE)
    const ttl = Duration.fromInputUnsafe(options.ttl)
    const breaker = yield* CircuitBreaker.make({
      tripPolicy: CircuitBreaker.consecutive(TRIPS_AFTER),
      openDuration: STAYS_OPEN
    })

    /** Away, slow or broken: all the same to who asks. The first of a series is logged, the rest the breaker spares. */
    const tolerant = <A, E>(effect: Effect.Effect<A, E>, otherwise: A): Effect.Effect<A> =>
      effect.pipe(
        Effect.timeout(options.patience ?? PATIENCE),
        breaker.execute({ key: STORE }),
        Effect.catchCause((cause) =>
          Effect.as(Effect.logDebug("The cache did not answer; going on without it.", cause), otherwise)
        )
      )

    const get = <A>(key: string, schema: Schema.Codec<A, unknown>): Effect.Effect<A | undefined> =>
      tolerant(store.get(key), undefined).pipe(
        Effect.flatMap((found) =>
          found === undefined
            ? Effect.undefined
            : // What an older version of us wrote may not fit any more: a miss.
              Effect.catch(
                Schema.decodeUnknownEffect(schema)((found as { readonly value: unknown }).value),
                () => Effect.undefined
              )
        ),
        Effect.tap((value) =>
          Metric.update(Metric.withAttributes(asked, { result: value === undefined ? "miss" : "hit" }), 1)
        )
      )

    const set = <A>(key: string, schema: Schema.Codec<A, unknown>, value: A): Effect.Effect<void> =>
      Schema.encodeUnknownEffect(schema)(value).pipe(
        Effect.orDie,
        Effect.flatMap((encoded) => tolerant(store.set(key, { value: encoded }, ttl), undefined))
      )

    const present = (keys: ReadonlyArray<string>): Effect.Effect<ReadonlySet<string>> => {
      const [first, ...rest] = keys
      if (first === undefined) return Effect.succeed(new Set())
      return tolerant(
        Effect.map(store.getMany([first, ...rest]), (values): ReadonlySet<string> => {
          return new Set(keys.filter((_, i) => values[i] !== undefined))
        }),
        new Set<string>()
      )
    }

    const getOrCompute = oneAtATime(get, set)

    const reachable = store.get("reachable").pipe(
      Effect.timeout(options.patience ?? PATIENCE),
      Effect.as(true),
      Effect.catchCause(() => Effect.succeed(false))
    )

    return Cache.of({ reachable, get, set, present, getOrCompute })
  })
