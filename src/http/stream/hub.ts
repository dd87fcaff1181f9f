/** The streams of this process: which trips are listened to, by whom, and what their sockets lean on. */
import type * as Effect from "effect/Effect"
import type { TripId } from "../../domain/ids.ts"
import type { Shown } from "../../domain/view/trip.ts"
import type { SignalIntake } from "../../services/signal-intake.ts"
import type { ErasedSubjects, Tokens } from "../../services/tokens.ts"
import type { TripRuntime } from "../../services/trip-runtime.ts"
import type { MachineShape } from "../../support/machine.ts"
import { inSlices } from "../../support/slices.ts"
import type { Showing } from "../showing.ts"
import { type ChannelWorld, TripChannel } from "./channel.ts"
import { CLOSE } from "./close-codes.ts"

export interface StreamSettings {
  readonly framesPerSecond: number | undefined
  readonly perUser: number | undefined
  readonly clockSkewMillis: number
}

export interface StreamParts {
  readonly trips: TripRuntime["Service"]
  readonly showing: Showing
  readonly signals: SignalIntake["Service"]
  readonly tokens: Tokens["Service"]
  readonly erased: Pick<ErasedSubjects["Service"], "has">
  readonly settings: StreamSettings
  readonly now: () => number
  readonly after: MachineShape["after"]
  readonly fork: (effect: Effect.Effect<void>) => void
}

/** What the hub knows of a stream that somebody has open. */
export interface OpenStream {
  readonly userId: string
  readonly close: (code: number, reason: string) => void
  /** The socket is gone. */
  readonly end: () => void
}

export class StreamHub {
  readonly trips: StreamParts["trips"]
  readonly showing: StreamParts["showing"]
  readonly signals: StreamParts["signals"]
  readonly tokens: StreamParts["tokens"]
  readonly settings: StreamSettings
  readonly now: () => number
  readonly after: StreamParts["after"]
  readonly fork: StreamParts["fork"]
  readonly #channels = new Map<TripId, TripChannel>()
  readonly #ofUser = new Map<string, Set<OpenStream>>()
  readonly #erased: StreamParts["erased"]

  constructor(parts: StreamParts) {
    this.trips = parts.trips
    this.showing = parts.showing
    this.signals = parts.signals
    this.tokens = parts.tokens
    this.#erased = parts.erased
    this.settings = parts.settings
    this.now = parts.now
    this.after = parts.after
    this.fork = parts.fork
  }

  /** Whether one more stream of this traveler may open. */
  hasRoomFor(userId: string): boolean {
    const { perUser } = this.settings
    return perUser === undefined || (this.#ofUser.get(userId)?.size ?? 0) < perUser
  }

  opened(connection: OpenStream): void {
    const { userId } = connection
    const own = this.#ofUser.get(userId)
    if (own === undefined) this.#ofUser.set(userId, new Set([connection]))
    else own.add(connection)
    // Their account may have gone between the check of the token and now.
    if (this.#erased.has(userId)) this.#dismiss(userId)
  }

  ended(connection: OpenStream): void {
    const own = this.#ofUser.get(connection.userId)
    if (own?.delete(connection) && own.size === 0) this.#ofUser.delete(connection.userId)
    connection.end()
  }

  /** Somebody's account was deleted: what they have open ends at once. Who it was is looked for where only a node elsewhere knows. */
  erased(userId: string | undefined): void {
    if (userId !== undefined) {
      this.#dismiss(userId)
      return
    }
    const look = (one: string) => {
      if (this.#erased.has(one)) this.#dismiss(one)
    }
    this.fork(inSlices([...this.#ofUser.keys()], look))
  }

  #dismiss(userId: string): void {
    for (const connection of [...(this.#ofUser.get(userId) ?? [])]) {
      connection.close(CLOSE.unauthorized, "this account was deleted")
    }
  }

  /** The trip's listeners; `seq` is where the trip stands as its first one joins. */
  channel(id: TripId, shown: Shown, seq: number): TripChannel {
    const known = this.#channels.get(id)
    if (known !== undefined) return known
    const world: ChannelWorld = {
      watch: (listener) => this.trips.watch(id, listener),
      shown: this.showing.resident
    }
    const made = new TripChannel(world, shown, seq)
    this.#channels.set(id, made)
    return made
  }

  closed(id: TripId, channel: TripChannel): void {
    if (this.#channels.get(id) === channel) this.#channels.delete(id)
  }
}
