/** Requests as apps make them: one that got no answer is made again under its key, and some are made twice. */
import * as Effect from "effect/Effect"
import { isActorError } from "../../src/domain/actor-errors.ts"
import type { TripId, UserId } from "../../src/domain/ids.ts"
import type { TripCommand, TripReply } from "../../src/domain/trip/commands.ts"
import type { TripFailure } from "../../src/services/trip-runtime.ts"
import type { Network } from "./network.ts"
import type { Node } from "./node.ts"
import type { Oracle } from "./oracle.ts"
import type { Tally } from "./tally.ts"
import type { World } from "./world.ts"

export interface TravelersWorld {
  readonly world: World
  readonly network: Network
  readonly oracle: Oracle
  readonly tally: Tally
  readonly node: () => Node | undefined
  readonly wall: () => number
  /** A change was acknowledged. */
  readonly acknowledged: () => void
}

interface Request {
  readonly trip: string
  readonly command: TripCommand & { readonly by: UserId }
  readonly asked: number
  attempts: number
  /** The node has let go of its answer: whether it arrives or not, what it says must hold. */
  readonly told: (reply: TripReply) => void
  readonly settled: (outcome: TripReply | TripFailure | undefined) => void
}

const ATTEMPTS = 4
/** How long an app waits for an answer. */
const PATIENCE = 6_500

const keyOf = (command: TripCommand): string | undefined =>
  "idempotency_key" in command ? command.idempotency_key : undefined

export class Requests {
  readonly #in: TravelersWorld
  /** Requests without an answer. */
  open = 0

  constructor(around: TravelersWorld) {
    this.#in = around
  }

  /** A request, tried again under its key for as long as an app would. */
  ask(
    trip: string,
    command: TripCommand & { readonly by: UserId },
    told: (reply: TripReply) => void = () => {},
    settled: Request["settled"] = () => {}
  ): void {
    const { oracle, tally, world } = this.#in
    if (command._tag === "invite") oracle.inviting(trip, command.user_id, true)
    const request: Request = {
      trip,
      command,
      asked: world.now,
      attempts: 0,
      told: (reply) => {
        oracle.told(trip, command.by, keyOf(command), reply, request.asked)
        if (reply._tag === "changed" && reply.event !== null) this.#in.acknowledged()
        told(reply)
      },
      settled: (outcome) => {
        this.open--
        if (command._tag === "invite") oracle.inviting(trip, command.user_id, false)
        settled(outcome)
      }
    }
    this.open++
    this.#send(request)
    if (keyOf(command) !== undefined && world.chance(0.12)) {
      tally.met("command repeated")
      world.after(world.between(0, 1_500), () => {
        this.open++
        if (command._tag === "invite") oracle.inviting(trip, command.user_id, true)
        this.#send({ ...request, attempts: ATTEMPTS })
      })
    }
  }

  #send(request: Request): void {
    const { node, oracle, world } = this.#in
    const { command, trip } = request
    request.attempts++
    let done = false
    const end = (outcome: TripReply | TripFailure | undefined) => {
      if (done) return
      done = true
      const mayPass = outcome === undefined || (isActorError(outcome) && outcome._tag !== "WriteUnstorable")
      if (mayPass && request.attempts < ATTEMPTS && world.now < this.#until) {
        world.after(world.between(50, 1_200), () => this.#send(request))
      } else request.settled(outcome)
    }
    world.after(world.between(0.3, 8), () => {
      const at = node()
      const running = at?.running
      if (at === undefined || running === undefined || oracle.erased.has(command.by)) return end(undefined)
      const ready = this.#mustAnswer(at, trip, command)
      at.machine.fork(
        Effect.map(Effect.result(running.trips.ask(trip as TripId, this.#asSent(command))), (result) => {
          const outcome = result._tag === "Success" ? result.success : result.failure
          world.note(`${command._tag} ${keyOf(command) ?? ""} of ${trip}: ${outcome._tag}`)
          if (ready) this.#checkPivot(at, trip, outcome)
          if (!(outcome instanceof Error)) request.told(outcome)
          world.after(world.between(0.3, 8), () => end(outcome))
        })
      )
      world.after(PATIENCE, () => end(undefined))
    })
  }

  /** A trip that is made anew gets another epoch each time: nobody followed one that never was. */
  #asSent(command: TripCommand): TripCommand {
    if (command._tag !== "create") return command
    return { ...command, trip: { ...command.trip, epoch: this.#in.world.uuid() } }
  }

  /** No new attempts are begun after this. */
  #until = Number.POSITIVE_INFINITY

  stopRetrying(): void {
    this.#until = this.#in.world.now
  }

  #mustAnswer(at: Node, trip: string, command: TripCommand): boolean {
    return command._tag === "request_pivot" && at.running?.kinds.get("trip")?.actor(trip)?.status === "ready"
  }

  #checkPivot(at: Node, trip: string, outcome: TripReply | TripFailure): void {
    const { tally } = this.#in
    const excused = !at.machine.alive || at.stopping
    tally.check(
      "a pivot of a resident trip is answered",
      excused || !isActorError(outcome),
      () => `trip ${trip} was in memory and answered ${outcome._tag}: ${(outcome as Error).message}`
    )
  }
}
