/**
 * The secrets in which all servers of a database must agree. What tokens are checked with is compared; the key that remembers who
 * was erased is passed on, sealed with the secret of the tokens. Where nobody else is at work, a changed secret is the new one.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { LEASE_MS } from "../../../domain/nodes/standing.ts"
import { LeasesUnavailable, NodeRefused } from "../../../services/leases.ts"
import { whyAway } from "../away.ts"

const TOKENS = "tokens"
const ERASURE_KEY = "erasure key"

const LOOK_EVERY_MS = 500

/** Servers that are dead are taken for alive as long as this, at most. */
const PATIENCE_MS = LEASE_MS + LOOK_EVERY_MS

export interface OwnSecrets {
  /** Of this server's data directory. */
  readonly directory: string
  /** What tokens are checked with, in words: never stored. */
  readonly tokens: string
  /** What is passed on is sealed with this. */
  readonly seal: string
  /** The erasure key that lies in the data directory. */
  readonly erasureKey: string | undefined
}

const digestOf = (name: string, value: string): string =>
  createHmac("sha256", value).update(`overplanned: ${name}`).digest("base64url")

const sealingKey = (secret: string): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, "", "overplanned: what servers pass on", 32))

const NONCE = 12
const TAG = 16

export const seal = (secret: string, text: string): string => {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv("aes-256-gcm", sealingKey(secret), nonce)
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url")
}

/** Undefined where it was sealed with another secret. */
const unseal = (secret: string, sealed: string | null): string | undefined => {
  const bytes = Buffer.from(sealed ?? "", "base64url")
  if (bytes.length < NONCE + TAG) return undefined
  try {
    const decipher = createDecipheriv("aes-256-gcm", sealingKey(secret), bytes.subarray(0, NONCE))
    decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
    return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString("utf8")
  } catch {
    return undefined
  }
}

interface SecretRow {
  readonly digest: string
  readonly sealed: string | null
}

/** Run in a transaction: gives the erasure key of this database, or whose secrets differ. */
const agree = Effect.fnUntraced(function* (sql: SqlClient, own: OwnSecrets) {
  yield* sql`lock table shared_secrets in share row exclusive mode`
  const read = (name: string) =>
    Effect.map(sql<SecretRow>`select digest, sealed from shared_secrets where name = ${name}`, ([row]) => row)
  const note = (name: string, digest: string, sealed: string | null) =>
    sql`
      insert into shared_secrets (name, digest, sealed) values (${name}, ${digest}, ${sealed})
      on conflict (name) do update set digest = excluded.digest, sealed = excluded.sealed, noted_at = now()`
  const [others] = yield* sql<{ names: string | null }>`
    select string_agg(name, ', ') as names from nodes
    where directory <> ${own.directory} and not stopped and until > now()`
  const busy = others!.names

  const tokens = yield* read(TOKENS)
  const digest = digestOf(TOKENS, own.tokens)
  if (tokens?.digest !== digest) {
    if (tokens !== undefined && busy !== null) return { differs: TOKENS, busy } as const
    yield* note(TOKENS, digest, null)
  }

  const kept = yield* read(ERASURE_KEY)
  const passedOn = kept === undefined ? undefined : unseal(own.seal, kept.sealed)
  const known = [own.erasureKey, passedOn].find(
    (key) => key !== undefined && digestOf(ERASURE_KEY, key) === kept?.digest
  )
  if (kept !== undefined && known === undefined) {
    const [remembered] = yield* sql<{ n: number }>`select count(*)::int as n from erased_subjects where until > now()`
    if (busy !== null || remembered!.n > 0) return { differs: ERASURE_KEY, busy } as const
  }
  const key = known ?? own.erasureKey ?? randomBytes(32).toString("hex")
  if (passedOn !== key) yield* note(ERASURE_KEY, digestOf(ERASURE_KEY, key), seal(own.seal, key))
  return { erasureKey: key } as const
})

const sentence = (differs: string, busy: string | null): string =>
  differs === TOKENS
    ? `This server would check tokens with another key than those that are at work on this database (${busy}): each would turn away the other's travelers. Give all of them the same AUTH_SECRET, or AUTH_JWKS_URL, AUTH_AUDIENCE and AUTH_ISSUER; to change it, stop them all first.`
    : `This server cannot know who was erased from this database: the erasure key in its data directory is another one, and AUTH_SECRET does not open the one that servers pass on. Give it the AUTH_SECRET of the others, or copy the file erasure-key from a data directory that worked on this database.`

/** The erasure key of this database, once all secrets agree. */
export const agreedErasureKey = (own: OwnSecrets): Effect.Effect<string, NodeRefused | LeasesUnavailable, SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    for (let waited = 0; ; waited += LOOK_EVERY_MS) {
      const agreed = yield* Effect.mapError(
        sql.withTransaction(agree(sql, own)),
        (error) => new LeasesUnavailable({ message: `Secrets cannot be compared right now: ${whyAway(error)}.` })
      )
      if ("erasureKey" in agreed) return agreed.erasureKey
      if (agreed.busy === null || waited >= PATIENCE_MS) {
        return yield* new NodeRefused({ message: sentence(agreed.differs, agreed.busy) })
      }
      yield* Effect.sleep(LOOK_EVERY_MS)
    }
  })
