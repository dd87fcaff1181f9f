/**
 * Tells travelers of offers while their app is closed: whoever has no stream of the trip open, wants to be told, and is not
 * asleep by their own hours. Each event once. Nothing waits for it: what it hears goes into a queue that is bounded.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type { UserId } from "../../domain/ids.ts"
import { readOffer } from "../../domain/pivot/model.ts"
import { type Notice, offerNotice, voteNotice } from "../../domain/push/notice.ts"
import { isQuiet } from "../../domain/push/quiet.ts"
import { localTime, zoneOf } from "../../domain/time/zone.ts"
import { Catalog } from "../../services/catalog.ts"
import { PushSender } from "../../services/push-sender.ts"
import { type PushDevice, PushSubscriptions } from "../../services/push-subscriptions.ts"
import { type TripNews, TripRuntime } from "../../services/trip-runtime.ts"

/** News that wait to be sent; with more, the oldest are not told any more. */
const MOST_WAITING = 1_000
/** Devices that are told at the same time. */
const AT_ONCE = 8

const noticeOf = ({ trip, offer, closes_at }: TripNews, catalog: Parameters<typeof offerNotice>[2]): Notice =>
  closes_at === undefined
    ? offerNotice(readOffer(offer), trip, catalog)
    : voteNotice(readOffer(offer), trip, closes_at, catalog)

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const trips = yield* TripRuntime
    const catalogs = yield* Catalog
    const subscriptions = yield* PushSubscriptions
    const sender = yield* PushSender
    const waiting = yield* Queue.sliding<TripNews>(MOST_WAITING)
    const stop = trips.onNews((news) => void Queue.offerUnsafe(waiting, news))
    yield* Effect.addFinalizer(() => Effect.sync(stop))

    const tellDevice = Effect.fnUntraced(function* (device: PushDevice, text: string, ttlSeconds: number) {
      const came = yield* sender.send(device, { text, ttlSeconds }, yield* subscriptions.keys)
      if (came === "gone") yield* subscriptions.gone(device.id)
    })

    const tellPerson = Effect.fnUntraced(function* (
      userId: UserId,
      devices: ReadonlyArray<PushDevice>,
      news: TripNews,
      notice: Notice
    ) {
      const now = yield* Clock.currentTimeMillis
      const note = { user_id: userId, trip_id: news.trip.id, pivot_id: readOffer(news.offer).pivot_id }
      const secret = yield* subscriptions.note(note, `${news.trip.id}/${news.event}`, now)
      if (secret === undefined) return
      const ttl = Math.max(0, Math.ceil((Date.parse(notice.expires_at) - now) / 1000))
      const text = JSON.stringify({ ...notice, answer: secret })
      yield* Effect.forEach(
        devices,
        (device) =>
          Effect.catch(tellDevice(device, text, ttl), ({ message }) =>
            Effect.logWarning(`A device was not told of an offer: ${message}`)
          ),
        { concurrency: AT_ONCE, discard: true }
      )
    })

    const tell = Effect.fnUntraced(function* (news: TripNews) {
      const online = new Set(news.online)
      const people = news.trip.members.map(({ user_id }) => user_id).filter((id) => !online.has(id) && id !== news.by)
      const zone = zoneOf(news.trip.time_zone)
      const now = yield* Clock.currentTimeMillis
      const minute = zone === undefined ? 0 : localTime(zone, now).minute
      const awake = (yield* subscriptions.of(people)).filter(({ quiet }) => !isQuiet(quiet, minute))
      const notice = noticeOf(news, catalogs.resident(news.trip.city))
      for (const [userId, devices] of Map.groupBy(awake, ({ user_id }) => user_id)) {
        yield* tellPerson(userId, devices, news, notice)
      }
    })

    yield* Effect.forkScoped(
      Effect.forever(
        Effect.flatMap(Queue.take(waiting), (news) =>
          Effect.catchCause(tell(news), (cause) => Effect.logWarning("Nobody was told of an offer by push.", cause))
        )
      )
    )
  })
)
