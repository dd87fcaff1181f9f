/** A trip as its travelers know it: what stands in the plan, who was shown it, and what they did; written down as it happens. */

import { until } from "../server.ts"
import type { Answer, Deed, Edit, Offer, Signal, Stop, WeekRecord, Window } from "./record.ts"
import type { Json, Stage, Told, Traveler } from "./stage.ts"

/** A stop with the showing that brought its place. */
interface Standing extends Stop {
  readonly shown: string
}

const stopsOf = (trip: Json): ReadonlyArray<Stop> =>
  trip.days.flatMap((day: Json) =>
    day.slots.map((slot: Json) => ({
      slot: slot.id,
      day: day.day,
      order: slot.order,
      node: slot.node.id,
      starts_at: Date.parse(slot.starts_at),
      ends_at: Date.parse(slot.ends_at)
    }))
  )

export interface Wish {
  readonly start_date: string
  readonly days: number
  readonly party?: ReadonlyArray<Traveler>
  readonly constraints?: Json
  /** Whether the traveler swiped in the city's discovery before. */
  readonly explored: boolean
}

/** A part of the contract's trip: where it stands. */
export class TripBook {
  readonly stage: Stage
  readonly record: WeekRecord
  readonly owner: Traveler
  readonly id: string
  members: Array<Traveler>
  status: string
  stops: ReadonlyArray<Standing> = []
  plan = ""
  readonly #wish: Wish
  #accepted = false
  #count = 0
  /** Offers that were not answered yet, as shown. */
  readonly open = new Map<string, Json>()

  private constructor(stage: Stage, record: WeekRecord, owner: Traveler, wish: Wish, told: Told) {
    this.stage = stage
    this.record = record
    this.owner = owner
    this.id = told.body.id
    this.status = told.body.status
    this.members = [owner, ...(wish.party ?? [])]
    this.#wish = wish
    this.#planned(told)
  }

  static async plan(stage: Stage, record: WeekRecord, owner: Traveler, wish: Wish): Promise<TripBook> {
    const { constraints, days, party, start_date } = wish
    const told = await stage.ask(owner, "POST", "/trips", {
      city: "seattle",
      start_date,
      days,
      ...(party === undefined ? {} : { party: party.map(({ id }) => id) }),
      ...(constraints === undefined ? {} : { constraints })
    })
    return new TripBook(stage, record, owner, wish, told)
  }

  /** A plan that was made, or made anew, and has been seen. */
  #planned({ at, body }: Told): void {
    const stops = stopsOf(body)
    this.plan = `${this.id}/${this.#count++}`
    this.#accepted = false
    const days = [...new Set(stops.map(({ day }) => day))]
    for (const day of days) {
      const nodes = stops.filter((stop) => stop.day === day).map(({ node }) => node)
      this.record.shown.push({ id: `${this.plan}/${day}`, surface: "itinerary", at, trip: this.id, nodes })
    }
    this.stops = stops.map((stop) => ({ ...stop, shown: `${this.plan}/${stop.day}` }))
    const { avoid = [], must = [] } = body.constraints
    const fixed = body.days.some((day: Json) => day.slots.some((slot: Json) => slot.locked))
    this.record.plans.push({
      id: this.plan,
      trip: this.id,
      owner: this.owner.id,
      party: this.members.length,
      at,
      workflow_type: this.#wish.explored ? "explore-first" : "plan-first",
      mode: fixed || must.length > 0 || avoid.length > 0 ? "assisted" : "autopilot",
      stops
    })
  }

  /** Reads the plan again after a change, and says which stops have another place, or went. */
  async #changed(by: Traveler, edit: Edit["edit"], at: Window, shown: string | null) {
    const told = await this.stage.ask(by, "GET", `/trips/${this.id}`)
    const now = new Map(stopsOf(told.body).map((stop) => [stop.slot, stop]))
    const before = this.stops
    const edits = before.flatMap(({ day, node, order, slot, shown: had }) => {
      const to = now.get(slot)?.node ?? null
      return to === node
        ? []
        : [{ slot, shown: had, edit: { trip: this.id, plan: this.plan, edit, day, order, from: node, to, at } }]
    })
    for (const one of edits) this.record.edits.push(one.edit)
    this.stops = [...now.values()].map((stop) => {
      const was = before.find(({ slot }) => slot === stop.slot)
      return {
        ...stop,
        shown: was?.node === stop.node || was === undefined ? (was?.shown ?? "nobody") : (shown ?? was.shown)
      }
    })
    this.status = told.body.status
    return edits
  }

  #deed(who: Traveler, shown: string, node: string, outcome: Deed["outcome"], at: Window): void {
    this.record.deeds.push({ who: who.id, shown, node, outcome, at })
  }

  #signal(who: Traveler, type: string, node: string | null, at: Window, more: Partial<Signal> = {}): void {
    this.record.signals.push({ who: who.id, type, node, session: this.id, at, names: true, id: null, ...more })
  }

  get ahead(): ReadonlyArray<Standing> {
    return this.stops.filter(({ starts_at }) => starts_at > this.stage.clock.now())
  }

  async swap(by: Traveler, stop: Standing, node?: string): Promise<void> {
    const path = `/trips/${this.id}/slots/${stop.slot}`
    const { at } = await this.stage.ask(by, "PATCH", path, {
      action: "swap",
      ...(node === undefined ? {} : { node_id: node })
    })
    const shown = `${this.id}/swap/${this.#count++}`
    const edits = await this.#changed(by, "swap", at, shown)
    const brought = edits.flatMap(({ edit }) => edit.to ?? [])
    this.record.shown.push({ id: shown, surface: "swap", at, trip: this.id, nodes: brought })
    this.#deed(by, stop.shown, stop.node, "swapped", at)
    this.#signal(by, "slot_swap", stop.node, at)
  }

  async remove(by: Traveler, stop: Standing): Promise<void> {
    const { at } = await this.stage.ask(by, "PATCH", `/trips/${this.id}/slots/${stop.slot}`, { action: "remove" })
    await this.#changed(by, "remove", at, null)
    this.#deed(by, stop.shown, stop.node, "removed", at)
    this.#signal(by, "slot_skip", stop.node, at)
  }

  async lock(by: Traveler, stop: Standing, locked: boolean): Promise<void> {
    await this.stage.ask(by, "PATCH", `/trips/${this.id}/slots/${stop.slot}`, { action: locked ? "lock" : "unlock" })
  }

  async replan(by: Traveler, constraints?: Json): Promise<void> {
    this.#planned(
      await this.stage.ask(by, "POST", `/trips/${this.id}/replan`, constraints === undefined ? {} : { constraints })
    )
  }

  async move(by: Traveler, start_date: string, end_date: string): Promise<void> {
    this.#planned(await this.stage.ask(by, "PATCH", `/trips/${this.id}`, { start_date, end_date }))
  }

  async setStatus(by: Traveler, status: string): Promise<void> {
    const { at } = await this.stage.ask(by, "PATCH", `/trips/${this.id}`, { status })
    this.#went(status, at, by)
  }

  /** What the calendar did to the trip while nobody looked: seen when somebody does. `from` is when it can have been at the earliest. */
  async seen(status: string, from: number): Promise<void> {
    if (this.status === status) return
    const told = await until(`trip ${this.id} to be ${status}`, async () => {
      const read = await this.stage.ask(this.owner, "GET", `/trips/${this.id}`)
      return read.body.status === status && read
    })
    this.#went(status, [from, told.at[1]], undefined)
  }

  /** `by` is nobody where the calendar did it. */
  #went(status: string, at: Window, by: Traveler | undefined): void {
    const was = this.status
    this.status = status
    const goes = status === "confirmed" || status === "active" || status === "completed"
    if (goes && !this.#accepted) {
      this.#accepted = true
      const stops = this.stops.map(({ shown: _, ...stop }) => stop)
      this.record.accepted.push({ plan: this.plan, by: by === undefined ? "calendar" : "traveler", at, stops })
    }
    if (was === "planning" && by !== undefined && (status === "confirmed" || status === "active")) {
      for (const { node, shown } of this.stops) this.#deed(by, shown, node, "confirmed", at)
    }
    if (status !== "completed" && status !== "shortened") return
    for (const { node, shown, starts_at } of this.stops) {
      // The calendar ends a trip after its last evening.
      if (by === undefined || starts_at <= at[0]) this.#deed(by ?? this.owner, shown, node, "kept", at)
    }
  }

  /** An offer that reached somebody, however it did. */
  offered(who: Traveler, offer: Json, at: Window): void {
    if (this.open.has(offer.pivot_id) || this.record.offers.some(({ id }) => id === offer.pivot_id)) return
    const options = offer.options.map((option: Json) => ({
      option: option.option_id,
      node: option.changes.find((change: Json) => change.node !== undefined)?.node.id ?? null,
      score: option.score
    }))
    this.record.offers.push({
      id: offer.pivot_id,
      who: who.id,
      trip: this.id,
      trigger: offer.trigger,
      at,
      options
    } satisfies Offer)
    const nodes = options.flatMap(({ node }: { node: string | null }) => node ?? [])
    this.record.shown.push({ id: offer.pivot_id, surface: "pivot", at, trip: this.id, nodes })
    if (options.length > 0) this.open.set(offer.pivot_id, { ...offer, who })
  }

  async pivot(by: Traveler, request: Json): Promise<Json> {
    const { at, body } = await this.stage.ask(by, "POST", `/trips/${this.id}/pivot`, request)
    this.offered(by, body, at)
    return body
  }

  #answered(offer: Json, response: Answer["response"], option: Json, at: Window, by: Traveler): void {
    this.open.delete(offer.pivot_id)
    this.record.answers.push({ offer: offer.pivot_id, response, option: option?.option_id ?? null })
    const shown = this.record.offers.find(({ id }) => id === offer.pivot_id)!
    for (const one of shown.options) {
      const outcome = response === "ignore" ? "ignored" : one.option === option?.option_id ? "confirmed" : "skipped"
      if (one.node !== null) this.#deed(by, offer.pivot_id, one.node, outcome, at)
    }
  }

  async accept(by: Traveler, offer: Json, position: number): Promise<void> {
    const option = offer.options[position]
    const answer = { response: "accept", option_id: option.option_id }
    const { at } = await this.stage.ask(by, "POST", `/trips/${this.id}/pivots/${offer.pivot_id}`, answer)
    this.#answered(offer, "accept", option, at, by)
    const edits = await this.#changed(by, "pivot", at, offer.pivot_id)
    for (const { edit, shown } of edits) this.#deed(by, shown, edit.from, edit.to === null ? "removed" : "swapped", at)
    const place = option.changes.find((change: Json) => change.node !== undefined)?.node.id ?? null
    this.#signal(by, "pivot_accept", place, at)
  }

  async dismiss(by: Traveler, offer: Json): Promise<void> {
    const { at } = await this.stage.ask(by, "POST", `/trips/${this.id}/pivots/${offer.pivot_id}`, {
      response: "dismiss"
    })
    this.#answered(offer, "dismiss", undefined, at, by)
    this.#signal(by, "pivot_dismiss", null, at)
  }

  /** Nobody answered the offer, and its time is over, or newer ones pushed it out. */
  ignored(offer: Json, at: Window): void {
    this.#answered(offer, "ignore", undefined, at, offer.who ?? this.owner)
  }

  /** What an app says of a stop; some of that says what became of its place. */
  say(who: Traveler, type: string, stop: Standing, more: Json = {}): Json {
    const at = this.stage.clock.now()
    const signal = {
      id: crypto.randomUUID(),
      signal_type: type,
      slot_id: stop.slot,
      trip_id: this.id,
      activity_node_id: stop.node,
      occurred_at: new Date(at).toISOString(),
      ...more
    }
    const outcome = ({ slot_accept: "confirmed", slot_skip: "skipped" } as const)[type as "slot_accept"]
    this.#signal(who, type, stop.node, [at, at], { id: signal.id })
    if (outcome !== undefined) this.#deed(who, stop.shown, stop.node, outcome, [at, at])
    return signal
  }
}
