/** The cost of asking an idle actor, against what a bare fiber with a queue and a deferred costs, in one process. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { Engine } from "../../src/actors/engine/engine.ts"
import type { ActorKind } from "../../src/actors/engine/kind.ts"
import { make } from "../../src/actors/engine/make.ts"
import { median } from "../benchmark.ts"

interface Counter {
  State: { readonly count: number }
  Command: number
  Event: number
  Record: never
  Reply: number
  Task: never
}

/** Counts in memory, so that the table shows the engine and not a disk. */
export const counter: ActorKind<Counter> = {
  name: "counter",
  storage: {
    load: () => Effect.succeed({ snapshot: { count: 0 }, events: [] }),
    saveSnapshot: () => Effect.void,
    available: () => true
  },
  log: { append: (_key, _events, _records, settled) => settled() },
  initial: () => ({ count: 0 }),
  evolve: (state, by) => ({ count: state.count + by }),
  decide: (state, by) => ({ reply: state.count + by, transient: [by] }),
  describe: () => "count",
  sizeOf: () => 32
}

/** The same with an event in the log for every command. */
const logged: ActorKind<Counter> = {
  ...counter,
  name: "logged",
  decide: (state, by) => ({ reply: state.count + by, events: [by] })
}

const ROUNDS = 5

/** The median over some rounds of the microseconds that one call takes. */
const time = Effect.fnUntraced(function* <E>(calls: number, run: Effect.Effect<void, E>) {
  yield* run
  const rounds: Array<number> = []
  for (let i = 0; i < ROUNDS; i++) {
    const started = performance.now()
    yield* run
    rounds.push(((performance.now() - started) * 1_000) / calls)
  }
  return median(rounds)
})

const keysOf = (count: number) => Array.from({ length: count }, (_, n) => `key-${n}`)

const resident = (engine: Engine<Counter>, keys: ReadonlyArray<string>) =>
  Effect.forEach(keys, (key) => engine.ask(key, 1), { concurrency: 64, discard: true })

const bare = Effect.gen(function* () {
  const queue = yield* Queue.bounded<{ readonly by: number; readonly reply: Deferred.Deferred<number> }>(256)
  let count = 0
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.flatMap(Queue.take(queue), ({ by, reply }) => {
        count += by
        return Deferred.succeed(reply, count)
      })
    )
  )
  return (by: number) =>
    Effect.flatMap(Deferred.make<number>(), (reply) =>
      Effect.andThen(Queue.offer(queue, { by, reply }), Deferred.await(reply))
    )
})

export const askCosts = (calls: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const engine = yield* make(counter)
      const one = keysOf(1)
      const many = keysOf(10_000)
      yield* resident(engine, many)
      const loop = (keys: ReadonlyArray<string>) =>
        Effect.sync(() => {
          for (let i = 0; i < calls; i++) engine.askSync(keys[i % keys.length]!, 1)
        })
      const asEffect = Effect.gen(function* () {
        for (let i = 0; i < calls; i++) yield* engine.ask(one[0]!, 1)
      })
      const journaled = yield* make(logged)
      yield* resident(journaled, one)
      const log = Effect.gen(function* () {
        for (let i = 0; i < calls; i++) yield* journaled.ask(one[0]!, 1)
      })
      const ask = yield* bare
      const queued = Effect.gen(function* () {
        for (let i = 0; i < calls; i++) yield* ask(1)
      })
      return {
        sync: yield* time(calls, loop(one)),
        many: yield* time(calls, loop(many)),
        effect: yield* time(calls, asEffect),
        logged: yield* time(calls, log),
        bare: yield* time(calls, queued)
      }
    })
  )
