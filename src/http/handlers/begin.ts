/** The words of the contract, and the door of the demo. */
import * as Effect from "effect/Effect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Config } from "../../config.ts"
import { CATEGORIES } from "../../domain/catalog/category.ts"
import { DIETS, NEEDS } from "../../domain/catalog/fits.ts"
import { TAXONOMY } from "../../domain/catalog/taxonomy.ts"
import { AVOIDABLE } from "../../domain/catalog/words.ts"
import { DEMO_TOKEN_MS, DEMO_TRAVELER } from "../../domain/demo.ts"
import type { UserId } from "../../domain/ids.ts"
import { Budget, Mood, Pace, PrimaryInterest, SocialMode, Trigger } from "../../domain/vocabulary.ts"
import { Tokens } from "../../services/tokens.ts"
import { newId } from "../../support/new-id.ts"
import { Api } from "../api/api.ts"
import { NotFound, Unauthorized } from "../api/problems.ts"
import { isLoopback } from "../middleware/loopback.ts"
import { RequestScope } from "../middleware/request-scope.ts"
import { makeSignIn } from "./sign-in.ts"

const VOCABULARIES = {
  tags: TAXONOMY.map(({ tag, group, means }) => ({ tag, group, means })),
  categories: CATEGORIES,
  avoidable: AVOIDABLE,
  needs: NEEDS,
  diets: DIETS,
  moods: Mood.literals,
  triggers: Trigger.literals,
  paces: Pace.literals,
  budgets: Budget.literals,
  companions: SocialMode.literals,
  interests: PrimaryInterest.literals
}

/** A name that only this machine answers to: a page elsewhere that points its own name here is sent away. */
const OWN_NAME = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

/** The demo lets in without a token, so only who sits at the machine: not through a proxy, not by another name. */
const atTheMachine = Effect.gen(function* () {
  const { address } = yield* RequestScope
  const { headers } = yield* HttpServerRequest
  const isForwarded = headers["x-forwarded-for"] !== undefined || headers["forwarded"] !== undefined
  return isLoopback(address) && !isForwarded && OWN_NAME.test(headers["host"] ?? "")
})

export const layer = HttpApiBuilder.group(
  Api,
  "begin",
  Effect.fnUntraced(function* (group) {
    const settings = yield* Config
    const tokens = yield* Tokens
    const signIn = yield* makeSignIn
    const isDemo = settings.OVERPLANNED_DEMO && settings.AUTH_JWKS_URL === undefined
    const { MAP_TILES: address, MAP_TILES_CREDIT: credit } = settings
    const tiles = address === undefined || credit === undefined ? null : { address, credit }
    return group.handleAll({
      vocabularies: () => Effect.succeed(VOCABULARIES),
      map: () => Effect.succeed({ tiles }),
      renewToken: ({ payload }) =>
        tokens.renew(payload.token).pipe(
          Effect.map(({ userId, token, expiresAt }) => ({
            user_id: userId,
            token,
            expires_at: new Date(expiresAt).toISOString()
          })),
          Effect.mapError(({ message }) => new Unauthorized({ detail: message }))
        ),
      signIn: ({ payload }) => signIn(payload.code),
      demo: () => Effect.map(atTheMachine, (near) => ({ available: isDemo && near })),
      enterDemo: ({ payload }) =>
        Effect.gen(function* () {
          const { receivedAt } = yield* RequestScope
          if (!isDemo || !(yield* atTheMachine)) {
            return yield* new NotFound({
              detail:
                "There is no demo here: it is open on the machine that the server runs on, where OVERPLANNED_DEMO is on and the server signs its own tokens. Sign in with a token."
            })
          }
          const user_id = payload.as === "newcomer" ? (newId(receivedAt) as UserId) : DEMO_TRAVELER
          const token = yield* tokens
            .mint({ userId: user_id, role: "traveler", ttlMillis: DEMO_TOKEN_MS })
            .pipe(Effect.mapError(({ message }) => new NotFound({ detail: message })))
          return { user_id, token, expires_at: new Date(receivedAt + DEMO_TOKEN_MS).toISOString() }
        })
    })
  })
)
