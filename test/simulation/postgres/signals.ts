/** The statements about behavioural signals. */

import { OUTCOME_SIGNALS } from "../../../src/domain/learning-log/outcomes.ts"
import { ABOUT_STOPS, COUNTING_SIGNALS } from "../../../src/domain/signal.ts"
import { at, decisionOfTrip, has, newest } from "./judged.ts"
import type { Row } from "./schema.ts"
import { type Executing, nullable, reading, rowsIn, type Statement, writing } from "./statement.ts"
import { coerce } from "./types.ts"

/** As the records of signals have them. */
const SIGNAL_FIELDS =
  "id user_id signal_type activity_node_id slot_id trip_id session_id context source weight model_version decision_id client_model_version client_session_id content_hash occurred_at received_at unverified".split(
    " "
  )

const ABOUT: ReadonlySet<unknown> = new Set(ABOUT_STOPS)
const COUNTING: ReadonlySet<unknown> = new Set(COUNTING_SIGNALS)
const TELLING: ReadonlySet<unknown> = new Set(OUTCOME_SIGNALS)

const signalRows = (json: unknown): ReadonlyArray<Row> =>
  rowsIn(json).map((row) => Object.fromEntries(SIGNAL_FIELDS.map((field) => [field, row[field] ?? null])))

const slotsIn = (payload: unknown): ReadonlyArray<Row> => {
  const { slots, trip } = payload as { slots?: ReadonlyArray<Row>; trip?: { slots?: ReadonlyArray<Row> } }
  return slots ?? trip?.slots ?? []
}

const time = (value: unknown): number => coerce("timestamptz", value) as number

/** What stood at a stop when the signal was said of it: the place that it names, else by its sender's clock, else what stood there last. */
const stood = ({ reader, store }: Executing, trip: unknown, slot: unknown, signal: Row): Row | undefined => {
  const said = time(signal["occurred_at"])
  const named = signal["activity_node_id"]
  const versions = [...store.scan(reader, "trip_events")]
    .filter((one) => one["trip_id"] === trip)
    .flatMap((event) => slotsIn(event["payload"]).flatMap((one) => (one["id"] === slot ? [{ event, one }] : [])))
  return versions.sort(
    (a, b) =>
      Number(a.one["node_id"] !== named) - Number(b.one["node_id"] !== named) ||
      Number(at(a.event, "occurred_at") > said) - Number(at(b.event, "occurred_at") > said) ||
      at(b.event, "seq") - at(a.event, "seq")
  )[0]?.one
}

/** Trip and place by its stop: the place that stood there when it happened. */
const byStop = (executing: Executing, row: Row): Row => {
  const { reader, store } = executing
  const until = time(row["occurred_at"])
  const looks = row["trip_id"] === null ? row["unverified"] === true : row["activity_node_id"] === null
  const found = looks ? store.get(reader, "itinerary_slots", row["slot_id"]) : undefined
  const slot =
    found !== undefined && (row["trip_id"] === null || found["trip_id"] === row["trip_id"]) ? found : undefined
  const trip = row["trip_id"] ?? nullable(slot?.["trip_id"])
  if (row["activity_node_id"] !== null || slot === undefined || !ABOUT.has(row["signal_type"]))
    return { ...row, trip, node: row["activity_node_id"] }
  const changed = [...store.scan(reader, "trip_events")].some(
    (one) =>
      one["trip_id"] === slot["trip_id"] &&
      at(one, "occurred_at") > until &&
      ((one["payload"] as { slots?: ReadonlyArray<Row> }).slots ?? []).some(({ id }) => id === slot["id"])
  )
  const node = changed ? stood(executing, slot["trip_id"], slot["id"], row)?.["node_id"] : slot["activity_node_id"]
  return { ...row, trip, node: node === (row["context"] as Row)["replaced_by"] ? null : nullable(node) }
}

const withDecision = (executing: Executing, row: Row): Row => {
  if (row["decision_id"] !== null) return row
  const { reader, store } = executing
  const context = row["context"] as Row
  if (row["trip"] !== null) {
    const ofTrip = (id: unknown) => {
      const decision = store.get(reader, "ranking_events", id)
      return decision?.["trip_id"] === row["trip"] ? decision : undefined
    }
    const byStop = () => stood(executing, row["trip"], row["slot_id"], row)?.["decision_id"]
    const decision = ofTrip(context["pivot_id"]) ?? ofTrip(byStop())
    if (decision !== undefined) return { ...row, decided: decision }
  }
  const named = context["pivot_id"]
  if (row["trip"] === null && named !== undefined) {
    const decision = store.get(reader, "ranking_events", named)
    const trip = decision?.["surface"] === "pivot" ? store.get(reader, "trips", decision["trip_id"]) : undefined
    const takesPart =
      trip?.["user_id"] === row["user_id"] ||
      (trip !== undefined && store.get(reader, "trip_members", trip["id"], row["user_id"]) !== undefined)
    if (takesPart) return { ...row, decided: decision! }
  }
  if (row["slot_id"] !== null || named !== undefined) return row
  const shown = [...store.scan(reader, "ranking_events")].find(
    (one) =>
      one["user_id"] === row["user_id"] &&
      one["surface"] === "discovery" &&
      one["session_id"] === row["session_id"] &&
      has(one["candidate_ids"], row["activity_node_id"])
  )
  return shown === undefined ? row : { ...row, decided: shown }
}

const mayStore = ({ reader, store }: Executing, row: Row): boolean => {
  const { trip, user_id } = row
  if (row["unverified"] !== true || trip === null) return true
  if (store.get(reader, "trips", trip)?.["user_id"] === user_id) return true
  if (store.get(reader, "trip_members", trip, user_id) !== undefined) return true
  return [...store.scan(reader, "trip_events")].some(
    (one) =>
      one["trip_id"] === trip &&
      one["type"] === "member_left" &&
      (one["payload"] as Row)["user_id"] === user_id &&
      at(one, "occurred_at") >= time(row["received_at"])
  )
}

const storeSignal = (executing: Executing, row: Row): Row | undefined => {
  const { reader, store } = executing
  const trip = store.get(reader, "trips", row["trip"])
  const node = store.get(reader, "activity_nodes", row["node"])
  const known = node !== undefined && (trip === undefined || node["city_id"] === trip["city_id"]) ? node : undefined
  const decided = row["decided"] as Row | undefined
  const context = row["context"] as Row
  const named = row["activity_node_id"]
  return store.insert(
    "behavioral_signals",
    {
      ...row,
      activity_node_id: nullable(known?.["id"]),
      trip_id: row["trip"],
      session_id: decided?.["session_id"] ?? row["session_id"],
      context: known === undefined && named !== null ? { ...context, unknown_node_id: named } : context,
      model_version:
        decided === undefined ? row["model_version"] : `${decided["model_name"]}:${decided["model_version"]}`,
      decision_id: decided?.["id"] ?? row["decision_id"],
      client_model_version: decided === undefined ? row["client_model_version"] : row["model_version"],
      client_session_id: decided === undefined ? row["client_session_id"] : row["session_id"],
      created_at: row["received_at"]
    },
    "nothing"
  )
}

const storeSignals = (executing: Executing, json: unknown, toComplete: boolean): ReadonlyArray<Row> => {
  const { store } = executing
  const incoming = signalRows(json)
  const placed = incoming
    .map((row) =>
      toComplete
        ? withDecision(executing, byStop(executing, row))
        : { ...row, trip: row["trip_id"], node: row["activity_node_id"] }
    )
    .filter((row) => mayStore(executing, row))
  // The rows of people are made by the same statement; what refers to them is looked at when it ends.
  for (const row of incoming) store.insert("users", { id: row["user_id"] }, "nothing")
  const stored = placed.map((row) => storeSignal(executing, row)).filter((row) => row !== undefined)
  const awaited = new Set(
    incoming
      .filter(
        (row) =>
          row["unverified"] === true ||
          (toComplete &&
            row["slot_id"] !== null &&
            (row["trip_id"] === null || (row["activity_node_id"] === null && ABOUT.has(row["signal_type"]))))
      )
      .map((row) => row["id"])
  )
  for (const one of stored) {
    if (one["source"] !== "app" || !COUNTING.has(one["signal_type"])) continue
    const user = store.get(store.writer, "users", one["user_id"])!
    store.update("users", user, { signal_count: at(user, "signal_count") + 1 })
  }
  const waited = stored.filter((one) => awaited.has(one["id"]))
  const telling = stored.filter((one) => TELLING.has(one["signal_type"])).map((one) => one["id"])
  const columns = (column: string) => (waited.length === 0 ? null : waited.map((one) => one[column]))
  return [
    {
      stored: stored.length,
      telling: telling.length === 0 ? null : telling,
      ids: columns("id"),
      trips: columns("trip_id"),
      nodes: columns("activity_node_id")
    }
  ]
}

const OUTCOME_OF: Readonly<Record<string, string>> = {
  slot_accept: "confirmed",
  slot_skip: "skipped",
  slot_swap: "swapped",
  discovery_swipe_right: "swiped_right",
  discovery_swipe_left: "swiped_left"
}

export const signalStatements: ReadonlyArray<Statement> = [
  // Of both kinds of signals; only where more has to be found out does the text look at stops.
  writing("with incoming as materialized", (executing, [json], text) =>
    storeSignals(executing, json, text.includes("left join itinerary_slots"))
  ),
  reading(
    "select count(*) filter (where s.content_hash <> r.content_hash)::int as other_content",
    ({ reader, store }, [json]) => {
      let other_content = 0
      let not_theirs = 0
      for (const { content_hash, id } of rowsIn(json)) {
        const row = store.get(reader, "behavioral_signals", id)
        if (row === undefined) not_theirs++
        else if (row["content_hash"] !== null && row["content_hash"] !== content_hash) other_content++
      }
      return [{ other_content, not_theirs }]
    }
  ),
  writing(
    "with r as ( select s.*, s.occurred_at as at, s.created_at as heard from behavioral_signals s",
    (executing, [ids]) => {
      const { reader, store } = executing
      for (const id of ids as ReadonlyArray<unknown>) {
        const row = store.get(reader, "behavioral_signals", id)
        if (row === undefined || row["activity_node_id"] === null) continue
        const node = row["activity_node_id"]
        const named = store.get(reader, "ranking_events", row["decision_id"])
        const type = row["signal_type"] as string
        const decision =
          named !== undefined && has(named["candidate_ids"], node)
            ? named
            : type.startsWith("slot")
              ? decisionOfTrip(executing, row["trip_id"], at(row, "occurred_at"), node, at(row, "created_at"))
              : [...store.scan(reader, "ranking_events")]
                  .filter(
                    (one) =>
                      one["session_id"] === row["session_id"] &&
                      row["session_id"] !== null &&
                      one["surface"] === "discovery" &&
                      one["user_id"] === row["user_id"] &&
                      has(one["candidate_ids"], node)
                  )
                  .sort(newest)[0]
        if (decision === undefined) continue
        store.insert("decision_outcomes", { ...row, decision_id: decision["id"], outcome: OUTCOME_OF[type] }, "nothing")
      }
    }
  )
]
