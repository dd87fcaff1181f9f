/** What travelers were told, put together from outside: whatever contradicts it is a defect. */
import type { TripReply } from "../../src/domain/trip/commands.ts"
import type { TripEventEnvelope } from "../../src/domain/trip/events.ts"
import { isMember, type TripState } from "../../src/domain/trip/model.ts"
import type { Tally } from "./tally.ts"

export interface Acknowledged {
  readonly trip: string
  readonly envelope: TripEventEnvelope
}

export class Oracle {
  readonly tally: Tally
  /** Changes of trips that somebody was told are made, by the event's id. */
  readonly acknowledged = new Map<string, Acknowledged>()
  /** Keys of writes that somebody was told are made, as `trip key`. */
  readonly keys = new Map<string, string>()
  /** Signals that were taken, with who sent them and of which trip. */
  readonly signals = new Map<string, { readonly user: string; readonly trip: string }>()
  /** Signals that were sent by who was in their trip then, to a server that still has its disk. */
  readonly #sent = new Map<string, { readonly user: string; readonly trip: string }>()
  /** The newest state that anybody was shown. */
  readonly shown = new Map<string, TripState>()
  /** Trips that showed themselves since a disk was lost: what they showed before, such as who is in them, may have gone with it. */
  readonly #shownSince = new Set<string>()
  readonly erased = new Set<string>()
  /** Trips that the database could never take: made in a city that it does not know. */
  readonly cursed = new Set<string>()
  /** Places that memory knows and the database does not. */
  readonly ghosts: ReadonlySet<string>
  /** Changes and signals that went with a disk before they were stored. */
  readonly forgiven = new Set<string>()
  /** Writes by their keys of which that may be so. */
  readonly forgivenKeys = new Set<string>()
  /** Since when somebody is known to be out of a trip, as `trip user`. */
  readonly #out = new Map<string, number>()
  readonly #asking = new Map<string, number>()
  /** Who may have had a part in a trip, ever. */
  readonly #part = new Map<string, Set<string>>()
  readonly #places = new Map<string, { readonly at: number; readonly id: string | undefined }>()

  constructor(tally: Tally, ghosts: ReadonlySet<string>) {
    this.tally = tally
    this.ghosts = ghosts
  }

  partOf(trip: string): ReadonlySet<string> {
    return this.#part.get(trip) ?? new Set()
  }

  /** Somebody was asked in, or made the trip: from now on they may see it. */
  mayEnter(trip: string, user: string): void {
    const known = this.#part.get(trip) ?? new Set()
    this.#part.set(trip, known.add(user))
    this.#out.delete(`${trip} ${user}`)
  }

  /** An invitation is on its way, or has got there: until that is known, nobody can say that somebody is out. */
  inviting(trip: string, user: string, begins: boolean): void {
    const name = `${trip} ${user}`
    this.#asking.set(name, (this.#asking.get(name) ?? 0) + (begins ? 1 : -1))
    this.mayEnter(trip, user)
  }

  /** Somebody is out of a trip for certain. */
  isOut(trip: string, user: string, now: number): void {
    const name = `${trip} ${user}`
    if ((this.#asking.get(name) ?? 0) === 0) this.#out.set(name, now)
  }

  /** Whether a trip must not show itself to somebody who asked at that time. */
  mustNotSee(trip: string, user: string, asked: number): boolean {
    if (!this.partOf(trip).has(user)) return true
    const since = this.#out.get(`${trip} ${user}`)
    return since !== undefined && asked > since
  }

  /** What stands at a place of a trip's stream, by somebody who was told. */
  place(trip: string, epoch: string, seq: number, at: number, id: string | undefined): void {
    const name = `${trip} ${epoch} ${seq}`
    const known = this.#places.get(name)
    const same =
      known === undefined || (known.at === at && (known.id === undefined || id === undefined || known.id === id))
    this.tally.check(
      "one writer per trip and epoch",
      same,
      () =>
        `change ${seq} of trip ${trip} in epoch ${epoch} is ${known?.id} of ${known?.at} to one and ${id} of ${at} to another`
    )
    this.#places.set(name, { at, id: id ?? known?.id })
  }

  /** Places that were told in this epoch. */
  *placesOf(trip: string, epoch: string): Generator<readonly [seq: number, at: number]> {
    for (const [name, { at }] of this.#places) {
      const [of, inEpoch, seq] = name.split(" ")
      if (of === trip && inEpoch === epoch) yield [Number(seq), at]
    }
  }

  /** A trip answered somebody: whatever it says must be theirs to see, and what it says is made must stay made. */
  told(trip: string, by: string, key: string | undefined, reply: TripReply, asked: number): void {
    this.tally.check(
      "nobody sees a trip that would not admit them now",
      !this.mustNotSee(trip, by, asked),
      () => `trip ${trip} answered ${reply._tag} to ${by}, who has no part in it since before they asked`
    )
    if (reply._tag === "trip") this.#saw(trip, reply.trip)
    if (reply._tag !== "changed") return
    this.#saw(trip, reply.trip)
    const { event } = reply
    if (key !== undefined && (event !== null || reply.replayed)) this.made(trip, key, event?.id)
    if (event === null) return
    this.acknowledged.set(event.id, { trip, envelope: event })
    this.place(trip, reply.trip.epoch, event.seq, event.at, event.id)
  }

  /** A write with this key was acknowledged. */
  made(trip: string, key: string, id: string | undefined): void {
    const name = `${trip} ${key}`
    const known = this.keys.get(name)
    this.tally.check(
      "an acknowledged write is there exactly once",
      known === undefined || known === "" || id === undefined || known === id || this.#mayBeGone(known),
      () => `the key ${key} of trip ${trip} stands for event ${known} and for event ${id}`
    )
    this.keys.set(name, id ?? known ?? "")
  }

  /** A change that the database refused is made anew by who asks again. */
  #mayBeGone(id: string): boolean {
    const one = this.acknowledged.get(id)
    return this.forgiven.has(id) || (one !== undefined && this.refusable(one))
  }

  #saw(trip: string, state: TripState): void {
    this.#shownSince.add(trip)
    const known = this.shown.get(trip)
    if (known === undefined || state.seq >= known.seq || state.epoch !== known.epoch) this.shown.set(trip, state)
  }

  /** A disk went: of acknowledged writes of which only the key is known, nobody can say whether they were stored by then. */
  keysLost(): void {
    for (const [name, id] of this.keys) if (id === "" || this.forgiven.has(id)) this.forgivenKeys.add(name)
    this.#sent.clear()
    this.#shownSince.clear()
    // Who left a moment before may be in again.
    for (const name of this.#out.keys()) if (!this.erased.has(name.split(" ")[1]!)) this.#out.delete(name)
  }

  /** Of who is not in the trip, as far as is known, nothing has to be stored, even where it is taken on trust. */
  signalSent(id: string, user: string, trip: string): void {
    const members = this.#shownSince.has(trip) ? this.shown.get(trip)?.members : undefined
    if (members?.some(({ user_id }) => user_id === user)) this.#sent.set(id, { user, trip })
  }

  signalTaken(id: string): void {
    const sent = this.#sent.get(id)
    if (sent !== undefined) this.signals.set(id, sent)
  }

  /** A signal that is taken on trust is stored only where its sender has a part in the trip, as it turns out. */
  maySpeakOf(trip: string, user: string): boolean {
    // What was done in a trip of somebody who was erased may be told of others there.
    if ([...this.partOf(trip)].some((one) => this.erased.has(one))) return false
    return !this.cursed.has(trip) && this.partOf(trip).has(user) && !this.#out.has(`${trip} ${user}`)
  }

  /** Somebody who is in the trip, as far as is known. */
  memberOf(trip: string): string | undefined {
    const state = this.shown.get(trip)
    return state?.members.find(({ user_id }) => !this.erased.has(user_id) && isMember(state, user_id))?.user_id
  }

  /** Whether the database may refuse this change: it speaks of what the database does not know. */
  refusable({ envelope, trip }: Acknowledged): boolean {
    if (this.cursed.has(trip)) return true
    const { event } = envelope
    const slots = "slots" in event ? event.slots : event._tag === "trip_created" ? event.trip.slots : []
    return slots.some(({ node_id }) => this.ghosts.has(node_id))
  }
}
