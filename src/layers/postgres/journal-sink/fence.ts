/**
 * The fence: what an owner wrote counts only while no other took its place, or while the one who did awaits it. Asked in the
 * transaction that stores, with the lease held still, so that nobody takes over in between.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { type Node, SHARD } from "../../../domain/nodes/standing.ts"
import type { JournalEntry } from "../../../services/journal.ts"
import { SinkStale, SinkUnavailable } from "../../../services/journal-sink.ts"

interface LeaseRow {
  readonly mine: boolean
  readonly since_epoch: number
}

interface TailRow {
  readonly since_epoch: number
  readonly epoch: number
}

const NO_LEASE =
  "The row of shard_leases is gone, so nobody can tell whose records count: put it back with an epoch above the last one. They wait."

/** Run in a transaction; fails where records do not count. */
export const fence = Effect.fnUntraced(function* (
  sql: SqlClient,
  self: Pick<Node, "directory" | "incarnation"> | undefined,
  batch: ReadonlyArray<JournalEntry>
) {
  if (self === undefined || batch.length === 0) return
  const [lease] = yield* sql<LeaseRow>`
    select coalesce(directory = ${self.directory} and incarnation = ${self.incarnation}, false) as mine, since_epoch
    from shard_leases where shard = ${SHARD} for share`
  if (lease === undefined) return yield* new SinkUnavailable({ message: NO_LEASE })
  // Zero: written by a release that owned nothing, before this database had owners.
  const others = batch.filter(
    ({ epoch }) => epoch !== undefined && epoch !== 0 && !(lease.mine && epoch >= lease.since_epoch)
  )
  if (others.length === 0) return
  // Asked apart: whoever took over while the lease was waited for has noted in the same moment that this journal is awaited, and one
  // statement would see the new owner beside the old list of who is awaited.
  const [tail] = yield* sql<TailRow>`
    select since_epoch, epoch from shard_tails where shard = ${SHARD} and directory = ${self.directory}`
  const stale = others.filter(({ epoch }) => tail === undefined || epoch! < tail.since_epoch || epoch! > tail.epoch)
  if (stale.length === 0) return
  return yield* new SinkStale({
    message: "Another server owns what these records speak of since before they were written.",
    positions: stale.map(({ position }) => position)
  })
})
