import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import {
  ModelRegistry,
  PromotionRefused,
  type RegisteredModel,
  RegistryUnavailable,
  type ShadowRecord,
  UnknownModel
} from "../../services/model-registry.ts"
import { whyAway } from "./away.ts"

const unavailable = (error: unknown) =>
  new RegistryUnavailable({ message: `The model registry cannot be read right now: ${whyAway(error)}.` })

export const layer = Layer.effect(
  ModelRegistry,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const columns = sql.literal(
      `model_name, model_version, model_type, description, stage, artifact_path, metrics,
       artifact_sha256, features_version, encoder_version, code_commit, lineage, card, promotion,
       to_char(training_date at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as training_date,
       to_char(promoted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as promoted_at`
    )

    const find = Effect.fnUntraced(function* (name: string, version: string) {
      const [model] = yield* sql<RegisteredModel>`
        select ${columns} from model_registry where model_name = ${name} and model_version = ${version}`
      if (model !== undefined) return model
      return yield* new UnknownModel({ message: `No model ${name}:${version} is registered.` })
    })

    return ModelRegistry.of({
      list: Effect.mapError(
        sql<RegisteredModel>`select ${columns} from model_registry order by model_name, created_at desc`,
        unavailable
      ),
      production: Effect.mapError(
        sql<RegisteredModel>`select ${columns} from model_registry where stage = 'production' order by model_name`,
        unavailable
      ),
      find: (name, version) =>
        Effect.catchTag(find(name, version), "SqlError", (error) => Effect.fail(unavailable(error))),
      register: (model) =>
        sql`
          insert into model_registry (
            id, model_name, model_version, model_type, description, stage, artifact_path, training_date, metrics,
            artifact_sha256, features_version, encoder_version, code_commit, lineage, card)
          select gen_random_uuid(), ${model.model_name}, ${model.model_version}, ${model.model_type},
            ${model.description}, 'staging', ${model.artifact_path}, ${model.training_date}::timestamptz,
            ${JSON.stringify(model.metrics ?? {})}::text::jsonb, ${model.artifact_sha256 ?? null},
            ${model.features_version ?? null}, ${model.encoder_version ?? null}, ${model.code_commit ?? null},
            ${JSON.stringify(model.lineage ?? {})}::text::jsonb, ${model.card ?? ""}
          on conflict do nothing`.pipe(Effect.asVoid, Effect.mapError(unavailable)),
      setMetrics: (name, version, metrics) =>
        sql`update model_registry set metrics = ${JSON.stringify(metrics)}::text::jsonb
          where model_name = ${name} and model_version = ${version}`.pipe(Effect.asVoid, Effect.mapError(unavailable)),
      shadowRecord: (name, version) =>
        sql<ShadowRecord>`
          select count(distinct occurred_at::date)::int as days, count(*)::int as decisions from ranking_events
          where shadow_model_name = ${name} and shadow_model_version = ${version} and source = 'app'`.pipe(
          Effect.map(([record]) => record!),
          Effect.mapError(unavailable)
        ),
      moveTo: (name, version, stage, promotion) =>
        sql
          .withTransaction(
            Effect.gen(function* () {
              // Whoever promotes the same name at the same time waits here.
              yield* sql`select pg_advisory_xact_lock(hashtext(${`promote ${name}`}))`
              const model = yield* find(name, version)
              if (model.stage === stage) return model
              if (model.stage === "archived") {
                return yield* new PromotionRefused({
                  message: `${name}:${version} is archived. Register it again as a new version to bring it back.`
                })
              }
              yield* sql`update model_registry set stage = 'archived' where model_name = ${name} and stage = ${stage}`
              yield* sql`
                update model_registry set stage = ${stage}, promoted_at = now(),
                  promotion = ${JSON.stringify(promotion)}::text::jsonb
                where model_name = ${name} and model_version = ${version}`
              return yield* find(name, version)
            })
          )
          .pipe(Effect.catchTag("SqlError", (error) => Effect.fail(unavailable(error))))
    })
  })
)
