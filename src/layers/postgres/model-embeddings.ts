import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { UserId } from "../../domain/ids.ts"
import { COLD_BELOW_SIGNALS } from "../../domain/vocabulary.ts"
import { ModelEmbeddings, ModelEmbeddingsUnavailable } from "../../services/model-embeddings.ts"
import { whyAway } from "./away.ts"

const FIRST = "00000000-0000-0000-0000-000000000000"

const unavailable = (error: unknown) =>
  new ModelEmbeddingsUnavailable({ message: `Embeddings of travelers cannot be reached: ${whyAway(error)}.` })

export const layer = Layer.effect(
  ModelEmbeddings,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return ModelEmbeddings.of({
      outdated: ({ after, encoderVersion, limit }) =>
        sql<{ id: UserId }>`
          select u.id from users u
          where u.signal_count >= ${COLD_BELOW_SIGNALS} and u.deleted_at is null and u.id > ${after ?? FIRST}::uuid
            and (u.model_encoder_version is distinct from ${encoderVersion} or exists (
              select from behavioral_signals s where s.user_id = u.id and s.created_at > u.model_embedded_at
                and s.signal_type <> 'candidate_set_logged'))
            and exists (select from behavioral_signals s where s.user_id = u.id and s.source = 'app')
          order by u.id limit ${limit}`.pipe(
          Effect.mapBoth({ onSuccess: (rows) => rows.map(({ id }) => id), onFailure: unavailable })
        ),
      keep: (encoderVersion, embeddings, at) => {
        const rows = JSON.stringify(
          embeddings.map(({ embedding, user_id }) => ({ id: user_id, embedding: Array.from(embedding) }))
        )
        return sql`
          update users u set model_embedding = r.embedding, model_encoder_version = ${encoderVersion},
            model_embedded_at = ${new Date(at)}
          from jsonb_to_recordset(${rows}::text::jsonb) as r(id uuid, embedding real[])
          where u.id = r.id and u.deleted_at is null`.pipe(Effect.asVoid, Effect.mapError(unavailable))
      },
      of: ({ after, encoderVersion, limit, since }) =>
        sql<{ user_id: UserId; embedding: ReadonlyArray<number>; at: Date }>`
          select id as user_id, model_embedding as embedding, model_embedded_at as at from users
          where model_encoder_version = ${encoderVersion} and model_embedded_at >= ${new Date(since)}
            and deleted_at is null and id > ${after ?? FIRST}::uuid and signal_count >= ${COLD_BELOW_SIGNALS}
          order by id limit ${limit}`.pipe(
          Effect.mapBoth({
            onSuccess: (rows) => rows.map((row) => ({ ...row, at: row.at.getTime() })),
            onFailure: unavailable
          })
        ),
      vibes: (places) =>
        places.length === 0
          ? Effect.succeed(new Map())
          : sql<{ id: string; vibe: ReadonlyArray<number> }>`
              select id, vibe_embedding as vibe from activity_nodes
              where id = any (${places}::uuid[]) and vibe_embedding is not null`.pipe(
              Effect.mapBoth({
                onSuccess: (rows) => new Map(rows.map(({ id, vibe }) => [id, vibe])),
                onFailure: unavailable
              })
            )
    })
  })
)
