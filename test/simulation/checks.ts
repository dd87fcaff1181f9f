/** Looks at everything from outside, while a run goes on and when it is over. */
import * as Effect from "effect/Effect"
import type { TripId, UserId } from "../../src/domain/ids.ts"
import { payloadsOfKind } from "../../src/domain/records/kind.ts"
import { TRIP_EVENT } from "../../src/domain/records/kinds.ts"
import type { TripEventEnvelope } from "../../src/domain/trip/events.ts"
import { evolveTrip } from "../../src/domain/trip/evolve.ts"
import type { TripState } from "../../src/domain/trip/model.ts"
import type { Fate } from "./faults.ts"
import type { Running } from "./node.ts"
import type { Oracle } from "./oracle.ts"
import { rowsNaming } from "./person-records.ts"
import type { Row } from "./postgres/schema.ts"
import type { PgServer } from "./postgres/server.ts"
import { storedEvents } from "./stored-events.ts"
import type { Tally } from "./tally.ts"

export interface Looked {
  readonly server: PgServer
  readonly oracle: Oracle
  readonly tally: Tally
  readonly fate: Fate
}

/** What the events make, told apart from how the runtime reads them: one after another, past those that are lost. */
const folded = (events: ReadonlyArray<TripEventEnvelope>): TripState | undefined => {
  let trip: TripState | undefined
  for (const one of events) {
    if (trip === undefined) {
      if (one.event._tag === "trip_created") trip = evolveTrip(undefined, one)
    } else trip = evolveTrip(one.seq > trip.seq + 1 ? { ...trip, seq: one.seq - 1 } : trip, one)
  }
  return trip
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)])
  )
}

/** Without what does not follow from events alone: which epoch is in force, which changes are known to be lost, what the clock still lets be undone. */
const plainText = ({ epoch: _, lost: __, undoable: ___, ...trip }: TripState): string => JSON.stringify(sorted(trip))

/** Where two states differ, by the first of their fields. */
const difference = (one: TripState, other: TripState): string => {
  const a = sorted(one) as Row
  const b = sorted(other) as Row
  const field = [...Object.keys(a), ...Object.keys(b)].find(
    (key) => !["epoch", "lost", "undoable"].includes(key) && JSON.stringify(a[key]) !== JSON.stringify(b[key])
  )!
  const parts = (value: unknown) => (Array.isArray(value) ? value : [value]).map((one) => JSON.stringify(one))
  const [mine, theirs] = [parts(a[field]), parts(b[field])]
  const only = (some: ReadonlyArray<string>, others: ReadonlyArray<string>) => some.filter((x) => !others.includes(x))
  return `${field} is ${only(mine, theirs)} by the log and ${only(theirs, mine)} in memory`
}

/** What is in memory is what the log says: the rows of the database, and then the records that it does not have yet. */
export const checkReplay = (running: Running, { fate, oracle, server, tally }: Looked, trip: string, by: string) =>
  Effect.gen(function* () {
    const read = running.trips.ask(trip as TripId, { _tag: "read", by: by as UserId })
    const before = yield* read
    const entries = yield* running.journal.undrained(`trip:${trip}`)
    const stored = storedEvents(server, trip)
    const after = yield* read
    if (before._tag !== "trip" || after._tag !== "trip") return
    if (
      before.trip.seq !== after.trip.seq ||
      before.trip.epoch !== after.trip.epoch ||
      (after.trip.lost?.length ?? 0) > 0
    )
      return
    const last = stored.at(-1)?.seq ?? 0
    if (stored.some(({ seq }, i) => seq !== i + 1)) return
    const waiting = payloadsOfKind(TRIP_EVENT, entries).filter(({ seq }) => seq > last)
    // A change that was refused just now is written down as lost before the trip hears of it.
    // And a snapshot may hold what went with a disk before it was stored: then the log alone does not tell everything.
    const known = new Set(waiting.map(({ seq }) => seq))
    const snapshot = (server.store.get(undefined, "trip_snapshots", trip)?.["seq"] ?? 0) as number
    for (let seq = last + 1; seq < after.trip.seq; seq++) {
      if (known.has(seq)) continue
      if (server.store.get(undefined, "lost_trip_events", trip, seq) !== undefined) return
      if (seq <= snapshot && fate.disksLost > 0) return
    }
    const made = folded([...stored, ...waiting])
    // Of who is being erased, rows and memory speak in turn under other names.
    const leaving = [...oracle.partOf(trip)].some((user) => oracle.erased.has(user))
    if (leaving || oracle.cursed.has(trip) || made === undefined || made.seq !== after.trip.seq) return
    tally.check(
      "replay of the log gives what is in memory",
      plainText(made) === plainText(after.trip),
      () => `trip ${trip} at ${made.seq}: ${difference(made, after.trip)}`
    )
  }).pipe(Effect.ignore)

/** A trip's epoch changes only where something of its own was lost, or a whole disk. */
export class Epochs {
  readonly #seen = new Map<string, string>()
  #lost = new Map<string, number>()
  #journals = 0
  #awaited = 0

  look({ server, tally }: Looked): void {
    const { store } = server
    const journals = [...store.scan(undefined, "journal_progress")].length
    // Journals that are awaited in vain are given up by an operator.
    const awaited = [...store.scan(undefined, "shard_tails")].length
    const lost = new Map<string, number>()
    for (const row of store.scan(undefined, "lost_trip_events")) {
      const trip = row["trip_id"] as string
      lost.set(trip, (lost.get(trip) ?? 0) + 1)
    }
    for (const row of store.scan(undefined, "trips")) {
      const id = row["id"] as string
      const before = this.#seen.get(id)
      this.#seen.set(id, row["epoch"] as string)
      if (before === undefined) continue
      const own = (lost.get(id) ?? 0) > (this.#lost.get(id) ?? 0)
      tally.check(
        "one trip's misfortune touches no other",
        before === row["epoch"] || own || journals > this.#journals || awaited < this.#awaited,
        () => `trip ${id} has a new epoch although nothing of it was lost`
      )
    }
    this.#lost = lost
    this.#journals = journals
    this.#awaited = awaited
  }
}

const checkChanges = ({ oracle, server, tally }: Looked): void => {
  const rows = new Map<string, Row>()
  const keys = new Map<string, number>()
  for (const row of server.store.scan(undefined, "trip_events")) {
    rows.set(row["id"] as string, row)
    if (row["idempotency_key"] !== null) {
      const name = `${row["trip_id"]} ${row["idempotency_key"]}`
      keys.set(name, (keys.get(name) ?? 0) + 1)
    }
  }
  // What the calendar did to the trip of somebody who left may be stored after everything else of it was put away.
  const gone = (trip: string) =>
    server.store.get(undefined, "trips", trip) === undefined &&
    [...oracle.partOf(trip)].some((user) => oracle.erased.has(user))
  for (const [id, one] of oracle.acknowledged) {
    if (oracle.forgiven.has(id) || gone(one.trip)) continue
    const { envelope, trip } = one
    const row = rows.get(id)
    const lost = server.store.get(undefined, "lost_trip_events", trip, envelope.seq) !== undefined
    const refusable = oracle.refusable(one)
    tally.check(
      "an acknowledged write is there exactly once",
      row === undefined ? refusable : row["seq"] === envelope.seq && row["trip_id"] === trip,
      () =>
        `change ${envelope.seq} (${envelope.event._tag}, ${id}) of trip ${trip} was acknowledged and is ${row === undefined ? `not stored${lost ? ", but written down as lost" : ""}` : `stored as ${row["seq"]}`}`
    )
    if (row !== undefined || !refusable) continue
    tally.met("row refused")
    tally.check(
      "a refused change is told",
      lost,
      () => `change ${envelope.seq} of trip ${trip} was refused and nobody is told`
    )
  }
  for (const [name, id] of oracle.keys) {
    const [trip] = name.split(" ") as [string]
    const stored = keys.get(name) ?? 0
    const excused = oracle.cursed.has(trip) || oracle.forgivenKeys.has(name) || gone(trip) || stored > 0
    // Of an answer to an offer it is not known whether it put a place into the plan that the database refuses.
    const lost =
      id === ""
        ? [...server.store.scan(undefined, "lost_trip_events")].some((row) => row["trip_id"] === trip)
        : !rows.has(id)
    tally.check(
      "an acknowledged write is there exactly once",
      stored <= 1 && (excused || lost),
      () => `the write ${name} was acknowledged and is stored ${stored} times`
    )
  }
}

/** Whether the database knows somebody as one of a trip: with a disk, also that may have gone. */
const isStoredMember = ({ store }: PgServer, trip: string, user: string): boolean =>
  store.get(undefined, "trips", trip)?.["user_id"] === user ||
  store.get(undefined, "trip_members", trip, user) !== undefined

const checkSignals = ({ oracle, server, tally }: Looked): void => {
  for (const [id, { trip, user }] of oracle.signals) {
    if (oracle.forgiven.has(id) || !oracle.maySpeakOf(trip, user) || !isStoredMember(server, trip, user)) continue
    const row = server.store.get(undefined, "behavioral_signals", id)
    tally.check(
      "an acknowledged signal is there exactly once",
      row !== undefined,
      () => `signal ${id} of ${user} about trip ${trip} was taken and is not stored`
    )
  }
}

export const checkErased = ({ fate, oracle, server, tally }: Looked): void => {
  for (const user of oracle.erased) {
    const row = rowsNaming(server, user).next()
    const file = [...fate.disk.files].find(([, { bytes }]) => bytes.includes(user))
    tally.check(
      "who was erased stays erased",
      row.done === true && file === undefined,
      () =>
        `${user} was erased and stands in ${row.done ? file?.[0] : `${row.value.table}: ${JSON.stringify(row.value.row).slice(0, 400)}`}`
    )
  }
}

/** Of a trip that was put away with who left, nothing stands under its id. */
const checkPutAway = ({ oracle, server, tally }: Looked): void => {
  const { store } = server
  const refused = new Set([...store.scan(undefined, "lost_trip_events")].map((row) => row["trip_id"]))
  for (const table of ["trip_events", "trip_snapshots"]) {
    for (const row of store.scan(undefined, table)) {
      const trip = row["trip_id"] as string
      if (store.get(undefined, "trips", trip) !== undefined || refused.has(trip)) continue
      tally.check(
        "who was erased stays erased",
        ![...oracle.partOf(trip)].some((user) => oracle.erased.has(user)),
        () => `trip ${trip} went with who was erased, and ${table} holds ${JSON.stringify(row).slice(0, 400)}`
      )
    }
  }
}

/** Whatever was told in the epoch that is in force is what stands there. */
const checkPlaces = ({ oracle, server, tally }: Looked): void => {
  for (const row of server.store.scan(undefined, "trips")) {
    const trip = row["id"] as string
    const at = new Map(storedEvents(server, trip).map((one) => [one.seq, one.at]))
    for (const [seq, told] of oracle.placesOf(trip, row["epoch"] as string)) {
      const stands = at.get(seq)
      const lost = server.store.get(undefined, "lost_trip_events", trip, seq) !== undefined
      tally.check(
        "one writer per trip and epoch",
        stands === told || (stands === undefined && lost),
        () =>
          `change ${seq} of trip ${trip} was told as of ${told} in the epoch in force, and what is stored is of ${stands}`
      )
    }
  }
}

export const checkEverything = (looked: Looked): void => {
  checkChanges(looked)
  checkSignals(looked)
  checkErased(looked)
  checkPutAway(looked)
  checkPlaces(looked)
}
