/** The statements about people, their personas, their receipts and the events of cities. */
import { ACCEPTED, MAX_EXPLORED, MAX_SEQUENCE, PASSED, SWIPES } from "../../../src/domain/user/state.ts"
import type { Row } from "./schema.ts"
import { type Executing, firstOf, nullable, reading, rowsIn, type Statement, stamp, writing } from "./statement.ts"
import { partOf } from "./trips.ts"
import { coerce } from "./types.ts"

const NEWEST_SIGNALS = 200
const VERDICTS: ReadonlySet<unknown> = new Set([...ACCEPTED, ...PASSED])

const coalesced = (row: Row, old: Row, columns: Readonly<Record<string, string>>): Row =>
  Object.fromEntries(Object.entries(columns).map(([column, given]) => [column, row[given] ?? old[column]]))

const PERSONA_COLUMNS = {
  persona_recent: "recent",
  persona_base_at: "base_at",
  persona_base_learnt_until: "base_learnt_until",
  persona_text: "text",
  persona_text_embedding: "text_embedding",
  onboarding_tags: "tags",
  age: "age",
  interests: "interests",
  personality: "personality"
}

const living = ({ reader, store }: Executing, id: unknown): Row | undefined => {
  const user = store.get(reader, "users", id)
  return user?.["deleted_at"] === null ? user : undefined
}

/** `greatest first`: by the moment of coming, then by id. */
const newestFirst = (a: Row, b: Row): number =>
  (b["created_at"] as number) - (a["created_at"] as number) || ((a["id"] as string) < (b["id"] as string) ? 1 : -1)

const lessons = (at: Executing, user: unknown, known: ReadonlySet<unknown>): ReadonlyArray<Row> => {
  const all = [...at.store.scan(at.reader, "behavioral_signals")]
    .filter((one) => one["user_id"] === user)
    .sort(newestFirst)
  const newest = all.filter((one) => one["signal_type"] !== "candidate_set_logged").slice(0, NEWEST_SIGNALS)
  const verdicts = all
    .filter((one) => VERDICTS.has(one["signal_type"]) && one["activity_node_id"] !== null)
    .slice(0, MAX_SEQUENCE)
  return [...new Set([...newest, ...verdicts])]
    .sort(newestFirst)
    .reverse()
    .map((one) => {
      const node = at.store.get(at.reader, "activity_nodes", one["activity_node_id"])
      return {
        ...one,
        occurred_at: new Date(one["occurred_at"] as number),
        created_at: new Date(one["created_at"] as number),
        category: nullable(node?.["category"]),
        price_tier: nullable(node?.["price_tier"]),
        vibe_embedding: nullable(node?.["vibe_embedding"]),
        known: known.has(one["id"])
      }
    })
}

const ended = (at: Executing, user: unknown): number =>
  [...partOf(at, user)].filter((id) =>
    ["completed", "shortened"].includes(at.store.get(at.reader, "trips", id)?.["status"] as string)
  ).length

const reads = [
  // Held still for the whole transaction: whoever wants to write waits meanwhile.
  writing("set transaction isolation level repeatable read", () => {}),
  reading("select u.signal_count, u.persona_learnt_until as learnt_until", (at, [id]) => {
    const user = at.store.get(at.reader, "users", id)
    if (user === undefined) return []
    const dimensions = [...at.store.scan(at.reader, "persona_dimensions")].filter((one) => one["user_id"] === id)
    const learnt = user["persona_learnt_until"]
    return [
      {
        signal_count: user["signal_count"],
        learnt_until: learnt === null ? null : new Date(learnt as number),
        recent: user["persona_recent"],
        dimensions:
          dimensions.length === 0
            ? null
            : Object.fromEntries(
                dimensions.map(({ confidence, dimension, source, value }) => [
                  dimension,
                  { value, confidence: Number((confidence as number).toPrecision(8)), source }
                ])
              )
      }
    ]
  }),
  reading("with newest as ( select id, created_at from behavioral_signals", (at, params) =>
    lessons(at, params[0], new Set(params.find((one) => Array.isArray(one)) as ReadonlyArray<unknown>))
  ),
  reading("select n.city_id from behavioral_signals", (at, [user]) => {
    const swiped = new Map<string, number>()
    for (const one of at.store.scan(at.reader, "behavioral_signals")) {
      if (one["user_id"] !== user || !SWIPES.has(one["signal_type"] as never)) continue
      const city = at.store.get(at.reader, "activity_nodes", one["activity_node_id"])?.["city_id"] as string | undefined
      if (city !== undefined) swiped.set(city, Math.max(swiped.get(city) ?? 0, one["created_at"] as number))
    }
    return [...swiped]
      .sort(([a, then], [b, now]) => now - then || (a < b ? -1 : 1))
      .slice(0, MAX_EXPLORED)
      .map(([city_id]) => ({ city_id }))
  }),
  reading("select p.user_id, (", (at, [ids]) => {
    const trips = new Set(ids as ReadonlyArray<unknown>)
    const people = new Set<unknown>()
    for (const one of at.store.scan(at.reader, "trips")) if (trips.has(one["id"])) people.add(one["user_id"])
    for (const one of at.store.scan(at.reader, "trip_members"))
      if (trips.has(one["trip_id"])) people.add(one["user_id"])
    return [...people].map((user_id) => ({ user_id, ended: ended(at, user_id) }))
  }),
  reading("select id, city_id, occurred_at, payload from city_events", (at, [city, now, limit]) =>
    [...at.store.scan(at.reader, "city_events")]
      .filter((one) => one["city_id"] === city && (one["until"] as number) > (coerce("timestamptz", now) as number))
      .sort(
        (a, b) =>
          (a["occurred_at"] as number) - (b["occurred_at"] as number) ||
          ((a["id"] as string) < (b["id"] as string) ? -1 : 1)
      )
      .slice(0, limit as number)
      .map((one) => ({ ...one, occurred_at: new Date(one["occurred_at"] as number) }))
  )
]

const writes = [
  writing("insert into users (id, created_at) select r.user_id", ({ store }, [json]) => {
    for (const row of rowsIn(json)) store.insert("users", { id: row["user_id"] }, "nothing")
  }),
  writing("insert into idempotency_receipts as kept", ({ store }, [json]) => {
    const newest = rowsIn(json).toSorted((a, b) => (b["expires_at"] as number) - (a["expires_at"] as number))
    for (const row of firstOf(newest, (one) => `${one["user_id"]} ${one["idempotency_key"]}`)) {
      store.insert("idempotency_receipts", row, (old, fresh) =>
        (old["expires_at"] as number) < (fresh["expires_at"] as number) ? fresh : undefined
      )
    }
  }),
  writing("insert into users (id) select id from jsonb_to_recordset", ({ store }, [json]) => {
    for (const row of rowsIn(json)) store.insert("users", { id: row["id"] }, "nothing")
  }),
  writing("update users u set persona_embedding = r.vector", (at, [json]) => {
    for (const row of rowsIn(json)) {
      const old = living(at, row["id"])
      if (old === undefined) continue
      at.store.update("users", old, {
        persona_embedding: row["vector"],
        encoder_version: row["encoder_version"],
        persona_learnt_until: row["learnt_until"],
        ...coalesced(row, old, PERSONA_COLUMNS)
      })
    }
  }),
  writing("insert into persona_dimensions", (at, [json]) => {
    for (const row of rowsIn(json)) {
      if (living(at, row["user_id"]) !== undefined) at.store.insert("persona_dimensions", row, (_, fresh) => fresh)
    }
  }),
  writing(
    "insert into exp.persona_snapshots (id, user_id, valid_from, persona, encoder_version) select r.id, r.user_id, r.valid_from",
    ({ store }, [json]) => {
      for (const row of rowsIn(json)) store.insert("exp.persona_snapshots", row, "nothing")
    }
  ),
  writing(
    "insert into exp.persona_snapshots (id, user_id, valid_from, persona, encoder_version) select r.id, r.user_id, to_timestamp",
    ({ reader, store }, [json]) => {
      for (const row of rowsIn(json)) {
        const user = store.get(reader, "users", row["user_id"])
        if (user !== undefined && user["deleted_at"] !== null) continue
        store.insert("exp.persona_snapshots", { ...row, valid_from: stamp(row["valid_from"]) }, "nothing")
      }
    }
  ),
  writing("insert into city_events", ({ store }, [json]) => {
    for (const row of rowsIn(json)) store.insert("city_events", row, "nothing")
  })
]

export const peopleStatements: ReadonlyArray<Statement> = [...reads, ...writes]
