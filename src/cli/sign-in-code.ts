import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Config } from "../config.ts"
import { writtenSpoken } from "../domain/basics/spoken.ts"
import { UserId } from "../domain/ids.ts"
import { SignInCodes } from "../services/sign-in-codes.ts"
import { newId } from "../support/new-id.ts"
import { Refused } from "./refused.ts"

export const signInCode = Command.make(
  "sign-in-code",
  {
    user: Flag.String("user").pipe(
      Flag.withDescription("Who it signs in: the id of a traveler. Left out: a new traveler."),
      Flag.withSchema(UserId),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ user, json }) {
    const settings = yield* Config
    if (settings.AUTH_JWKS_URL !== undefined) {
      return yield* new Refused({
        message: "Who signs in here gets their token from AUTH_JWKS_URL: no codes are made, and none is taken."
      })
    }
    const codes = yield* SignInCodes
    const now = yield* Clock.currentTimeMillis
    const userId = Option.getOrElse(user, () => newId(now) as UserId)
    const { code, expiresAt } = yield* codes.make({ userId, signedInAt: now }, now)
    const written = writtenSpoken(code)
    const until = new Date(expiresAt).toISOString()
    yield* Console.log(json ? JSON.stringify({ user_id: userId, code: written, expires_at: until }) : written)
  })
).pipe(
  Command.withDescription("Makes a code that signs a traveler in: typed on the first page within minutes, good once.")
)
