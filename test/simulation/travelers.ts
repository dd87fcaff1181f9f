/**
 * The travelers: they make trips, ask each other in, change plans, ask for pivots and answer them, over requests and over streams.
 * Like apps they try again what got no answer, under the same key; and some ask for what is not theirs, or too late, or twice.
 */
import * as Effect from "effect/Effect"
import type { TripId, UserId } from "../../src/domain/ids.ts"
import type { TripCommand } from "../../src/domain/trip/commands.ts"
import type { TripState } from "../../src/domain/trip/model.ts"
import { CITY, NOWHERE, planned } from "./cities.ts"
import { Follower } from "./follower.ts"
import { Requests, type TravelersWorld } from "./requests.ts"
import { casting, opening } from "./votes.ts"

const PEOPLE = 9
const STRANGERS = 2
const MOST_TRIPS = 9
const DAY = 86_400_000

export class Travelers {
  readonly people: ReadonlyArray<UserId>
  readonly strangers: ReadonlyArray<UserId>
  readonly trips: Array<string> = []
  readonly followers: Array<Follower> = []
  /** Joins that were made: whoever was removed since repeats one. */
  readonly #joins: Array<{ readonly trip: string; readonly command: TripCommand & { readonly by: UserId } }> = []
  readonly #signals: Array<{
    readonly user: UserId
    readonly item: { readonly id: string; readonly trip_id: string }
  }> = []
  readonly #in: TravelersWorld
  readonly #votes: boolean
  #next = 0
  readonly requests: Requests

  /** `votes`: whether groups decide on offers together. */
  constructor(around: TravelersWorld, votes: boolean) {
    this.#in = around
    this.#votes = votes
    this.requests = new Requests(around)
    const { world } = around
    this.people = Array.from({ length: PEOPLE }, () => world.uuid() as UserId)
    this.strangers = Array.from({ length: STRANGERS }, () => world.uuid() as UserId)
  }

  get #key(): string {
    return `k${this.#next++}`
  }

  get #living(): ReadonlyArray<UserId> {
    return this.people.filter((one) => !this.#in.oracle.erased.has(one))
  }

  /** One thing that one traveler does. */
  act() {
    const { tally, world } = this.#in
    tally.commands++
    if (this.trips.length < 3 || (this.trips.length < MOST_TRIPS && world.chance(0.02))) return this.#create()
    const trip = world.pick(this.trips)
    const state = this.#in.oracle.shown.get(trip)
    if (state === undefined) return this.#read(trip, world.pick(this.#living))
    // Who stands in for somebody who was erased is nobody.
    const members = state.members.filter(({ user_id }) => this.people.includes(user_id))
    if (members.length === 0) return this.#read(trip, world.pick(this.#living))
    const member = world.pick(members).user_id
    const roll = world.random()
    const { vote } = state
    if (roll < 0.18) this.pivot(trip, member, state)
    else if (roll < 0.34 && vote !== undefined && world.chance(0.8))
      this.requests.ask(trip, casting(world, member, this.#key, vote))
    else if (roll < 0.34) this.#respond(trip)
    else if (roll < 0.6) this.#change(trip, member, state)
    else if (roll < 0.72) this.#company(trip, member, state)
    else if (roll < 0.8) this.#signal(trip, member, state)
    else if (roll < 0.86) this.#follow(trip, member)
    else if (roll < 0.92) this.#intrude(trip, state)
    else if (roll < 0.96) this.#onboard(member)
    else if (roll < 0.975) this.#report(state)
    else this.#read(trip, member)
  }

  #create() {
    const { oracle, wall, world } = this.#in
    const owner = world.pick(this.#living)
    const plan = planned(world.int(100))
    const id = world.uuid() as TripId
    const cursed = world.chance(0.12)
    const slots = plan.slots.map((slot) => ({ ...slot, id: world.uuid() as never }))
    const trip: TripState = {
      ...plan,
      id,
      user_id: owner,
      ...(cursed ? { city_id: NOWHERE as never } : {}),
      status: world.chance(0.5) ? "planning" : "confirmed",
      epoch: world.uuid(),
      session_id: world.uuid() as never,
      members: [{ user_id: owner, role: "owner", ordinal: 0, joined_at: wall() }],
      vetoes: [],
      created_at: wall(),
      slots
    }
    if (cursed) oracle.cursed.add(id)
    oracle.mayEnter(id, owner)
    this.trips.push(id)
    this.requests.ask(id, { _tag: "create", by: owner, idempotency_key: this.#key, trip })
  }

  #read(trip: string, by: UserId) {
    this.requests.ask(trip, { _tag: "read", by })
  }

  pivot(trip: string, by: UserId, state: TripState) {
    const { world } = this.#in
    const slot = world.pick(state.slots.filter(({ status }) => status === "planned"))
    if (slot === undefined) return this.#read(trip, by)
    const request =
      world.random() < 0.4
        ? { trigger: "venue_closed" as const, slot_id: slot.id }
        : world.random() < 0.5
          ? { trigger: "weather" as const, detail: { condition: "rain" as const } }
          : { trigger: "mood" as const, slot_id: slot.id, detail: { mood: "tired" as never } }
    const follower = this.followers.find((one) => one.trip === trip && one.user === by && one.greeted)
    if (follower !== undefined && world.chance(0.5)) {
      follower.say({ type: "pivot", id: `pivot-${this.#key}`, ...request })
      return
    }
    this.requests.ask(trip, { _tag: "request_pivot", by, request: request as never })
  }

  #respond(trip: string) {
    const { tally, world } = this.#in
    const open = this.followers.filter((one) => one.trip === trip && one.greeted && one.offers.length > 0)
    if (open.length === 0) {
      const state = this.#in.oracle.shown.get(trip)!
      return this.pivot(trip, world.pick(state.members).user_id, state)
    }
    const offer = open[0]!.offers.at(-1)!
    if (this.#votes && this.#in.oracle.shown.get(trip)!.members.length > 1 && world.chance(0.6)) {
      return this.requests.ask(trip, opening(world, open[0]!.user, this.#key, offer))
    }
    // Several travelers answer the same offer at the same time.
    const racing = world.chance(0.3) ? open.slice(0, 2) : [world.pick(open)]
    if (racing.length > 1) tally.met("clients raced")
    for (const follower of racing) {
      const option = offer.options[world.int(Math.max(offer.options.length, 1))]
      const answer =
        option !== undefined && world.chance(0.75)
          ? { response: "accept", option_id: option.option_id }
          : { response: "dismiss" }
      const frame = { type: "respond", id: `respond-${this.#key}`, pivot_id: offer.pivot_id, ...answer }
      follower.say(frame)
      if (world.chance(0.25)) {
        tally.met("command repeated")
        world.after(world.between(0, 400), () => follower.say(frame))
      }
    }
  }

  #change(trip: string, by: UserId, state: TripState) {
    const { tally, world } = this.#in
    const slot = world.pick(state.slots)
    if (slot === undefined) return this.#read(trip, by)
    const write = { by, idempotency_key: this.#key, ...(world.chance(0.2) ? { if_match: state.seq } : {}) }
    const roll = world.random()
    const command: TripCommand & { readonly by: UserId } =
      roll < 0.4
        ? { _tag: "lock_slot", ...write, slot_id: slot.id, locked: !slot.locked }
        : roll < 0.75
          ? {
              _tag: "swap_slot",
              ...write,
              slot_id: slot.id,
              ...(world.chance(0.4) ? { node_id: world.pick(CITY.nodes).id as never } : {})
            }
          : roll < 0.8
            ? { _tag: "remove_slot", ...write, slot_id: slot.id }
            : roll < 0.97
              ? {
                  _tag: "set_vetoes",
                  ...write,
                  node_ids: world.chance(0.5) ? [] : [world.pick(CITY.nodes).id as never],
                  tags: []
                }
              : { _tag: "set_status", ...write, status: world.pick(["confirmed", "active", "shortened"] as const) }
    this.requests.ask(trip, command)
    const other = state.members.find(({ user_id }) => user_id !== by)?.user_id
    if (world.chance(0.2) && other !== undefined) {
      tally.met("clients raced")
      this.requests.ask(trip, { ...command, by: other, idempotency_key: this.#key } as never)
    }
  }

  /** Who travels along: asking in, joining, leaving. */
  #company(trip: string, by: UserId, state: TripState) {
    const { oracle, wall, world } = this.#in
    const invited = state.invitations.find(({ user_id }) => this.#living.includes(user_id))
    const others = state.members.filter(({ user_id }) => user_id !== state.user_id && this.people.includes(user_id))
    const write = { idempotency_key: this.#key }
    const roll = world.random()
    if (invited !== undefined && roll < 0.5) {
      const command = { _tag: "join", by: invited.user_id, ...write } as const
      this.requests.ask(trip, command, () => this.#joins.push({ trip, command }))
    } else if (others.length > 0 && roll < 0.62) {
      const gone = world.pick(others).user_id
      this.requests.ask(
        trip,
        { _tag: "leave", by: world.chance(0.5) ? gone : state.user_id, user_id: gone, ...write },
        (reply) => {
          // One that was answered before says nothing of who has been asked in since.
          if (reply._tag === "changed" && !reply.replayed) oracle.isOut(trip, gone, world.now)
        }
      )
    } else if (roll < 0.95) {
      const guest = world.pick(this.#living)
      this.requests.ask(trip, {
        _tag: "invite",
        by: state.user_id,
        user_id: guest,
        expires_at: wall() + 5 * DAY,
        ...write
      })
    } else this.#follow(trip, by)
  }

  /** Somebody who has no part in a trip asks for it; whoever left repeats what once let them in. */
  #intrude(trip: string, state: TripState) {
    const { tally, world } = this.#in
    const left = this.#joins.filter(
      (one) => !this.#in.oracle.shown.get(one.trip)?.members.some(({ user_id }) => user_id === one.command.by)
    )
    if (left.length > 0 && world.chance(0.7)) {
      const again = world.pick(left)
      tally.met("command late")
      return this.requests.ask(again.trip, again.command)
    }
    const by = world.chance(0.5) ? world.pick(this.strangers) : world.pick(this.people)
    const slot = state.slots[0]
    const command =
      slot === undefined || world.chance(0.5)
        ? ({ _tag: "read", by } as const)
        : ({ _tag: "lock_slot", by, idempotency_key: this.#key, slot_id: slot.id, locked: true } as const)
    this.requests.ask(trip, command)
  }

  #follow(trip: string, user: UserId) {
    const { network, oracle, world } = this.#in
    const known = this.followers.find((one) => one.trip === trip && one.user === user)
    if (known !== undefined) {
      if (known.dismissed) known.dismissed = false
      return known.connect()
    }
    if (this.followers.length > 24) return
    const made = new Follower(world, network, oracle, user, trip)
    this.followers.push(made)
    made.connect()
  }

  #signal(trip: string, user: UserId, state: TripState) {
    const { node, oracle, tally, wall, world } = this.#in
    const repeated = this.#signals.length > 0 && world.chance(0.25)
    const slot = world.pick(state.slots)
    const made = {
      user,
      item: {
        id: world.uuid(),
        signal_type: world.pick(["thumbs_up", "thumbs_down", "slot_view", "slot_skip"]),
        occurred_at: new Date(wall()).toISOString(),
        trip_id: trip,
        ...(slot !== undefined && world.chance(0.6)
          ? { slot_id: slot.id }
          : { activity_node_id: world.pick(CITY.nodes).id })
      }
    }
    if (repeated) tally.met("command repeated")
    else this.#signals.push(made)
    const sent = repeated ? world.pick(this.#signals) : made
    const { id } = sent.item
    oracle.signalSent(id, sent.user, sent.item.trip_id)
    const follower = this.followers.find((one) => one.trip === trip && one.user === sent.user && one.greeted)
    if (follower !== undefined && world.chance(0.5)) {
      follower.say({ type: "signal", ...sent.item, id })
      return
    }
    const running = node()
    if (running?.running === undefined || oracle.erased.has(sent.user)) return
    running.machine.fork(
      Effect.map(Effect.result(running.running.signals.accept(sent.user, sent.item, "app")), (done) => {
        const taken = done._tag === "Success" && done.success.rejected.length === 0
        world.note(`signal ${id} of ${sent.user}: ${done._tag}`)
        if (taken) oracle.signalTaken(id)
      })
    )
  }

  #onboard(user: UserId) {
    const { node, oracle, world } = this.#in
    const running = node()
    if (running?.running === undefined || oracle.erased.has(user)) return
    const tags = { food: world.pick(["ramen", "coffee", "tapas"]), pace: world.pick(["slow", "fast"]) }
    running.machine.fork(Effect.ignore(running.running.personas.onboard(user, { tags })))
  }

  /** Something happens in the city: its trips are told. */
  #report(state: TripState) {
    const { node, wall, world } = this.#in
    const running = node()
    if (running?.running === undefined || state.city_id !== CITY.city.id) return
    const from = wall()
    const event = world.chance(0.5)
      ? { kind: "weather", id: world.uuid(), from, until: from + 3_600_000, condition: "rain", severity: "severe" }
      : {
          kind: "closure",
          id: world.uuid(),
          from,
          until: from + DAY,
          node_id: world.pick(state.slots)?.node_id ?? CITY.nodes[0]!.id
        }
    running.machine.fork(Effect.ignore(running.running.trips.announce(CITY.city.id as never, event as never)))
  }

  /** Followers that lost their link come back. */
  reconnect(): void {
    const { world } = this.#in
    for (const one of this.followers) if (!one.connected && !one.dismissed && world.chance(0.5)) one.connect()
  }
}
