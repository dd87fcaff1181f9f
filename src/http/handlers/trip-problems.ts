/** What a trip, or the runtime it lives in, refuses, as a problem of the contract: the one table of them. */
import type { PlanningError } from "../../services/trip-generation.ts"
import type { TripFailure } from "../../services/trip-runtime.ts"
import { Conflict, NotFound, PivotExpired, StaleState, Unavailable, Unprocessable } from "../api/problems.ts"

export type TripProblem = NotFound | Conflict | StaleState | Unprocessable | PivotExpired | Unavailable

/** Each sentence once: what is refused often repeats its first reason. */
const sentences = (detail: string, reasons: ReadonlyArray<{ readonly message: string }>): string =>
  [...new Set([detail, ...reasons.map((reason) => reason.message)])].join(" ")

export const tripProblem = (failure: TripFailure): TripProblem => {
  const { message: detail } = failure
  switch (failure._tag) {
    case "TripNotFound":
    case "SlotNotFound":
    case "NotInvited":
    case "NotAMember":
      return new NotFound({ detail })
    case "VersionMismatch":
      return new StaleState({ detail, state_version: failure.actual, changes: failure.changes })
    case "TripExists":
    case "OwnerOnly":
    case "InvalidTransition":
    case "TripClosed":
    case "TripNotActive":
    case "SlotInPast":
    case "SlotLocked":
    case "KeyReused":
    case "GroupFull":
    case "NothingToUndo":
    case "NoVote":
    case "VoteOpen":
      return new Conflict({ detail })
    case "PivotExpired":
      return new PivotExpired({ detail, ...(failure.fresh === undefined ? {} : { offer: failure.fresh }) })
    case "PivotAnswered":
      return new PivotExpired({ detail })
    case "OptionNotFound":
      return new PivotExpired({ detail })
    case "OptionInvalid":
      return new PivotExpired({
        detail: sentences(detail, failure.reasons),
        ...(failure.fresh === undefined ? {} : { offer: failure.fresh })
      })
    case "InvalidDates":
    case "DoesNotFit":
    case "WriteUnstorable":
      return new Unprocessable({ detail })
    case "NoReplacement":
      return new Unprocessable({ detail: sentences(detail, failure.reasons) })
    case "MailboxFull":
    case "CommandTimeout":
    case "WriteRefused":
    case "WriteFailed":
    case "TripNotReady":
      return new Unavailable({ detail, retry_after_seconds: 1 })
    case "CommandQuarantined":
    case "ActorStopped":
    case "ActorUnavailable":
    case "RuntimeDraining":
    case "RuntimeFull":
      return new Unavailable({ detail, retry_after_seconds: 5 })
  }
}

export const planningProblem = (error: PlanningError): TripProblem => {
  switch (error._tag) {
    case "PlanRefused":
      return new Unprocessable({
        detail: error.message,
        errors: error.issues,
        ...(error.seeded === undefined ? {} : { seeded_cities: error.seeded })
      })
    case "JournalUnstorable":
      return new Unprocessable({ detail: error.message })
    case "PlanningUnavailable":
    case "PersonasUnavailable":
    case "JournalFull":
    case "JournalUnavailable":
    case "JournalWriteFailed":
      return new Unavailable({ detail: error.message, retry_after_seconds: 1 })
    default:
      return tripProblem(error)
  }
}
