/**
 * Checks who a bearer token belongs to. A token is refused with one sentence about why; the sentence never repeats
 * the token. Checks are remembered until the token expires, within a bounded number, so that a busy client costs
 * one signature check and not thousands; an erased person's tokens stop at once all the same.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { UserId } from "../domain/ids.ts"

export interface TokenHolder {
  readonly userId: UserId
  readonly role: "traveler" | "admin"
  /** Unix milliseconds. */
  readonly expiresAt: number
  /** When they signed in, in Unix milliseconds: the token may have been renewed since. */
  readonly signedInAt: number
}

export interface RenewedToken {
  readonly userId: UserId
  readonly token: string
  /** Unix milliseconds. */
  readonly expiresAt: number
}

export class TokenRefused extends Schema.TaggedError<TokenRefused>()("TokenRefused", {
  message: Schema.String
}) {}

export class Tokens extends Context.Service<
  Tokens,
  {
    readonly verify: (token: string) => Effect.Effect<TokenHolder, TokenRefused>
    /** The holder of a token that was checked before and still holds, at once; undefined where `verify` has to look. */
    readonly known: (token: string, now: number) => TokenHolder | undefined
    /** Makes a token of our own; refused where tokens come from somebody else's key set. */
    readonly mint: (options: {
      readonly userId: UserId
      readonly role: "traveler" | "admin"
      readonly ttlMillis: number
    }) => Effect.Effect<string, TokenRefused>
    /**
     * A token for a traveler who signed in before, on another device. It lives so long at most, and ends with the session
     * that it belongs to; refused where that is over.
     */
    readonly handOn: (options: {
      readonly userId: UserId
      /** Unix milliseconds. */
      readonly signedInAt: number
      readonly ttlMillis: number
    }) => Effect.Effect<RenewedToken, TokenRefused>
    /**
     * A new token of the same traveler for one of our own that holds, or has run out lately; as long-lived as the one it
     * stands in for, and never past the end of the session: so long after they signed in.
     */
    readonly renew: (token: string) => Effect.Effect<RenewedToken, TokenRefused>
  }
>()("overplanned/Tokens") {}

/** The database does not answer: try again. */
export class ErasedSubjectsUnavailable extends Schema.TaggedError<ErasedSubjectsUnavailable>()(
  "ErasedSubjectsUnavailable",
  { message: Schema.String }
) {}

/** Ids of erased people whose tokens may still be alive: kept as keyed hashes, asked before any answer. */
export class ErasedSubjects extends Context.Service<
  ErasedSubjects,
  {
    /** From memory: some microseconds, and nothing at all while nobody was erased lately. */
    readonly has: (userId: string) => boolean
    /** Whether there is anybody to look for, as the database knows it at this moment. */
    readonly anybody: Effect.Effect<boolean, ErasedSubjectsUnavailable>
    /** Which of these were erased, as the database knows it at this moment: for who must not miss what was not heard yet. */
    readonly among: (userIds: Iterable<string>) => Effect.Effect<ReadonlyArray<string>, ErasedSubjectsUnavailable>
    /** Durable when it completes, here at once, on other nodes soon. */
    readonly add: (userId: string, until: number) => Effect.Effect<void, ErasedSubjectsUnavailable>
    /**
     * For who holds something open for people, as long as the scope: calls back whenever somebody is erased, with their id
     * where it was asked for here, without one where another node said so.
     */
    readonly onErased: (listener: (userId: string | undefined) => void) => Effect.Effect<void, never, Scope.Scope>
    /** Forgets those whose last token has died; gives how many. */
    readonly purge: Effect.Effect<number, ErasedSubjectsUnavailable>
  }
>()("overplanned/ErasedSubjects") {}
