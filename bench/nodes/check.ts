/** What is asked from outside once everything is there again: nothing of what was told is lost, doubled or gone back on. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Told, Traveler } from "./travelers.ts"

/** How long everything may take to be stored at the end. */
const SETTLE_MS = 60_000

const LOOK_EVERY = "250 millis"

const tripsOf = (travelers: ReadonlyArray<Traveler>) => travelers.map(({ trip }) => trip!.id)

/** Until every trip is stored as under way: one that is only on a disk is rightly gone with it, and nobody finds it any more. */
export const tripsStored = Effect.fnUntraced(function* (travelers: ReadonlyArray<Traveler>) {
  const sql = yield* SqlClient
  const wanted = tripsOf(travelers)
  for (const until = Date.now() + SETTLE_MS; ; ) {
    const [stored] = yield* sql<{ n: number }>`
      select count(*)::int as n from trips where id::text = any(${wanted}::text[]) and status = 'active'`
    if (stored!.n === wanted.length) return
    if (Date.now() > until)
      throw new Error(`${wanted.length - stored!.n} trips were not stored in ${SETTLE_MS / 1_000} s.`)
    yield* Effect.sleep(LOOK_EVERY)
  }
})

/** How often each change is stored, by its key. */
export const storedKeys = Effect.fnUntraced(function* (travelers: ReadonlyArray<Traveler>) {
  const sql = yield* SqlClient
  const rows = yield* sql<{ key: string; n: number }>`
    select idempotency_key as key, count(*)::int as n from trip_events
    where trip_id::text = any(${tripsOf(travelers)}::text[]) and idempotency_key is not null group by 1`
  return new Map(rows.map(({ key, n }) => [key, n]))
})

/** What is stored of the changes: every acknowledged key once, and nothing of what was given up. */
export const check = Effect.fnUntraced(function* (
  travelers: ReadonlyArray<Traveler>,
  told: Told,
  forgone: ReadonlySet<string>
) {
  const sql = yield* SqlClient
  const until = Date.now() + SETTLE_MS
  for (;;) {
    const stored = yield* storedKeys(travelers)
    const lost = [...told.acknowledged].filter((key) => !stored.has(key) && !forgone.has(key)).length
    if (lost > 0 && Date.now() < until) {
      yield* Effect.sleep("500 millis")
      continue
    }
    const [gaps] = yield* sql<{ n: number }>`
      select count(*)::int as n from (
        select trip_id from trip_events where trip_id::text = any(${tripsOf(travelers)}::text[])
        group by trip_id having count(*) <> max(seq)) as torn`
    const twice = [...stored.values()].filter((n) => n > 1).length
    const back = [...forgone].filter((key) => stored.has(key)).length
    return { lost, twice, torn: gaps!.n, back }
  }
})

export interface Epochs {
  last: number
  /** How often somebody else owned than before. */
  moves: number
  fell: number
}

/** Looks at the lease for as long as it runs: its epoch never falls. */
export const watchEpochs = (seen: Epochs) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const [row] = yield* sql<{ epoch: number }>`select max(epoch)::int as epoch from shard_leases`
    if (row!.epoch < seen.last) seen.fell++
    if (row!.epoch > seen.last) seen.moves++
    seen.last = row!.epoch
  }).pipe(Effect.timeout("2 seconds"), Effect.ignore, Effect.andThen(Effect.sleep(LOOK_EVERY)), Effect.forever)
