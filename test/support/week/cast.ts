/** Who takes part in the week, and what each of them does: one story per role, told again with other tastes for as many as are asked for. */
import { TAXONOMY } from "../../../src/domain/catalog/taxonomy.ts"
import { type PushService, pushDevice } from "../../fakes/push-service.ts"
import { follow } from "../follow.ts"
import { until } from "../server.ts"
import { TripBook } from "./book.ts"
import type { Standing, Wish } from "./plan-book.ts"
import type { Offer, WeekRecord, Window } from "./record.ts"
import type { Json, Stage, Traveler } from "./stage.ts"

export const HOUR = 3_600_000
export const DAY = 24 * HOUR

/** Hours of a day at which somebody begins or plans. */
const FIRST_HOUR = 8
const HOURS_A_DAY = 11

/** Days of a trip that lies ahead. */
const LONGEST_AHEAD = 3

/** Longer than an offer may be taken. */
const OFFER_OVER = 20 * 60_000

/** A number of 0 to below 1 for each name, the same in every run. */
export const chance = (...names: ReadonlyArray<string | number>): number => {
  let state = 2166136261
  for (const c of names.join(" ")) state = Math.imul(state ^ c.codePointAt(0)!, 16777619)
  state ^= state >>> 13
  state = Math.imul(state, 0x5bd1e995)
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32
}

const oneOf = <A>(list: ReadonlyArray<A>, ...names: ReadonlyArray<string | number>): A =>
  list[Math.floor(chance(...names) * list.length)]!

export interface Cast {
  readonly stage: Stage
  readonly record: WeekRecord
  /** Midnight in the city before the first day, and how many days there are. */
  readonly midnight: number
  readonly days: number
  /** Further trips ahead that everybody plans and confirms. */
  readonly plansAhead: number
  /** Who says what goes on in the city. */
  readonly operator: Traveler
  readonly push: PushService
}

export class Actor {
  readonly cast: Cast
  readonly seed: number
  readonly who: Traveler
  explored = false

  constructor(cast: Cast, seed: number, who: Traveler) {
    this.cast = cast
    this.seed = seed
    this.who = who
  }

  get stage(): Stage {
    return this.cast.stage
  }

  get record(): WeekRecord {
    return this.cast.record
  }

  /** Waits for that hour of that day of the week, 0 its first. */
  at(day: number, hour: number): Promise<void> {
    return this.stage.until(this.cast.midnight + day * DAY + hour * HOUR)
  }

  date(day: number): string {
    return new Date(this.cast.midnight + day * DAY).toISOString().slice(0, 10)
  }

  /** When their story begins, before the day of its trip. */
  arrival(first: number): readonly [day: number, hour: number] {
    const day = Math.max(0, first - 1 - Math.floor(chance("arrival", this.seed) * 2))
    return [day, FIRST_HOUR + Math.floor(chance("arrival at", this.seed) * HOURS_A_DAY)]
  }

  /** Says who they are; `whole` is enough to be matched with others. */
  async begin(whole: boolean): Promise<void> {
    const { seed } = this
    const age = 20 + Math.floor(chance("age", seed) * 50)
    const personality = Math.round(chance("personality", seed) * 1_000) / 1_000
    const interests = ["food", "culture", "outdoors", "nightlife", "shopping", "wellness"].filter(
      (one) => chance("interest", seed, one) < 0.5
    )
    const told = whole && interests.length > 0
    const tags = {
      food: [oneOf(["ramen", "coffee", "seafood", "bakery"], "food", seed)],
      pace: oneOf(["slow", "moderate", "packed"], "pace", seed),
      budget: oneOf(["low", "mid", "high"], "budget", seed),
      time: oneOf(["early_bird", "balanced", "night_owl"], "time", seed),
      social: oneOf(["solo", "couple", "family", "friends"], "social", seed),
      trips: oneOf(["first_trip", "returning", "frequent"], "trips", seed),
      interest: oneOf(["food", "culture", "outdoors", "nightlife"], "primary", seed),
      openness: oneOf(["picky", "familiar", "curious", "adventurous"], "cuisine", seed)
    }
    await this.stage.ask(this.who, "PUT", "/users/me/onboarding", {
      tags,
      ...(told ? { age, interests, personality } : {})
    })
    this.record.people.push({
      id: this.who.id,
      age: told ? age : null,
      personality: told ? personality : null,
      interests: told ? interests : [],
      whole: told
    })
  }

  async signal(signals: ReadonlyArray<Json>): Promise<void> {
    const { body } = await this.stage.ask(this.who, "POST", "/signals", signals)
    if (body.accepted !== signals.length) throw new Error(`signals were refused: ${JSON.stringify(body)}`)
  }

  /** Looks around: a slate, of which some are liked, some are not, and the rest nobody minds. */
  async swipe(size: number, minds: number): Promise<void> {
    const { at, body } = await this.stage.ask(this.who, "GET", `/discovery?city=seattle&limit=${size}`)
    const nodes: ReadonlyArray<string> = body.nodes.map(({ node }: Json) => node.id)
    this.record.shown.push({ id: body.session_id, surface: "discovery", who: this.who.id, at, trip: null, nodes })
    const signals = nodes.slice(0, minds).map((node, i) => {
      const liked = chance("swipe", this.seed, i) < 0.5
      const when = this.stage.clock.now()
      const window: Window = [when, when]
      const type = liked ? "discovery_swipe_right" : "discovery_swipe_left"
      const id = crypto.randomUUID()
      const outcome = liked ? "swiped_right" : "swiped_left"
      this.record.deeds.push({ who: this.who.id, shown: body.session_id, node, outcome, at: window })
      const { session_id: session } = body
      this.record.signals.push({ who: this.who.id, type, node, session, at: window, names: true, id, shown: session })
      return {
        id,
        signal_type: type,
        activity_node_id: node,
        session_id: session,
        occurred_at: new Date(when).toISOString()
      }
    })
    if (signals.length > 0) {
      this.explored = true
      await this.signal(signals)
    }
  }

  plan(day: number, days: number, more: Partial<Wish> = {}): Promise<TripBook> {
    return TripBook.plan(this.stage, this.record, this.who, {
      start_date: this.date(day),
      days,
      explored: this.explored,
      ...more
    })
  }

  /** Plans that are confirmed and lie ahead of the week: made at one hour and another of it, from that day on. */
  async planAhead(from: number, companions: ReadonlyArray<Actor>): Promise<void> {
    const { days, plansAhead } = this.cast
    const moments = Array.from({ length: plansAhead }, (_, n) => {
      const day = from + Math.floor(chance("ahead on", this.seed, n) * (days - from))
      return { n, day, hour: FIRST_HOUR + Math.floor(chance("ahead at", this.seed, n) * HOURS_A_DAY) + 0.5 }
    }).sort((a, b) => a.day - b.day || a.hour - b.hour)
    for (const { n, day, hour } of moments) {
      await this.at(day, hour)
      if (chance("ahead looks", this.seed, n) < 0.5) await this.swipe(8, 3)
      const together = chance("ahead with", this.seed, n) < 0.5
      const trip = await this.plan(
        days + 3 + 4 * n,
        1 + Math.floor(chance("ahead for", this.seed, n) * LONGEST_AHEAD),
        {
          ...(together && companions.length > 0 ? { party: companions.map(({ who }) => who) } : {}),
          constraints: { pace: oneOf(["leisurely", "moderate", "packed"], "ahead", this.seed, n) }
        }
      )
      if (chance("second thoughts", this.seed, n) < 0.5 && trip.stops.length > 1) await trip.swapIfPossible(this.who, 1)
      await trip.setStatus(this.who, "confirmed")
    }
  }

  /** Follows the trip's stream: whatever offer comes was seen. */
  async follow(trip: TripBook): Promise<() => void> {
    const { stage, who } = this
    const stream = await follow(stage.server, { token: await stage.token(who) }, trip.id)
    const met = stage.clock.now()
    for (const offer of stream.hello.open_offers) trip.offered(trip.owner, offer, [Date.parse(offer.computed_at), met])
    let heard = 0
    let shown = stage.clock.now()
    const listen = () => {
      const now = stage.clock.now()
      if (stream.closed() !== undefined)
        throw new Error(`The stream of trip ${trip.id} ended: ${stream.closed()!.reason}`)
      if (now - shown > HOUR) {
        shown = now
        void stage.token(who).then((token) => stream.send({ type: "auth", token }))
      }
      for (; heard < stream.heard.length; heard++) {
        const frame = stream.heard[heard]
        const made = Date.parse(frame.computed_at ?? "")
        if (frame.type === "offer") trip.offered(trip.owner, frame, [made, Math.max(made, now)])
      }
    }
    const timer = setInterval(listen, 20)
    return () => {
      clearInterval(timer)
      listen()
      stream.close()
    }
  }

  /** The city says that a stop is closed until it is over; whoever is to hear of that is told in the meantime. */
  async #closes({ ends_at, node }: Standing): Promise<void> {
    const window = { from: new Date(this.stage.clock.now()).toISOString(), until: new Date(ends_at).toISOString() }
    const event = { kind: "closure", node_id: node, ...window }
    await this.stage.ask(this.cast.operator, "POST", "/admin/cities/seattle/events", event)
  }

  /** One stop after another is closed, until something else is offered for one: told to whoever has the trip open. */
  async hears(trip: TripBook): Promise<Json> {
    for (const stop of trip.ahead) {
      const before = this.#pushed(trip)
      await this.#closes(stop)
      const told = await until(`that ${stop.node} is closed`, () => this.#pushed(trip).slice(before.length)[0])
      const offer = trip.open.get(told.id)
      if (offer !== undefined) return offer
    }
    throw new Error(`Nothing takes the place of any stop of trip ${trip.id}.`)
  }

  #pushed = (trip: TripBook): ReadonlyArray<Offer> =>
    this.record.offers.filter((one) => one.trip === trip.id && !one.asked && one.trigger === "venue_closed")

  /** A phone that is told while the app is closed, and looked at then: what it says, and the offer as the trip shows it. */
  async phone(): Promise<(trip: TripBook) => Promise<{ readonly code: string; readonly offer: Json }>> {
    const { push } = this.cast
    const device = pushDevice(push)
    await this.stage.ask(this.who, "PUT", "/users/me/push-subscriptions", device.subscription)
    return async (trip) => {
      for (const stop of trip.ahead) {
        const before = push.to(device.path).length
        await this.#closes(stop)
        const message = await until(`a notification that ${stop.node} is closed`, () => push.to(device.path)[before])
        const { answer, pivot_id } = JSON.parse(device.read(message))
        const look = await this.follow(trip)
        look()
        const offer = trip.open.get(pivot_id)
        if (offer !== undefined) return { code: answer, offer }
      }
      throw new Error(`Nothing takes the place of any stop of trip ${trip.id}.`)
    }
  }

  /** Lets every open offer of the trip time out. */
  async letExpire(trip: TripBook): Promise<void> {
    const open = [...trip.open.values()]
    await this.stage.until(this.stage.clock.now() + OFFER_OVER)
    for (const offer of open) {
      if (!trip.open.has(offer.pivot_id)) continue
      // Its time may have been over before this was asked, and is written down when the trip wakes up: by the real clock.
      const [made] = this.record.offers.find(({ id }) => id === offer.pivot_id)!.at
      trip.ignored(offer, [made, this.stage.clock.now() + DAY])
    }
  }

  /** Says afterwards how it was, stop by stop. */
  async rate(trip: TripBook, liked: boolean, already: ReadonlyArray<number> = []): Promise<void> {
    const says = trip.stops.slice(0, 2).map((stop) => trip.say(this.who, liked ? "thumbs_up" : "thumbs_down", stop))
    const rated = trip.stops
      .slice(2, 3)
      .map((stop) => trip.say(this.who, "post_trip_rating", stop, { context: { rating: liked ? 5 : 2 } }))
    await this.signal([...says, ...rated])
    const content = [...already, ...says.map(() => (liked ? 1 : 0)), ...rated.map(() => (liked ? 1 : 0.25))]
    this.record.ended.push({ trip: trip.id, members: trip.members.map(({ id }) => id), content })
  }

  async leave(trips: ReadonlyArray<TripBook>): Promise<void> {
    await this.stage.ask(this.who, "DELETE", "/users/me")
    const alone = trips.filter(({ members }) => members.length === 1).map(({ id }) => id)
    this.record.left.push({ who: this.who.id, trips: alone })
  }
}

/** Tags that somebody may want to avoid. */
export const AVOIDED = TAXONOMY.slice(0, 8).map(({ tag }) => tag)
