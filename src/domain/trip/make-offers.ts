/** Offers: made from memory, with room for them among those that are open. */
import { wordsNotIn } from "../basics/words.ts"
import { VIBE_TAGS } from "../catalog/taxonomy.ts"
import type { PivotOffered, PushedOut } from "../decisions.ts"
import type { PivotId } from "../ids.ts"
import type { PivotRequest } from "../pivot/model.ts"
import { MAX_HELD_OFFERS, MAX_OFFERS, type OpenOffer, type TripMemoryEvent } from "./actor-state.ts"
import { isNobodys } from "./answer-records.ts"
import type { TripCommand } from "./commands.ts"
import { PackedPlan } from "./packed-plan.ts"
import type { TripWorld } from "./planner.ts"
import * as R from "./rejections.ts"
import {
  isRejection,
  keyReused,
  notReady,
  reject,
  slotAhead,
  type TripDecision,
  type TripRecord,
  type Turn,
  userState,
  worldOf
} from "./turn.ts"

/** Who asks, and where the answer comes from. */
interface Asked {
  readonly requestId?: string | undefined
  /** Who is answered with it, by device; nobody where the city's event brought it. */
  readonly device?: string
  readonly pivotId?: PivotId
}

/** An offer made: shown at once, remembered, and logged. */
export const makeOffer = (turn: Turn, world: TripWorld, request: PivotRequest, asked: Asked) => {
  const { requestId, device, pivotId } = asked
  const { trip, by, context } = turn
  const offer = turn.rules.planner.pivot({ ...world, asker: by }, request, pivotId)
  const payload: PivotOffered = {
    offer,
    detail: request.detail,
    by,
    user_id: by ?? trip.user_id,
    trip_id: trip.id,
    session_id: trip.session_id,
    offered_at: context.now,
    user_state: userState(world.personas)
  }
  const open: OpenOffer = {
    pivot_id: offer.pivot_id,
    text: offer.text,
    slot_id: offer.slot_id,
    model: offer.model,
    options: offer.chosen.length,
    request,
    request_id: requestId,
    by,
    answered: device === undefined ? [] : [device],
    plan: turn.state.trip?.plan ?? new PackedPlan(trip.slots),
    offered_at: context.now,
    expires_at: offer.expires_at,
    shown: by !== null || context.watched
  }
  const records: ReadonlyArray<TripRecord> = [{ type: "pivot_event", id: offer.pivot_id, payload }]
  return { offer, open, records }
}

interface Room {
  readonly pushedOut: ReadonlyArray<PushedOut>
  readonly transient: ReadonlyArray<TripMemoryEvent>
}

const ROOMY: Room = { pushedOut: [], transient: [] }

/** How long an offer has been there. */
export const delayOf = (turn: Turn, open: OpenOffer): number => Math.max(0, turn.context.now - open.offered_at)

const gone = (turn: Turn, open: OpenOffer): PushedOut => ({
  pivot_id: open.pivot_id,
  after_ms: delayOf(turn, open),
  ...(isNobodys(turn, open) ? { nobodys: true } : {})
})

/**
 * Makes room for this many offers more. Who never answered an offer before newer ones pushed it out ignored it, which is
 * logged with the first of them and waited for by nobody: asking stays advice. It gives no signal, because `pivot_ignore` means that
 * somebody let an offer time out, and this one had no time. One that answers an event in the city gives way
 * through the wake-up that its time running out would bring, because its event has to say for good that the trip was told.
 */
export const makeRoom = (turn: Turn, coming: number, closing?: string): Room => {
  const { now } = turn.context
  const { offers } = turn.state.memory
  if (offers.length + coming <= MAX_OFFERS) return ROOMY
  const pushedOut: Array<PushedOut> = []
  const transient: Array<TripMemoryEvent> = []
  let open = coming - MAX_OFFERS
  let held = coming - MAX_HELD_OFFERS
  for (const one of offers) {
    if (one.pivot_id === closing) continue
    held++
    if (one.expires_at > now) open++
  }
  for (const one of offers) {
    if (open <= 0 && held <= 0) break
    if (one.pivot_id === closing) continue
    const isOpen = one.expires_at > now
    if (held > 0 || (isOpen && one.about === undefined)) {
      if (one.options > 0 && one.shown) pushedOut.push(gone(turn, one))
      transient.push({ _tag: "offer_closed", pivot_id: one.pivot_id, passed: true })
      held--
    } else if (isOpen) transient.push({ _tag: "offer_due", pivot_id: one.pivot_id, at: now })
    if (isOpen) open--
  }
  return { pushedOut, transient }
}

/** The records of new offers, the first of which also tells what had to go for them. */
export const tellingOf = (
  records: ReadonlyArray<TripRecord>,
  { pushedOut }: Pick<Room, "pushedOut">
): ReadonlyArray<TripRecord> => {
  const [first, ...others] = records
  if (pushedOut.length === 0 || first?.type !== "pivot_event") return records
  return [{ ...first, payload: { ...first.payload, pushed_out: pushedOut } }, ...others]
}

const sameRequest = (a: PivotRequest, b: PivotRequest): boolean =>
  a.trigger === b.trigger && a.slot_id === b.slot_id && JSON.stringify(a.detail) === JSON.stringify(b.detail)

/** How long an offer is the answer to the same disruption, reported from another device of the party. */
const SHARED_FOR_MS = 3 * 60_000

/** What a request says has happened, without when: two phones never agree on that to the second. */
const happening = ({ trigger, detail = {} }: PivotRequest): string => {
  const { condition, delay_minutes, district, line, mood, tags } = detail
  const words = trigger === "weather" ? (condition ?? "rain") : condition
  return JSON.stringify([trigger, words, delay_minutes, district?.toLowerCase(), line, mood?.toLowerCase(), tags])
}

/** A person's device: an open stream, or all that comes without one. */
const deviceOf = (turn: Turn, { device = "" }: Extract<TripCommand, { _tag: "request_pivot" }>): string =>
  `${turn.by} ${device}`

/** What came with the refusal of an answer was seen by who gave it, on whichever device. */
const wasAnswered = (turn: Turn, one: OpenOffer, device: string): boolean =>
  one.answered.length === 0 ? one.by === turn.by : one.answered.includes(device)

/** The offer that another device was just given, or the city's event brought, for the same disruption and plan. */
const sharedOffer = (turn: Turn, device: string, request: PivotRequest): OpenOffer | undefined =>
  turn.state.memory.offers.find(
    (one) =>
      !wasAnswered(turn, one, device) &&
      one.shown &&
      one.expires_at > turn.context.now &&
      delayOf(turn, one) <= SHARED_FOR_MS &&
      one.plan === turn.state.trip?.plan &&
      (one.request.slot_id === request.slot_id || (request.slot_id !== undefined && one.slot_id === request.slot_id)) &&
      happening(one.request) === happening(request)
  )

export const requestPivot = (turn: Turn, command: Extract<TripCommand, { _tag: "request_pivot" }>): TripDecision => {
  const { trip, context } = turn
  if (trip.status !== "active") {
    return reject(
      new R.TripNotActive({
        message: `The trip is ${trip.status}; pivots are for trips under way. Start it first.`,
        status: trip.status
      })
    )
  }
  const again =
    command.request_id === undefined
      ? undefined
      : turn.state.memory.offers.find(
          (one) => one.request_id === command.request_id && one.by === turn.by && one.expires_at > context.now
        )
  if (again !== undefined) {
    return sameRequest(again.request, command.request)
      ? { reply: { _tag: "offered", offer: again.text }, advice: true }
      : reject(keyReused("another pivot"))
  }
  if (command.request.slot_id !== undefined) {
    const slot = slotAhead(turn, command.request.slot_id)
    if (isRejection(slot)) return reject(slot)
  }
  const [unknown] = wordsNotIn(VIBE_TAGS, command.request.detail?.tags ?? [], [], "a vibe tag")
  if (unknown !== undefined) return reject(new R.DoesNotFit({ message: `detail.tags: ${unknown.message}.` }))
  const device = deviceOf(turn, command)
  const shared = sharedOffer(turn, device, command.request)
  if (shared !== undefined) {
    return {
      reply: { _tag: "offered", offer: shared.text },
      transient: [{ _tag: "offer_shared", pivot_id: shared.pivot_id, device }],
      advice: true
    }
  }
  const world = worldOf(turn)
  if (world === undefined) return reject(notReady(trip))
  const { open, records } = makeOffer(turn, world, command.request, { requestId: command.request_id, device })
  const room = makeRoom(turn, 1)
  return {
    reply: { _tag: "offered", offer: open.text },
    records: tellingOf(records, room),
    transient: [...room.transient, { _tag: "offered", offer: open }],
    advice: true
  }
}
