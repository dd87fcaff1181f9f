/**
 * One socket of a trip's stream. What it says first is `hello`; frames that come earlier wait for it. Nothing here
 * starts a fiber but signals, renewed tokens and what a trip is shown with that is not in memory yet.
 */
import * as Effect from "effect/Effect"
import type { TripId } from "../../domain/ids.ts"
import { readOffer } from "../../domain/pivot/model.ts"
import type { TripReply } from "../../domain/trip/commands.ts"
import { type Shown, tripView } from "../../domain/view/trip.ts"
import type { TokenHolder } from "../../services/tokens.ts"
import type { TripFailure } from "../../services/trip-runtime.ts"
import { newId } from "../../support/new-id.ts"
import type { HelloFrame } from "../api/frames.ts"
import { Unauthorized, Unprocessable } from "../api/problems.ts"
import { journalRefused } from "../handlers/refusals.ts"
import { tripProblem } from "../handlers/trip-problems.ts"
import type { Socket } from "../uws/socket.ts"
import type { Listener, TripChannel } from "./channel.ts"
import { CLOSE } from "./close-codes.ts"
import { ackFrame, type ClientFrame, drainFrame, errorFrame, offerFrame, pongFrame, readFrame } from "./frames.ts"
import type { StreamHub } from "./hub.ts"
import { FrameBudget } from "./limits.ts"

/** What a socket is opened with. */
export interface Ticket {
  readonly holder: TokenHolder
  readonly tripId: TripId
  readonly epoch: string | undefined
  readonly since: number | undefined
}

type Recovered = Extract<TripReply, { _tag: "recovered" }>
type Outcome = TripReply | TripFailure
type Sent = Effect.Effect<void> | undefined

/** Longest that a timer of the platform can wait. */
const LONGEST_TIMER = 2 ** 31 - 1

const EARLY_FRAMES = 64

export class Connection implements Listener {
  readonly userId: TokenHolder["userId"]
  readonly #socket: Socket<Ticket>
  readonly #hub: StreamHub
  readonly #trip: TripId
  readonly #budget: FrameBudget
  /** Tells this device of its traveler from another one. */
  readonly #device: string
  #channel: TripChannel | undefined
  /** What the trip is shown with was asked for: what is not there now will not come. */
  #waited = false
  #early: Array<string | Uint8Array> | undefined = []
  #expires: (() => void) | undefined
  #leaves: (() => void) | undefined

  constructor(socket: Socket<Ticket>, hub: StreamHub) {
    const { holder, tripId } = socket.data
    this.#socket = socket
    this.#hub = hub
    this.#trip = tripId
    this.userId = holder.userId
    this.#device = newId(hub.now())
    this.#budget = new FrameBudget(hub.settings.framesPerSecond)
    this.#expireAt(holder.expiresAt)
  }

  /** Asks the trip where it stands, and joins its listeners in the very moment of the answer. */
  begin(): Sent {
    const { epoch, since } = this.#socket.data
    const recover = {
      _tag: "recover",
      by: this.userId,
      ...(epoch === undefined ? {} : { epoch }),
      ...(since === undefined ? {} : { since })
    } as const
    let loading: Sent
    let waiting = true
    this.#hub.trips.dispatch(this.#trip, recover, (outcome) => {
      const load = this.#answered(outcome)
      if (load === undefined) return
      if (waiting) loading = load
      else this.#hub.fork(load)
    })
    waiting = false
    return loading
  }

  /** Greets, or gives what has to be loaded before that is possible. */
  #answered(outcome: Outcome): Sent {
    if (this.#socket.closed) return undefined
    if (outcome instanceof Error) {
      if (outcome._tag === "TripNotFound") this.close(CLOSE.noSuchTrip, "no such trip for you")
      else this.close(CLOSE.tryAgain, outcome.message)
      return undefined
    }
    if (outcome._tag !== "recovered") throw new Error(`A recovery was answered with ${outcome._tag}.`)
    const { showing } = this.#hub
    const shown = showing.resident(outcome.trip)
    if (shown !== undefined && (this.#waited || showing.isComplete(outcome.trip))) {
      this.#greet(outcome, shown)
      return undefined
    }
    this.#waited = true
    return showing.of(outcome.trip).pipe(
      Effect.andThen(Effect.suspend(() => this.begin() ?? Effect.void)),
      Effect.catch((error) => Effect.sync(() => this.close(CLOSE.tryAgain, error.message)))
    )
  }

  #greet(reply: Recovered, shown: Shown): void {
    const { trip, epoch, seq, recovered, open_offers } = reply
    const channel = this.#hub.channel(this.#trip, shown, seq)
    const others = channel.online.filter((user) => user !== this.userId)
    const hello: HelloFrame = {
      type: "hello",
      epoch,
      seq,
      recovered,
      open_offers: open_offers.map(readOffer),
      online: [...others, this.userId],
      ...(recovered ? {} : { trip: tripView(trip, shown) })
    }
    this.#channel = channel
    channel.join(this, shown)
    this.#socket.cork(() => {
      this.send(JSON.stringify(hello))
      for (const envelope of reply.events) this.send(channel.frameOf(envelope, trip))
    })
    const early = this.#early
    this.#early = undefined
    for (const message of early ?? []) {
      const effect = this.receive(message)
      if (effect !== undefined) this.#hub.fork(effect)
    }
  }

  receive(message: string | Uint8Array): Sent {
    if (this.#early !== undefined) {
      if (this.#early.length >= EARLY_FRAMES) this.close(CLOSE.policy, "wait for hello before sending that much")
      else this.#early.push(message)
      return undefined
    }
    if (!this.#budget.take(this.#hub.now())) {
      this.close(CLOSE.policy, `more than ${this.#hub.settings.framesPerSecond} frames in a second`)
      return undefined
    }
    return this.#handle(readFrame(message))
  }

  #handle(frame: ClientFrame): Sent {
    switch (frame.type) {
      case "pivot": {
        const { id, request } = frame
        const device = this.#device
        const command = { _tag: "request_pivot", by: this.userId, request_id: id, device, request } as const
        this.#hub.trips.dispatch(this.#trip, command, (outcome) => this.#offered(id, outcome))
        return undefined
      }
      case "respond": {
        const { id } = frame
        const { reason, said_at, ...answer } = { reason: undefined, said_at: undefined, ...frame.answer }
        const more = {
          ...(reason === undefined ? {} : { intention: reason }),
          ...(said_at === undefined ? {} : { said_at: Date.parse(said_at) })
        }
        const command = { _tag: "respond_pivot", by: this.userId, idempotency_key: id, ...answer, ...more } as const
        this.#hub.trips.dispatch(this.#trip, command, (outcome) => this.#changed(id, outcome))
        return undefined
      }
      case "signal":
        return this.#signal(frame.id, frame.item)
      case "auth":
        return this.#renew(frame.id, frame.token)
      case "ping":
        this.send(pongFrame(frame.id))
        return undefined
      case "malformed":
        this.send(errorFrame(frame.id, frame.problem))
        return undefined
    }
  }

  #offered(id: string, outcome: Outcome): void {
    if (outcome instanceof Error) this.send(errorFrame(id, tripProblem(outcome)))
    else if (outcome._tag === "offered") this.send(offerFrame(outcome.offer, id))
  }

  #changed(id: string, outcome: Outcome): void {
    if (outcome instanceof Error) this.send(errorFrame(id, tripProblem(outcome)))
    else if (outcome._tag === "changed") this.send(ackFrame(id, { state_version: outcome.trip.seq }))
  }

  #signal(id: string, item: Record<string, unknown>): Effect.Effect<void> {
    return this.#hub.signals.accept(this.userId, { trip_id: this.#trip, ...item }, "app").pipe(
      Effect.match({
        onSuccess: ({ rejected }) => {
          const problem = rejected[0]?.problem
          this.send(problem === undefined ? ackFrame(id) : errorFrame(id, new Unprocessable({ detail: problem })))
        },
        onFailure: (error) =>
          this.send(
            errorFrame(
              id,
              error._tag === "SignalCountRefused" ? new Unprocessable({ detail: error.message }) : journalRefused(error)
            )
          )
      })
    )
  }

  #renew(id: string | undefined, token: string): Effect.Effect<void> {
    const refuse = (detail: string) => this.send(errorFrame(id, new Unauthorized({ detail })))
    return this.#hub.tokens.verify(token).pipe(
      Effect.match({
        onSuccess: (holder) => {
          if (holder.userId !== this.userId) return refuse("This token is another traveler's: open a stream with it.")
          this.#expireAt(holder.expiresAt)
          this.send(ackFrame(id, { expires_at: new Date(holder.expiresAt).toISOString() }))
        },
        onFailure: (error) => refuse(error.message)
      })
    )
  }

  #expireAt(expiresAt: number): void {
    this.#expires?.()
    const left = expiresAt + this.#hub.settings.clockSkewMillis - this.#hub.now()
    this.#expires = this.#hub.after(Math.min(Math.max(left, 0), LONGEST_TIMER), () =>
      left > LONGEST_TIMER ? this.#expireAt(expiresAt) : this.close(CLOSE.unauthorized, "the token has expired")
    )
  }

  /** Says when to come back, and goes then: not everybody at once. */
  drain(inMillis: number): void {
    if (this.#leaves !== undefined && inMillis > 0) return
    this.send(drainFrame(inMillis))
    if (inMillis === 0) this.close(CLOSE.goingAway, "the server is stopping")
    else this.#leaves = this.#hub.after(inMillis, () => this.close(CLOSE.goingAway, "the server is stopping"))
  }

  send(text: string): void {
    if (this.#socket.send(text) === "full") this.#tooSlow()
  }

  deliver(utf8: Uint8Array): void {
    if (this.#socket.sendText(utf8) === "full") this.#tooSlow()
  }

  #tooSlow(): void {
    this.close(CLOSE.slowReader, "too much waits to be read: reconnect to recover")
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  /** The socket is gone. */
  end(): void {
    this.#expires?.()
    this.#leaves?.()
    const channel = this.#channel
    this.#channel = undefined
    if (channel?.leave(this)) this.#hub.closed(this.#trip, channel)
  }
}
