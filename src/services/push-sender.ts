/** Sends a message to a device through the push service of its browser, so that nobody on the way can read it (RFC 8291). */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { PushDevice, PushKeys } from "./push-subscriptions.ts"

export class PushFailed extends Schema.TaggedError<PushFailed>()("PushFailed", { message: Schema.String }) {}

export interface PushMessage {
  readonly text: string
  /** For how long a push service keeps it for a device that is off. */
  readonly ttlSeconds: number
}

export class PushSender extends Context.Service<
  PushSender,
  {
    /** Why a subscription is refused before anything is sent to it: nobody makes this server call just any address. */
    readonly refusal: (endpoint: string) => string | undefined
    /** "gone" where the push service says that there is no such device any more. Tried a few times, within bounds. */
    readonly send: (
      device: Pick<PushDevice, "endpoint" | "p256dh" | "auth">,
      message: PushMessage,
      keys: PushKeys
    ) => Effect.Effect<"sent" | "gone", PushFailed>
  }
>()("overplanned/PushSender") {}
