import { createHash, randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { MOST_LINKS, SECRET_BYTES, secretOf } from "../../domain/trip/links.ts"
import { TooManyLinks, type TripLink, TripLinks, TripLinksUnavailable } from "../../services/trip-links.ts"
import { newId } from "../../support/new-id.ts"
import { whyAway } from "./away.ts"

const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex")

const unavailable = (error: unknown) =>
  new TripLinksUnavailable({
    message: `Links to trips cannot be read or changed right now: ${whyAway(error)}. Try again shortly.`
  })

const orAway = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.mapError(effect, unavailable)

export const layer = Layer.effect(
  TripLinks,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const columns = sql.literal(
      "id, trip_id, user_id, kind, from_name, (extract(epoch from expires_at) * 1000)::double precision as expires_at"
    )
    const heard = new Set<(id: string) => void>()
    const at = (millis: number) => new Date(millis).toISOString()

    return TripLinks.of({
      make: (link, now) =>
        Effect.gen(function* () {
          const { trip_id, user_id, kind, from_name, expires_at } = link
          const secret = secretOf(kind, randomBytes(SECRET_BYTES))
          const id = newId(now)
          yield* orAway(sql`insert into users (id) values (${user_id}) on conflict do nothing`)
          const made = yield* orAway(sql`
            insert into trip_links (id, trip_id, user_id, kind, secret_hash, from_name, expires_at)
            select ${id}, ${trip_id}, ${user_id}, ${kind}, ${hashOf(secret)}, ${from_name}, ${at(expires_at)}
            where (select count(*) from trip_links where trip_id = ${trip_id} and user_id = ${user_id} and kind = ${kind}
              and expires_at > ${at(now)}) < ${MOST_LINKS}
            returning id`)
          if (made.length === 0) {
            return yield* new TooManyLinks({
              message: `You have ${MOST_LINKS} links of this kind to the trip already. Revoke one first.`
            })
          }
          return { link: { ...link, id }, secret }
        }),
      find: (kind, secret, now) =>
        sql<TripLink>`select ${columns} from trip_links
          where secret_hash = ${hashOf(secret)} and kind = ${kind} and expires_at > ${at(now)}`.pipe(
          Effect.map((rows) => rows[0]),
          orAway
        ),
      mine: (tripId, userId, now) =>
        orAway(sql<TripLink>`select ${columns} from trip_links
          where trip_id = ${tripId} and user_id = ${userId} and expires_at > ${at(now)} order by id`),
      revoke: (tripId, userId, id) =>
        sql`delete from trip_links where id = ${id} and trip_id = ${tripId} and user_id = ${userId} returning id`.pipe(
          Effect.map((rows) => {
            if (rows.length > 0) for (const hear of heard) hear(id)
            return rows.length > 0
          }),
          orAway
        ),
      onRevoked: (hear) =>
        Effect.acquireRelease(
          Effect.sync(() => void heard.add(hear)),
          () => Effect.sync(() => void heard.delete(hear))
        ),
      revokeInvitations: (tripId) =>
        orAway(Effect.asVoid(sql`delete from trip_links where trip_id = ${tripId} and kind = 'invite'`))
    })
  })
)
