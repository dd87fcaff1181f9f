/** One trip's listeners: an event is encoded once here, however many sockets hear it. */
import type { Persona } from "../../domain/persona/persona.ts"
import type { TripEventEnvelope } from "../../domain/trip/events.ts"
import type { TripState } from "../../domain/trip/model.ts"
import { eventFrame } from "../../domain/view/stream.ts"
import type { Shown } from "../../domain/view/trip.ts"
import type { TripListener } from "../../services/trip-runtime.ts"
import type { EventFrame } from "../api/frames.ts"
import { CLOSE } from "./close-codes.ts"
import { offerFrame, presenceFrame } from "./frames.ts"

/** What a channel needs of a socket. */
export interface Listener {
  readonly userId: string
  readonly deliver: (utf8: Uint8Array) => void
  readonly close: (code: number, reason: string) => void
}

export interface ChannelWorld {
  readonly watch: (listener: TripListener) => () => void
  /** What a trip is shown with, from memory; undefined without a catalog. */
  readonly shown: (trip: TripState) => Shown | undefined
}

const encoder = new TextEncoder()

export class TripChannel {
  readonly #world: ChannelWorld
  readonly #listeners = new Set<Listener>()
  readonly #online = new Map<string, number>()
  readonly #stop: () => void
  /** Tastes of members by their id, as they were known last: a frame does not depend on who is in memory. */
  readonly #tastes = new Map<string, Persona>()
  #shown: Shown
  #seq: number

  constructor(world: ChannelWorld, shown: Shown, seq: number) {
    this.#world = world
    this.#shown = shown
    this.#seq = seq
    this.#stop = world.watch({
      events: (events, trip) => this.#events(events, trip),
      offer: (offer) => this.#tell(offerFrame(offer)),
      online: () => this.online,
      lost: () => this.#close("a change of this trip could not be kept: reconnect to see it as it is")
    })
  }

  /** Who has a stream of this trip open. */
  get online(): ReadonlyArray<string> {
    return [...this.#online.keys()]
  }

  /** From here on the listener hears everything after the state that the caller has just read. */
  join(listener: Listener, shown: Shown): void {
    const { userId } = listener
    this.#remember(shown)
    const before = this.#online.get(userId) ?? 0
    if (before === 0) this.#tell(presenceFrame(userId, true))
    this.#online.set(userId, before + 1)
    this.#listeners.add(listener)
  }

  /** True when nobody listens any more: the channel is then closed. */
  leave(listener: Listener): boolean {
    if (this.#listeners.delete(listener)) {
      const left = this.#online.get(listener.userId)! - 1
      if (left > 0) this.#online.set(listener.userId, left)
      else {
        this.#online.delete(listener.userId)
        this.#tell(presenceFrame(listener.userId, false))
      }
    }
    if (this.#listeners.size > 0) return false
    this.#stop()
    return true
  }

  /** An event's frame, for who was away as for who is there. */
  frameOf(envelope: TripEventEnvelope, trip: TripState): string {
    this.#remember(this.#world.shown(trip) ?? this.#shown)
    const { catalog, conditions } = this.#shown
    const personas = trip.members.flatMap((member) => this.#tastes.get(member.user_id) ?? [])
    const frame: EventFrame = eventFrame(envelope, trip, { catalog, personas, conditions })
    return JSON.stringify(frame)
  }

  #remember(shown: Shown): void {
    this.#shown = shown
    for (const persona of shown.personas) this.#tastes.set(persona.user_id, persona)
  }

  #events(events: ReadonlyArray<TripEventEnvelope>, trip: TripState): void {
    for (const envelope of events) {
      if (envelope.seq <= this.#seq) continue
      if (envelope.seq !== this.#seq + 1) {
        this.#lost(events.at(-1)!.seq)
        return
      }
      this.#tell(this.#frameToTell(envelope, trip, events.at(-1)!.seq))
      this.#seq = envelope.seq
      if (envelope.event._tag === "member_left") {
        this.#tastes.delete(envelope.event.user_id)
        this.#dismiss(envelope.event.user_id)
      }
    }
  }

  /** What cannot be put into words was missed by everybody. */
  #frameToTell(envelope: TripEventEnvelope, trip: TripState, last: number): string {
    try {
      return this.frameOf(envelope, trip)
    } catch (cause) {
      this.#lost(last)
      throw cause
    }
  }

  #tell(text: string): void {
    if (this.#listeners.size === 0) return
    const utf8 = encoder.encode(text)
    for (const listener of [...this.#listeners]) listener.deliver(utf8)
  }

  #dismiss(userId: string): void {
    for (const listener of [...this.#listeners]) {
      if (listener.userId === userId) listener.close(CLOSE.noSuchTrip, "you are not part of this trip any more")
    }
  }

  /** Events went past unheard: nobody may believe to have seen everything, and recovery gives the rest. */
  #lost(seq: number): void {
    this.#seq = seq
    this.#close("reconnect to recover what you missed")
  }

  #close(reason: string): void {
    for (const listener of [...this.#listeners]) listener.close(CLOSE.tryAgain, reason)
  }
}
