/**
 * The fence: what an owner wrote counts only while no other took its place, or while the one who did awaits it. Asked in the
 * transaction that stores, with the lease held still, so that nobody takes over in between.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { type Node, SHARD } from "../../../domain/nodes/standing.ts"
import type { JournalEntry } from "../../../services/journal.ts"
import { SinkStale } from "../../../services/journal-sink.ts"

interface FenceRow {
  readonly mine: boolean
  readonly since_epoch: number
  readonly tail_since: number | null
  readonly tail_epoch: number | null
}

const counts = (epoch: number, row: FenceRow): boolean =>
  // Written by a release that owned nothing, before this database had owners.
  epoch === 0 ||
  (row.mine && epoch >= row.since_epoch) ||
  (row.tail_since !== null && epoch >= row.tail_since && epoch <= row.tail_epoch!)

/** Run in a transaction; fails where records do not count. */
export const fence = (
  sql: SqlClient,
  self: Pick<Node, "directory" | "incarnation"> | undefined,
  batch: ReadonlyArray<JournalEntry>
) =>
  Effect.suspend(() => {
    if (self === undefined || batch.length === 0) return Effect.void
    return Effect.flatMap(
      sql<FenceRow>`
        select coalesce(l.directory = ${self.directory} and l.incarnation = ${self.incarnation}, false) as mine,
          l.since_epoch, t.since_epoch as tail_since, t.epoch as tail_epoch
        from shard_leases l
        left join shard_tails t on t.shard = l.shard and t.directory = ${self.directory}
        where l.shard = ${SHARD} for share of l`,
      ([row]) => {
        const positions = batch.flatMap(({ epoch, position }) => (counts(epoch ?? 0, row!) ? [] : [position]))
        return positions.length === 0
          ? Effect.void
          : Effect.fail(
              new SinkStale({
                message: "Another server owns what these records speak of since before they were written.",
                positions
              })
            )
      }
    )
  })
