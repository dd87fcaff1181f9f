/** What travelers change in a plan by hand: the rest of a plan beside how it came about. */
import { PlanBook, refusal, type Standing } from "./plan-book.ts"
import type { Stop, Window } from "./record.ts"
import { type Json, Refused, type Traveler } from "./stage.ts"
import { stopsOf } from "./stops.ts"

/** For so long, looking again at the same is no new decision. */
const LOOK_MILLIS = 30 * 60_000

export class EditBook extends PlanBook {
  /** What each of them looked through, by whom, for which stop and what it was. */
  readonly #looks = new Map<string, { readonly id: string; readonly at: number }>()

  /** A place more, chosen by hand: nobody showed it, so nobody preferred it to anything. */
  async add(by: Traveler, node: string): Promise<void> {
    await this.#added(by, { node_id: node })
  }

  async #added(by: Traveler, what: Json, looked?: string): Promise<boolean> {
    const answer = await this.stage.ask(by, "POST", `/trips/${this.id}/slots`, what).catch(refusal)
    if ("status" in answer) return false
    this.past = this.stops
    const { at } = answer
    const shown = looked ?? `${this.id}/add/${this.count++}`
    await this.rearranged(by, "add", at, (_, was) => was === undefined, shown)
    if (looked === undefined) {
      const nodes = [what.node_id]
      this.record.shown.push({ id: shown, surface: "swap", who: by.id, at, trip: this.id, nodes, alone: true })
    }
    return true
  }

  /** What fits into that time is looked at, and the first of it taken that can be. */
  async addWhatFits(by: Traveler, day: number, minutes: number, at: number): Promise<void> {
    const asked = `minutes=${minutes}&at=${new Date(at).toISOString()}`
    const told = await this.stage.ask(by, "GET", `/trips/${this.id}/fits?${asked}`)
    const nodes: ReadonlyArray<string> = told.body.options.flatMap(({ stops }: Json) =>
      stops.map(({ node }: Json) => node.id)
    )
    if (nodes.length === 0) return
    const shown = this.#looked(by, null, nodes, told.at)
    for (const node_id of nodes) if (await this.#added(by, { node_id, day }, shown)) return
  }

  /** `slot` is the stop that it could replace; none where it would come beside them. */
  #looked(by: Traveler, slot: string | null, nodes: ReadonlyArray<string>, at: Window): string {
    const what = `${by.id} ${slot} ${nodes}`
    const before = this.#looks.get(what)
    if (before !== undefined && at[0] - before.at < LOOK_MILLIS) return before.id
    const id = `${this.id}/look/${this.count++}`
    this.#looks.set(what, { id, at: at[0] })
    const alone = nodes.length === 1
    this.record.shown.push({ id, surface: "swap", who: by.id, looked: true, at, trip: this.id, nodes, alone })
    return id
  }

  /** Something of one's own more: no place of anybody's catalog, and no word of it in what models learn from. */
  async addOwn(by: Traveler, title: string): Promise<void> {
    const { at } = await this.stage.ask(by, "POST", `/trips/${this.id}/slots`, { own: { title, minutes: 30 } })
    await this.rearranged(by, "add", at, () => false)
  }

  async moveTo(by: Traveler, stop: Standing, day: number): Promise<boolean> {
    const path = `/trips/${this.id}/slots/${stop.slot}`
    const answer = await this.stage.ask(by, "PATCH", path, { action: "move", day }).catch(refusal)
    if ("status" in answer) return false
    const { at } = answer
    this.past = this.stops
    await this.rearranged(by, "move", at, ({ slot }) => slot === stop.slot)
    return true
  }

  /** Two stops of a day after each other change places, the first two of which that is possible. */
  async reorder(by: Traveler, day: number): Promise<void> {
    const ids = this.stops.filter((stop) => stop.day === day).map(({ slot }) => slot)
    for (let i = 0; i + 1 < ids.length; i++) {
      const slot_ids = ids.toSpliced(i, 2, ids[i + 1]!, ids[i]!)
      const answer = await this.stage.ask(by, "PUT", `/trips/${this.id}/days/${day}/order`, { slot_ids }).catch(refusal)
      if ("status" in answer) continue
      this.past = this.stops
      await this.rearranged(by, "reorder", answer.at, (now, was) => was !== undefined && now.order !== was.order)
      return
    }
  }

  /** The newest change is taken back: a place that goes was not wanted, one that comes back is. */
  async undo(by: Traveler): Promise<void> {
    const { at } = await this.stage.ask(by, "POST", `/trips/${this.id}/undo`, {})
    const then = this.past
    const now = new Map(this.stops.map((stop) => [stop.slot, stop]))
    const edit = (stop: Stop, from: string | null, to: string | null) => {
      const { day, order } = stop
      this.record.edits.push({ trip: this.id, plan: this.plan, edit: "undo", day, order, from, to, at })
    }
    for (const stop of then) {
      const instead = now.get(stop.slot)
      now.delete(stop.slot)
      if (instead?.node === stop.node) {
        // Of the stops that kept their places only one that went to another day was moved by hand.
        if (instead.day !== stop.day) edit(stop, stop.node, stop.node)
        continue
      }
      edit(stop, instead?.node ?? null, stop.node)
      if (instead !== undefined) this.#undone(by, instead, false, at)
      this.#undone(by, stop, true, at)
    }
    for (const gone of now.values()) {
      edit(gone, gone.node, null)
      this.#undone(by, gone, false, at)
    }
    this.stops = then
    const read = await this.stage.ask(by, "GET", `/trips/${this.id}`)
    const places = (stops: ReadonlyArray<Stop>) =>
      JSON.stringify(stops.map(({ slot, node, starts_at }) => [slot, node, starts_at]))
    if (places(stopsOf(read.body)) !== places(then))
      throw new Error(`Trip ${this.id} is not as it was before what was undone.`)
  }

  #undone(by: Traveler, { node, shown }: Standing, isBack: boolean, at: Window): void {
    this.deed(by, shown, node, isBack ? "confirmed" : "removed", at)
    this.signal(by, isBack ? "slot_accept" : "slot_skip", node, at)
  }

  /** What a swap could bring is looked at first, and the last of it taken. */
  async choose(by: Traveler, stop: Standing): Promise<void> {
    const { nodes, shown } = await this.#choices(by, stop)
    if (shown !== undefined) await this.#swap(by, stop, nodes, { node: nodes.at(-1)!, shown })
  }

  async #choices(
    by: Traveler,
    stop: Standing
  ): Promise<{ readonly nodes: ReadonlyArray<string>; readonly shown: string | undefined }> {
    const { at, body } = await this.stage.ask(by, "GET", `/trips/${this.id}/slots/${stop.slot}/choices`)
    const nodes: ReadonlyArray<string> = body.choices.map((one: Json) => one.node.id)
    return { nodes, shown: nodes.length === 0 ? undefined : this.#looked(by, stop.slot, nodes, at) }
  }

  /** Swaps the stop at that place of the plan, unless nothing is there that could replace it: then the server says so. */
  async swapIfPossible(by: Traveler, at: number): Promise<void> {
    try {
      await this.swap(by, this.stops[at]!)
    } catch (cause) {
      if (!(cause instanceof Refused) || cause.status !== 422) throw cause
    }
  }

  /** Whatever the server thinks best comes in; how much else would have fitted is asked before. */
  async swap(by: Traveler, stop: Standing): Promise<void> {
    await this.#swap(by, stop, (await this.#choices(by, stop)).nodes)
  }

  /** `taken` was chosen among what could be seen, and that is what it answers; without it the server chose, whatever was seen before. */
  async #swap(
    by: Traveler,
    stop: Standing,
    fitting: ReadonlyArray<string>,
    taken?: { readonly node: string; readonly shown: string }
  ): Promise<void> {
    this.past = this.stops
    const path = `/trips/${this.id}/slots/${stop.slot}`
    const { at } = await this.stage.ask(by, "PATCH", path, {
      action: "swap",
      ...(taken === undefined ? {} : { node_id: taken.node })
    })
    const shown = taken?.shown ?? `${this.id}/swap/${this.count++}`
    const edits = await this.changed(by, "swap", at, shown)
    if (taken === undefined) {
      const nodes = edits.flatMap(({ edit }) => edit.to ?? [])
      const alone = fitting.length === 1
      this.record.shown.push({ id: shown, surface: "swap", who: by.id, at, trip: this.id, nodes, alone })
    }
    this.deed(by, stop.shown, stop.node, "swapped", at)
    this.signal(by, "slot_swap", stop.node, at)
  }

  async remove(by: Traveler, stop: Standing): Promise<void> {
    this.past = this.stops
    const { at } = await this.stage.ask(by, "PATCH", `/trips/${this.id}/slots/${stop.slot}`, { action: "remove" })
    await this.changed(by, "remove", at, null)
    this.deed(by, stop.shown, stop.node, "removed", at)
    this.signal(by, "slot_skip", stop.node, at)
  }

  async lock(by: Traveler, stop: Standing, locked: boolean): Promise<void> {
    await this.stage.ask(by, "PATCH", `/trips/${this.id}/slots/${stop.slot}`, { action: locked ? "lock" : "unlock" })
  }
}
