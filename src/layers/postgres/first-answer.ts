/**
 * A start waits for a database that will answer again, and says so meanwhile. One that is silent or recovering is there, and is
 * waited for as long as it takes; one that nobody can reach may be away or misspelt, and is waited for as long as a setting
 * says. One that refuses to be spoken to is told by whoever asks next, and ends the start.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { Startup } from "../../services/startup.ts"
import { Machine } from "../../support/machine.ts"
import { ServerSilent } from "./pulse.ts"

const ASK_AGAIN = "500 millis"

/** PostgreSQL's "the database system is starting up". */
const STARTING_UP = "57P03"

const isThere = ({ reason }: SqlError): boolean =>
  reason.cause instanceof ServerSilent ||
  (reason.cause as { readonly code?: unknown } | undefined)?.code === STARTING_UP

/** `patienceMillis` is how long a database that cannot be reached is waited for. */
export const layer = (patienceMillis: number) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const startup = yield* Startup
      const { elapsed } = yield* Machine
      let awaySince: number | undefined
      for (;;) {
        const asked = yield* Effect.result(sql`select 1`)
        if (asked._tag === "Success") break
        if (isThere(asked.failure)) {
          awaySince = undefined
          yield* startup.say("The database does not answer; it is asked again and again.")
        } else {
          if (asked.failure.reason._tag !== "ConnectionError") break
          const now = elapsed()
          if (awaySince === undefined) {
            awaySince = now
            yield* Effect.logWarning(
              `The database cannot be reached: it is asked again for ${patienceMillis / 1000} s. Check that it runs and DATABASE_URL.`
            )
          }
          if (now - awaySince >= patienceMillis) break
          yield* startup.say("The database cannot be reached; it is asked again and again.")
        }
        yield* Effect.sleep(ASK_AGAIN)
      }
      yield* startup.say("The schema is brought up to date, and what is kept in memory is loaded.")
    })
  )
