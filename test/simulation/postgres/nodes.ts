/** The statements about servers and their journals: who lives, who owns, whose journal is awaited, what of each is stored. */
import { LEASE_MS } from "../../../src/domain/nodes/standing.ts"
import type { Row } from "./schema.ts"
import { type Executing, idsIn, nullable, reading, type Statement, writing } from "./statement.ts"

const number = (value: unknown): number => value as number

const FOLLOWED_MILLIS = 7 * 86_400_000

const journals = [
  writing("lock table journal_progress", () => {}),
  writing("update journal_progress set closed = false, directory = $1", ({ reader, store }, [directory, node]) => {
    const old = store.get(reader, "journal_progress", node)
    if (old === undefined) return []
    store.update("journal_progress", old, { closed: false, directory })
    return [{ position: String(number(old["segment"]) + number(old["byte_offset"])) }]
  }),
  reading("select updated_at::text as at from journal_progress where not closed and", (at, [directory]) =>
    [...at.store.scan(at.reader, "journal_progress")]
      .filter((one) => one["closed"] === false && (one["directory"] === null || one["directory"] === directory))
      .sort((a, b) => number(b["updated_at"]) - number(a["updated_at"]))
      .slice(0, 1)
      .map((one) => ({ at: new Date(number(one["updated_at"])).toISOString() }))
  ),
  writing(
    "insert into journal_progress (node_id, segment, byte_offset, directory) values ($1, $2, $3, $4)",
    ({ now, store }, [node_id, segment, byte_offset, directory]) => {
      const fresh = { node_id, segment, byte_offset, directory, updated_at: now }
      store.insert("journal_progress", fresh, (old, { byte_offset, segment, updated_at }) => ({
        ...old,
        segment,
        byte_offset,
        updated_at
      }))
    }
  ),
  writing(
    "insert into journal_progress (node_id, segment, byte_offset, directory) values ($1, $2, 0, $3)",
    ({ now, store }, [node_id, segment, directory]) => {
      store.insert("journal_progress", { node_id, segment, byte_offset: 0, directory, updated_at: now })
    }
  ),
  writing("update journal_progress set closed = true, updated_at", ({ now, reader, store }, [node]) => {
    const old = store.get(reader, "journal_progress", node)
    if (old !== undefined) store.update("journal_progress", old, { closed: true, updated_at: now })
  }),
  writing("update journal_progress set closed = true where directory", ({ reader, store }, [directory]) => {
    for (const old of [...store.scan(reader, "journal_progress")])
      if (old["directory"] === directory) store.update("journal_progress", old, { closed: true })
  }),
  writing("update journal_progress set closed = true where", ({ reader, store }, params) => {
    for (const node of idsIn(params)) {
      const old = store.get(reader, "journal_progress", node)
      if (old !== undefined) store.update("journal_progress", old, { closed: true })
    }
  }),
  writing("with renewed as ( update trips set epoch = gen_random_uuid()", ({ now, reader, store, uuid }) => {
    const since = new Date(now - FOLLOWED_MILLIS).toISOString().slice(0, 10)
    const all = [...store.scan(reader, "trips")].filter(
      (one) =>
        ["planning", "confirmed", "active"].includes(one["status"] as string) || (one["end_date"] as string) > since
    )
    const begun = [...store.scan(reader, "trip_snapshots")].filter(
      (one) => store.get(reader, "trips", one["trip_id"]) === undefined
    )
    for (const one of all) store.update("trips", one, { epoch: uuid() })
    for (const one of begun) store.update("trip_snapshots", one, { epoch: uuid() })
    return [{ trips: all.length + begun.length }]
  })
]

const SHARD = 0

const lease = ({ reader, store }: Executing): Row => store.get(reader, "shard_leases", SHARD)!

const tailsOf = ({ reader, store }: Executing): ReadonlyArray<Row> =>
  [...store.scan(reader, "shard_tails")].sort((a, b) => (String(a["directory"]) < String(b["directory"]) ? -1 : 1))

const isAlive = (node: Row | undefined, now: number): boolean =>
  node !== undefined && node["stopped"] === false && number(node["until"]) > now

const isOf = (row: Row | undefined, directory: unknown, incarnation: unknown): row is Row =>
  row !== undefined && row["directory"] === directory && row["incarnation"] === incarnation

const heard = (at: Executing, self: unknown, known: boolean): Row => {
  const { epoch, directory, incarnation } = lease(at)
  const owner = directory === null ? undefined : at.store.get(at.reader, "nodes", directory)
  const tails = tailsOf(at)
  const others = tails.filter((one) => one["directory"] !== self).map((one) => one["directory"])
  return {
    known,
    epoch,
    directory,
    incarnation,
    name: nullable(owner?.["name"]),
    address: nullable(owner?.["address"]),
    left_ms: owner === undefined ? null : owner["stopped"] === true ? 0 : number(owner["until"]) - at.now,
    awaits: others,
    awaits_names: others.map((one) => at.store.get(at.reader, "nodes", one)?.["name"]),
    awaited: others.length < tails.length
  }
}

const members = [
  reading("select incarnation, place, case when stopped", ({ now, reader, store }, [directory]) => {
    const node = store.get(reader, "nodes", directory)
    if (node === undefined) return []
    const left = node["stopped"] === true ? 0 : number(node["until"]) - now
    return [{ incarnation: node["incarnation"], place: node["place"], left }]
  }),
  writing("with entered as ( insert into nodes", ({ now, reader, store }, params) => {
    const [directory, incarnation, name, role, release, place, acks, address] = params
    const former = params.at(-2)
    const row = {
      directory,
      incarnation,
      name,
      role,
      release,
      place,
      acks,
      address,
      until: now + LEASE_MS,
      stopped: false
    }
    const entered = store.insert("nodes", row, (old, fresh) => (old["incarnation"] === former ? fresh : undefined))
    if (entered === undefined) return []
    const held = store.get(reader, "shard_leases", SHARD)!
    if (held["directory"] === directory) store.update("shard_leases", held, { incarnation })
    return [{}]
  }),
  writing("with me as ( update nodes set until", (at, [, directory, incarnation]) => {
    const me = at.store.get(at.reader, "nodes", directory)
    const known = isOf(me, directory, incarnation)
    // As it stood before: only who asks is told that they are known.
    const row = heard(at, directory, known)
    if (known) at.store.update("nodes", me, { until: at.now + LEASE_MS })
    return [row]
  }),
  reading("select 1 from nodes where directory <>", ({ now, reader, store }, [directory]) =>
    [...store.scan(reader, "nodes")]
      .filter(
        (one) =>
          one["directory"] !== directory && one["role"] !== "worker" && one["address"] !== null && isAlive(one, now)
      )
      .slice(0, 1)
      .map(() => ({}))
  ),
  writing("update nodes set stopped = true", ({ now, reader, store }, [directory, incarnation]) => {
    const me = store.get(reader, "nodes", directory)
    if (isOf(me, directory, incarnation)) store.update("nodes", me, { stopped: true, until: now })
  })
]

const released = { directory: null, incarnation: null }

const leases = [
  // The row is held still: a lease of the model is never read by one writer while another changes it.
  writing("select directory, epoch, since_epoch, coalesce((select n.acks", (at) => {
    const { directory, epoch, since_epoch } = lease(at)
    const node = directory === null ? undefined : at.store.get(at.reader, "nodes", directory)
    return [{ directory, epoch, since_epoch, stored: node?.["acks"] === "pg", alive: isAlive(node, at.now) }]
  }),
  writing("update shard_leases set incarnation = $1, changed_at", (at, [incarnation]) => {
    at.store.update("shard_leases", lease(at), { incarnation })
  }),
  writing("insert into shard_tails", ({ store }, [shard, directory, since_epoch, epoch]) => {
    const fresh = { shard, directory, since_epoch, epoch }
    store.insert("shard_tails", fresh, (old, excluded) => ({ ...old, epoch: excluded["epoch"] }))
  }),
  writing("delete from shard_tails where shard = $1 and directory", ({ reader, store }, [shard, directory]) => {
    const tail = store.get(reader, "shard_tails", shard, directory)
    if (tail === undefined) return []
    store.remove("shard_tails", tail)
    return [{ since_epoch: tail["since_epoch"] }]
  }),
  writing("update shard_leases set directory = $1, incarnation = $2, epoch = epoch + 1", (at, params) => {
    const [directory, incarnation, since_epoch] = params
    const held = lease(at)
    at.store.update("shard_leases", held, { directory, incarnation, epoch: number(held["epoch"]) + 1, since_epoch })
  }),
  // Where an owner leaves with everything stored, where it hands over, and where it says that its tail is stored.
  writing("update shard_leases set directory = null", (at, [directory, incarnation, ofProgress]) => {
    const held = lease(at)
    if (!isOf(held, directory, incarnation)) return
    const open = [...at.store.scan(at.reader, "journal_progress")].some(
      (one) => one["directory"] === ofProgress && one["closed"] === false
    )
    if (ofProgress === undefined || !open) at.store.update("shard_leases", held, released)
  }),
  writing("with stored as (delete from shard_tails", (at, [directory, , incarnation, apart]) => {
    for (const tail of tailsOf(at)) if (tail["directory"] === directory) at.store.remove("shard_tails", tail)
    const held = lease(at)
    if (apart === true && isOf(held, directory, incarnation)) at.store.update("shard_leases", held, released)
  }),
  writing("delete from shard_tails where directory", (at, [directory]) => {
    const gone = tailsOf(at).filter((one) => one["directory"] === directory)
    for (const tail of gone) at.store.remove("shard_tails", tail)
    return gone.map(() => ({}))
  }),
  writing("select pg_notify", () => {}),
  writing("select coalesce(directory = $1 and incarnation = $2, false) as mine", (at, [directory, incarnation]) => {
    const held = lease(at)
    return [{ mine: isOf(held, directory, incarnation), since_epoch: held["since_epoch"] }]
  }),
  reading("select since_epoch, epoch from shard_tails", ({ reader, store }, [shard, directory]) => {
    const tail = store.get(reader, "shard_tails", shard, directory)
    return tail === undefined ? [] : [{ since_epoch: tail["since_epoch"], epoch: tail["epoch"] }]
  })
]

export const nodeStatements: ReadonlyArray<Statement> = [...journals, ...members, ...leases]
