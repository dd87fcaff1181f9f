/**
 * One example per accepted plan: what was known when it was generated, and what became of it. Everything joined is the
 * newest that was valid at that moment; what came later is not seen. Plans that nobody accepted go to a file aside.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import {
  readConstraints,
  readPersona,
  readPlanAccepted,
  readPlanEdited,
  readPlanGenerated
} from "../../../domain/learning-log/older.ts"
import type { EventContext, PlanEdited, PlanSlot } from "../../../domain/learning-log/plan.ts"
import { isoDate, MS_PER_DAY } from "../../../domain/time/calendar.ts"
import type { Columns, DatasetRow } from "../columns.ts"
import type { Definition } from "../definition.ts"

const PAGE = 500

const SLOTS = {
  list: { struct: { day: "int", order: "int", node_id: "string", starts_at: "timestamp", ends_at: "timestamp" } }
} as const

const INPUT = {
  struct: {
    traveler: {
      struct: { id: "string", party_size: "int", preferences: { list: "string" }, restrictions: { list: "string" } }
    },
    persona: {
      struct: {
        valid_from: "timestamp",
        pace_preference: "string",
        budget_sensitivity: "string",
        cuisine_openness: "double",
        social_mode: "string",
        time_orientation: "string",
        primary_interest: "string",
        trip_count: "string",
        category_affinities: { list: "double" }
      }
    },
    constraints: { struct: { valid_from: "timestamp", json: "string" } },
    catalog: { struct: { valid_from: "timestamp", city: "string", version: "int", nodes: "int", digest: "string" } },
    workflow_type: "string",
    mode: "string",
    previous_plan: SLOTS
  }
} as const

const SHARED: Columns = {
  event_id: { type: "string", required: true, role: "key" },
  timestamp: { type: "timestamp", required: true, role: "remark" },
  policy_version_id: { type: "string", required: true, role: "remark" },
  "input.traveler.id": { type: "string", required: true, role: "key" },
  input: { type: INPUT, required: true, role: "feature" }
}

const COLUMNS: Columns = {
  ...SHARED,
  "target.accepted_plan": { type: SLOTS, required: true, role: "label" },
  "target.user_edits": {
    type: {
      list: { struct: { edit: "string", day: "int", order: "int", from: "string", to: "string", at: "timestamp" } }
    },
    role: "label"
  },
  /** Who said that the plan is to be: the traveler, or the calendar because nobody did. */
  accepted_by: { type: "string", required: true, role: "remark" },
  seconds_to_accept: { type: "double", role: "remark" }
}

interface Row {
  readonly event_id: string
  readonly at: Date
  /** To the microsecond: a page goes on after exactly this. */
  readonly exact_at: string
  readonly unit_id: string
  readonly context: EventContext
  readonly payload: unknown
  readonly accepted_at: Date | null
  readonly accepted: unknown
  readonly edits: ReadonlyArray<{ readonly at: string; readonly payload: unknown }> | null
  readonly previous: unknown
  readonly persona: unknown
  readonly persona_from: Date | null
  readonly constraints: unknown
  readonly constraints_from: Date | null
  readonly catalog_version: string | null
  readonly catalog_from: Date | null
  readonly nodes: number | null
  readonly digest: string | null
}

/** Whether a generated plan had been taken back as a whole by then: since, the one before it stood again. */
const undone = (plan: string, by: string) => `exists (
  select from exp.events u where u.plan_id = ${plan}.plan_id and u.event_type = 'plan_undone'
    and u.payload ->> 'undone' = ${plan}.payload ->> 'state_version'
    and u.timestamp >= ${plan}.timestamp and u.timestamp <= ${by})`

/**
 * Parameters: from, to, the last event's time and id, the size of a page, heard of from (null for everything), and the days at
 * whose end a plan is past that was heard of then. A plan is accepted with what its trip went on with, unless a newer one stood by
 * then; what was changed in a newer one that was taken back is no change of it. It is heard of when it is accepted, or else when another
 * takes its place for good, it is taken back, or its last day is past: what may still be accepted is no plan that nobody wanted.
 */
const PLANNER_QUERY = `
  select g.event_id, g.timestamp as at, g.timestamp::text as exact_at, g.unit_id, g.context, g.payload,
    a.timestamp as accepted_at, a.payload as accepted, e.edits, p.payload as previous,
    persona.persona, persona.valid_from as persona_from,
    known.constraints, known.valid_from as constraints_from,
    cat.catalog_version, cat.valid_from as catalog_from, cat.nodes, cat.digest
  from exp.events g
    left join lateral (
      select y.timestamp, y.payload from exp.events y
      where y.plan_id = g.plan_id and y.event_type = 'plan_accepted' and y.timestamp >= g.timestamp
        and not ${undone("g", "y.timestamp")}
        and not exists (select 1 from exp.events n where n.plan_id = g.plan_id and n.event_type = 'plan_generated'
          and (n.timestamp, n.event_id) > (g.timestamp, g.event_id) and n.timestamp <= y.timestamp
          and not ${undone("n", "y.timestamp")})
      order by y.timestamp limit 1) a on true
    left join lateral (
      select min(n.timestamp) as timestamp from exp.events n where n.plan_id = g.plan_id and (
        n.event_type = 'plan_generated' and (n.timestamp, n.event_id) > (g.timestamp, g.event_id)
          and not ${undone("n", "'infinity'")}
        or n.event_type = 'plan_undone' and n.timestamp >= g.timestamp
          and n.payload ->> 'undone' = g.payload ->> 'state_version')) newer on true
    left join lateral (
      select jsonb_agg(jsonb_build_object('payload', x.payload, 'at', x.timestamp) order by x.timestamp, x.event_id) as edits from exp.events x
      where x.plan_id = g.plan_id and x.event_type = 'plan_edited' and x.timestamp between g.timestamp and a.timestamp
        and not exists (select 1 from exp.events n where n.plan_id = g.plan_id and n.event_type = 'plan_generated'
          and (n.timestamp, n.event_id) > (g.timestamp, g.event_id) and n.timestamp <= x.timestamp
          and not ${undone("n", "x.timestamp")} and ${undone("n", "a.timestamp")})) e on true
    left join lateral (
      select b.payload from exp.events b
      where b.unit_id = g.unit_id and b.event_type = 'plan_generated' and b.timestamp < g.timestamp
        and b.payload ->> 'trip_id' = g.payload ->> 'trip_id' and not ${undone("b", "g.timestamp")}
      order by b.timestamp desc limit 1) p on true
    left join lateral (
      select persona, valid_from from exp.persona_snapshots
      where user_id = g.unit_id and valid_from <= g.timestamp order by valid_from desc limit 1) persona on true
    left join lateral (
      select constraints, valid_from from exp.constraint_snapshots
      where trip_id = (g.payload ->> 'trip_id')::uuid and valid_from <= g.timestamp
      order by valid_from desc limit 1) known on true
    left join lateral (
      select s.catalog_version, s.valid_from, s.nodes, s.digest
      from exp.catalog_snapshots s join cities c on c.id = s.city_id
      where c.slug = g.payload ->> 'city' and s.valid_from <= g.timestamp
        -- A server may have planned with an older one than was there already.
        and s.catalog_version <= coalesce((g.payload ->> 'catalog_version')::bigint, s.catalog_version)
      order by s.valid_from desc limit 1) cat on true
  where g.event_type = 'plan_generated' and g.timestamp >= $1 and g.timestamp < $2
    and (g.timestamp, g.event_id) > ($3::timestamptz, $4)
    and ($6::timestamptz is null
      or case when coalesce(a.timestamp, newer.timestamp) is not null
        then coalesce(a.timestamp, newer.timestamp) >= $6 and coalesce(a.timestamp, newer.timestamp) < $2
        else coalesce(g.payload ->> 'end_date', $7) >= $7 and coalesce(g.payload ->> 'end_date', $7) < $8 end)
  order by g.timestamp, g.event_id limit $5`

/** At this instant a day is past everywhere, and its calendar has said what it has to say. */
const pastDay = (at: number): string => isoDate(Math.floor(at / MS_PER_DAY) - 1)

const timed = (slots: ReadonlyArray<PlanSlot>) =>
  slots.map((slot) => ({ ...slot, starts_at: new Date(slot.starts_at), ends_at: new Date(slot.ends_at) }))

/** A row whose parts could all be read; otherwise why one could not. */
const readRow = (row: Row) => {
  const generated = readPlanGenerated(row.payload)
  if ("unreadable" in generated) return generated
  const persona = row.persona === null ? undefined : readPersona(row.persona)
  if (persona === undefined) return { unreadable: "no persona was known at the time" }
  if ("unreadable" in persona) return persona
  const constraints = readConstraints(row.constraints ?? {})
  if ("unreadable" in constraints) return constraints
  const previous = row.previous === null ? undefined : readPlanGenerated(row.previous)
  if (previous !== undefined && "unreadable" in previous) return previous
  return {
    plan: generated.value,
    persona: persona.value,
    constraints: constraints.value,
    previous: previous?.value
  }
}
type ReadRow = Exclude<ReturnType<typeof readRow>, { readonly unreadable: string }>

/** What became of the plan: its edits in order, and what was accepted in the end. */
const outcomeOf = (row: Row, { plan }: ReadRow) => {
  let standing: ReadonlyArray<PlanSlot> = plan.slots
  const edits: Array<PlanEdited & { readonly at: Date }> = []
  for (const { at, payload } of row.edits ?? []) {
    const read = readPlanEdited(payload, { trip_id: plan.trip_id, standing })
    if ("unreadable" in read) return read
    const { from, to } = read.value
    standing = standing.map((slot) => (slot.node_id === from && to !== null ? { ...slot, node_id: to } : slot))
    edits.push({ ...read.value, at: new Date(at) })
  }
  const accepted = readPlanAccepted(row.accepted, { trip_id: plan.trip_id, proposed: plan.slots })
  return "unreadable" in accepted ? accepted : { edits, accepted: accepted.value }
}

const exampleOf = (row: Row, { constraints, persona, plan, previous }: ReadRow): DatasetRow => {
  const dimensions = Object.fromEntries(Object.entries(persona).map(([name, { value }]) => [name, value]))
  return {
    event_id: row.event_id,
    timestamp: row.at,
    policy_version_id: row.context.policy_version_id,
    "input.traveler.id": row.unit_id,
    input: {
      traveler: {
        id: row.unit_id,
        party_size: plan.party.length,
        preferences: [persona.primary_interest.value, persona.pace_preference.value],
        restrictions: constraints.avoid ?? []
      },
      persona: { valid_from: row.persona_from, ...dimensions },
      constraints: { valid_from: row.constraints_from, json: JSON.stringify(constraints) },
      catalog: {
        valid_from: row.catalog_from,
        city: plan.city,
        version: row.catalog_version === null ? null : Number(row.catalog_version),
        nodes: row.nodes,
        digest: row.digest
      },
      workflow_type: row.context.workflow_type,
      mode: row.context.mode,
      previous_plan: previous === undefined ? null : timed(previous.slots)
    }
  }
}

export const planner: Definition = {
  columns: COLUMNS,
  people: [["input.traveler.id"], ["input", "traveler", "id"]],
  ids: [["event_id"]],
  aside: { name: "never_accepted", columns: SHARED },
  ripens: true,
  query: PLANNER_QUERY,
  read: Effect.fnUntraced(function* ({ range, row, aside, skip, leak }) {
    const sql = yield* SqlClient
    let after: readonly [string, string] = ["-infinity", "00000000-0000-0000-0000-000000000000"]
    for (;;) {
      const page = yield* sql.unsafe<Row>(PLANNER_QUERY, [
        new Date(range.from),
        new Date(range.to),
        after[0],
        after[1],
        PAGE,
        range.heardFrom === undefined ? null : new Date(range.heardFrom),
        pastDay(range.heardFrom ?? range.from),
        pastDay(range.to)
      ])
      for (const one of page) {
        const read = readRow(one)
        if ("unreadable" in read) {
          skip(read.unreadable)
          continue
        }
        const example = exampleOf(one, read)
        const latest = Math.max(
          ...[one.persona_from, one.constraints_from, one.catalog_from].map((d) => d?.getTime() ?? 0)
        )
        if (latest > one.at.getTime()) leak()
        if (one.accepted === null || one.accepted_at === null) {
          aside(example)
          continue
        }
        const outcome = outcomeOf(one, read)
        if ("unreadable" in outcome) {
          skip(outcome.unreadable)
          continue
        }
        row(
          {
            ...example,
            "target.accepted_plan": timed(outcome.accepted.slots),
            "target.user_edits": outcome.edits,
            accepted_by: outcome.accepted.by_calendar === true ? "calendar" : "traveler",
            seconds_to_accept: (one.accepted_at.getTime() - one.at.getTime()) / 1000
          },
          one.unit_id,
          one.at.getTime()
        )
      }
      if (page.length < PAGE) return
      const last = page.at(-1)!
      after = [last.exact_at, last.event_id]
    }
  })
}
