import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { UserId } from "../domain/ids.ts"
import { duration } from "../domain/settings.ts"
import { Tokens } from "../services/tokens.ts"
import { newId } from "../support/new-id.ts"
import { Refused } from "./refused.ts"

/** More than any load test needs; each costs one signature. */
const MOST_TOKENS = 100_000

const newUser = () => newId(Date.now()) as UserId

export const token = Command.make(
  "token",
  {
    user: Flag.String("user").pipe(
      Flag.withDescription("Whose token: the id of a traveler. Left out: a new traveler."),
      Flag.withSchema(UserId),
      Flag.optional
    ),
    role: Flag.Literals("role", ["traveler", "admin"]).pipe(
      Flag.withDescription("admin opens /api/v1/admin."),
      Flag.withDefault("traveler" as const)
    ),
    ttl: Flag.String("ttl").pipe(Flag.withDescription("How long it lives, such as 1h."), Flag.withDefault("1h")),
    count: Flag.Int("count").pipe(
      Flag.withDescription("How many, each for a new traveler; for load tests."),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MOST_TOKENS }))),
      Flag.withDefault(1)
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ user, role, ttl, count, json }) {
    const tokens = yield* Tokens
    const life = duration("")
      .read(ttl)
      .pipe(
        Result.mapError(
          (problem) => new Refused({ message: `--ttl ${problem}. It takes a length such as 30m or 12h.` })
        )
      )
    const ttlMillis = yield* Effect.fromResult(life)
    const made = yield* Effect.forEach(Array.from({ length: count }), (_, index) => {
      const userId = index === 0 ? Option.getOrElse(user, newUser) : newUser()
      return Effect.map(tokens.mint({ userId, role, ttlMillis }), (value) => ({ user_id: userId, token: value }))
    })
    if (json) yield* Console.log(JSON.stringify({ tokens: made }))
    else for (const one of made) yield* Console.log(one.token)
  })
).pipe(Command.withDescription("Mints bearer tokens for travelers and administrators."))
