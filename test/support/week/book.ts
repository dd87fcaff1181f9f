/** What is offered under way, and what is said of stops: the rest of a trip beside its plan. */

import { until } from "../server.ts"
import { EditBook } from "./edit-book.ts"
import { refusal, type Standing, type Wish } from "./plan-book.ts"
import type { Answer, Deed, Offer, WeekRecord, Window } from "./record.ts"
import type { Json, Stage, Told, Traveler } from "./stage.ts"

export class TripBook extends EditBook {
  /** Offers that were not answered yet, as shown. */
  readonly open = new Map<string, Json>()

  static async plan(stage: Stage, record: WeekRecord, owner: Traveler, wish: Wish): Promise<TripBook> {
    const { constraints, days, fixed, party, start_date } = wish
    const told = await stage.ask(owner, "POST", "/trips", {
      city: "seattle",
      start_date,
      days,
      ...(party === undefined ? {} : { party: party.map(({ id }) => id) }),
      ...(constraints === undefined ? {} : { constraints }),
      ...(fixed === undefined ? {} : { fixed })
    })
    return new TripBook(stage, record, owner, wish, told)
  }

  /** An offer that reached somebody, however it did. */
  offered(who: Traveler, offer: Json, at: Window, asked = false): void {
    if (this.open.has(offer.pivot_id) || this.record.offers.some(({ id }) => id === offer.pivot_id)) return
    const options: Offer["options"] = offer.options.map((option: Json) => {
      const places = option.changes.flatMap(({ node }: Json) => node?.id ?? [])
      return { option: option.option_id, node: places[0] ?? null, places, score: option.score }
    })
    this.record.offers.push({
      id: offer.pivot_id,
      who: who.id,
      asked,
      party: this.members.length,
      trip: this.id,
      trigger: offer.trigger,
      at,
      options
    } satisfies Offer)
    const nodes = [...new Set(options.flatMap(({ places }) => places))]
    this.record.shown.push({ id: offer.pivot_id, surface: "pivot", who: who.id, at, trip: this.id, nodes })
    if (options.length > 0) this.open.set(offer.pivot_id, { ...offer, who })
  }

  async pivot(by: Traveler, request: Json): Promise<Json> {
    const { at, body } = await this.stage.ask(by, "POST", `/trips/${this.id}/pivot`, request)
    this.offered(by, body, at, true)
    return body
  }

  #answered(offer: Json, response: Answer["response"], option: Json, at: Window, by: Traveler): void {
    this.open.delete(offer.pivot_id)
    const answer: Answer = { offer: offer.pivot_id, who: by.id, response, option: option?.option_id ?? null }
    const travels = this.members.some(({ id }) => id === by.id)
    if (response !== "ignore") this.record.answers.push(answer)
    else this.record.answers.push({ ...answer, who: null, ...(travels ? {} : { nobodys: true }) })
    const shown = this.record.offers.find(({ id }) => id === offer.pivot_id)!
    // What nobody asked for and a party ignores is ignored by none of them, nor is what somebody asked for who travels on no more.
    if (response !== "ignore") this.#chosen(by, shown, option?.option_id ?? null, at)
    else if (shown.asked ? travels : this.members.length === 1) this.#judged(by, shown, () => "ignored", at)
  }

  #judged(by: Traveler, { id, options }: Offer, outcomeOf: (place: string) => Deed["outcome"], at: Window): void {
    for (const place of new Set(options.flatMap(({ places }) => places))) this.deed(by, id, place, outcomeOf(place), at)
  }

  /** Whoever takes an option wants all that it brings, and nothing of what only others would have brought. */
  #chosen(by: Traveler, shown: Offer, option: string | null, at: Window): void {
    const wanted = new Set(shown.options.find((one) => one.option === option)?.places)
    this.#judged(by, shown, (place) => (wanted.has(place) ? "confirmed" : "skipped"), at)
  }

  /** The group votes: whoever wants the first option, and whoever does not; more of them want it. Nobody else says anything. */
  async vote(offer: Json, by: Traveler, wanting: ReadonlyArray<Traveler>, not: ReadonlyArray<Traveler>): Promise<void> {
    const [option] = offer.options
    const path = `/trips/${this.id}/pivots/${offer.pivot_id}/vote`
    await this.stage.ask(by, "POST", path, { minutes: 60 })
    const shown = this.record.offers.find(({ id }) => id === offer.pivot_id)!
    const from = this.stage.clock.now()
    const dismiss = { response: "dismiss" }
    for (const one of not) await this.stage.ask(one, "PUT", path, dismiss)
    for (const one of wanting)
      await this.stage.ask(one, "PUT", path, { response: "accept", option_id: option.option_id })
    await until(`the vote of trip ${this.id} to be counted`, async () => {
      const { body } = await this.stage.ask(by, "GET", `/trips/${this.id}/vote`)
      return body.vote === null
    })
    const at: Window = [from, this.stage.clock.now()]
    this.open.delete(offer.pivot_id)
    const edits = await this.changed(by, "pivot", at, offer.pivot_id)
    const said = (one: Traveler, response: Answer["response"], taken: string | null) =>
      this.record.answers.push({ offer: offer.pivot_id, who: one.id, response, option: taken })
    for (const one of wanting) {
      said(one, "accept", option.option_id)
      this.#chosen(one, shown, option.option_id, at)
      for (const { edit, shown: had } of edits)
        this.deed(one, had, edit.from, edit.to === null ? "removed" : "swapped", at)
      this.signal(one, "pivot_accept", shown.options[0]!.node, at)
    }
    for (const one of not) {
      said(one, "dismiss", null)
      this.#chosen(one, shown, null, at)
      this.signal(one, "pivot_dismiss", null, at)
    }
  }

  async accept(by: Traveler, offer: Json, position: number): Promise<void> {
    await this.#accept(by, offer, position, (answer) =>
      this.stage.ask(by, "POST", `/trips/${this.id}/pivots/${offer.pivot_id}`, answer)
    )
  }

  /** From the notification that told of it: its secret says who answers, and what. */
  async acceptFromNotification(by: Traveler, offer: Json, code: string): Promise<void> {
    await this.#accept(by, offer, 0, (answer) => this.stage.ask(by, "POST", "/push/answers", { code, answer }))
    this.record.answers.findLast((one) => one.offer === offer.pivot_id)!.pushed = true
  }

  async #accept(by: Traveler, offer: Json, position: number, send: (answer: Json) => Promise<Told>): Promise<void> {
    this.past = this.stops
    const option = offer.options[position]
    const { at } = await send({ response: "accept", option_id: option.option_id })
    this.#answered(offer, "accept", option, at, by)
    const edits = await this.changed(by, "pivot", at, offer.pivot_id)
    for (const { edit, shown } of edits) this.deed(by, shown, edit.from, edit.to === null ? "removed" : "swapped", at)
    const place = option.changes.find((change: Json) => change.node !== undefined)?.node.id ?? null
    this.signal(by, "pivot_accept", place, at)
  }

  /** What an offer brought is taken back at once: they did not want it after all. */
  async acceptAndUndo(by: Traveler, offer: Json, position: number): Promise<void> {
    await this.accept(by, offer, position)
    await this.undo(by)
    this.record.answers.findLast((one) => one.offer === offer.pivot_id)!.undone = true
  }

  /** Their phone had no network when they took it, and its time is over by now: nothing changes, and what they wanted is known. */
  async acceptedThen(by: Traveler, offer: Json, position: number, said: number): Promise<void> {
    const option = offer.options[position]
    const answer = { response: "accept", option_id: option.option_id, said_at: new Date(said).toISOString() }
    const path = `/trips/${this.id}/pivots/${offer.pivot_id}`
    const told = await this.stage.ask(by, "POST", path, answer).catch(refusal)
    if (!("status" in told)) throw new Error(`The offer ${offer.pivot_id} was taken although its time was over.`)
    const { offer: instead } = told.body
    if (instead !== undefined) {
      const made = Date.parse(instead.computed_at)
      this.offered(by, instead, [made, Math.max(made, this.stage.clock.now())], true)
    }
    this.record.answers = this.record.answers.filter((one) => one.offer !== offer.pivot_id)
    this.record.deeds = this.record.deeds.filter((one) => one.shown !== offer.pivot_id)
    this.#answered(offer, "accept", option, [said, said], by)
    const place = option.changes.find((change: Json) => change.node !== undefined)?.node.id ?? null
    this.signal(by, "pivot_accept", place, [said, said])
  }

  async dismiss(by: Traveler, offer: Json): Promise<void> {
    const { at } = await this.stage.ask(by, "POST", `/trips/${this.id}/pivots/${offer.pivot_id}`, {
      response: "dismiss"
    })
    this.#answered(offer, "dismiss", undefined, at, by)
    this.signal(by, "pivot_dismiss", null, at)
  }

  /** Nobody answered the offer, and its time is over, or newer ones pushed it out. */
  ignored(offer: Json, at: Window): void {
    this.#answered(offer, "ignore", undefined, at, offer.who ?? this.owner)
  }

  /** Somebody travels on no more: by their own wish, or by the owner's. */
  async parts(who: Traveler, by: Traveler): Promise<void> {
    const { at } = await this.stage.ask(by, "DELETE", `/trips/${this.id}/members/${who.id}`)
    this.members = this.members.filter(({ id }) => id !== who.id)
    this.record.partings.push({ who: who.id, trip: this.id, by: by.id === who.id ? "themselves" : "owner", at })
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
    this.signal(who, type, stop.node, [at, at], { id: signal.id, shown: stop.shown })
    if (outcome !== undefined) this.deed(who, stop.shown, stop.node, outcome, [at, at])
    return signal
  }
}
