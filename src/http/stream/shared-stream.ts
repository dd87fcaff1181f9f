/**
 * The stream of a shared plan: `/ws/shared`, with the link's secret as the subprotocol `share.<secret>`: an address ends up
 * in logs. It says that the trip has moved on, and ends with a sentence when the link is revoked or runs out.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../../config.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { type TripLink, TripLinks } from "../../services/trip-links.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { Machine } from "../../support/machine.ts"
import { makeRelays, type Passed } from "../forward/relays.ts"
import { makeOpening } from "../handlers/open-link.ts"
import type { Socket } from "../uws/socket.ts"
import { UwsApp } from "../uws/UwsHttpServer.ts"
import { accept, acceptThenClose } from "../uws/upgrade.ts"
import { CLOSE } from "./close-codes.ts"
import { ENDED, makeSharedReaders } from "./shared-readers.ts"
import { PROTOCOL, withoutProtocol } from "./subprotocol.ts"

const PATTERN = "/ws/shared"
const SHARE = "share."

/** Nobody who reads has anything to say. */
const MOST_SAID_BYTES = 1_024

interface Held {
  readonly secret: string
}

type Data = Held | Passed

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const app = yield* UwsApp
    const settings = yield* Config
    const clock = yield* Clock.Clock
    const links = yield* TripLinks
    const open = yield* makeOpening
    const inside = new Map<Socket<Data>, TripLink>()
    const relays = yield* makeRelays(() =>
      [...inside.keys()].map((socket) => () => socket.close(CLOSE.goingAway, "reconnect to go on"))
    )
    const readers = makeSharedReaders({
      watch: (yield* TripRuntime).watch,
      now: () => clock.currentTimeMillisUnsafe(),
      after: (yield* Machine).after,
      most: settings.STREAM_PER_LINK
    })
    yield* links.onRevoked(readers.revoked)
    yield* (yield* ErasedSubjects).onErased(readers.erased)

    /** The link is looked at after the socket is open: what is revoked later is heard of, and nothing falls between. */
    const enter = (socket: Socket<Data>, secret: string) =>
      open("share", secret).pipe(
        Effect.match({
          onSuccess: ({ link, trip }) => {
            if (socket.closed) return
            inside.set(socket, link)
            readers.enter(socket, link, trip)
          },
          onFailure: (problem) =>
            problem._tag === "NotFound"
              ? socket.close(CLOSE.noSuchTrip, ENDED.nothing)
              : socket.close(CLOSE.tryAgain, problem.detail ?? "the plan cannot be read right now")
        })
      )

    yield* app.websocket<Data, never>({
      pattern: PATTERN,
      protocol: PROTOCOL,
      authorize: (request) => {
        const passed = relays.admit(request)
        if (passed !== undefined) return Effect.succeed(passed)
        const missing = withoutProtocol(request)
        if (missing !== undefined) return Effect.succeed(missing)
        const offered = request.protocols.find((protocol) => protocol.startsWith(SHARE))
        return Effect.succeed(
          offered === undefined
            ? acceptThenClose(CLOSE.unauthorized, `offer the secret of a link as the subprotocol ${SHARE}<secret>`)
            : accept({ secret: offered.slice(SHARE.length) })
        )
      },
      open: (socket) =>
        "address" in socket.data ? relays.open(socket, socket.data) : enter(socket, socket.data.secret),
      message: (socket, message) => {
        if ("address" in socket.data) return relays.receive(socket, message)
        socket.close(CLOSE.policy, "this stream is there to be read: say nothing on it")
      },
      close: (socket) => {
        relays.end(socket)
        const link = inside.get(socket)
        if (link === undefined) return
        inside.delete(socket)
        readers.leave(socket, link)
      },
      drain: (socket) => {
        relays.leave(socket, inside.size)
        socket.close(CLOSE.goingAway, "the server is stopping")
      },
      bounds: {
        maxPayload: MOST_SAID_BYTES,
        maxBackpressure: settings.STREAM_MAX_BUFFER,
        idleTimeoutSeconds: 60
      }
    })
  })
)
