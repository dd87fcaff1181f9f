/** The machine that one simulated process runs on: its clock, its timers, its chance, its fibers. All of it ends when it is killed. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import { MixedScheduler, Scheduler } from "effect/Scheduler"
import { UUID_V7_RANDOM, uuidV7 } from "../../src/domain/ids.ts"
import { Machine, type MachineShape } from "../../src/support/machine.ts"
import type { World } from "./world.ts"

/** When every simulation begins: in the city of its trips, the morning of their last day. */
export const BEGINNING = Date.UTC(2027, 5, 1, 22)

export class SimulatedMachine {
  alive = true
  /** How far its clock is off. */
  readonly #skew: () => number
  readonly #world: World
  readonly shape: MachineShape
  readonly context: Context.Context<never>
  readonly #run: ReturnType<typeof Effect.runForkWith<never>>

  constructor(world: World, skew: () => number) {
    this.#world = world
    this.#skew = skew
    const bytes = new Uint8Array(UUID_V7_RANDOM)
    this.shape = {
      elapsed: () => world.now,
      soon: (work) => void this.after(0, work),
      after: (millis, work) => this.after(millis, work),
      newId: (millis) => {
        for (let i = 0; i < bytes.length; i++) bytes[i] = world.int(256)
        return uuidV7(millis, bytes, 0)
      },
      uuid: () => world.uuid()
    }
    const scheduler = new MixedScheduler("async", (work) => this.after(0, work))
    this.context = Context.make(Clock.Clock, this.#clock()).pipe(
      Context.add(Scheduler, scheduler),
      Context.add(Machine, this.shape),
      Context.add(Logger.CurrentLoggers, new Set()),
      Context.add(Random.Random, {
        nextIntUnsafe: () => world.int(2 ** 32) - 2 ** 31,
        nextDoubleUnsafe: world.random
      })
    ) as Context.Context<never>
    this.#run = Effect.runForkWith(this.context)
  }

  /** Unix milliseconds, as this machine's clock has them. */
  wall(): number {
    return Math.floor(BEGINNING + this.#world.now + this.#skew())
  }

  after(millis: number, work: () => void): () => void {
    return this.#world.after(millis, () => {
      if (this.alive) work()
    })
  }

  fork<A, E>(effect: Effect.Effect<A, E>) {
    return this.#run(effect)
  }

  #clock(): Clock.Clock {
    const millis = () => this.wall()
    const nanos = () => BigInt(Math.round(this.#world.now * 1_000_000))
    const wallNanos = () => BigInt(millis()) * 1_000_000n
    return {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: wallNanos,
      currentTimeNanos: Effect.sync(wallNanos),
      monotonicTimeNanosUnsafe: nanos,
      monotonicTimeNanos: Effect.sync(nanos),
      sleep: (duration) =>
        Effect.callback<void>((resume) => {
          const length = Duration.toMillis(duration)
          if (length === Number.POSITIVE_INFINITY) return
          const off = this.after(length, () => resume(Effect.void))
          return Effect.sync(off)
        })
    }
  }
}
