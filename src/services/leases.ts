/** What the database keeps of its servers: who lives, who owns, whose journal is awaited. By its clock, and by nobody else's. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Heard, Node } from "../domain/nodes/standing.ts"

/** The database is away or busy. What was known before still stands. */
export class LeasesUnavailable extends Schema.TaggedError<LeasesUnavailable>()("LeasesUnavailable", {
  message: Schema.String
}) {}

/** This server may not work beside those that are there. */
export class NodeRefused extends Schema.TaggedError<NodeRefused>()("NodeRefused", { message: Schema.String }) {}

/** What was known of a directory before this life. */
export interface FormerLife {
  readonly incarnation: string
  readonly place: string
  /** How long it is still taken to be alive; nothing or less where it is not. */
  readonly leftMillis: number
}

/** A server as operators see it. */
export interface NodeRow {
  readonly directory: string
  readonly name: string
  readonly role: string
  readonly release: string
  readonly address: string | null
  readonly state: "alive" | "silent" | "stopped"
  /** Since it was last heard of. */
  readonly silent_seconds: number
  readonly owns: boolean
  readonly epoch: number | null
  readonly awaited: boolean
}

/** A journal as the database knows it. */
export interface JournalRow {
  readonly journal: string
  readonly directory: string | null
  readonly closed: boolean
  readonly stored_bytes: number
  readonly updated_seconds: number
}

export class Leases extends Context.Service<
  Leases,
  {
    readonly former: (directory: string) => Effect.Effect<FormerLife | undefined, LeasesUnavailable>
    /** Begins a life in place of a former one; false where yet another has begun meanwhile. */
    readonly enter: (self: Node, former: FormerLife | undefined) => Effect.Effect<boolean, LeasesUnavailable>
    /** Says that this server is alive, and hears how things stand. */
    readonly renew: (self: Node) => Effect.Effect<Heard, LeasesUnavailable>
    /** Takes over where nobody alive owns, and tells the others; false where somebody was quicker. What the one before may have left is awaited. */
    readonly take: (self: Node) => Effect.Effect<boolean, LeasesUnavailable>
    /** Whether another server is alive that would take over. */
    readonly hasHeir: (self: Node) => Effect.Effect<boolean, LeasesUnavailable>
    /** Gives the lease back: everything that was acknowledged here is stored. Whoever waits for it is told. */
    readonly release: (self: Node) => Effect.Effect<void, LeasesUnavailable>
    /** Runs this whenever an owner has given its lease back, or another has taken it, until interrupted. */
    readonly onMoved: (work: Effect.Effect<unknown>) => Effect.Effect<never>
    /** Ends a life. The lease is given back where everything that was acknowledged is stored. */
    readonly leave: (self: Node) => Effect.Effect<void, LeasesUnavailable>
    /** Nothing is left in this server's journal that anybody awaits; one that never owns gives back what its directory held. */
    readonly tailStored: (
      self: Pick<Node, "directory" | "incarnation" | "role">
    ) => Effect.Effect<void, LeasesUnavailable>
    /** An operator says that a journal is lost: whoever follows a trip starts anew. Gives how many trips; none where nobody awaits it. */
    readonly giveUp: (directory: string) => Effect.Effect<number | undefined, LeasesUnavailable>
    readonly nodes: Effect.Effect<ReadonlyArray<NodeRow>, LeasesUnavailable>
    /** Forgets servers that nobody has heard of for a month, that own nothing and whose journal nobody awaits; gives how many. */
    readonly purge: Effect.Effect<number, LeasesUnavailable>
    readonly journals: Effect.Effect<ReadonlyArray<JournalRow>, LeasesUnavailable>
  }
>()("overplanned/Leases") {}
