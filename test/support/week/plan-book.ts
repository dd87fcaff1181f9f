/** A trip as its travelers know it: what stands in the plan, who was shown it, and what they did; written down as it happens. */

import { until } from "../server.ts"
import type { Deed, Edit, Signal, Stop, WeekRecord, Window } from "./record.ts"
import { type Json, Refused, type Stage, type Told, type Traveler } from "./stage.ts"
import { stopsOf } from "./stops.ts"

/** A stop with the showing that brought its place. */
export interface Standing extends Stop {
  readonly shown: string
}

/** A refusal as a value: some wishes cannot be granted, and another one is tried. */
export const refusal = (error: unknown): Refused => {
  if (error instanceof Refused) return error
  throw error
}

export interface Wish {
  readonly start_date: string
  readonly days: number
  readonly party?: ReadonlyArray<Traveler>
  readonly constraints?: Json
  readonly fixed?: ReadonlyArray<Json>
  /** Whether the traveler swiped in the city's discovery before. */
  readonly explored: boolean
}

export class PlanBook {
  readonly stage: Stage
  readonly record: WeekRecord
  readonly owner: Traveler
  readonly id: string
  members: Array<Traveler>
  status: string
  stops: ReadonlyArray<Standing> = []
  plan = ""
  protected readonly wish: Wish
  protected accepted = false
  /** The stops before the newest change. */
  protected past: ReadonlyArray<Standing> = []
  protected count = 0

  constructor(stage: Stage, record: WeekRecord, owner: Traveler, wish: Wish, told: Told) {
    this.stage = stage
    this.record = record
    this.owner = owner
    this.id = told.body.id
    this.status = told.body.status
    this.members = [owner, ...(wish.party ?? [])]
    this.wish = wish
    this.planned(told)
  }

  /** A plan that was made, or made anew, and has been seen. */
  protected planned({ at, body }: Told): void {
    const stops = stopsOf(body)
    this.plan = `${this.id}/${this.count++}`
    this.accepted = false
    const days = [...new Set(stops.map(({ day }) => day))]
    for (const day of days) {
      const nodes = stops.filter((stop) => stop.day === day).map(({ node }) => node)
      const [id, who] = [`${this.plan}/${day}`, this.owner.id]
      this.record.shown.push({ id, surface: "itinerary", who, day, at, trip: this.id, nodes })
    }
    this.stops = stops.map((stop) => ({ ...stop, shown: `${this.plan}/${stop.day}` }))
    const { avoid = [], must = [] } = body.constraints
    const fixed = body.fixed.length > 0 || body.days.some((day: Json) => day.slots.some((slot: Json) => slot.locked))
    this.record.plans.push({
      id: this.plan,
      trip: this.id,
      owner: this.owner.id,
      party: this.members.length,
      at,
      workflow_type: this.wish.explored ? "explore-first" : "plan-first",
      mode: fixed || must.length > 0 || avoid.length > 0 ? "assisted" : "autopilot",
      stops
    })
  }

  /** Reads the plan again after a change, and says which stops have another place, or went. */
  protected async changed(by: Traveler, edit: Edit["edit"], at: Window, shown: string | null) {
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
    // What an offer puts on another day stays the place that it is.
    for (const { day: had, slot } of before) {
      const stop = now.get(slot)
      if (edit !== "pivot" || stop === undefined || stop.day === had) continue
      const { day, node, order } = stop
      this.record.edits.push({ trip: this.id, plan: this.plan, edit, day, order, from: node, to: node, at })
    }
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

  /** Reads the plan again after a change in which every place stayed or came; `told` says of which stops what. */
  protected async rearranged(
    by: Traveler,
    edit: Edit["edit"],
    at: Window,
    told: (now: Stop, was: Stop | undefined) => boolean,
    shown = "nobody"
  ): Promise<void> {
    const before = new Map(this.stops.map((stop) => [stop.slot, stop]))
    const read = await this.stage.ask(by, "GET", `/trips/${this.id}`)
    this.stops = stopsOf(read.body).map((stop) => ({ ...stop, shown: before.get(stop.slot)?.shown ?? shown }))
    for (const stop of this.stops) {
      const was = before.get(stop.slot)
      if (!told(stop, was)) continue
      const { day, node, order } = stop
      this.record.edits.push({
        trip: this.id,
        plan: this.plan,
        edit,
        day,
        order,
        from: was?.node ?? null,
        to: node,
        at
      })
    }
  }

  protected deed(who: Traveler, shown: string, node: string, outcome: Deed["outcome"], at: Window): void {
    this.record.deeds.push({ who: who.id, shown, node, outcome, at })
  }

  protected signal(who: Traveler, type: string, node: string | null, at: Window, more: Partial<Signal> = {}): void {
    this.record.signals.push({ who: who.id, type, node, session: this.id, at, names: true, id: null, ...more })
  }

  get ahead(): ReadonlyArray<Standing> {
    return this.stops.filter(({ starts_at }) => starts_at > this.stage.clock.now())
  }

  async replan(by: Traveler, constraints?: Json): Promise<void> {
    this.planned(
      await this.stage.ask(by, "POST", `/trips/${this.id}/replan`, constraints === undefined ? {} : { constraints })
    )
  }

  /** A new plan that is taken back at once: it was shown, and the one before it goes on as if there had been none. */
  async replanAndUndo(by: Traveler, constraints: Json): Promise<void> {
    const { accepted, plan, stops } = this
    await this.replan(by, constraints)
    const made = this.record.plans.findLast(({ id }) => id === this.plan)!
    const { at, body } = await this.stage.ask(by, "POST", `/trips/${this.id}/undo`, {})
    made.undone = at
    Object.assign(this, { accepted, plan, stops })
    if (body.state_version === undefined) throw new Error(`Trip ${this.id} did not take its plan back.`)
  }

  async move(by: Traveler, start_date: string, end_date: string): Promise<void> {
    this.planned(await this.stage.ask(by, "PATCH", `/trips/${this.id}`, { start_date, end_date }))
  }

  /** They come later than they thought: what was planned before goes, and the rest is planned anew around it. */
  async arriveAt(by: Traveler, at: string, until: string): Promise<void> {
    const arrival = {
      title: "Train",
      kind: "arrival",
      at: `${this.wish.start_date}T${at}`,
      until: `${this.wish.start_date}T${until}`
    }
    this.planned(await this.stage.ask(by, "PATCH", `/trips/${this.id}`, { fixed: [arrival] }))
  }

  async setStatus(by: Traveler, status: string): Promise<void> {
    const { at } = await this.stage.ask(by, "PATCH", `/trips/${this.id}`, { status })
    this.went(status, at, by)
  }

  /** What the calendar did to the trip while nobody looked: seen when somebody does. `from` is when it can have been at the earliest. */
  async seen(status: string, from: number): Promise<void> {
    if (this.status === status) return
    const told = await until(`trip ${this.id} to be ${status}`, async () => {
      const read = await this.stage.ask(this.owner, "GET", `/trips/${this.id}`)
      return read.body.status === status && read
    })
    this.went(status, [from, told.at[1]], undefined)
  }

  /** `by` is nobody where the calendar did it. */
  protected went(status: string, at: Window, by: Traveler | undefined): void {
    const was = this.status
    this.status = status
    const goes = status === "confirmed" || status === "active" || status === "completed" || status === "shortened"
    if (goes && !this.accepted) {
      this.accepted = true
      const stops = this.stops.map(({ shown: _, ...stop }) => stop)
      this.record.accepted.push({ plan: this.plan, by: by === undefined ? "calendar" : "traveler", at, stops })
    }
    if (was === "planning" && by !== undefined && (status === "confirmed" || status === "active")) {
      for (const { node, shown } of this.stops) this.deed(by, shown, node, "confirmed", at)
    }
    if (status !== "completed" && status !== "shortened") return
    for (const { node, shown, starts_at } of this.stops) {
      // The calendar ends a trip after its last evening.
      if (by !== undefined && starts_at > at[0]) continue
      for (const one of this.members) this.deed(one, shown, node, "kept", at)
    }
  }
}
