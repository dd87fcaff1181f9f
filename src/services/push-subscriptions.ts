/**
 * Who wants to be told of offers while the app is closed, on which devices, and what they were told of. A device is a
 * subscription that its browser made; it is forgotten when its push service says that it is gone, and with its person.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { PivotId, TripId, UserId } from "../domain/ids.ts"
import type { Notice } from "../domain/push/notice.ts"
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

/** A note whose notice is still to be sent. */
export interface Unsent extends PushNote {
  readonly id: string
  readonly notice: Notice
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
    /**
     * Before anything is sent: with the secret to answer with. Undefined where the person was told of this event before. An
     * offer that an earlier server could not tell of any more gives way to the one that was made in its place.
     */
    readonly note: (
      note: Omit<Unsent, "id">,
      event: string,
      now: number
    ) => Effect.Effect<{ readonly id: string; readonly secret: string } | undefined, PushUnavailable>
    /** Every device was tried. */
    readonly sent: (id: string) => Effect.Effect<void, PushUnavailable>
    /** What a server that ended in between left unsent and still makes sense, the oldest first. */
    readonly unsent: (now: number, limit: number) => Effect.Effect<ReadonlyArray<Unsent>, PushUnavailable>
    /** A new secret for what is sent after all: of the old one only a hash is known. */
    readonly renew: (one: Unsent) => Effect.Effect<string | undefined, PushUnavailable>
    /** What it tells of is no more; the same event may be told of anew. */
    readonly drop: (one: Unsent) => Effect.Effect<void, PushUnavailable>
    readonly noted: (secret: string, now: number) => Effect.Effect<PushNote | undefined, PushUnavailable>
  }
>()("overplanned/PushSubscriptions") {}
