/** A disguise made for one unit (a trip, or a session outside trips), with everything random about it. */
import { randomInt, randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { uuidOfName } from "../../../domain/basics/hash.ts"
import {
  ARCHETYPE_SOURCE,
  archetypeDimensions,
  archetypeVector,
  coarse,
  type Disguise,
  LONGEST_SHIFT_WEEKS,
  type Moment,
  WEEK_MS
} from "../../../domain/erasure/disguise.ts"
import type { Archetype } from "../../../domain/persona/archetype.ts"
import { dimensionRows } from "../../../domain/persona/dimensions.ts"

/** The same old id gives the same fresh one for as long as the unit is being worked on, and is then forgotten. */
const freshIds = () => {
  const known = new Map<string, string>()
  return (id: string): string => {
    let fresh = known.get(id)
    if (fresh === undefined) {
      fresh = randomUUID()
      known.set(id, fresh)
    }
    return fresh
  }
}

export const makeDisguise = (options: {
  readonly person: string
  readonly alone: boolean
  readonly archetype: Archetype | undefined
  readonly common: (moment: Moment) => boolean
}): Disguise => {
  const own = freshIds()
  return {
    person: options.person,
    standIn: randomUUID(),
    own,
    shared: options.alone ? own : (id) => id,
    shiftMillis: options.alone ? randomInt(1, LONGEST_SHIFT_WEEKS + 1) * WEEK_MS : 0,
    archetype: options.archetype,
    common: options.common
  }
}

/** The stand-in's own rows: an account that nobody can sign in to, with an archetype's character since `from`. */
export const insertStandIn = Effect.fnUntraced(function* (disguise: Disguise, from: number, countingSignals: number) {
  const sql = yield* SqlClient
  const at = new Date(coarse(disguise, from))
  const { standIn } = disguise
  const dimensions = archetypeDimensions(disguise.archetype)
  yield* sql`
    insert into users (id, persona_embedding, encoder_version, signal_count, created_at)
    values (${standIn}, ${`{${archetypeVector(disguise.archetype).join()}}`}::text::real[],
      ${ARCHETYPE_SOURCE}, ${countingSignals}, ${at})`
  const rows = dimensionRows(dimensions).map((row) => ({
    ...row,
    id: uuidOfName("overplanned/stand-in", standIn, row.dimension),
    user_id: standIn,
    at
  }))
  yield* sql`
    insert into persona_dimensions (id, user_id, dimension, value, confidence, source, updated_at, created_at)
    select r.id, r.user_id, r.dimension, r.value, r.confidence, r.source, r.at, r.at
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(
      id uuid, user_id uuid, dimension text, value text, confidence real, source text, at timestamptz)`
  yield* sql`
    insert into exp.persona_snapshots (id, user_id, valid_from, persona, encoder_version, created_at)
    values (${uuidOfName("overplanned/stand-in", standIn, "snapshot")}, ${standIn}, ${at},
      ${JSON.stringify(dimensions)}::text::jsonb, ${ARCHETYPE_SOURCE}, ${at})`
})
