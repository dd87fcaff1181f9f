import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { SeedFiles, SeedFilesUnavailable } from "../../services/seed-files.ts"
import { whyAway } from "./away.ts"

/** A job that was not done by then is not going to be. */
const KEPT_DAYS = 7

const unavailable = (error: unknown) =>
  new SeedFilesUnavailable({ message: `Files to be seeded cannot be kept or read right now: ${whyAway(error)}.` })

export const layer = Layer.effect(
  SeedFiles,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return SeedFiles.of({
      keep: (bytes) => {
        const id = randomUUID()
        return sql`insert into seed_files (id, bytes) values (${id}, ${bytes})`.pipe(
          Effect.as(id as string),
          Effect.mapError(unavailable)
        )
      },
      read: (id) =>
        sql<{ bytes: Uint8Array }>`select bytes from seed_files where id = ${id}`.pipe(
          Effect.mapBoth({ onSuccess: ([row]) => row?.bytes, onFailure: unavailable })
        ),
      forget: (id) => sql`delete from seed_files where id = ${id}`.pipe(Effect.asVoid, Effect.mapError(unavailable)),
      purge:
        sql`delete from seed_files where created_at < now() - make_interval(days => ${KEPT_DAYS}) returning id`.pipe(
          Effect.mapBoth({ onSuccess: (rows) => rows.length, onFailure: unavailable })
        )
    })
  })
)
