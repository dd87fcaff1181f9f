import { createECDH, createHash, randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import {
  type PushDevice,
  type PushKeys,
  type PushNote,
  PushSubscriptions,
  PushUnavailable,
  type Unsent
} from "../../services/push-subscriptions.ts"
import { newId } from "../../support/new-id.ts"
import { whyAway } from "./away.ts"

/** Devices of one person; a phone and a computer, and some that were never taken back. */
const MOST_DEVICES = 10

/** What was told of is remembered for so long: an offer holds for minutes, an event of a city for days. */
const REMEMBERED_MS = 7 * 86_400_000

const SECRET_BYTES = 24

const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex")

const freshSecret = (): string => randomBytes(SECRET_BYTES).toString("base64url")

const orAway = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.mapError(
    effect,
    (error) =>
      new PushUnavailable({
        message: `Who is told of what while the app is closed cannot be read or changed right now: ${whyAway(error)}. Try again shortly.`
      })
  )

const freshKeys = (): PushKeys => {
  const pair = createECDH("prime256v1")
  return {
    publicKey: pair.generateKeys().toString("base64url"),
    // A scalar that begins with a zero is shorter than it has to be.
    privateKey: Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()])
      .subarray(-32)
      .toString("base64url")
  }
}

interface Row extends Omit<PushDevice, "quiet"> {
  readonly quiet_from: number | null
  readonly quiet_until: number | null
}

const deviceOf = ({ quiet_from, quiet_until, ...row }: Row): PushDevice => ({
  ...row,
  quiet: quiet_from === null || quiet_until === null ? undefined : { from: quiet_from, until: quiet_until }
})

export const layer = Layer.effect(
  PushSubscriptions,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const columns = sql.literal(
      "id, user_id, endpoint, p256dh, auth, quiet_from, quiet_until, (extract(epoch from created_at) * 1000)::double precision as created_at"
    )
    const at = (millis: number) => new Date(millis).toISOString()
    let known: PushKeys | undefined

    const read = sql<PushKeys>`select public_key as "publicKey", private_key as "privateKey" from push_keys`

    return PushSubscriptions.of({
      keys: orAway(
        Effect.gen(function* () {
          if (known !== undefined) return known
          let [kept] = yield* read
          if (kept === undefined) {
            const { privateKey, publicKey } = freshKeys()
            yield* sql`insert into push_keys (public_key, private_key) values (${publicKey}, ${privateKey}) on conflict do nothing`
            kept = (yield* read)[0]!
          }
          known = kept
          return kept
        })
      ),
      keep: ({ auth, created_at, endpoint, p256dh, quiet, user_id }) =>
        orAway(
          sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`insert into users (id) values (${user_id}) on conflict do nothing`
              const [row] = yield* sql<Row>`
                insert into push_subscriptions (id, user_id, endpoint, p256dh, auth, quiet_from, quiet_until, created_at)
                values (${newId(created_at)}, ${user_id}, ${endpoint}, ${p256dh}, ${auth}, ${quiet?.from ?? null},
                  ${quiet?.until ?? null}, ${at(created_at)})
                on conflict (endpoint) do update set user_id = excluded.user_id, p256dh = excluded.p256dh,
                  auth = excluded.auth, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
                  created_at = excluded.created_at
                returning ${columns}`
              yield* sql`delete from push_subscriptions where user_id = ${user_id} and id not in (
                select id from push_subscriptions where user_id = ${user_id} order by created_at desc, id desc limit ${MOST_DEVICES})`
              return deviceOf(row!)
            })
          )
        ),
      of: (users) =>
        users.length === 0
          ? Effect.succeed([])
          : orAway(
              Effect.map(
                sql<Row>`select ${columns} from push_subscriptions where ${sql.in("user_id", users)} order by created_at, id`,
                (rows) => rows.map(deviceOf)
              )
            ),
      forget: (userId, id) =>
        orAway(
          Effect.map(
            sql`delete from push_subscriptions where id = ${id} and user_id = ${userId} returning id`,
            (rows) => rows.length > 0
          )
        ),
      gone: (id) => orAway(Effect.asVoid(sql`delete from push_subscriptions where id = ${id}`)),
      note: ({ notice, pivot_id, trip_id, user_id }, event, now) =>
        orAway(
          Effect.gen(function* () {
            const secret = freshSecret()
            yield* sql`delete from push_notes where sent_at < ${at(now - REMEMBERED_MS)}`
            const [row] = yield* sql<{ id: string }>`
              insert into push_notes as n (id, user_id, event, trip_id, pivot_id, secret_hash, sent_at, notice)
              values (${newId(now)}, ${user_id}, ${event}, ${trip_id}, ${pivot_id}, ${hashOf(secret)}, ${at(now)},
                ${JSON.stringify(notice)}::text::jsonb)
              on conflict (user_id, event) do update set pivot_id = excluded.pivot_id,
                secret_hash = excluded.secret_hash, sent_at = excluded.sent_at, notice = excluded.notice
              where n.notice is not null and n.pivot_id <> excluded.pivot_id
              returning id`
            return row && { id: row.id, secret }
          })
        ),
      sent: (id) => orAway(Effect.asVoid(sql`update push_notes set notice = null where id = ${id}`)),
      unsent: (now, limit) =>
        orAway(sql<Unsent>`
          select id, user_id, trip_id, pivot_id, notice from push_notes
          where notice is not null and (notice ->> 'expires_at')::timestamptz > ${at(now)}
          order by sent_at limit ${limit}`),
      renew: ({ id, pivot_id }) =>
        orAway(
          Effect.gen(function* () {
            const secret = freshSecret()
            const rows = yield* sql`
              update push_notes set secret_hash = ${hashOf(secret)}
              where id = ${id} and pivot_id = ${pivot_id} and notice is not null returning id`
            return rows.length === 0 ? undefined : secret
          })
        ),
      drop: ({ id, pivot_id }) =>
        orAway(
          Effect.asVoid(sql`delete from push_notes where id = ${id} and pivot_id = ${pivot_id} and notice is not null`)
        ),
      noted: (secret, now) =>
        orAway(
          Effect.map(
            sql<PushNote>`select user_id, trip_id, pivot_id from push_notes
              where secret_hash = ${hashOf(secret)} and sent_at >= ${at(now - REMEMBERED_MS)}`,
            (rows) => rows[0]
          )
        )
    })
  })
)
