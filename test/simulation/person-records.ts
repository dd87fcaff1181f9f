/** What the model of PostgreSQL does to the rows of somebody who leaves: the promises of `PersonRecords`, without its statements. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { TripId, UserId } from "../../src/domain/ids.ts"
import { PersonRecords, PersonRecordsUnavailable } from "../../src/services/person-records.ts"
import { type Asking, asked, type Kept } from "./ports.ts"
import { type Row, SCHEMA } from "./postgres/schema.ts"
import type { PgServer } from "./postgres/server.ts"
import { PgFailure } from "./postgres/types.ts"

const ROOTS: ReadonlyArray<string> = ["trips", "trip_snapshots"]

/** A row never changes; another one takes its place. */
const texts = new WeakMap<Row, string>()

const mentions = (row: Row, person: string): boolean => {
  let text = texts.get(row)
  if (text === undefined) {
    text = JSON.stringify(row)
    texts.set(row, text)
  }
  return text.includes(person)
}

/** Tables and rows in which somebody is named. */
export function* rowsNaming(
  server: PgServer,
  person: string
): Generator<{ readonly table: string; readonly row: Row }> {
  for (const table of SCHEMA.keys()) {
    for (const row of server.store.scan(undefined, table)) if (mentions(row, person)) yield { table, row }
  }
}

const tripOf = (table: string, row: Row): string | undefined =>
  (table === "trips" ? row["id"] : row["trip_id"]) as string | undefined

const replaced = (row: Row, person: string, other: string): Row =>
  JSON.parse(JSON.stringify(row).replaceAll(person, other))

const NAMING = ["user_id", "actor_id", "invited_user_id", "invited_by"]

/** Everybody of whom anything stands in a trip. */
const partyOf = (server: PgServer, trip: string): ReadonlySet<unknown> => {
  const party = new Set<unknown>()
  for (const table of SCHEMA.keys()) {
    for (const row of server.store.scan(undefined, table)) {
      if (tripOf(table, row) !== trip) continue
      for (const column of NAMING) if ((row[column] ?? null) !== null) party.add(row[column])
    }
  }
  return party
}

export const layer = (asking: Asking, kept: Kept) => {
  const { server, world } = asking
  const away = () => new PersonRecordsUnavailable({ message: "What is held of the person cannot be read right now." })
  const { store } = server
  /** In one transaction of its own, when nobody else writes. */
  const changing = <A>(change: () => A): Effect.Effect<A, PersonRecordsUnavailable> =>
    Effect.suspend(() =>
      Effect.flatMap(
        asked(asking, () => store.writer === undefined, away),
        (free) => {
          if (!free) return Effect.andThen(Effect.sleep(2), changing(change))
          const told = server.executed.length
          try {
            const made = change()
            store.commit()
            return Effect.succeed(made)
          } catch (cause) {
            // What refers to what goes has arrived since: nothing of the transaction stands, and it is tried again with that.
            if (!(cause instanceof PgFailure)) throw cause
            store.rollback()
            server.executed.length = told
            return Effect.fail(away())
          }
        }
      )
    )
  const rename = (person: string, wanted: (table: string, row: Row) => boolean, standIn: string): void => {
    const found = [...rowsNaming(server, person)].filter(({ row, table }) => table !== "users" && wanted(table, row))
    if (found.length > 0) server.change("users", undefined, { id: standIn })
    for (const { row, table } of found) server.change(table, row, replaced(row, person, standIn))
  }
  const tripsOf = (person: string): ReadonlyArray<{ readonly id: TripId; readonly alone: boolean }> => {
    const ids = new Set<string>()
    for (const { row, table } of rowsNaming(server, person)) {
      const trip = tripOf(table, row)
      if (typeof trip === "string") ids.add(trip)
    }
    return [...ids].map((id) => {
      const party = partyOf(server, id)
      return { id: id as TripId, alone: party.size === 0 || (party.size === 1 && party.has(person)) }
    })
  }
  return Layer.succeed(
    PersonRecords,
    PersonRecords.of({
      held: () => Stream.empty,
      trips: (userId) => asked(asking, () => tripsOf(userId), away),
      disguiseTrip: (userId, tripId) =>
        changing(() => {
          for (const row of [...store.scan(undefined, "door_reports")]) {
            if (row["user_id"] === userId && row["trip_id"] === tripId) server.change("door_reports", row, undefined)
          }
          const alone = tripsOf(userId).some((one) => one.id === tripId && one.alone)
          if (!alone) return rename(userId, (table, row) => tripOf(table, row) === tripId, world.uuid())
          // Under another id and in other weeks nobody would find it again: to who asks for the old one, it is gone.
          for (const table of [
            "trip_events",
            "lost_trip_events",
            "behavioral_signals",
            "ranking_events",
            "pivot_events",
            "intention_signals",
            "door_reports",
            "decision_outcomes",
            "exp.constraint_snapshots",
            ...ROOTS
          ]) {
            for (const row of [...store.scan(undefined, table)])
              if (tripOf(table, row) === tripId) server.change(table, row, undefined)
          }
        }),
      disguiseLoose: (userId) =>
        changing(() => {
          rename(userId, (table) => table !== "users" && table !== "persona_dimensions", world.uuid())
          return false
        }),
      removeAccount: (userId) =>
        changing(() => {
          for (const { row, table } of [...rowsNaming(server, userId)]) {
            if (
              table === "exp.persona_snapshots" ||
              table === "door_reports" ||
              table === "user_states" ||
              table === "idempotency_receipts" ||
              table === "persona_dimensions"
            )
              server.change(table, row, undefined)
          }
          const user = store.get(undefined, "users", userId)
          if (user !== undefined) server.change("users", user, undefined)
        }),
      removeMentions: (userId) => changing(() => rename(userId, () => true, world.uuid())),
      arrival: (jobId) => asked(asking, () => kept.jobs.get(jobId)?.payload.late, away),
      conclude: (userId: UserId, jobId, seen) =>
        changing(() => {
          const job = kept.jobs.get(jobId)
          if (job === undefined || job.payload.late !== seen || !rowsNaming(server, userId).next().done) return false
          job.payload = {}
          return true
        })
    })
  )
}
