/**
 * One example per accepted plan: what was known when it was generated, and what became of it. Everything joined is the
 * newest that was valid at that moment; what came later is not seen. Plans that nobody accepted go to a file aside.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
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
  seconds_to_accept: { type: "double", role: "remark" }
}

interface Slot {
  readonly day: number
  readonly order: number
  readonly node_id: string
  readonly starts_at: number
  readonly ends_at: number
}

interface Row {
  readonly event_id: string
  readonly at: Date
  readonly unit_id: string
  readonly context: { readonly policy_version_id: string; readonly workflow_type: string; readonly mode: string }
  readonly payload: {
    readonly city: string
    readonly party?: ReadonlyArray<string>
    readonly slots: ReadonlyArray<Slot>
  }
  readonly accepted_at: Date | null
  readonly accepted: { readonly slots?: ReadonlyArray<Slot | string> } | null
  readonly edits: ReadonlyArray<Record<string, unknown>> | null
  readonly previous: ReadonlyArray<Slot> | null
  readonly persona: { readonly dimensions?: Record<string, { readonly value: unknown }> } | null
  readonly persona_from: Date | null
  readonly constraints: Record<string, unknown> | null
  readonly constraints_from: Date | null
  readonly catalog_version: string | null
  readonly catalog_from: Date | null
  readonly nodes: number | null
  readonly digest: string | null
}

/** Parameters: from, to, the last event's time and id, the size of a page. */
export const PLANNER_QUERY = `
  select g.event_id, g.timestamp as at, g.unit_id, g.context, g.payload,
    a.timestamp as accepted_at, a.payload as accepted, e.edits, p.slots as previous,
    persona.persona, persona.valid_from as persona_from,
    known.constraints, known.valid_from as constraints_from,
    cat.catalog_version, cat.valid_from as catalog_from, cat.nodes, cat.digest
  from exp.events g
    left join lateral (
      select timestamp, payload from exp.events
      where plan_id = g.plan_id and event_type = 'plan_accepted' and timestamp >= g.timestamp
        and not exists (select 1 from exp.events n where n.plan_id = g.plan_id and n.event_type = 'plan_generated'
          and (n.timestamp, n.event_id) > (g.timestamp, g.event_id) and n.timestamp <= exp.events.timestamp)
      order by timestamp limit 1) a on true
    left join lateral (
      select jsonb_agg(x.payload || jsonb_build_object('at', x.timestamp) order by x.timestamp) as edits from exp.events x
      where x.plan_id = g.plan_id and x.event_type = 'plan_edited' and x.timestamp between g.timestamp and a.timestamp) e on true
    left join lateral (
      select payload -> 'slots' as slots from exp.events
      where unit_id = g.unit_id and event_type = 'plan_generated' and timestamp < g.timestamp
        and payload ->> 'trip_id' = g.payload ->> 'trip_id'
      order by timestamp desc limit 1) p on true
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
      order by s.valid_from desc limit 1) cat on true
  where g.event_type = 'plan_generated' and g.timestamp >= $1 and g.timestamp < $2
    and (g.timestamp, g.event_id) > ($3, $4)
  order by g.timestamp, g.event_id limit $5`

const slotsOf = (slots: ReadonlyArray<Slot | string>, plan: ReadonlyArray<Slot>) =>
  slots.map((slot, i) => {
    // The runtime writes the accepted plan as the ids of its places, in order.
    const whole = typeof slot === "string" ? { ...(plan[i] ?? { day: null, order: i }), node_id: slot } : slot
    const instant = (at: unknown) => (typeof at === "number" ? new Date(at) : null)
    return {
      ...whole,
      starts_at: instant((whole as Slot).starts_at),
      ends_at: instant((whole as Slot).ends_at)
    }
  })

const valuesOf = (row: Row): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row.persona?.dimensions ?? {}).map(([name, { value }]) => [name, value]))

const exampleOf = (row: Row): DatasetRow => {
  const dimensions = valuesOf(row)
  const constraints = row.constraints ?? {}
  return {
    event_id: row.event_id,
    timestamp: row.at,
    policy_version_id: row.context.policy_version_id,
    "input.traveler.id": row.unit_id,
    input: {
      traveler: {
        id: row.unit_id,
        party_size: row.payload.party?.length ?? 1,
        preferences: [dimensions["primary_interest"], dimensions["pace_preference"]].filter(Boolean),
        restrictions: constraints["avoid"] ?? []
      },
      persona: { valid_from: row.persona_from, ...dimensions },
      constraints: { valid_from: row.constraints_from, json: JSON.stringify(constraints) },
      catalog: {
        valid_from: row.catalog_from,
        city: row.payload.city,
        version: row.catalog_version === null ? null : Number(row.catalog_version),
        nodes: row.nodes,
        digest: row.digest
      },
      workflow_type: row.context.workflow_type,
      mode: row.context.mode,
      previous_plan: row.previous === null ? null : slotsOf(row.previous, [])
    }
  }
}

export const planner: Definition = {
  columns: COLUMNS,
  ids: [["event_id"], ["input.traveler.id"], ["input", "traveler", "id"]],
  aside: { name: "never_accepted", columns: SHARED },
  query: PLANNER_QUERY,
  read: Effect.fnUntraced(function* ({ range, row, aside, skip, leak }) {
    const sql = yield* SqlClient
    let after: readonly [Date, string] = [new Date(range.from - 1), "00000000-0000-0000-0000-000000000000"]
    for (;;) {
      const page = yield* sql.unsafe<Row>(PLANNER_QUERY, [
        new Date(range.from),
        new Date(range.to),
        after[0],
        after[1],
        PAGE
      ])
      for (const one of page) {
        if (one.persona?.dimensions === undefined) {
          skip("no persona was known at the time")
          continue
        }
        const example = exampleOf(one)
        const latest = Math.max(
          ...[one.persona_from, one.constraints_from, one.catalog_from].map((d) => d?.getTime() ?? 0)
        )
        if (latest > one.at.getTime()) leak()
        if (one.accepted === null || one.accepted_at === null) {
          aside(example)
          continue
        }
        row(
          {
            ...example,
            "target.accepted_plan": slotsOf(one.accepted.slots ?? one.payload.slots, one.payload.slots),
            "target.user_edits": (one.edits ?? []).map((edit) => ({ ...edit, at: new Date(String(edit["at"])) })),
            seconds_to_accept: (one.accepted_at.getTime() - one.at.getTime()) / 1000
          },
          one.unit_id,
          one.at.getTime()
        )
      }
      if (page.length < PAGE) return
      const last = page.at(-1)!
      after = [last.at, last.event_id]
    }
  })
}
