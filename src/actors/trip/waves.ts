/**
 * Events of a city that pile up while its trips are being told go out together, in the next wave. A wave that has begun
 * goes on when whoever reported the event has left, and what could not be told goes out with the next one.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { ActorError } from "../../domain/actor-errors.ts"
import { MAX_CITY_EVENTS } from "../../domain/city/decide.ts"
import type { CityId } from "../../domain/ids.ts"

export interface WaveResult {
  readonly trips: number
  readonly touched: number
}

type Told = Effect.Effect<WaveResult, ActorError>

interface City {
  readonly turn: Semaphore.Semaphore
  /** Ids of events that nobody was told of yet. */
  waiting: ReadonlyArray<string>
  last: WaveResult
}

export class Waves {
  readonly #cities = new Map<string, City>()
  readonly #still = Latch.makeUnsafe(true)
  readonly #scope: Scope.Scope
  readonly #tell: (city: CityId, events: ReadonlySet<string>) => Told
  #out = 0

  constructor(scope: Scope.Scope, tell: (city: CityId, events: ReadonlySet<string>) => Told) {
    this.#scope = scope
    this.#tell = tell
  }

  /** Waits until no wave is out. */
  get quiet(): Effect.Effect<void> {
    return this.#still.await
  }

  /** Answers with the result of the wave that the event went out with. */
  add(cityId: CityId, eventId: string): Told {
    const city = this.#cities.get(cityId) ?? {
      turn: Semaphore.makeUnsafe(1),
      waiting: [],
      last: { trips: 0, touched: 0 }
    }
    this.#cities.set(cityId, city)
    city.waiting = [...city.waiting, eventId].slice(-MAX_CITY_EVENTS)
    return Effect.forkIn(city.turn.withPermits(1)(this.#wave(cityId, city)), this.#scope).pipe(
      Effect.flatMap(Fiber.join)
    )
  }

  #wave(cityId: CityId, city: City): Told {
    return Effect.suspend(() => {
      const events = city.waiting
      if (events.length === 0) return Effect.succeed(city.last)
      city.waiting = []
      this.#out++
      this.#still.closeUnsafe()
      return Effect.onExit(this.#tell(cityId, new Set(events)), (exit) =>
        Effect.sync(() => {
          if (Exit.isSuccess(exit)) city.last = exit.value
          else city.waiting = [...events, ...city.waiting].slice(-MAX_CITY_EVENTS)
          if (--this.#out === 0) this.#still.openUnsafe()
        })
      )
    })
  }
}
