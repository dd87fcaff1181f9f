/** A traveler's app that follows a trip: it comes back with what it knows, and nothing may be missing in what it is told. */
import type { Link, Network } from "./network.ts"
import type { Oracle } from "./oracle.ts"
import type { World } from "./world.ts"

interface Frame {
  readonly type: string
  readonly id?: string
  readonly seq?: number
  readonly at?: string
  readonly epoch?: string
  readonly recovered?: boolean
  readonly state_version?: number
  readonly trip?: object
  readonly open_offers?: ReadonlyArray<OpenOffer>
  readonly pivot_id?: string
  readonly options?: OpenOffer["options"]
}

export interface OpenOffer {
  readonly pivot_id: string
  readonly options: ReadonlyArray<{ readonly option_id: string }>
}

/** Codes with which there is no use in coming back soon. */
const NO_SUCH_TRIP = 4404
const UNAUTHORIZED = 4401

export class Follower {
  readonly user: string
  readonly trip: string
  epoch: string | undefined
  seq = 0
  offers: ReadonlyArray<OpenOffer> = []
  /** Whether it has been greeted on the link that it has now. */
  greeted = false
  /** It was told that there is no such trip for it. */
  dismissed = false
  #link: Link | undefined
  #askedAt = 0
  readonly #world: World
  readonly #network: Network
  readonly #oracle: Oracle

  constructor(world: World, network: Network, oracle: Oracle, user: string, trip: string) {
    this.#world = world
    this.#network = network
    this.#oracle = oracle
    this.user = user
    this.trip = trip
  }

  get connected(): boolean {
    return this.#link !== undefined
  }

  connect(): void {
    if (this.#link !== undefined) return
    this.greeted = false
    this.#askedAt = this.#world.now
    this.#world.note(`${this.user} connects to ${this.trip} at ${this.seq}`)
    const query = new URLSearchParams(this.epoch === undefined ? {} : { epoch: this.epoch, since: String(this.seq) })
    let mine: Link | undefined
    const link = this.#network.connect([this.trip], query, this.user, {
      heard: (text) => {
        if (this.#link === mine) this.#heard(JSON.parse(text))
      },
      closed: (code) => {
        if (this.#link !== mine) return
        this.#world.note(`${this.user} is cut off from ${this.trip}: ${code}`)
        this.#link = undefined
        this.greeted = false
        if (code === NO_SUCH_TRIP || code === UNAUTHORIZED) this.dismissed = true
      }
    })
    mine = link
    this.#link = link
  }

  say(frame: object): boolean {
    if (this.#link === undefined || !this.greeted) return false
    this.#link.say(JSON.stringify(frame))
    return true
  }

  cut(): void {
    this.#link?.cut()
  }

  #heard(frame: Frame) {
    const { tally } = this.#oracle
    this.#world.note(`${this.user} hears of ${this.trip}: ${frame.type} ${frame.seq ?? frame.id ?? ""}`)
    if (frame.type === "hello") return this.#hello(frame)
    if (frame.type === "ack" && frame.id?.startsWith("respond-")) this.#oracle.made(this.trip, frame.id, undefined)
    if (frame.type === "ack" && frame.id !== undefined) this.#oracle.signalTaken(frame.id)
    if (frame.type === "offer") {
      this.offers = [...this.offers, { pivot_id: frame.pivot_id!, options: frame.options ?? [] }].slice(-5)
      if (frame.id !== undefined) tally.check("a pivot of a resident trip is answered", true, () => "")
    }
    if (frame.seq === undefined || frame.at === undefined) return
    tally.check(
      "a stream has no gap, or begins anew",
      this.greeted && frame.seq === this.seq + 1,
      () => `${this.user} stood at change ${this.seq} of trip ${this.trip} and heard ${frame.seq} (${frame.type})`
    )
    this.seq = frame.seq
    this.#oracle.place(this.trip, this.epoch!, frame.seq, Date.parse(frame.at), undefined)
  }

  #hello(frame: Frame): void {
    const { tally } = this.#oracle
    tally.check(
      "nobody sees a trip that would not admit them now",
      !this.#oracle.mustNotSee(this.trip, this.user, this.#askedAt),
      () => `trip ${this.trip} greeted ${this.user}, who has no part in it`
    )
    const recovered = frame.recovered === true
    tally.check(
      "a stream has no gap, or begins anew",
      recovered ? frame.epoch === this.epoch && frame.seq! >= this.seq : frame.trip !== undefined,
      () =>
        `${this.user} came back to trip ${this.trip} at ${this.epoch} ${this.seq} and was greeted with ${frame.epoch} ${frame.seq}, recovered: ${recovered}`
    )
    if (!recovered) {
      this.epoch = frame.epoch
      this.seq = frame.seq!
    }
    this.offers = frame.open_offers ?? []
    this.greeted = true
  }
}
