/**
 * Who wants to be told of offers while the app is closed, on which devices, and what they were told of. A device is a
 * subscription that its browser made; it is forgotten when its push service says that it is gone, and with its person.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { PivotId, TripId, UserId } from "../domain/ids.ts"
import type { Quiet } from "../domain/push/quiet.ts"

export interface PushKeys {
  /** Uncompressed P-256 point, base64url: what browsers subscribe with. */
  readonly publicKey: string
  /** Its scalar, base64url. */
  readonly privateKey: string
}

export interface PushDevice {
  readonly id: string
  readonly user_id: UserId
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
  readonly quiet: Quiet | undefined
  /** Unix milliseconds. */
  readonly created_at: number
}

/** What somebody was told of, for who answers from the notification. */
export interface PushNote {
  readonly user_id: UserId
  readonly trip_id: TripId
  readonly pivot_id: PivotId
}

export class PushUnavailable extends Schema.TaggedError<PushUnavailable>()("PushUnavailable", {
  message: Schema.String
}) {}

export class PushSubscriptions extends Context.Service<
  PushSubscriptions,
  {
    /** Made when they are asked for first, the same on every server from then on. */
    readonly keys: Effect.Effect<PushKeys, PushUnavailable>
    /** Keeps a device, or what has changed of it; of a person's devices the newest are kept. */
    readonly keep: (device: Omit<PushDevice, "id">) => Effect.Effect<PushDevice, PushUnavailable>
    readonly of: (users: ReadonlyArray<UserId>) => Effect.Effect<ReadonlyArray<PushDevice>, PushUnavailable>
    /** False where this person has no such device. */
    readonly forget: (userId: UserId, id: string) => Effect.Effect<boolean, PushUnavailable>
    /** Its push service says that it is no more. */
    readonly gone: (id: string) => Effect.Effect<void, PushUnavailable>
    /** The secret to answer with; undefined where the person was told of this event before. */
    readonly note: (note: PushNote, event: string, now: number) => Effect.Effect<string | undefined, PushUnavailable>
    readonly noted: (secret: string, now: number) => Effect.Effect<PushNote | undefined, PushUnavailable>
  }
>()("overplanned/PushSubscriptions") {}
