/**
 * Tells travelers of offers while their app is closed: whoever has no stream of the trip open, wants to be told, and is not
 * asleep by their own hours. Each event once: what is about to be sent is noted first, and a server that ends in between leaves it
 * to the next one. Nothing waits for it: what it hears goes into a queue that is bounded.
 */
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type { PivotId, TripId, UserId } from "../../domain/ids.ts"
import { readOffer } from "../../domain/pivot/model.ts"
import { type Notice, offerNotice, voteNotice } from "../../domain/push/notice.ts"
import { isQuiet } from "../../domain/push/quiet.ts"
import { localTime, zoneOf } from "../../domain/time/zone.ts"
import { Catalog } from "../../services/catalog.ts"
import { PushSender } from "../../services/push-sender.ts"
import { type PushDevice, PushSubscriptions, type Unsent } from "../../services/push-subscriptions.ts"
import { type TripNews, TripRuntime } from "../../services/trip-runtime.ts"

/** News that wait to be sent; with more, the oldest are not told any more. */
const MOST_WAITING = 1_000
/** Devices that are told at the same time. */
const AT_ONCE = 8

const noticeOf = ({ trip, offer, closes_at }: TripNews, catalog: Parameters<typeof offerNotice>[2]): Notice =>
  closes_at === undefined
    ? offerNotice(readOffer(offer), trip, catalog)
    : voteNotice(readOffer(offer), trip, closes_at, catalog)

const notTold = (cause: Cause.Cause<unknown>) => Effect.logWarning("Nobody was told of an offer by push.", cause)

/** How a person's devices are told of something that is noted already. */
const makeSending = Effect.gen(function* () {
  const trips = yield* TripRuntime
  const subscriptions = yield* PushSubscriptions
  const sender = yield* PushSender

  const tellDevice = Effect.fnUntraced(function* (device: PushDevice, text: string, ttlSeconds: number) {
    const came = yield* sender.send(device, { text, ttlSeconds }, yield* subscriptions.keys)
    if (came === "gone") yield* subscriptions.gone(device.id)
    return came === "sent"
  })

  /** Tried on every device, and then done with: a device that is off is its push service's affair. */
  const send = Effect.fnUntraced(function* (
    devices: ReadonlyArray<PushDevice>,
    { id, secret }: { readonly id: string; readonly secret: string },
    notice: Notice
  ) {
    const now = yield* Clock.currentTimeMillis
    const ttl = Math.max(0, Math.ceil((Date.parse(notice.expires_at) - now) / 1000))
    const text = JSON.stringify({ ...notice, answer: secret })
    const came = yield* Effect.forEach(
      devices,
      (device) =>
        Effect.catch(tellDevice(device, text, ttl), ({ message }) =>
          Effect.as(Effect.logWarning(`A device was not told of an offer: ${message}`), false)
        ),
      { concurrency: AT_ONCE }
    )
    // Nobody ignores what reached nobody.
    if (came.includes(true)) trips.told(notice.trip_id as TripId, notice.pivot_id as PivotId)
    yield* subscriptions.sent(id)
  })

  /** Devices of these people whose own hours let them be told now. */
  const awake = Effect.fnUntraced(function* (people: ReadonlyArray<UserId>, timeZone: string) {
    const zone = zoneOf(timeZone)
    const minute = zone === undefined ? 0 : localTime(zone, yield* Clock.currentTimeMillis).minute
    return (yield* subscriptions.of(people)).filter(({ quiet }) => !isQuiet(quiet, minute))
  })

  return { send, awake }
})

type Sending = Effect.Success<typeof makeSending>

/** What the server before this one was about to send as it ended. An offer that went with it is made and told anew. */
const makeSendingAfterAll = Effect.fnUntraced(function* ({ awake, send }: Sending) {
  const trips = yield* TripRuntime
  const subscriptions = yield* PushSubscriptions

  /** The trip, where the person still has it and it still waits for an answer to that offer. */
  const waitingFor = ({ pivot_id, trip_id, user_id }: Unsent) =>
    trips.ask(trip_id, { _tag: "read", by: user_id }).pipe(
      Effect.map((reply) => {
        if (reply._tag !== "trip") return undefined
        const { open_offers, trip } = reply
        const isOpen = open_offers.some((one) => readOffer(one).pivot_id === pivot_id)
        return isOpen || trip.vote?.pivot_id === pivot_id ? trip : undefined
      }),
      Effect.catchTag("TripNotFound", () => Effect.undefined)
    )

  return Effect.fnUntraced(function* (one: Unsent) {
    const trip = yield* waitingFor(one)
    if (trip === undefined) return yield* subscriptions.drop(one)
    const secret = yield* subscriptions.renew(one)
    if (secret === undefined) return
    yield* send(yield* awake([one.user_id], trip.time_zone), { id: one.id, secret }, one.notice)
  })
})

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const trips = yield* TripRuntime
    const catalogs = yield* Catalog
    const subscriptions = yield* PushSubscriptions
    const sending = yield* makeSending
    const sendAfterAll = yield* makeSendingAfterAll(sending)
    const waiting = yield* Queue.sliding<TripNews>(MOST_WAITING)
    const stop = trips.onNews((news) => void Queue.offerUnsafe(waiting, news))
    yield* Effect.addFinalizer(() => Effect.sync(stop))

    const tell = Effect.fnUntraced(function* (news: TripNews) {
      const online = new Set(news.online)
      const people = news.trip.members.map(({ user_id }) => user_id).filter((id) => !online.has(id) && id !== news.by)
      const devices = yield* sending.awake(people, news.trip.time_zone)
      const notice = noticeOf(news, catalogs.resident(news.trip.city))
      const { pivot_id } = readOffer(news.offer)
      for (const [user_id, own] of Map.groupBy(devices, (one) => one.user_id)) {
        const note = { user_id, trip_id: news.trip.id, pivot_id, notice }
        const now = yield* Clock.currentTimeMillis
        const noted = yield* subscriptions.note(note, `${news.trip.id}/${news.event}`, now)
        if (noted !== undefined) yield* sending.send(own, noted, notice)
      }
    })

    const leftUnsent = Effect.catch(
      Effect.flatMap(Clock.currentTimeMillis, (now) => subscriptions.unsent(now, MOST_WAITING)),
      ({ message }) => Effect.as(Effect.logWarning(`What was about to be told before is not told: ${message}`), [])
    )

    yield* Effect.forkScoped(
      Effect.gen(function* () {
        // Before anything of this server's own is noted: what is found here is what another one has left.
        const unsent = yield* leftUnsent
        yield* Effect.forkScoped(
          Effect.forEach(unsent, (one) => Effect.catchCause(sendAfterAll(one), notTold), { discard: true })
        )
        yield* Effect.forever(Effect.flatMap(Queue.take(waiting), (news) => Effect.catchCause(tell(news), notTold)))
      })
    )
  })
)
