/**
 * Whether this server speaks for the trips, travelers and cities of its database. Asked before every write, so it answers from
 * memory: nothing here waits for the database, and an outage of any length takes nothing from a server whose place nobody took.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Node, Owner } from "../domain/nodes/standing.ts"
import type { JournalUnavailable } from "./journal.ts"

export type Standing =
  /** It owns. `awaits` names servers whose journals must be stored before it writes. */
  | { readonly is: "owner"; readonly epoch: number; readonly awaits: ReadonlyArray<string> }
  /** Another one owns, or nobody does yet. */
  | { readonly is: "follower"; readonly owner: Owner | undefined }
  /** It gives its place to another one: nothing new is begun, and what comes in waits for the new owner. What was begun before is finished first. */
  | { readonly is: "leaving"; readonly finishing: boolean }
  /** It runs jobs and owns nothing, ever. */
  | { readonly is: "apart" }
  /** Another one took its place: it stores what it has acknowledged, and stops. */
  | { readonly is: "superseded"; readonly owner: Owner | undefined }

export class Ownership extends Context.Service<
  Ownership,
  {
    /** This server; undefined where nobody counts servers (commands, tests of one part). */
    readonly self: Pick<Node, "directory" | "incarnation" | "role"> | undefined
    readonly standing: () => Standing
    /** What every record is marked with, so that the database can tell whose it was; 0 where nobody counts. */
    readonly epoch: () => number
    /** Why nothing may be written here now, where it may not. */
    readonly refusal: () => JournalUnavailable | undefined
    /** Whether another owner waits for what this server's journal holds. */
    readonly awaited: () => boolean
    /** Completes once this server owns. */
    readonly owned: Effect.Effect<void>
    /** Done when what was awaited is stored, and before anything is written: what was read until then does not stand any more. Gives what ends the listening. */
    readonly onOpened: (work: Effect.Effect<void>) => () => void
    /** Does something that may write: an owner who leaves waits for it, within bounds. */
    readonly during: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    /** Told whenever another owns than before, or nobody does. Gives what ends the listening. */
    readonly onMoved: (listener: () => void) => () => void
    /**
     * Gives this server's place to another one that is alive, once everything is stored; completes when that one owns. Where there
     * is none, or the database is away, everything stays as it was: false. For good: it does not take the place again, whoever loses it.
     */
    readonly handOver: (stored: Effect.Effect<void>, forGood: boolean) => Effect.Effect<boolean>
    /** Completes when another server took this one's place. */
    readonly superseded: Effect.Effect<Owner | undefined>
  }
>()("overplanned/Ownership") {}
