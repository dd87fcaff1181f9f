/** Groups vote on offers, and whatever comes of it is what was said: counted from the log alone, in another way than the runtime does. */
import type { UserId } from "../../src/domain/ids.ts"
import { readOffer } from "../../src/domain/pivot/model.ts"
import type { TripCommand } from "../../src/domain/trip/commands.ts"
import { VOTE_COUNTED } from "../../src/domain/trip/event-words.ts"
import type { TripEventEnvelope } from "../../src/domain/trip/events.ts"
import { evolveTrip } from "../../src/domain/trip/evolve.ts"
import type { TripState } from "../../src/domain/trip/model.ts"
import type { VoteAnswer } from "../../src/domain/trip/vote.ts"
import type { Looked } from "./checks.ts"
import type { OpenOffer } from "./follower.ts"
import { storedEvents } from "./stored-events.ts"
import { VOTES_COUNTED } from "./tally.ts"
import type { World } from "./world.ts"

type Asked = TripCommand & { readonly by: UserId }

/** How long a group has: some votes end while servers are killed, and some with everybody's word. */
const SHORTEST_MS = 300
const LONGEST_MS = 5_000

const answerFrom = (world: World, options: OpenOffer["options"]): VoteAnswer => {
  const option = options[world.int(Math.max(options.length, 1))]
  return option === undefined || world.chance(0.3)
    ? { response: "dismiss" }
    : { response: "accept", option_id: option.option_id as never }
}

/** Somebody has the group decide on an offer. */
export const opening = (world: World, by: string, idempotency_key: string, offer: OpenOffer): Asked => ({
  _tag: "open_vote",
  by: by as UserId,
  idempotency_key,
  pivot_id: offer.pivot_id as never,
  for_ms: Math.round(world.between(SHORTEST_MS, LONGEST_MS)),
  default: answerFrom(world, offer.options)
})

/** A member of a group that votes says what they want; sometimes once more, and otherwise. */
export const casting = (world: World, by: UserId, idempotency_key: string, vote: TripState["vote"] & {}): Asked => ({
  ...{ _tag: "cast_vote", by, idempotency_key, pivot_id: vote.pivot_id },
  answer: answerFrom(world, readOffer(vote.offer).options)
})

/** What one of them wants, as one word: an option, or to go on as planned. */
const wordOf = (answer: VoteAnswer): string => (answer.response === "accept" ? answer.option_id : "as planned")

interface Count {
  readonly chosen: string
  /** No vote that was missing could have changed it. */
  readonly isSettled: boolean
  readonly votes: number
}

/** What a group of these members wants, by what each of them said last. */
const counted = (said: ReadonlyMap<string, string>, members: ReadonlyArray<string>, byDefault: string): Count => {
  const words = members.flatMap((user) => said.get(user) ?? [])
  const times = (word: string) => words.filter((one) => one === word).length
  const most = Math.max(0, ...words.map(times))
  const first = new Set(words.filter((one) => times(one) === most))
  return {
    chosen: first.size === 1 ? [...first][0]! : byDefault,
    isSettled: words.length === members.length || most > members.length / 2,
    votes: words.length
  }
}

/** What a trip's log says of its votes: how each of them ended, and the one that goes on. */
class VotesOf {
  readonly #check: (holds: boolean, what: () => string) => void
  readonly #isKnown: (user: string) => boolean
  readonly #said = new Map<string, string>()
  trip: TripState | undefined

  /** Of who was erased the log speaks under other names, and not always under the same. */
  constructor(isKnown: (user: string) => boolean, check: (holds: boolean, what: () => string) => void) {
    this.#isKnown = isKnown
    this.#check = check
  }

  /** A change that is written down as lost: where it was what a vote came to, that one is over. */
  pass(seq: number, type: string | null): void {
    const { trip } = this
    if (trip === undefined) return
    const { vote, ...others } = trip
    const isOver = vote === undefined || type === VOTE_COUNTED
    this.trip = { ...(isOver ? others : trip), seq }
  }

  add(envelope: TripEventEnvelope): void {
    const { event } = envelope
    const before = this.trip
    // Nothing follows a trip that never began.
    if (before === undefined && event._tag !== "trip_created") return
    if (event._tag === "vote_opened") this.#said.clear()
    if (event._tag === "vote_cast") this.#said.set(event.user_id, wordOf(event.answer))
    if (event._tag === "member_left") this.#said.delete(event.user_id)
    if (before !== undefined && (event._tag === "pivot_accepted" || event._tag === "pivot_dismissed")) {
      this.#ended(before, envelope, event)
    }
    this.trip = evolveTrip(before, envelope)
  }

  /** Whether the one that goes on should have ended by then. */
  isOverdue(now: number): boolean {
    const vote = this.trip?.vote
    return vote !== undefined && (now > vote.closes_at || (now > vote.opened_at && this.#count(this.trip!).isSettled))
  }

  #count(trip: TripState): Count {
    const members = trip.members.map(({ user_id }) => user_id)
    return counted(this.#said, members, wordOf(trip.vote!.default))
  }

  #ended(
    before: TripState,
    { at, seq }: TripEventEnvelope,
    event: Extract<TripEventEnvelope["event"], { _tag: "pivot_accepted" | "pivot_dismissed" }>
  ): void {
    const { vote: result } = event
    const { vote } = before
    const isCounted = result !== undefined
    const isVotedOn = vote?.pivot_id === event.pivot_id
    if (isCounted || isVotedOn)
      this.#check(isCounted === isVotedOn, () =>
        isCounted
          ? `change ${seq} counts a vote that was not open`
          : `change ${seq} answers alone what a group votes on`
      )
    if (!isCounted || !isVotedOn) return
    if (![...before.members.map(({ user_id }) => user_id), ...this.#said.keys()].every(this.#isKnown)) return
    const { chosen, isSettled, votes } = this.#count(before)
    const done = event._tag === "pivot_accepted" ? event.option_id : "as planned"
    const isImpossible = done === "as planned" && result.problem !== null
    this.#check(done === chosen || isImpossible, () => `change ${seq} does ${done}, and the group wanted ${chosen}`)
    const told = result.tally.reduce((sum, one) => sum + one.votes, 0)
    this.#check(told === votes, () => `change ${seq} counts ${told} votes, and ${votes} were cast`)
    this.#check(
      at >= vote.closes_at || isSettled,
      () => `change ${seq} ends a vote ${vote.closes_at - at} ms before its time`
    )
  }
}

/** Time that a vote has to be counted and stored after its deadline, with nobody in its way. */
const COUNTED_MILLIS = 5_000

/** Every vote of every trip, once a run is over and at rest. */
export const checkVotes = ({ oracle, server, tally }: Looked, now: number): void => {
  for (const row of server.store.scan(undefined, "trips")) {
    const trip = row["id"] as string
    const lost = [...server.store.scan(undefined, "lost_trip_events")].filter((one) => one["trip_id"] === trip)
    const types = new Map(lost.map((one) => [one["seq"] as number, one["type"] as string | null]))
    const events = new Map(storedEvents(server, trip).map((one) => [one.seq, one]))
    const last = Math.max(0, ...types.keys(), ...events.keys())
    const numbers = Array.from({ length: last }, (_, i) => i + 1)
    // Of what went with a disk nothing is known.
    if (numbers.some((seq) => !types.has(seq) && !events.has(seq))) continue
    const part = oracle.partOf(trip)
    const votes = new VotesOf(
      (user) => part.has(user) && !oracle.erased.has(user),
      (holds, what) => tally.check(VOTES_COUNTED, holds, () => `trip ${trip}: ${what()}`)
    )
    for (const seq of numbers) {
      const event = events.get(seq)
      if (event === undefined) votes.pass(seq, types.get(seq)!)
      else votes.add(event)
    }
    const { trip: made } = votes
    if (
      made?.vote === undefined ||
      !made.members.some(({ user_id }) => part.has(user_id) && !oracle.erased.has(user_id))
    )
      continue
    const { closes_at } = made.vote
    tally.check(
      VOTES_COUNTED,
      !votes.isOverdue(now - COUNTED_MILLIS),
      () => `trip ${trip} has not counted its vote, which was over at ${closes_at}; it is ${now}`
    )
  }
}
