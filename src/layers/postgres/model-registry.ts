import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import {
  ModelRegistry,
  PromotionRefused,
  type RegisteredModel,
  RegistryUnavailable,
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
            promoted_at)
          select gen_random_uuid(), ${model.model_name}, ${model.model_version}, ${model.model_type},
            ${model.description}, ${model.stage ?? "staging"}, ${model.artifact_path},
            ${model.training_date}::timestamptz, ${JSON.stringify(model.metrics ?? {})}::text::jsonb,
            case when ${model.stage ?? "staging"} = 'production' then now() end
          on conflict do nothing`.pipe(Effect.asVoid, Effect.mapError(unavailable)),
      promote: (name, version) =>
        sql
          .withTransaction(
            Effect.gen(function* () {
              // Whoever promotes the same name at the same time waits here.
              yield* sql`select pg_advisory_xact_lock(hashtext(${`promote ${name}`}))`
              const model = yield* find(name, version)
              if (model.stage === "production") return model
              if (model.stage === "archived") {
                return yield* new PromotionRefused({
                  message: `${name}:${version} is archived. Register it again as a new version to bring it back.`
                })
              }
              if (model.artifact_path === null) {
                return yield* new PromotionRefused({
                  message: `${name}:${version} has no artifact: there is nothing that could rank. Train it, or register a version with its artifact, and promote that one.`
                })
              }
              yield* sql`
                update model_registry set stage = 'archived' where model_name = ${name} and stage = 'production'`
              yield* sql`
                update model_registry set stage = 'production', promoted_at = now()
                where model_name = ${name} and model_version = ${version}`
              return yield* find(name, version)
            })
          )
          .pipe(Effect.catchTag("SqlError", (error) => Effect.fail(unavailable(error))))
    })
  })
)
