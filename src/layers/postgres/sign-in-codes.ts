import { createHmac, hkdfSync, randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { spokenOf } from "../../domain/basics/spoken.ts"
import type { UserId } from "../../domain/ids.ts"
import { CODE_LENGTH } from "../../domain/sign-in-code.ts"
import { SignInCodes, SignInCodesUnavailable } from "../../services/sign-in-codes.ts"
import { whyAway } from "./away.ts"

const unavailable = (error: unknown) =>
  new SignInCodesUnavailable({
    message: `Codes to sign in by cannot be made or looked up right now: ${whyAway(error)}. Try again shortly.`
  })

const orAway = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.mapError(effect, unavailable)

/**
 * The secret is what tokens are signed with, the same on every server. A code is short: a plain hash of it is found by trying
 * them all, where somebody reads the table; one under a key is not.
 */
export const layer = ({ lifeMillis, secret }: { readonly lifeMillis: number; readonly secret: Redacted.Redacted }) =>
  Layer.effect(
    SignInCodes,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const key = Buffer.from(hkdfSync("sha256", Redacted.value(secret), "", "overplanned: codes to sign in by", 32))
      const hashOf = (code: string): string => createHmac("sha256", key).update(code).digest("hex")
      const at = (millis: number) => new Date(millis).toISOString()

      return SignInCodes.of({
        make: ({ userId, signedInAt }, now) =>
          Effect.gen(function* () {
            const code = spokenOf(randomBytes(CODE_LENGTH))
            const expiresAt = now + lifeMillis
            yield* sql`delete from sign_in_codes where expires_at <= ${at(now)}`
            yield* sql`
              insert into sign_in_codes (user_id, code_hash, signed_in_at, expires_at)
              values (${userId}, ${hashOf(code)}, ${at(signedInAt)}, ${at(expiresAt)})
              on conflict (user_id) do update set code_hash = excluded.code_hash, signed_in_at = excluded.signed_in_at,
                expires_at = excluded.expires_at, created_at = now()`
            return { code, expiresAt }
          }).pipe(orAway),
        // One statement, whatever comes of it: one that has run out takes as long as one that never was.
        take: (code, now) =>
          sql<{ user_id: UserId; signed_in_at: number; holds: boolean }>`
            delete from sign_in_codes where code_hash = ${hashOf(code)}
            returning user_id, (extract(epoch from signed_in_at) * 1000)::double precision as signed_in_at,
              expires_at > ${at(now)} as holds`.pipe(
            Effect.map(([row]) =>
              row?.holds === true ? { userId: row.user_id, signedInAt: row.signed_in_at } : undefined
            ),
            orAway
          )
      })
    })
  )
