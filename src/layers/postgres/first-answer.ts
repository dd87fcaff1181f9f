/**
 * A start waits for a database that is there and silent, and says so meanwhile: it is frozen, unreachable or recovering, and
 * will answer again. One that refuses to be spoken to is told by whoever asks next, and ends the start.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { Startup } from "../../services/startup.ts"
import { ServerSilent } from "./pulse.ts"

const ASK_AGAIN = "500 millis"

/** PostgreSQL's "the database system is starting up". */
const STARTING_UP = "57P03"

const willAnswer = ({ reason }: SqlError): boolean =>
  reason.cause instanceof ServerSilent ||
  (reason.cause as { readonly code?: unknown } | undefined)?.code === STARTING_UP

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const startup = yield* Startup
    for (;;) {
      const asked = yield* Effect.result(sql`select 1`)
      if (asked._tag === "Success" || !willAnswer(asked.failure)) break
      yield* startup.say("The database does not answer; it is asked again and again.")
      yield* Effect.sleep(ASK_AGAIN)
    }
    yield* startup.say("The schema is brought up to date, and what is kept in memory is loaded.")
  })
)
