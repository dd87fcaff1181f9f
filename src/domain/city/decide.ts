/** What goes on in a city, decided: an event counts once, and is forgotten when its time has passed. */
import * as Schema from "effect/Schema"
import type { CityId } from "../ids.ts"
import { CityConditions, CityEvent, calm } from "./model.ts"

export interface CityState {
  readonly conditions: CityConditions
}

/** What a city can be asked, and what it answers: like a trip's, both travel between nodes as they are. */
export const CityCommand = Schema.Union([
  Schema.TaggedStruct("report", { event: CityEvent }),
  Schema.TaggedStruct("read", {}),
  Schema.TaggedStruct("wake", {})
])
export type CityCommand = typeof CityCommand.Type

/** A city's event with its place in the journal. */
export interface CityEventEnvelope {
  readonly id: string
  readonly city_id: string
  readonly at: number
  readonly event: CityEvent
}

export type CityFact = CityEventEnvelope | { readonly _tag: "passed"; readonly now: number }

export const CityReply = Schema.Struct({
  conditions: CityConditions,
  /** The event had been reported before. */
  known: Schema.Boolean
})
export type CityReply = typeof CityReply.Type

/** Events that a city keeps at the same time; past it the one that ends first makes room. */
export const MAX_CITY_EVENTS = 256

export const initialCity = (id: string): CityState => ({ conditions: calm(id as CityId) })

export const evolveCity = ({ conditions }: CityState, fact: CityFact): CityState => {
  const version = conditions.version + 1
  if ("_tag" in fact) {
    return {
      conditions: { ...conditions, version, events: conditions.events.filter((one) => one.until > fact.now) }
    }
  }
  const kept = [...conditions.events.filter((one) => one.id !== fact.event.id), fact.event]
  if (kept.length > MAX_CITY_EVENTS) {
    const first = kept.reduce((soonest, one) => (one.until < soonest.until ? one : soonest))
    kept.splice(kept.indexOf(first), 1)
  }
  return { conditions: { ...conditions, version, events: kept } }
}

/** When the next event passes. */
export const nextPassing = ({ conditions }: CityState): number | undefined =>
  conditions.events.reduce<number | undefined>(
    (soonest, one) => Math.min(soonest ?? Number.POSITIVE_INFINITY, one.until),
    undefined
  )

export interface CityDecision {
  readonly reply: CityReply
  readonly events?: ReadonlyArray<CityEventEnvelope>
  readonly transient?: ReadonlyArray<CityFact>
}

export const decideCity = (
  state: CityState,
  command: CityCommand,
  context: { readonly now: number; readonly id: () => string }
): CityDecision => {
  const { conditions } = state
  switch (command._tag) {
    case "read":
      return { reply: { conditions, known: true } }
    case "wake":
      return { reply: { conditions, known: true }, transient: [{ _tag: "passed", now: context.now }] }
    case "report": {
      const { event } = command
      if (conditions.events.some((one) => one.id === event.id) || event.until <= context.now) {
        return { reply: { conditions, known: true } }
      }
      // The event's id is the record's: stored once, however often it is reported.
      const fact = { id: event.id, city_id: conditions.city_id, at: context.now, event }
      return { reply: { conditions: evolveCity(state, fact).conditions, known: false }, events: [fact] }
    }
  }
}
