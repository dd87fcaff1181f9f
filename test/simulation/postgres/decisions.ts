/** The statements about decisions, offers and what became of them. */
import { createHash } from "node:crypto"
import { at, decisionOfTrip, list } from "./judged.ts"
import type { Row } from "./schema.ts"
import { type Executing, firstOf, nullable, rowsIn, type Statement, stamp, writing } from "./statement.ts"

const stamped = (row: Row, ...columns: ReadonlyArray<string>): Row => ({
  ...row,
  ...Object.fromEntries(columns.map((column) => [column, stamp(row[column])]))
})

const pushedOut = (row: Row): ReadonlyArray<Row> => (row["pushed_out"] ?? []) as ReadonlyArray<Row>

/** Of several offers under one id the last one. */
const lastOffers = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> => [
  ...new Map(
    rows.toSorted((a, b) => at(a, "offered_at") - at(b, "offered_at")).map((row) => [row["pivot_id"], row])
  ).values()
]

/** Inserts a row, or takes its place where it is not answered and not newer. */
const put = ({ reader, store }: Executing, table: string, row: Row, time: string, answered: boolean): void => {
  const old = store.get(reader, table, row["id"])
  if (old === undefined) store.insert(table, row, "nothing")
  else if (!answered && at(old, time) <= at(row, time)) store.update(table, old, row)
}

const offers = (executing: Executing, told: ReadonlyArray<Row>): void => {
  const { reader, store } = executing
  const rows = lastOffers(told)
  const gone = new Map(
    told.flatMap((row) =>
      pushedOut(row).map((one) => [
        one["pivot_id"],
        { time_to_action_ms: one["after_ms"], responded_at: row["offered_at"], response: "ignore" }
      ])
    )
  )
  const offered = new Set(rows.map((row) => row["pivot_id"]))
  const before = new Set(
    [...gone.keys()].filter((id) => !offered.has(id) && store.get(reader, "pivot_events", id) !== undefined)
  )
  const isAnswered = (id: unknown) => (store.get(reader, "pivot_events", id)?.["response"] ?? null) !== null
  const answered = new Set([...offered].filter(isAnswered))
  const nobody = { time_to_action_ms: null, responded_at: null, response: null }
  for (const row of rows) {
    const id = row["pivot_id"]
    put(executing, "pivot_events", { ...row, id, ...(gone.get(id) ?? nobody) }, "offered_at", answered.has(id))
  }
  for (const [id, answer] of gone) {
    const old = store.get(reader, "pivot_events", id)
    if (before.has(id) && old !== undefined && old["response"] === null) store.update("pivot_events", old, answer)
  }
  for (const row of rows) {
    if ((row["candidate_ids"] ?? null) === null) continue
    const candidates = list(row["candidate_ids"])
    const decision = {
      ...row,
      id: row["pivot_id"],
      user_id: row["ranked_for"],
      surface: "pivot",
      propensities: candidates.map(() => 1),
      ranked_ids: candidates,
      user_state: store.get(reader, "user_states", row["user_state_id"])?.["state"] ?? {},
      occurred_at: row["offered_at"]
    }
    put(executing, "ranking_events", decision, "occurred_at", answered.has(row["pivot_id"]))
  }
}

const md5Uuid = (text: string): string => {
  const hex = createHash("md5").update(text).digest("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Each place once, as it comes first. */
const firstOfPairs = (pairs: ReadonlyArray<readonly [option: Row, place: Row]>) => [
  ...new Map(pairs.toReversed().map((pair) => [pair[1]["node_id"], pair])).values()
]

/** Offers by their ids, with who answered where the records say that. */
const answeredOffers = ({ reader, store }: Executing, offers: ReadonlyMap<unknown, unknown>): void => {
  for (const [id, answeredBy] of offers) {
    const offer = store.get(reader, "pivot_events", id)
    const decision = store.get(reader, "ranking_events", id)
    if (offer === undefined || decision === undefined || offer["response"] === null) continue
    const options = offer["options"] as ReadonlyArray<Row>
    const isTaken = (option: Row) => option["option_id"] === offer["chosen_option_id"]
    const places = [...options.filter(isTaken), ...options.filter((option) => !isTaken(option))].flatMap((option) => {
      const about = { node_id: option["node_id"], slot_id: offer["slot_id"] }
      const brought = (option["places"] ?? [about]) as ReadonlyArray<Row>
      return brought.filter((one) => (one["node_id"] ?? null) !== null).map((one): readonly [Row, Row] => [option, one])
    })
    for (const [option, place] of firstOfPairs(places)) {
      const chosen = isTaken(option)
      const more = place["node_id"] === option["node_id"] ? "" : place["node_id"]
      store.insert(
        "decision_outcomes",
        {
          id: md5Uuid(`outcome${option["option_id"]}${more}`),
          decision_id: decision["id"],
          user_id: answeredBy ?? decision["user_id"],
          trip_id: offer["trip_id"],
          session_id: decision["session_id"],
          slot_id: place["slot_id"],
          activity_node_id: place["node_id"],
          outcome: offer["response"] === "ignore" ? "ignored" : chosen ? "confirmed" : "skipped",
          occurred_at: offer["responded_at"]
        },
        "nothing"
      )
    }
  }
}

/** The first answer to each offer, of those that are meant. */
const firstAnswers = (json: unknown, meant: (row: Row) => boolean): ReadonlyArray<Row> =>
  firstOf(
    rowsIn(json)
      .filter(meant)
      .toSorted((a, b) => at(a, "responded_at") - at(b, "responded_at")),
    (one) => String(one["pivot_id"])
  )

export const decisionStatements: ReadonlyArray<Statement> = [
  writing("insert into ranking_events ( id, user_id, trip_id, session_id, day_number", ({ store }, [json]) => {
    for (const row of rowsIn(json))
      store.insert(
        "ranking_events",
        { ...stamped(row, "occurred_at"), model_failed: row["model_failed"] ?? false },
        "nothing"
      )
  }),
  writing("insert into user_states", ({ store }, [json]) => {
    for (const row of rowsIn(json)) store.insert("user_states", row, "nothing")
  }),
  writing("with told as materialized ( select * from json_to_recordset", (executing, [json]) =>
    offers(
      executing,
      rowsIn(json).map((row) => stamped(row, "offered_at"))
    )
  ),
  writing("update pivot_events p set response = r.response", ({ reader, store }, [json]) => {
    for (const row of firstAnswers(json, (one) => one["late"] !== true)) {
      const old = store.get(reader, "pivot_events", row["pivot_id"])
      if (old === undefined || old["response"] !== null) continue
      const { chosen_option_id, response, slots_changed, time_to_action_ms } = row
      store.update("pivot_events", old, {
        response,
        chosen_option_id: nullable(chosen_option_id),
        time_to_action_ms: nullable(time_to_action_ms),
        slots_changed: nullable(slots_changed),
        responded_at: stamp(row["responded_at"])
      })
    }
  }),
  writing("with late_answers as", ({ reader, store }, [json]) => {
    const heard: Array<Row> = []
    for (const row of firstAnswers(json, (one) => one["late"] === true)) {
      const old = store.get(reader, "pivot_events", row["pivot_id"])
      if (old === undefined || old["trip_id"] !== row["trip_id"]) continue
      const options = old["options"] as ReadonlyArray<Row>
      const chosen = options.find((one) => one["option_id"] === row["chosen_option_id"])
      const said = Number(row["responded_at"])
      const isOpen = old["response"] === null || (old["response"] === "ignore" && at(old, "responded_at") > said)
      if (!isOpen || options.length === 0 || (row["response"] !== "dismiss" && chosen === undefined)) continue
      const responded_at = Math.max(said, at(old, "offered_at"))
      store.update("pivot_events", old, {
        response: row["response"],
        chosen_option_id: nullable(chosen?.["option_id"]),
        time_to_action_ms: responded_at - at(old, "offered_at"),
        slots_changed: nullable(row["slots_changed"]),
        responded_at
      })
      heard.push({ pivot_id: row["pivot_id"] })
    }
    return heard
  }),
  writing("delete from decision_outcomes where decision_id in", ({ reader, store }, ids) => {
    for (const one of [...store.scan(reader, "decision_outcomes")])
      if (one["outcome"] === "ignored" && ids.includes(one["decision_id"])) store.remove("decision_outcomes", one)
  }),
  writing("with records as materialized", (executing, [json]) => {
    const offers = new Map<unknown, unknown>()
    for (const row of rowsIn(json)) {
      if (row["response"] != null && row["voted"] !== true && row["nobodys"] !== true)
        offers.set(row["pivot_id"], row["user_id"])
      for (const one of pushedOut(row))
        if (one["nobodys"] !== true && !offers.has(one["pivot_id"])) offers.set(one["pivot_id"], undefined)
    }
    answeredOffers(executing, offers)
  }),
  writing("insert into intention_signals", ({ store }, [json]) => {
    for (const row of rowsIn(json)) store.insert("intention_signals", stamped(row, "occurred_at"), "nothing")
  }),
  writing("insert into door_reports", ({ reader, store }, [json]) => {
    for (const row of rowsIn(json)) {
      const said = stamped(row, "occurred_at")
      const old = store.get(reader, "door_reports", row["id"])
      if (old === undefined) store.insert("door_reports", said)
      else if (Number(old["occurred_at"]) <= Number(said["occurred_at"])) {
        const { open, opening_hours, occurred_at } = said
        store.update("door_reports", old, { open, opening_hours: nullable(opening_hours), occurred_at })
      }
    }
  }),
  writing("insert into exp.events", ({ store }, [json]) => {
    for (const row of rowsIn(json)) store.insert("exp.events", stamped(row, "timestamp"), "nothing")
  }),
  writing("insert into exp.constraint_snapshots", ({ store }, [json]) => {
    for (const row of rowsIn(json)) store.insert("exp.constraint_snapshots", stamped(row, "valid_from"), "nothing")
  }),
  writing("with r as ( select j.user_id, j.trip_id", (executing, [json]) => {
    for (const row of rowsIn(json)) {
      const { session_id, trip_id, user_id } = row
      for (const one of row["outcomes"] as ReadonlyArray<Row>) {
        const named =
          one["decision_id"] ??
          decisionOfTrip(executing, trip_id, at(row, "occurred_at"), one["activity_node_id"])?.["id"]
        if (named === undefined) continue
        const outcome = { ...one, decision_id: named, user_id, trip_id, session_id, occurred_at: row["occurred_at"] }
        executing.store.insert("decision_outcomes", outcome, "nothing")
      }
    }
  }),
  writing("insert into users (id) select distinct coalesce(r.ranked_for", ({ store }, [json]) => {
    for (const row of rowsIn(json)) {
      const id = row["ranked_for"] ?? row["user_id"]
      if (id !== undefined && id !== null) store.insert("users", { id }, "nothing")
    }
  }),
  writing("insert into model_registry", ({ store }, [json]) => {
    for (const { model_name, model_version } of rowsIn(json)) {
      const claude = model_name === "llm_ranker"
      store.insert(
        "model_registry",
        {
          model_name,
          model_version,
          model_type: claude ? "llm_ranking" : "unknown",
          description: claude
            ? "Claude-based ranking, by the name of the model"
            : "It decided before anybody registered it",
          stage: "staging"
        },
        "nothing"
      )
    }
  })
]
