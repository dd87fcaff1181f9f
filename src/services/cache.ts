/**
 * Answers worth keeping, shared by all travelers and, with Redis, by all nodes. A cache is never needed: whatever goes
 * wrong with it is a miss, and who asks takes the long way. One computation per key at a time in this process;
 * everybody else who asks for the key meanwhile gets its result.
 *
 * The store behind it is a `BackingPersistence` of Effect: bounded in this process, or Redis.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"

export interface Cached<A> {
  readonly value: A
  readonly hit: boolean
}

export class Cache extends Context.Service<
  Cache,
  {
    /** What is kept under the key; `undefined` where nothing is, or the store is away, or what is there does not fit. */
    readonly get: <A>(key: string, schema: Schema.Codec<A, unknown>) => Effect.Effect<A | undefined>
    /** Which of the keys are there. While the store is away, none. */
    readonly present: (keys: ReadonlyArray<string>) => Effect.Effect<ReadonlySet<string>>
    readonly set: <A>(key: string, schema: Schema.Codec<A, unknown>, value: A) => Effect.Effect<void>
    /** Whether the store answers at all, for `/ready`. */
    readonly reachable: Effect.Effect<boolean>
    /** Looks up, or computes once and keeps. Failures are not kept. */
    readonly getOrCompute: <A, E, R>(
      key: string,
      schema: Schema.Codec<A, unknown>,
      compute: Effect.Effect<A, E, R>
    ) => Effect.Effect<Cached<A>, E, R>
  }
>()("overplanned/Cache") {}
