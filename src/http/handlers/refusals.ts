/** Refusals of the services, as problems of the contract. */
import * as Effect from "effect/Effect"
import type { JournalError } from "../../services/journal.ts"
import { Unavailable, Unprocessable } from "../api/problems.ts"

const seconds = (millis: number): number => Math.max(1, Math.ceil(millis / 1000))

/** The journal could not take a write: nothing was kept, and when to come back is said. */
export const journalRefused = (error: JournalError): Unavailable | Unprocessable =>
  error._tag === "JournalUnstorable"
    ? new Unprocessable({ detail: error.message })
    : new Unavailable({
        detail: error.message,
        retry_after_seconds: error._tag === "JournalWriteFailed" ? 1 : seconds(error.retryAfterMillis)
      })

/** A dependency is away; the message is written for people. */
const awayFor =
  (retryAfterSeconds: number) =>
  (error: { readonly message: string }): Unavailable =>
    new Unavailable({ detail: error.message, retry_after_seconds: retryAfterSeconds })

/** Who named somebody that is being erased, or was lately: their id is not written anywhere again. */
export const accountDeleted = (field: string): string =>
  `${field} names somebody who has deleted their account. Leave them out.`

export const orUnavailable = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.mapError(effect, awayFor(2))
