/** One trip, live: what the page knows of it, what it asks for, and how news are taken over. It draws nothing. */
import { Unanswered } from "../client/index.ts"
import { Problem } from "./api.js"
import { T } from "./messages.js"
import { applyChange, differences, judgeFrame, slotOf, UNDER_CHANGE } from "./plan.js"
import { newId } from "./session.js"
import { tripCommands } from "./trip-commands.js"

/** Offers kept at the same time; the oldest goes first. */
const MOST_OFFERS = 4

/** How long a changed stop stays marked. */
const MARKED_MS = 20_000

/** That nothing can be done is for whoever asked, and for nobody later or else. */
const offersSomething = ({ options }) => options.length > 0

/**
 * @typedef {import("./api.js").Trip & {isLost?: boolean}} Trip `isLost`: it is theirs no more
 * @typedef {import("../client/index.ts").Offer} Offer
 */

export class LiveTrip {
  /** @type {import("./api.js").Api} */
  #api
  /** @type {import("./session.js").App["waiting"]} */
  #waiting
  #on
  #stream
  #rereading
  /** The newest event that the stream told of. */
  #heard

  /**
   * `on` hears: `plan` (draw it), `offers` (draw them), `changed` (which stops are other now), `offered` (one came by
   * itself), `stale` (a write that came too late), `failed` (a sentence), `state` (of the live connection).
   *
   * @param {import("./api.js").Api} api
   * @param {import("./session.js").App["waiting"]} waiting
   * @param {Trip} trip
   * @param {any} on
   */
  constructor(api, waiting, trip, on) {
    this.#api = api
    this.#waiting = waiting
    this.#on = on
    this.#heard = trip.state_version
    this.trip = trip
    this.offers = new Map()
    this.marked = new Map()
    /** Who of the travelers has the trip open. */
    this.online = new Set()
    /** What this traveler said to the vote that is open. */
    this.yours = undefined
    /** What the last vote came to, with its offer. */
    this.decided = undefined
    if (trip.vote) this.#addVoted(trip.vote)
    /** What a traveler does to the plan. */
    this.does = tripCommands(api, waiting, {
      trip: () => this.trip,
      write: (does) => this.#write(does),
      takeAnswer: (answer) => this.#takeAnswer(answer),
      takeWhole: (fresh) => this.#takeWhole(fresh)
    })
  }

  /** The offer that the group votes on is on everybody's table. */
  #addVoted({ offer }) {
    if (!this.offers.has(offer.pivot_id)) this.offers.set(offer.pivot_id, offer)
  }

  async #readYours() {
    const { yours } = await this.#api.vote(this.trip.id)
    this.yours = yours ?? undefined
    this.#on.offers()
  }

  /** `terms`: by when it is decided, and what is done where the votes do not decide. */
  async openVote({ pivot_id }, terms) {
    const { vote } = await this.#api.openVote(this.trip.id, pivot_id, terms)
    this.trip = { ...this.trip, vote }
    this.#on.offers()
  }

  /** `about` says it in words, for when it has to wait. */
  castVote({ pivot_id }, answer, about) {
    const { id } = this.trip
    return this.#waiting.orLater("votes.cast", { path: { id, pivot_id }, body: answer }, about, async (key) =>
      this.#takeVote(await this.#api.castVote(id, pivot_id, answer, key))
    )
  }

  #takeVote({ vote, yours }) {
    this.trip = { ...this.trip, vote }
    this.yours = yours ?? undefined
    this.#on.offers()
  }

  #hearVote(frame) {
    if (frame.type === "vote_changed" && frame.vote !== null) {
      if (frame.change === "opened") this.yours = undefined
      this.decided = undefined
      this.#addVoted(frame.vote)
    }
    if (frame.vote?.tally === undefined) return
    this.decided = { result: frame.vote, offer: this.offers.get(frame.pivot_id), option_id: frame.option_id }
  }

  forgetDecided() {
    this.decided = undefined
    this.#on.offers()
  }

  #hearPresence({ user_id, online }) {
    if (online) this.online.add(user_id)
    else this.online.delete(user_id)
    this.#on.online()
  }

  open() {
    this.#stream = this.#api.client.stream({
      tripId: this.trip.id,
      since: () => this.trip.state_version,
      onFrame: (frame) => this.#hear(frame),
      onState: (name) => {
        this.#on.state(name)
        if (name === "live") this.#waiting.send()
        else if (this.online.size > 0) {
          // Who is there now, nobody knows without a connection.
          this.online.clear()
          this.#on.online()
        }
      }
    })
    this.#waiting.news.add(this.#news)
  }

  /** What waited has gone out, or was refused: a fresh offer may have come of it. */
  #news = {
    sent: ({ operation, request }, answer) => {
      if (request.path?.id !== this.trip.id) return
      if (operation === "votes.cast") this.#takeVote(answer)
      else if (operation === "trips.editVetoes") {
        this.#on.vetoes(answer)
        this.reread()
      } else if (answer?.changed !== undefined) this.#takeAnswer(answer)
    },
    refused: ({ request }, { document }) => {
      if (request.path?.id !== this.trip.id) return
      if (document?.offer !== undefined) this.#addOffer(document.offer)
      this.reread()
    }
  }

  close() {
    this.#waiting.news.delete(this.#news)
    this.#stream?.close()
  }

  /** @param {{trip?: any, changed?: Array<string>, removed?: Array<string>}} news */
  #take({ trip: after, changed = [], removed = [] }) {
    const before = this.trip
    this.trip = after
    const stamp = {}
    for (const slot of changed) this.marked.set(slot, stamp)
    if (changed.length > 0) setTimeout(() => this.#unmark(changed, stamp), MARKED_MS)
    // What is over has nothing to decide any more.
    if (!UNDER_CHANGE.includes(after.status) && this.offers.size > 0) {
      this.offers.clear()
      this.#on.offers()
    }
    this.#on.plan()
    if (changed.length + removed.length > 0) this.#on.changed(before, changed, removed)
  }

  #unmark(slots, stamp) {
    for (const slot of slots) if (this.marked.get(slot) === stamp) this.marked.delete(slot)
    this.#on.plan()
  }

  #takeWhole(fresh) {
    if (fresh.state_version >= this.trip.state_version) {
      this.#take({ trip: fresh, ...differences(this.trip, fresh) })
    }
  }

  /** Reads the whole trip; asked for twice, it is read once, and again if news came that the reading does not have. */
  reread() {
    this.#rereading ??= this.#api
      .tripNow(this.trip.id)
      .then((fresh) => this.#takeWhole(fresh))
      .then(
        () => {
          this.#rereading = undefined
          return this.trip.state_version < this.#heard ? this.reread() : undefined
        },
        (error) => {
          this.#rereading = undefined
          this.#on.failed(error.status === 404 ? T.trip.notYours : error.message)
        }
      )
    return this.#rereading
  }

  /** Takes what an HTTP answer says has changed, unless the stream said so before. */
  #takeAnswer(answer) {
    if (answer.state_version <= this.trip.state_version) return undefined
    const follows = answer.state_version === this.trip.state_version + 1
    const applied = follows ? applyChange(this.trip, answer) : undefined
    return applied === undefined ? this.reread() : this.#take(applied)
  }

  #addOffer(offer) {
    this.offers.delete(offer.pivot_id)
    this.offers.set(offer.pivot_id, offer)
    for (const oldest of this.offers.keys()) if (this.offers.size > MOST_OFFERS) this.offers.delete(oldest)
    this.#on.offers()
  }

  #dropOffer(pivotId) {
    if (this.offers.delete(pivotId)) this.#on.offers()
  }

  #hear(frame) {
    if (frame.type === "hello") {
      if (frame.trip !== undefined && frame.trip.state_version > this.trip.state_version) this.#takeWhole(frame.trip)
      this.online = new Set(frame.online)
      this.#on.online()
      if (this.trip.vote) this.#readYours().catch(() => {})
      for (const offer of frame.open_offers) {
        if (offersSomething(offer) && !this.offers.has(offer.pivot_id)) this.#addOffer(offer)
      }
    } else if (frame.type === "offer") {
      if (!offersSomething(frame) || this.offers.has(frame.pivot_id)) return
      this.#addOffer(frame)
      this.#on.offered(frame)
    } else if (frame.type === "member_changed" && frame.seq === undefined) {
      this.#hearPresence(frame)
    } else if (typeof frame.seq === "number") {
      this.#hearVote(frame)
      if (frame.pivot_id !== undefined && frame.type !== "vote_changed") this.#dropOffer(frame.pivot_id)
      this.#heard = Math.max(this.#heard, frame.seq)
      const judged = judgeFrame(this.trip, frame)
      if (judged.kind === "change") this.#take(judged)
      else if (judged.kind !== "old") this.reread()
    }
  }

  /** It is theirs no more: what was read stays to be read, and nothing can be done with it. */
  lose() {
    this.trip = { ...this.trip, isLost: true, undo: [], vote: null }
    this.offers.clear()
    this.online.clear()
    this.#on.offers()
    this.#on.plan()
  }

  /** Over the live connection where there is one, else over HTTP; the same key makes asking twice harmless. */
  async #ask(frame, overHttp) {
    try {
      const answer = await this.#stream.request(frame)
      if (answer.type === "error") throw new Problem(answer.problem, answer.problem.status)
      return answer
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
    }
    return overHttp(frame.id)
  }

  async pivot(request) {
    const { id } = this.trip
    this.#addOffer(
      await this.#ask({ type: "pivot", id: newId(), ...request }, (key) => this.#api.pivot(id, request, key))
    )
  }

  async respond({ pivot_id }, answer, about) {
    const { id } = this.trip
    const ask = (key) =>
      this.#ask({ type: "respond", id: key, pivot_id, ...answer }, () =>
        this.#api.answerPivot(id, pivot_id, answer, key)
      )
    try {
      let done
      await this.#waiting.orLater("trips.answerPivot", { path: { id, pivot_id }, body: answer }, about, async (key) => {
        done = await ask(key)
      })
      this.#dropOffer(pivot_id)
      if (done?.changed !== undefined) await this.#takeAnswer(done)
    } catch (error) {
      const fresh = error instanceof Problem ? error.document?.offer : undefined
      if (error.document?.type?.endsWith("pivot-expired")) this.#dropOffer(pivot_id)
      if (fresh !== undefined) this.#addOffer(fresh)
      throw error
    }
  }

  /** Nothing was on offer: there is nothing to turn down. */
  async dismiss(offer) {
    if (offer.options.length === 0) this.#dropOffer(offer.pivot_id)
    else await this.respond(offer, { response: "dismiss" }, T.waiting.keep)
  }

  /** A write based on what this page shows; where the trip has moved on, the page catches up and says so. */
  async #write(does) {
    try {
      await does()
      return true
    } catch (error) {
      if (error.status !== 412) throw error
      await this.reread()
      this.#on.stale()
      return false
    }
  }

  slot(id) {
    return slotOf(this.trip, id)
  }
}
