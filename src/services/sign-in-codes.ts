/**
 * Codes that sign in on another device: whoever is signed in makes one and types it there. A traveler has one at a time, it holds
 * for minutes and for one use, and of it only a keyed hash is kept.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { UserId } from "../domain/ids.ts"

/** Who signs in by a code. */
export interface CodeHolder {
  readonly userId: UserId
  /** When the one who made the code had signed in, in Unix milliseconds: a code hands a session on, and makes none longer. */
  readonly signedInAt: number
}

export class SignInCodesUnavailable extends Schema.TaggedError<SignInCodesUnavailable>()("SignInCodesUnavailable", {
  message: Schema.String
}) {}

export class SignInCodes extends Context.Service<
  SignInCodes,
  {
    /** A new code in place of the one that they may have had; told here and never again. */
    readonly make: (
      holder: CodeHolder,
      now: number
    ) => Effect.Effect<{ readonly code: string; readonly expiresAt: number }, SignInCodesUnavailable>
    /** Who the code is for, once: nobody from then on, on any server. Undefined where it is unknown, used or has run out. */
    readonly take: (code: string, now: number) => Effect.Effect<CodeHolder | undefined, SignInCodesUnavailable>
  }
>()("overplanned/SignInCodes") {}
