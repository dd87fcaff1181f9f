import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { WHOLE } from "../../domain/learning/traffic.ts"
import {
  ModelRegistry,
  PromotionRefused,
  type RegisteredModel,
  RegistryUnavailable,
  UnknownModel
} from "../../services/model-registry.ts"
import { armsOf } from "./arms.ts"
import { whyAway } from "./away.ts"

const unavailable = (error: unknown) =>
  new RegistryUnavailable({ message: `The model registry cannot be read right now: ${whyAway(error)}.` })

/** What happened to a model that is kept with it: the newest. */
const MOST_NOTES = 50

const isSqlError = (error: unknown): error is SqlError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "SqlError"

/** Whoever has not been given the version in production would have it from the next one on, as what that is compared with. */
const refuseOverShare = Effect.fnUntraced(function* (sql: SqlClient, name: string) {
  const [narrow] = yield* sql<{ version: string; percent: number }>`
    select model_version as version, traffic_percent as percent from model_registry
    where model_name = ${name} and stage = 'production' and traffic_percent < ${WHOLE}`
  if (narrow === undefined) return
  return yield* new PromotionRefused({
    message: `${name}:${narrow.version} ranks for ${narrow.percent} % of travelers only, and would come to all others as what the next version is compared with. Give it to all with traffic ${name} 100, or take it back with rollback ${name}, and promote then.`
  })
})

export const layer = Layer.effect(
  ModelRegistry,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const columns = sql.literal(
      `model_name, model_version, model_type, description, stage, artifact_path, metrics,
       artifact_sha256, features_version, encoder_version, code_commit, lineage, card, promotion,
       traffic_percent, took_over_from, people_erased,
       to_char(training_date at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as training_date,
       to_char(promoted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as promoted_at`
    )

    const find = Effect.fnUntraced(function* (name: string, version: string) {
      const [model] = yield* sql<RegisteredModel>`
        select ${columns} from model_registry where model_name = ${name} and model_version = ${version}`
      if (model !== undefined) return model
      return yield* new UnknownModel({ message: `No model ${name}:${version} is registered.` })
    })

    /** Whoever changes the stages of the same name at the same time waits. */
    const inTurn = <A, E>(name: string, change: Effect.Effect<A, E>) =>
      sql
        .withTransaction(sql`select pg_advisory_xact_lock(hashtext(${`promote ${name}`}))`.pipe(Effect.andThen(change)))
        .pipe(Effect.catchIf(isSqlError, (error) => Effect.fail(unavailable(error))))

    const inProduction = Effect.fnUntraced(function* (name: string) {
      const [model] = yield* sql<RegisteredModel>`
        select ${columns} from model_registry where model_name = ${name} and stage = 'production'`
      if (model !== undefined) return model
      return yield* new UnknownModel({ message: `No version of ${name} is in production.` })
    })

    /** What is kept of a promotion, with what happened to the model since, oldest first. */
    const noted = (model: RegisteredModel, note: Readonly<Record<string, unknown>>): string => {
      const before = (model.promotion ?? {}) as { readonly since?: ReadonlyArray<unknown> }
      return JSON.stringify({ ...before, since: [...(before.since ?? []), note].slice(-MOST_NOTES) })
    }

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
      moveTo: (name, version, stage, promotion, trafficPercent) =>
        inTurn(
          name,
          Effect.gen(function* () {
            const model = yield* find(name, version)
            if (model.stage === stage) return model
            if (model.stage === "archived") {
              return yield* new PromotionRefused({
                message: `${name}:${version} is archived. Register it again as a new version to bring it back.`
              })
            }
            if (stage === "production") yield* refuseOverShare(sql, name)
            const [before] = yield* sql<{ version: string }>`
              update model_registry set stage = 'archived' where model_name = ${name} and stage = ${stage}
              returning model_version as version`
            const production = stage === "production"
            yield* sql`
              update model_registry set stage = ${stage}, promoted_at = now(),
                promotion = ${JSON.stringify(promotion)}::text::jsonb,
                traffic_percent = ${production ? (trafficPercent ?? null) : null},
                took_over_from = ${production ? (before?.version ?? null) : null}
              where model_name = ${name} and model_version = ${version}`
            return yield* find(name, version)
          })
        ),
      share: (name, trafficPercent, note) =>
        inTurn(
          name,
          Effect.gen(function* () {
            const model = yield* inProduction(name)
            yield* sql`
              update model_registry set traffic_percent = ${trafficPercent}, promotion = ${noted(model, note)}::text::jsonb
              where model_name = ${name} and stage = 'production'`
            return yield* find(name, model.model_version)
          })
        ),
      rollback: (name, note, bringBack) =>
        inTurn(
          name,
          Effect.gen(function* () {
            const from = yield* inProduction(name)
            yield* sql`
              update model_registry set stage = 'archived', traffic_percent = null,
                promotion = ${noted(from, note)}::text::jsonb
              where model_name = ${name} and stage = 'production'`
            if (bringBack && from.took_over_from !== null) {
              yield* sql`
                update model_registry set stage = 'production', traffic_percent = null, promoted_at = now()
                where model_name = ${name} and model_version = ${from.took_over_from}`
            }
            const [to] = yield* sql<RegisteredModel>`
              select ${columns} from model_registry where model_name = ${name} and stage = 'production'`
            return { from: yield* find(name, from.model_version), to }
          })
        ),
      arms: (model) => armsOf(sql, model).pipe(Effect.mapError(unavailable))
    })
  })
)
