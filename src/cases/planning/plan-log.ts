/** The whole of the decision behind a plan, for the log: the trip that takes the plan writes it down with its own event. */
import * as Effect from "effect/Effect"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import type { UserId } from "../../domain/ids.ts"
import type { Persona } from "../../domain/persona/persona.ts"
import type { TripState } from "../../domain/trip/model.ts"
import { planRecords } from "../../domain/trip/plan-records.ts"
import type { RankedOutcome } from "../../services/ranker.ts"
import type { ErasedSubjects } from "../../services/tokens.ts"
import { newId } from "../../support/new-id.ts"
import { planJournal } from "../signals/decision-log.ts"
import { refuse } from "./refuse-plan.ts"

export interface PlanLogParts {
  readonly erased: ErasedSubjects["Service"]
  /** Waits for a turn of the event loop of its own. */
  readonly myTurn: Effect.Effect<void>
}

export interface MadePlan {
  readonly userId: UserId
  /** As it will be once the plan is its own, with the version that it will have then. */
  readonly trip: TripState
  readonly catalog: CityCatalog
  readonly people: ReadonlyArray<Persona>
  readonly outcome: RankedOutcome
  readonly now: number
}

export const planLog = ({ erased, myTurn }: PlanLogParts) =>
  Effect.fnUntraced(function* ({ userId, trip, catalog, people, outcome, now }: MadePlan) {
    yield* myTurn
    // Whoever left while their plan was made is not brought back by it.
    if (people.some((person) => erased.has(person.user_id))) {
      return yield* Effect.fail(refuse([{ path: ["party"], message: "somebody has deleted their account meanwhile" }]))
    }
    const records = planRecords({
      trip,
      catalog,
      personas: people,
      ranking: outcome.ranking,
      ...(outcome.shadow === undefined ? {} : { shadow: outcome.shadow }),
      ...(outcome.trial === undefined ? {} : { trial: outcome.trial }),
      ...(outcome.arbitration === undefined ? {} : { arbitration: outcome.arbitration }),
      at: now,
      id: () => newId(now)
    })
    return planJournal(userId, records)
  })
