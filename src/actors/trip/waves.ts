/** Events of a city that pile up while its trips are being told go out together, in the next wave. */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { ActorError } from "../../domain/actor-errors.ts"
import type { CityEvent } from "../../domain/city/model.ts"
import type { CityId } from "../../domain/ids.ts"

export interface WaveResult {
  readonly trips: number
  readonly touched: number
}

interface City {
  readonly turn: Semaphore.Semaphore
  waiting: Array<CityEvent>
  last: WaveResult
}

export class Waves {
  readonly #cities = new Map<string, City>()
  readonly #tell: (city: CityId, events: ReadonlyArray<CityEvent>) => Effect.Effect<WaveResult, ActorError>

  constructor(tell: (city: CityId, events: ReadonlyArray<CityEvent>) => Effect.Effect<WaveResult, ActorError>) {
    this.#tell = tell
  }

  /** Answers with the result of the wave that the event went out with. */
  add(cityId: CityId, event: CityEvent): Effect.Effect<WaveResult, ActorError> {
    const city = this.#cities.get(cityId) ?? {
      turn: Semaphore.makeUnsafe(1),
      waiting: [],
      last: { trips: 0, touched: 0 }
    }
    this.#cities.set(cityId, city)
    city.waiting.push(event)
    const wave = Effect.suspend(() => {
      const events = city.waiting
      if (events.length === 0) return Effect.succeed(city.last)
      city.waiting = []
      return Effect.tap(this.#tell(cityId, events), (result) =>
        Effect.sync(() => {
          city.last = result
        })
      )
    })
    return city.turn.withPermits(1)(wave)
  }
}
