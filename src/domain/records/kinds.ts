/** Every record that this program writes into its journal. A changed shape gets a new version and an upcaster. */
import type { CityEventEnvelope } from "../city/decide.ts"
import type {
  ConstraintSnapshot,
  DoorReported,
  ExperimentEvent,
  IntentionSignal,
  PersonaKnown,
  PivotResponse,
  RankingEvent,
  UserStateRecord
} from "../decisions.ts"
import type { OutcomesRecord } from "../learning-log/outcomes.ts"
import { TRIP_EVENT_SCHEMA_VERSION, type TripEventEnvelope } from "../trip/events.ts"
import type { PivotRecord } from "../trip/pivot-record.ts"
import type { PersonaRecord } from "../user/decide.ts"
import { plain } from "./kind.ts"

/** The first request of a traveler. */
export interface UserSeen {
  readonly user_id: string
  readonly at: number
}

/** The answer to a write, for whoever repeats it. */
export interface Receipt {
  readonly user_id: string
  readonly idempotency_key: string
  readonly request_hash: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly expires_at: number
}

export const USER_SEEN = plain<UserSeen>("user_seen", 1)
export const RECEIPT = plain<Receipt>("idempotency_receipt", 1)
export const PERSONA = plain<PersonaRecord>("persona", 1)
export const TRIP_EVENT = plain<TripEventEnvelope>("trip_event", TRIP_EVENT_SCHEMA_VERSION, { sequenced: true })
export const CITY_EVENT = plain<CityEventEnvelope>("city_event", 1)
export const USER_STATE = plain<UserStateRecord>("user_state", 1)
export const RANKING_EVENT = plain<RankingEvent>("ranking_event", 1)
/** What version 1 was is part of version 2: without the decision behind the offer, which had a record of its own. */
export const PIVOT_EVENT = plain<PivotRecord>("pivot_event", 2, { upcast: { 1: (payload) => payload } })
export const PIVOT_RESPONSE = plain<PivotResponse>("pivot_response", 1)
export const INTENTION_SIGNAL = plain<IntentionSignal>("intention_signal", 1)
export const DOOR_REPORT = plain<DoorReported>("door_report", 1)
export const EXPERIMENT_EVENT = plain<ExperimentEvent>("experiment_event", 1)
export const CONSTRAINT_SNAPSHOT = plain<ConstraintSnapshot>("constraint_snapshot", 1)
export const PERSONA_SNAPSHOT = plain<PersonaKnown>("persona_snapshot", 1)
export const DECISION_OUTCOMES = plain<OutcomesRecord>("decision_outcomes", 1)
