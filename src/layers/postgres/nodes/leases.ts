/** Leases in PostgreSQL: a server that is alone asks one statement now and then, and nobody waits for it. */
import { PgClient } from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type { SqlClient } from "effect/sql/SqlClient"
import { type Heard, LAST_EPOCH, LEASE_MS, type Node, ownsTrips, SHARD } from "../../../domain/nodes/standing.ts"
import { type FormerLife, type JournalRow, Leases, LeasesUnavailable, type NodeRow } from "../../../services/leases.ts"
import { whyAway } from "../away.ts"
import { renewEpochs } from "../journal-sink/enrollment.ts"

const unavailable = (error: unknown) =>
  new LeasesUnavailable({ message: `Who owns this database's trips cannot be asked right now: ${whyAway(error)}.` })

const NO_LEASE =
  "The row of shard_leases is gone, so nobody can own the trips: put it back with an epoch above the last one."

/** On which an owner says that it has given its lease back, and the next one that it has taken it. */
const MOVED = "overplanned_released"

/** A server that was not heard of for longer is not expected back; where it comes, it is a new one. */
const FORGOTTEN_AFTER = "30 days"

/** Before the channel is opened again after the database was away. */
const REOPEN = Schedule.spaced("2 seconds")

interface HeardRow {
  readonly known: boolean
  readonly epoch: number
  readonly directory: string | null
  readonly incarnation: string | null
  readonly name: string | null
  readonly address: string | null
  readonly left_ms: number | null
  readonly awaits: ReadonlyArray<string>
  readonly awaits_names: ReadonlyArray<string>
  readonly awaited: boolean
}

const heardOf = (row: HeardRow): Heard => ({
  known: row.known,
  epoch: row.epoch,
  owner:
    row.directory === null
      ? undefined
      : {
          directory: row.directory,
          incarnation: row.incarnation!,
          name: row.name!,
          address: row.address,
          leftMillis: row.left_ms!
        },
  awaits: row.awaits.map((directory, i) => ({ directory, name: row.awaits_names[i]! })),
  awaited: row.awaited
})

const makeMembership = (sql: SqlClient, lease: string) => ({
  former: (directory: string) =>
    Effect.map(
      sql<FormerLife & { readonly left: number }>`
        select incarnation, place,
          case when stopped then 0 else extract(epoch from until - now()) * 1000 end::float8 as left
        from nodes where directory = ${directory}`,
      ([row]): FormerLife | undefined => row && { incarnation: row.incarnation, place: row.place, leftMillis: row.left }
    ),
  /**
   * Run in a transaction. What the directory holds is held by its new life: what was acknowledged before counts as before. Where a
   * journal of before lies open it may hold what is nowhere else, however this life acknowledges: it is awaited until a life ends with it closed.
   */
  enter: (self: Node, former: FormerLife | undefined) =>
    Effect.map(
      sql`
      with entered as (
        insert into nodes (directory, incarnation, name, role, release, place, acks, address, until)
        values (${self.directory}, ${self.incarnation}, ${self.name}, ${self.role}, ${self.release}, ${self.place}, ${self.acks},
          ${self.address}, now() + ${lease}::interval)
        on conflict (directory) do update set
          incarnation = excluded.incarnation, name = excluded.name, role = excluded.role, release = excluded.release,
          place = excluded.place, address = excluded.address,
          acks = case when nodes.acks = 'local' and exists (
              select 1 from journal_progress p where p.directory = nodes.directory and not p.closed)
            then nodes.acks else excluded.acks end,
          started_at = now(), until = excluded.until, stopped = false
          where nodes.incarnation = ${former?.incarnation ?? null}
        returning directory
      ), held as (
        update shard_leases l set incarnation = ${self.incarnation} from entered e where l.directory = e.directory
      )
      select 1 from entered`,
      (rows) => rows.length === 1
    ),
  renew: (self: Node) =>
    Effect.map(
      sql<HeardRow>`
        with me as (
          update nodes set until = now() + ${lease}::interval
          where directory = ${self.directory} and incarnation = ${self.incarnation} returning 1
        ), tails as (
          select t.directory, n.name from shard_tails t join nodes n using (directory) where t.shard = ${SHARD}
        )
        select exists (select 1 from me) as known, l.epoch, l.directory, l.incarnation, n.name, n.address,
          case when n.stopped then 0 else extract(epoch from n.until - now()) * 1000 end::float8 as left_ms,
          array(select directory::text from tails where directory <> ${self.directory} order by 1) as awaits,
          array(select name from tails where directory <> ${self.directory} order by directory::text) as awaits_names,
          exists (select 1 from tails where directory = ${self.directory}) as awaited
        from shard_leases l left join nodes n on n.directory = l.directory where l.shard = ${SHARD}`,
      ([row]) => row
    )
})

interface LeaseRow {
  readonly directory: string | null
  readonly epoch: number
  readonly since_epoch: number
  /** Everything that it acknowledged is in the database. */
  readonly stored: boolean
  readonly alive: boolean
}

/** Run in a transaction. */
const take = Effect.fnUntraced(function* (sql: SqlClient, self: Node) {
  const [held] = yield* sql<LeaseRow>`
    select directory, epoch, since_epoch,
      coalesce((select n.acks = 'pg' from nodes n where n.directory = l.directory), false) as stored,
      coalesce((
      select not n.stopped and n.until > now() from nodes n where n.directory = l.directory), false) as alive
    from shard_leases l where shard = ${SHARD} for update`
  if (held === undefined) return false
  if (held.directory === self.directory) {
    yield* sql`
      update shard_leases set incarnation = ${self.incarnation}, changed_at = now() where shard = ${SHARD}`
    return true
  }
  if (held.alive || held.epoch >= LAST_EPOCH) return false
  if (held.directory !== null && !held.stored) {
    yield* sql`
      insert into shard_tails (shard, directory, since_epoch, epoch)
      values (${SHARD}, ${held.directory}, ${held.since_epoch}, ${held.epoch})
      on conflict (shard, directory) do update set epoch = excluded.epoch`
  }
  // What this directory had left over it brings along: its records count from where they counted before.
  const [own] = yield* sql<{ since_epoch: number }>`
    delete from shard_tails where shard = ${SHARD} and directory = ${self.directory} returning since_epoch`
  yield* sql`
    update shard_leases set directory = ${self.directory}, incarnation = ${self.incarnation}, epoch = epoch + 1,
      since_epoch = ${own?.since_epoch ?? held.epoch + 1}, changed_at = now()
    where shard = ${SHARD}`
  yield* sql`select pg_notify(${MOVED}, '')`
  return true
})

/** Run in a transaction. What an owner leaves behind undrained stays its own: whoever comes next awaits it. */
const leave = Effect.fnUntraced(function* (sql: SqlClient, self: Node) {
  yield* sql`
    update shard_leases set directory = null, incarnation = null, changed_at = now()
    where directory = ${self.directory} and incarnation = ${self.incarnation}
      and not exists (select 1 from journal_progress p where p.directory = ${self.directory} and not p.closed)`
  yield* sql`
    update nodes set stopped = true, until = now()
    where directory = ${self.directory} and incarnation = ${self.incarnation}`
})

/** Run in a transaction. */
const giveUp = Effect.fnUntraced(function* (sql: SqlClient, directory: string) {
  const dropped = yield* sql`delete from shard_tails where directory = ${directory} returning 1`
  if (dropped.length === 0) return undefined
  yield* sql`update journal_progress set closed = true where directory = ${directory}`
  return yield* renewEpochs(sql)
})

export const layer = Layer.effect(
  Leases,
  Effect.gen(function* () {
    const sql = yield* PgClient
    const members = makeMembership(sql, `${LEASE_MS} milliseconds`)
    return Leases.of({
      former: (directory) => Effect.mapError(members.former(directory), unavailable),
      enter: (self, former) => Effect.mapError(members.enter(self, former), unavailable),
      renew: (self) =>
        members.renew(self).pipe(
          Effect.mapError(unavailable),
          Effect.flatMap((row) =>
            row === undefined ? Effect.fail(new LeasesUnavailable({ message: NO_LEASE })) : Effect.succeed(heardOf(row))
          )
        ),
      take: (self) => Effect.mapError(sql.withTransaction(take(sql, self)), unavailable),
      hasHeir: ({ directory }) =>
        sql`
          select 1 from nodes where directory <> ${directory} and role <> 'worker' and address is not null
            and not stopped and until > now() limit 1`.pipe(
          Effect.map((rows) => rows.length > 0),
          Effect.mapError(unavailable)
        ),
      release: ({ directory, incarnation }) =>
        sql`
          update shard_leases set directory = null, incarnation = null, changed_at = now()
          where directory = ${directory} and incarnation = ${incarnation}`.pipe(
          Effect.andThen(sql`select pg_notify(${MOVED}, '')`),
          Effect.asVoid,
          Effect.mapError(unavailable)
        ),
      onMoved: (work) =>
        Effect.scoped(
          Effect.gen(function* () {
            const told = yield* sql.listen(MOVED)
            for (;;) {
              yield* Queue.take(told)
              yield* work
            }
          })
        ).pipe(
          Effect.catchCause(() => Effect.fail("closed" as const)),
          Effect.retry(REOPEN),
          Effect.ignore,
          Effect.andThen(Effect.never)
        ),
      leave: (self) => Effect.mapError(sql.withTransaction(leave(sql, self)), unavailable),
      tailStored: ({ directory, incarnation, role }) =>
        sql`
          with stored as (delete from shard_tails where directory = ${directory})
          update shard_leases set directory = null, incarnation = null, changed_at = now()
          where directory = ${directory} and incarnation = ${incarnation} and ${!ownsTrips(role)}::boolean`.pipe(
          Effect.asVoid,
          Effect.mapError(unavailable)
        ),
      giveUp: (directory) => Effect.mapError(sql.withTransaction(giveUp(sql, directory)), unavailable),
      nodes: sql<NodeRow>`
        select n.directory::text, n.name, n.role, n.release, n.address,
          case when n.stopped then 'stopped' when n.until > now() then 'alive' else 'silent' end as state,
          greatest(0, extract(epoch from now() - n.until + case when n.stopped then '0' else ${`${LEASE_MS} milliseconds`}::interval end))::int as silent_seconds,
          l.shard is not null as owns, l.epoch,
          exists (select 1 from shard_tails t where t.directory = n.directory) as awaited
        from nodes n left join shard_leases l on l.directory = n.directory
        order by n.started_at`.pipe(Effect.mapError(unavailable)),
      purge: sql`
        delete from nodes n where until < now() - ${FORGOTTEN_AFTER}::interval
          and not exists (select 1 from shard_leases l where l.directory = n.directory)
          and not exists (select 1 from shard_tails t where t.directory = n.directory)
        returning 1`.pipe(
        Effect.map((rows) => rows.length),
        Effect.mapError(unavailable)
      ),
      journals: sql<JournalRow>`
        select node_id as journal, directory::text, closed, (segment + byte_offset)::float8 as stored_bytes,
          extract(epoch from now() - updated_at)::int as updated_seconds
        from journal_progress order by updated_at`.pipe(Effect.mapError(unavailable))
    })
  })
)
