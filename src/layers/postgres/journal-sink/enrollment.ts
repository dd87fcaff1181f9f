/** A journal goes to work: what is known of it, and whether trips can be said to go on where they were. */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"

/** Trips that ended longer ago than this are followed by nobody: they keep the epoch that they had. */
const FOLLOWED_DAYS = 7

/** Gives every trip that somebody may follow a new epoch: what they have seen may be gone. Answers how many. */
export const renewEpochs = Effect.fnUntraced(function* (sql: SqlClient) {
  // Longer than a request may take, where trips are many: cut short it would be begun anew for ever, and no trip come into memory.
  yield* sql`set local statement_timeout = 0`
  const [renewed] = yield* sql<{ trips: number }>`
    with renewed as (
      update trips set epoch = gen_random_uuid()
      where status in ('planning', 'confirmed', 'active') or end_date > current_date - ${FOLLOWED_DAYS}::int
      returning 1
    ), begun as (
      -- Of a trip without a row, which came with a snapshot or whose creation was refused, the epoch stands beside its snapshot.
      update trip_snapshots s set epoch = gen_random_uuid() where not exists (select from trips where id = s.trip_id)
      returning 1
    ) select ((select count(*) from renewed) + (select count(*) from begun))::int as trips`
  return renewed!.trips
})

/**
 * Run in a transaction. Journals of other directories do not count: their servers are alive, or awaited until an operator gives
 * them up. Where nobody counts servers (`directory` undefined), and of older releases, every one does. Answers the position up to which the journal is stored. */
export const enroll = Effect.fnUntraced(function* (
  sql: SqlClient,
  node: string,
  former: ReadonlyArray<string>,
  since: number,
  directory: string | undefined
) {
  // Two that enroll at once must see each other.
  yield* sql`lock table journal_progress in share row exclusive mode`
  const [known] = yield* sql<{ position: string }>`
    update journal_progress set closed = false, directory = ${directory ?? null} where node_id = ${node}
    returning (segment + byte_offset)::text as position`
  if (known !== undefined) return Number(known.position)
  const [other] = yield* sql<{ at: string }>`
    select updated_at::text as at from journal_progress where not closed and (directory is null or directory = ${directory ?? null}) order by updated_at desc limit 1`
  yield* sql`
    insert into journal_progress (node_id, segment, byte_offset, directory)
    values (${node}, ${since}, 0, ${directory ?? null})`
  if (other === undefined) return since
  const trips = yield* renewEpochs(sql)
  // What they may have lost is accounted for.
  if (former.length > 0) yield* sql`update journal_progress set closed = true where ${sql.in("node_id", former)}`
  yield* Effect.logWarning(
    `This journal is new to the database, and another that was last heard of at ${other.at} was not closed: it may have held what is lost now. Whoever follows one of ${trips} trips gets the whole trip when they come back.`
  )
  return since
})
