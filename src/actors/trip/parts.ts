/** What trips are made of in this process, and what their actors speak of. */
import type * as Effect from "effect/Effect"
import type { TripActorState, TripMemoryEvent } from "../../domain/trip/actor-state.ts"
import type { TripCommand, TripReply } from "../../domain/trip/commands.ts"
import type { TripSelfCommand } from "../../domain/trip/decide.ts"
import type { TripEventEnvelope } from "../../domain/trip/events.ts"
import type { TripRejection } from "../../domain/trip/rejections.ts"
import type { TripRecord, TripRules, TripTask } from "../../domain/trip/turn.ts"
import type { Catalog } from "../../services/catalog.ts"
import type { Journal } from "../../services/journal.ts"
import type { RankingsAtHand } from "../../services/rankings-at-hand.ts"
import type { SignalListener } from "../../services/signal-listener.ts"
import type { CityWatch, FallbackPreparer, MemberPersonas } from "../../services/trip-helpers.ts"
import type { TripStorage } from "../../services/trip-storage.ts"
import type { MachineShape } from "../../support/machine.ts"
import type { TripHub } from "./hub.ts"

export interface TripTypes {
  State: TripActorState
  Command: TripCommand | TripSelfCommand
  Event: TripEventEnvelope | TripMemoryEvent
  Record: TripRecord
  Reply: TripReply | TripRejection
  Task: TripTask
}

export interface TripParts {
  readonly rules: TripRules
  readonly journal: Journal["Service"]
  readonly storage: TripStorage["Service"]
  readonly catalog: Catalog["Service"]
  readonly personas: MemberPersonas["Service"]
  readonly cities: CityWatch["Service"]
  readonly preparer: FallbackPreparer["Service"]
  readonly listener: SignalListener["Service"]
  readonly rankings: RankingsAtHand["Service"]
  readonly hub: TripHub
  /** Waits while an event goes out to the trips of a city. */
  readonly quiet: Effect.Effect<void>
  /** Why what is stored may not be all that was acknowledged, where it may not. */
  readonly awaited: () => string | undefined
  readonly now: () => number
  readonly machine: MachineShape
}

/** How what is done for a trip off its turns comes back to it. */
export interface TripSelf {
  /** Looks at a trip in memory. */
  readonly peek: (id: string) => TripActorState | undefined
  readonly ask: (id: string, command: TripSelfCommand) => Effect.Effect<unknown, unknown>
  /** Does something as a child of the trip: it ends with it. */
  readonly within: <A, E>(id: string, name: string, effect: Effect.Effect<A, E>) => Effect.Effect<A | undefined>
}
