/** Where a server stands among those of its database. Pure: who may own what, from what the database says. */

/** How long a server is taken to be alive after it was last heard of, and how often it says that it is. */
export const LEASE_MS = 6_000
export const RENEW_EVERY_MS = 1_500

/**
 * The one shard that there is: everything that is owned moves together. Leases, tails and the fence are kept by shard, so that
 * there can be more without another form of the journal.
 */
export const SHARD = 0

/** Epochs as the journal has room for them: three bytes of each record. */
export const LAST_EPOCH = 2 ** 24 - 1

/** When a write is acknowledged: once it is on this server's disk, or once it is in the database. */
export type Acks = "local" | "pg"

export type Role = "all" | "gateway" | "worker"

/** Whether servers of this role own trips. */
export const ownsTrips = (role: Role): boolean => role !== "worker"

/** A server as the others know it. */
export interface Node {
  /** Of its data directory, and of the journal there. */
  readonly directory: string
  /** Of this life on it. */
  readonly incarnation: string
  readonly name: string
  readonly role: Role
  readonly release: string
  /** Machine and directory as the operating system tells them apart. */
  readonly place: string
  readonly acks: Acks
  /** Where others reach it; null where it wants to be alone. */
  readonly address: string | null
}

/** Who owns, as the database says. `leftMillis` is how long they are still taken to be alive, by the database's clock. */
export interface Owner {
  readonly directory: string
  readonly incarnation: string
  readonly name: string
  readonly address: string | null
  readonly leftMillis: number
}

/** What a server hears when it says that it is alive. */
export interface Heard {
  /** False where another life has begun on the same directory. */
  readonly known: boolean
  readonly owner: Owner | undefined
  readonly epoch: number
  /** Journals, other than one's own, whose records must be stored before anybody writes. */
  readonly awaits: ReadonlyArray<{ readonly directory: string; readonly name: string }>
  /** One's own journal is awaited by another owner. */
  readonly awaited: boolean
}

export const isOwner = (heard: Heard, self: Pick<Node, "directory" | "incarnation">): boolean =>
  heard.owner?.directory === self.directory && heard.owner.incarnation === self.incarnation

/**
 * Whether a server may take over now. Where another server held the lease and let it lapse, the database must have been there for
 * a whole lease first: after an outage the one who owned before is heard of before anybody takes its place.
 */
export const mayTake = (heard: Heard, self: Node, databaseSeenMillis: number): boolean => {
  if (!ownsTrips(self.role)) return false
  const { owner } = heard
  if (owner === undefined || owner.directory === self.directory) return true
  return owner.leftMillis <= 0 && databaseSeenMillis >= LEASE_MS
}
