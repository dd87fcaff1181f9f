/** `CityWatch` in this process: one actor per city that holds what goes on there. */

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  type CityCommand,
  type CityFact,
  type CityReply,
  type CityState,
  decideCity,
  evolveCity,
  initialCity,
  nextPassing
} from "../../domain/city/decide.ts"
import type { CityId } from "../../domain/ids.ts"
import { payloadsOfKind, recordOf } from "../../domain/records/kind.ts"
import { CITY_EVENT } from "../../domain/records/kinds.ts"
import { CityStorage } from "../../services/city-storage.ts"
import { Journal } from "../../services/journal.ts"
import { CityWatch } from "../../services/trip-helpers.ts"
import type { ActorKind, Limits } from "../engine/kind.ts"
import { make } from "../engine/make.ts"

interface CityTypes {
  State: CityState
  Command: CityCommand
  Event: CityFact
  Record: never
  Reply: CityReply
  Task: never
}

/** Cities are few and small, and every trip of theirs leans on them: they stay. */
const IDLE_MILLIS = 24 * 3_600_000

const journalKey = (id: string): string => `city:${id}`

export const layer = (limits: Partial<Limits> = {}) =>
  Layer.effect(
    CityWatch,
    Effect.gen(function* () {
      const journal = yield* Journal
      const storage = yield* CityStorage
      const clock = yield* Clock.Clock

      const load = Effect.fnUntraced(function* (id: string) {
        const now = clock.currentTimeMillisUnsafe()
        const undrained = payloadsOfKind(CITY_EVENT, yield* journal.undrained(journalKey(id)))
        const stored = yield* storage.current(id as CityId, now)
        const seen = new Set(stored.map((one) => one.id))
        const events = [...stored, ...undrained.filter((one) => !seen.has(one.id) && one.event.until > now)]
        return { snapshot: undefined, events }
      })

      const kind: ActorKind<CityTypes> = {
        name: "city",
        storage: { load, saveSnapshot: () => Effect.void, available: () => true },
        log: {
          append: (id, facts, _records, settled) => {
            const records = facts.flatMap((fact) =>
              "_tag" in fact ? [] : [recordOf(CITY_EVENT, journalKey(id), fact.id, fact)]
            )
            const ticket = journal.append("trip", records, settled)
            if (ticket._tag !== "AppendTicket") throw ticket
          }
        },
        initial: initialCity,
        evolve: evolveCity,
        decide: decideCity,
        describe: (command) => command._tag,
        sizeOf: (state) => 300 + state.conditions.events.length * 300,
        wakeAt: nextPassing,
        wake: () => ({ _tag: "wake" })
      }
      const engine = yield* make(kind, { idleMillis: IDLE_MILLIS, ...limits })
      const stop = journal.onLost((key) => (key === undefined ? engine.interruptAll : undefined))
      yield* Effect.addFinalizer(() => Effect.sync(stop))

      return CityWatch.of({
        conditions: (city) => Effect.map(engine.ask(city, { _tag: "read" }), (reply) => reply.conditions),
        resident: (city) => engine.peek(city)?.conditions,
        report: (city, event) => engine.ask(city, { _tag: "report", event })
      })
    })
  )
