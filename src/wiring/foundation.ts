/** What everything else stands on: settings, the database, keys, readiness. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { SqlError } from "effect/sql/SqlError"
import * as NobodyErased from "../cases/absent/nobody-erased.ts"
import * as HealthDesk from "../cases/health/health-desk.ts"
import { Config } from "../config.ts"
import * as Embedded from "../layers/embedded/layer.ts"
import * as Keepsakes from "../layers/files/keepsakes.ts"
import * as JoseTokens from "../layers/jose/tokens.ts"
import * as PostgresClient from "../layers/postgres/client.ts"
import * as ExternalPostgres from "../layers/postgres/external.ts"
import * as PostgresHealth from "../layers/postgres/health.ts"
import * as PostgresSignInCodes from "../layers/postgres/sign-in-codes.ts"
import type { DatabaseServer, DatabaseServerError } from "../services/database-server.ts"

/** The server that is given, or one of our own. */
export const database = Layer.unwrap(
  Effect.map(
    Config,
    (settings): Layer.Layer<DatabaseServer, DatabaseServerError | SqlError> =>
      settings.DATABASE_URL === undefined
        ? Embedded.layer({ dataDir: settings.OVERPLANNED_DATA_DIR })
        : ExternalPostgres.layer(settings.DATABASE_URL)
  )
)

export const sql = Layer.unwrap(
  Effect.map(Config, (settings) =>
    PostgresClient.layerFromServer({
      maxConnections: settings.DATABASE_POOL_SIZE,
      statementTimeout: settings.DATABASE_STATEMENT_TIMEOUT
    })
  )
).pipe(Layer.provideMerge(database))

/** What tokens of our own are signed with. */
const ownSecret = Effect.flatMap(Config, ({ AUTH_SECRET, OVERPLANNED_DATA_DIR }) =>
  AUTH_SECRET === undefined
    ? Effect.map(Keepsakes.authSecret(OVERPLANNED_DATA_DIR), Redacted.make)
    : Effect.succeed(AUTH_SECRET)
)

/** Tokens as the server checks them. */
export const checkedTokens = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Config
    const secret = settings.AUTH_JWKS_URL === undefined ? yield* ownSecret : undefined
    return JoseTokens.layer({
      key: secret === undefined ? { jwksUrl: settings.AUTH_JWKS_URL! } : { secret },
      audience: settings.AUTH_AUDIENCE,
      issuer: settings.AUTH_ISSUER,
      maxTokenAgeMillis: settings.AUTH_MAX_TOKEN_AGE,
      sessionMillis: settings.AUTH_SESSION,
      renewWithinMillis: settings.AUTH_RENEW_WITHIN,
      clockSkewMillis: settings.AUTH_CLOCK_SKEW
    })
  })
)

/** Tokens for commands, which make them and check none. */
export const tokens = checkedTokens.pipe(Layer.provide(NobodyErased.layer))

export const signInCodes = Layer.unwrap(
  Effect.map(Effect.all([Config, ownSecret]), ([{ SIGN_IN_CODE_LIFE: lifeMillis }, secret]) =>
    PostgresSignInCodes.layer({ lifeMillis, secret })
  )
)

export const health = PostgresHealth.layer.pipe(Layer.provideMerge(HealthDesk.layer))
