/** Why the database did not do its part, in words that may be shown to anybody: its own may name a person. */
import * as Cause from "effect/Cause"
import { isSqlError } from "effect/sql/SqlError"

const codeOf = (cause: unknown): string => {
  const code = (cause as { readonly code?: unknown } | undefined)?.code
  return typeof code === "string" ? `, ${code}` : ""
}

/** The second half of a sentence: "Trips cannot be listed right now: …". */
export const whyAway = (failure: unknown): string => {
  if (Cause.isTimeoutError(failure)) return "the database does not answer"
  if (!isSqlError(failure)) return "the database did not do its part"
  const { reason } = failure
  switch (reason._tag) {
    case "ConnectionError":
      return "the database does not answer"
    case "StatementTimeoutError":
      return "the database took too long"
    case "LockTimeoutError":
    case "DeadlockError":
    case "SerializationError":
      return "others change the same thing in the database"
    default:
      return `the database did not do its part (${reason._tag}${codeOf(reason.cause)})`
  }
}
