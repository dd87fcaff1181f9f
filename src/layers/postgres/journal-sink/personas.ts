/** Stores what was learnt of travelers: the persona as it is now, and its history for the experiment log. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { payloadsOfKind } from "../../../domain/records/kind.ts"
import { PERSONA } from "../../../domain/records/kinds.ts"
import type { SinkHandler } from "./handler.ts"

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value))

export const personasHandler: SinkHandler = {
  types: [PERSONA],
  apply: Effect.fnUntraced(function* (entries) {
    const sql = yield* SqlClient
    const records = payloadsOfKind(PERSONA, entries)
    // Of several in a batch the newest stands; all of them are history.
    const newest = [...new Map(records.map((one) => [one.user_id, one])).values()]
    const onboarded = new Map(records.filter((one) => one.onboarding).map((one) => [one.user_id, one.onboarding!]))
    const described = new Map(records.filter((one) => one.words).map((one) => [one.user_id, one.words!]))
    const bases = new Map(records.filter((one) => one.onboarding ?? one.words).map((one) => [one.user_id, one]))
    const users = JSON.stringify(
      newest.map((one) => {
        const onboarding = onboarded.get(one.user_id)
        const words = described.get(one.user_id)
        const base = bases.get(one.user_id)
        return {
          id: one.user_id,
          vector: one.vector,
          encoder_version: one.encoder_version,
          learnt_until: new Date(one.learnt_until),
          recent: one.recent,
          base_at: base && new Date(base.at),
          base_learnt_until: base && new Date(base.learnt_until),
          text: words?.text,
          text_embedding: words?.embedding,
          tags: onboarding?.tags,
          age: onboarding?.age,
          interests: onboarding?.interests,
          personality: onboarding?.personality
        }
      })
    )
    yield* sql`
      insert into users (id) select id from jsonb_to_recordset(${users}::text::jsonb) as r(id uuid)
      on conflict do nothing`
    yield* sql`
      update users u set
        persona_embedding = r.vector, encoder_version = r.encoder_version, persona_learnt_until = r.learnt_until,
        persona_recent = coalesce(r.recent, u.persona_recent),
        persona_base_at = coalesce(r.base_at, u.persona_base_at),
        persona_base_learnt_until = coalesce(r.base_learnt_until, u.persona_base_learnt_until),
        persona_text = coalesce(r.text, u.persona_text),
        persona_text_embedding = coalesce(r.text_embedding, u.persona_text_embedding),
        onboarding_tags = coalesce(r.tags, u.onboarding_tags), age = coalesce(r.age, u.age),
        interests = coalesce(r.interests, u.interests), personality = coalesce(r.personality, u.personality)
      from jsonb_to_recordset(${users}::text::jsonb) as r(
        id uuid, vector real[], encoder_version text, learnt_until timestamptz, recent jsonb, base_at timestamptz, base_learnt_until timestamptz, text text,
        text_embedding real[], tags jsonb, age smallint,
        interests text[], personality real)
      where u.id = r.id and u.deleted_at is null`
    const dimensions = JSON.stringify(
      newest.flatMap(({ user_id, dimensions }) =>
        Object.entries(dimensions).map(([dimension, { value, confidence, source }]) => ({
          user_id,
          dimension,
          value: text(value),
          confidence,
          source
        }))
      )
    )
    yield* sql`
      insert into persona_dimensions (id, user_id, dimension, value, confidence, source)
      select gen_random_uuid(), r.user_id, r.dimension, r.value, r.confidence, r.source
      from jsonb_to_recordset(${dimensions}::text::jsonb) as r(
        user_id uuid, dimension text, value text, confidence real, source text)
      join users u on u.id = r.user_id and u.deleted_at is null
      on conflict (user_id, dimension) do update
        set value = excluded.value, confidence = excluded.confidence, source = excluded.source, updated_at = now()`
    const history = JSON.stringify(
      records.map(({ id, user_id, at, dimensions, encoder_version }) => ({
        id,
        user_id,
        valid_from: new Date(at),
        persona: dimensions,
        encoder_version
      }))
    )
    yield* sql`
      insert into exp.persona_snapshots (id, user_id, valid_from, persona, encoder_version)
      select r.id, r.user_id, r.valid_from, r.persona, r.encoder_version
      from jsonb_to_recordset(${history}::text::jsonb) as r(
        id uuid, user_id uuid, valid_from timestamptz, persona jsonb, encoder_version text)
      on conflict (id) do nothing`
  })
}
