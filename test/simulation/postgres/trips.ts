/** The statements about trips. */
import { MAX_RECENT } from "../../../src/domain/trip/actor-state.ts"
import type { Row } from "./schema.ts"
import { type Executing, idsIn, nullable, reading, rowsIn, type Statement, writing } from "./statement.ts"

const text = (value: unknown): string => value as string
const number = (value: unknown): number => value as number

const patched = (row: Row, old: Row, ...columns: ReadonlyArray<string>): Row =>
  Object.fromEntries(columns.map((column) => [column, row[column] ?? old[column]]))

const eventsOf = (at: Executing, trips: ReadonlySet<unknown>): Array<Row> => {
  const least = new Map(
    [...trips].map((id) => [id, number(at.store.get(at.reader, "trip_snapshots", id)?.["seq"] ?? 0) - MAX_RECENT])
  )
  return [...at.store.scan(at.reader, "trip_events")]
    .filter((one) => trips.has(one["trip_id"]) && number(one["seq"]) > least.get(one["trip_id"])!)
    .sort((a, b) =>
      text(a["trip_id"]) < text(b["trip_id"])
        ? -1
        : a["trip_id"] === b["trip_id"]
          ? number(a["seq"]) - number(b["seq"])
          : 1
    )
    .map((one) => ({ ...one, occurred_at: new Date(number(one["occurred_at"])) }))
}

const tripRow = (at: Executing, id: unknown): Row => {
  const snapshot = at.store.get(at.reader, "trip_snapshots", id)
  const lost = [...at.store.scan(at.reader, "lost_trip_events")]
    .filter((one) => one["trip_id"] === id)
    .sort((a, b) => number(a["seq"]) - number(b["seq"]))
    .map(({ seq, type }) => ({ seq, type }))
  return {
    trip_id: id,
    epoch: nullable((at.store.get(at.reader, "trips", id) ?? snapshot)?.["epoch"]),
    schema_version: nullable(snapshot?.["schema_version"]),
    state: nullable(snapshot?.["state"]),
    lost: lost.length === 0 ? null : lost
  }
}

/** Ids of trips whose rows satisfy this, in order. */
const idsWhere = (at: Executing, fits: (row: Row) => boolean): Array<string> =>
  [...at.store.scan(at.reader, "trips")]
    .filter(fits)
    .map((one) => text(one["id"]))
    .sort()

export const partOf = (at: Executing, user: unknown): ReadonlySet<string> => {
  const found = new Set<string>()
  for (const one of at.store.scan(at.reader, "trips")) if (one["user_id"] === user) found.add(text(one["id"]))
  for (const one of at.store.scan(at.reader, "trip_members"))
    if (one["user_id"] === user) found.add(text(one["trip_id"]))
  return found
}

const idsOfUser = (at: Executing, user: unknown): ReadonlySet<string> => {
  const found = new Set(partOf(at, user))
  for (const one of at.store.scan(at.reader, "trip_vetoes"))
    if (one["user_id"] === user) found.add(text(one["trip_id"]))
  for (const one of at.store.scan(at.reader, "trip_invitations"))
    if (one["invited_user_id"] === user || one["invited_by"] === user) found.add(text(one["trip_id"]))
  return found
}

/** Whether a change of this trip was refused. */
const wasRefused = (store: Executing["store"], reader: Executing["reader"], trip: unknown): boolean =>
  [...store.scan(reader, "lost_trip_events")].some((one) => one["trip_id"] === trip)

const lastByCalendar = (at: Executing, trip: unknown): boolean => {
  const last = [...at.store.scan(at.reader, "trip_events")]
    .filter((one) => one["trip_id"] === trip && one["type"] === "status_changed")
    .reduce<Row | undefined>((best, one) => (number(one["seq"]) > number(best?.["seq"] ?? 0) ? one : best), undefined)
  return (last?.["payload"] as Row | undefined)?.["by_calendar"] === true
}

const reads = [
  reading("select l.trip_id, l.seq, l.settled_at is not null as given_up,", (at, params) => {
    const ids = idsIn(params)
    const events = [...at.store.scan(at.reader, "trip_events")].filter((one) => ids.has(text(one["trip_id"])))
    const there = new Set(events.map((one) => `${one["trip_id"]} ${one["seq"]}`))
    return [...at.store.scan(at.reader, "lost_trip_events")]
      .filter((one) => ids.has(text(one["trip_id"])))
      .map(({ seq, settled_at, trip_id }) => ({
        ...{ trip_id, seq: String(seq), given_up: settled_at !== null, there: there.has(`${trip_id} ${seq}`) }
      }))
  }),
  reading(
    "select id, trip_id, seq, payload, schema_version, actor_id, idempotency_key, occurred_at from trip_events where trip_id = $1 and seq >",
    (at, [id]) => eventsOf(at, new Set([id]))
  ),
  reading(
    "select t.id as trip_id, coalesce(t.epoch, s.epoch) as epoch, s.schema_version, s.state, ( select jsonb_agg(jsonb_build_object('seq', seq, 'type', type) order by seq) from lost_trip_events where trip_id = one.id) as lost from (select",
    (at, [id]) => [tripRow(at, id)]
  ),
  reading(
    "select e.id, e.trip_id, e.seq, e.payload, e.schema_version, e.actor_id, e.idempotency_key, e.occurred_at from trip_events e",
    (at, params) => eventsOf(at, idsIn(params.slice(0, -1)))
  ),
  reading(
    "select t.id as trip_id, coalesce(t.epoch, s.epoch) as epoch, s.schema_version, s.state, ( select jsonb_agg(jsonb_build_object('seq', seq, 'type', type) order by seq) from lost_trip_events where trip_id = t.id) as lost from trips t",
    (at, params) => [...idsIn(params)].map((id) => tripRow(at, id))
  ),
  reading("select id from trips where status = 'active' and", (at, [after, , city, , limit]) =>
    idsWhere(
      at,
      (one) =>
        one["status"] === "active" &&
        (after === null || text(one["id"]) > text(after)) &&
        (city === null || one["city_id"] === city)
    )
      .slice(0, number(limit))
      .map((id) => ({ id }))
  ),
  reading("select t.id, t.status, t.start_date::text as start_date", (at, [after, soon, , limit, lately]) => {
    const perhapsDue = (one: Row): boolean => {
      if (text(one["start_date"]) > text(soon) || text(one["id"]) <= text(after)) return false
      if (one["status"] === "active") return text(one["end_date"]) <= text(soon)
      if (one["status"] === "planning" || one["status"] === "confirmed") return true
      return one["status"] === "completed" && text(one["end_date"]) >= text(lately) && lastByCalendar(at, one["id"])
    }
    return idsWhere(at, perhapsDue)
      .slice(0, number(limit))
      .map((id) => {
        const { city_id, end_date, start_date, status } = at.store.get(at.reader, "trips", id)!
        return { id, status, start_date, end_date, time_zone: at.store.get(at.reader, "cities", city_id)!["time_zone"] }
      })
  }),
  reading(
    "select id from trips where user_id = $1 union select trip_id from trip_members where user_id = $2 union select trip_id from trip_vetoes",
    (at, [user]) => [...idsOfUser(at, user)].map((id) => ({ id }))
  ),
  reading("select count(*)::int as changes, count(distinct trip_id)::int as trips from lost_trip_events", (at) => {
    const open = [...at.store.scan(at.reader, "lost_trip_events")].filter((one) => one["settled_at"] === null)
    return [{ changes: open.length, trips: new Set(open.map((one) => one["trip_id"])).size }]
  }),
  reading("select t.id, t.city_id from trips t where t.id in", (at, params) => {
    const user = params.at(-1)
    const theirs = partOf(at, user)
    return [...idsIn(params.slice(0, -2))].flatMap((id) => {
      const trip = at.store.get(at.reader, "trips", id)
      return trip === undefined || !theirs.has(text(id)) ? [] : [{ id, city_id: trip["city_id"] }]
    })
  })
]

const events = [
  writing("select id, state_version from trips where", (at, params) =>
    [...idsIn(params)].flatMap((id) => {
      const trip = at.store.get(at.reader, "trips", id)
      return trip === undefined ? [] : [{ id, state_version: trip["state_version"] }]
    })
  ),
  writing(
    "insert into trip_events (id, trip_id, seq, type, payload, schema_version, actor_id, idempotency_key, occurred_at)",
    ({ store }, [json]) => {
      for (const row of rowsIn(json)) store.insert("trip_events", row, "nothing")
    }
  ),
  writing("with noted as ( insert into lost_trip_events (trip_id, seq, type)", ({ store, uuid }, [trip, json]) => {
    const noted = rowsIn(json).filter((row) =>
      store.insert("lost_trip_events", { trip_id: trip, seq: row["seq"], type: row["type"] }, "nothing")
    )
    const row = store.get(store.writer, "trips", trip)
    const begun = store.get(store.writer, "trip_snapshots", trip)
    if (noted.length > 0 && row !== undefined) store.update("trips", row, { epoch: uuid() })
    else if (noted.length > 0 && begun !== undefined) store.update("trip_snapshots", begun, { epoch: uuid() })
    return [{ count: noted.length }]
  }),
  writing(
    "insert into trip_snapshots (trip_id, seq, schema_version, state)",
    ({ store }, [trip_id, seq, schema_version, state]) => {
      const isThere =
        store.get(store.writer, "trips", trip_id) !== undefined || wasRefused(store, store.writer, trip_id)
      if (!isThere) return
      const row = { trip_id, seq, schema_version, state: JSON.parse(text(state)) }
      store.insert("trip_snapshots", row, (old, fresh) =>
        number(old["seq"]) < number(fresh["seq"]) ? { ...fresh, epoch: old["epoch"] } : undefined
      )
    }
  )
]

const projection = [
  writing("insert into users (id) select value::uuid from jsonb_array_elements_text", ({ store }, [json]) => {
    for (const id of JSON.parse(text(json)) as ReadonlyArray<string>) store.insert("users", { id }, "nothing")
  }),
  writing("insert into trips (id, user_id, city_id", ({ store }, [json]) => {
    for (const row of rowsIn(json)) store.insert("trips", row, "nothing")
  }),
  writing("update trips t set state_version = greatest", ({ reader, store }, [json]) => {
    for (const row of rowsIn(json)) {
      const old = store.get(reader, "trips", row["id"])
      if (old === undefined) continue
      store.update("trips", old, {
        ...patched(
          row,
          old,
          "user_id",
          "status",
          "start_date",
          "end_date",
          "constraints",
          "model_name",
          "model_version"
        ),
        state_version: Math.max(number(old["state_version"]), number(row["state_version"] ?? 0))
      })
    }
  }),
  writing("insert into itinerary_slots", ({ store }, [json]) => {
    for (const row of rowsIn(json)) {
      store.insert("itinerary_slots", row, (old, fresh) => ({ ...fresh, id: old["id"], trip_id: old["trip_id"] }))
    }
  }),
  writing("update itinerary_slots s set locked", ({ reader, store }, [json]) => {
    for (const row of rowsIn(json)) {
      const old = store.get(reader, "itinerary_slots", row["id"])
      if (old !== undefined) store.update("itinerary_slots", old, patched(row, old, "locked", "status"))
    }
  }),
  writing("insert into trip_members", ({ store }, [json]) => {
    for (const row of rowsIn(json)) {
      if (row["left"] === true) continue
      store.insert("trip_members", row, "nothing")
    }
  }),
  writing("delete from trip_members m", ({ reader, store }, [json]) => {
    for (const row of rowsIn(json)) {
      const old = store.get(reader, "trip_members", row["trip_id"], row["user_id"])
      if (row["left"] === true && old !== undefined) store.remove("trip_members", old)
    }
  }),
  writing("update trip_members m set role = 'owner'", ({ reader, store }, [json]) => {
    for (const row of rowsIn(json)) {
      const old = store.get(reader, "trip_members", row["id"], row["user_id"])
      if (old !== undefined) store.update("trip_members", old, { role: "owner" })
    }
  }),
  writing("insert into trip_invitations", ({ store }, [json]) => {
    for (const row of rowsIn(json)) {
      if ((row["invited_by"] ?? null) === null || row["gone"] === true) continue
      const { expires_at, invited_by, invited_user_id, trip_id } = row
      const fresh = { trip_id, invited_user_id, invited_by, status: row["status"] ?? "open", expires_at }
      store.insert("trip_invitations", fresh, (_, excluded) => excluded)
    }
  }),
  writing("update trip_invitations i set status", ({ reader, store }, [json]) => {
    for (const row of rowsIn(json)) {
      const old = store.get(reader, "trip_invitations", row["trip_id"], row["invited_user_id"])
      if (old === undefined || (row["invited_by"] ?? null) !== null || (row["status"] ?? null) === null) continue
      store.update("trip_invitations", old, { status: row["status"] })
    }
  }),
  writing("delete from trip_invitations i", ({ reader, store }, [json]) => {
    for (const row of rowsIn(json)) {
      if (row["gone"] !== true) continue
      const gone = [...store.scan(reader, "trip_invitations")].filter(
        (one) =>
          one["trip_id"] === row["trip_id"] &&
          (one["invited_user_id"] === row["invited_user_id"] || one["invited_by"] === row["invited_user_id"])
      )
      for (const one of gone) store.remove("trip_invitations", one)
    }
  }),
  writing("insert into trip_vetoes", ({ store }, [json]) => {
    for (const { node_ids, tags, trip_id, user_id } of rowsIn(json))
      store.insert("trip_vetoes", { trip_id, user_id, node_ids, tags }, (_, excluded) => excluded)
  }),
  writing("delete from trip_vetoes v", ({ reader, store }, [json]) => {
    for (const row of rowsIn(json)) {
      const old = store.get(reader, "trip_vetoes", row["trip_id"], row["user_id"])
      if (old === undefined) continue
      const empty = (column: string) => (old[column] as ReadonlyArray<unknown>).length === 0
      if (empty("node_ids") && empty("tags")) store.remove("trip_vetoes", old)
    }
  })
]

export const tripStatements: ReadonlyArray<Statement> = [...reads, ...events, ...projection]
