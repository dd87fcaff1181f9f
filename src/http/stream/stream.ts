/**
 * A trip's stream: `/ws/trips/:id/pivot-stream`. A client is told everything that happens to its trip in order, asks
 * for pivots and answers them. What it missed while it was away comes first, or the whole trip where that cannot be
 * proven complete: never a silent gap.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../../config.ts"
import { isUuid, type TripId } from "../../domain/ids.ts"
import { SignalIntake } from "../../services/signal-intake.ts"
import { ErasedSubjects, Tokens } from "../../services/tokens.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { Machine } from "../../support/machine.ts"
import { makeRelays, type Passed } from "../forward/relays.ts"
import { makeShowing } from "../showing.ts"
import type { Socket } from "../uws/socket.ts"
import { UwsApp } from "../uws/UwsHttpServer.ts"
import { accept, acceptThenClose, type UpgradeRequest } from "../uws/upgrade.ts"
import { CLOSE } from "./close-codes.ts"
import { Connection, type Ticket } from "./connection.ts"
import { StreamHub } from "./hub.ts"
import { PROTOCOL, withoutProtocol } from "./subprotocol.ts"

const PATTERN = "/ws/trips/:id/pivot-stream"

const BEARER = "bearer."

/** What the native server takes for its idle timeout, in seconds. */
const IDLE_SECONDS = { least: 8, most: 960 }

/** The token is never in the URL: URLs end up in logs. */
const tokenOf = (request: UpgradeRequest): string => {
  const offered = request.protocols.find((protocol) => protocol.startsWith(BEARER))
  if (offered !== undefined) return offered.slice(BEARER.length)
  const header = request.headers["authorization"] ?? ""
  return /^bearer /i.test(header) ? header.slice("bearer ".length).trim() : ""
}

/** What a client says it has already; undefined where that makes no sense. */
const positionOf = (query: URLSearchParams): Pick<Ticket, "epoch" | "since"> | undefined => {
  const since = query.get("since")
  const epoch = query.get("epoch")
  if (since !== null && !/^\d{1,15}$/.test(since)) return undefined
  if (epoch !== null && !isUuid(epoch)) return undefined
  return { since: since === null ? undefined : Number(since), epoch: epoch ?? undefined }
}

const NO_POSITION = "since takes the seq of the last frame you have, and epoch the id that came with hello"

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const app = yield* UwsApp
    const settings = yield* Config
    const clock = yield* Clock.Clock
    const tokens = yield* Tokens
    const erased = yield* ErasedSubjects
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const limited = settings.RATE_LIMIT
    const hub = new StreamHub({
      trips: yield* TripRuntime,
      showing: yield* makeShowing,
      signals: yield* SignalIntake,
      tokens,
      erased,
      settings: {
        framesPerSecond: limited ? settings.STREAM_FRAMES_PER_SECOND : undefined,
        perUser: limited ? settings.STREAM_PER_USER : undefined,
        clockSkewMillis: settings.AUTH_CLOCK_SKEW
      },
      now: () => clock.currentTimeMillisUnsafe(),
      after: (yield* Machine).after,
      fork
    })
    const connections = new Map<Socket<Ticket | Passed>, Connection>()
    const relays = yield* makeRelays(() =>
      [...connections.values()].map((connection) => (inMillis: number) => connection.drain(inMillis))
    )
    yield* erased.onErased((userId) => hub.erased(userId))

    yield* app.websocket<Ticket | Passed, never>({
      pattern: PATTERN,
      protocol: PROTOCOL,
      authorize: (request) => {
        const passed = relays.admit(request)
        if (passed !== undefined) return Effect.succeed(passed)
        const missing = withoutProtocol(request)
        if (missing !== undefined) return Effect.succeed(missing)
        const position = positionOf(request.query)
        if (position === undefined) return Effect.succeed(acceptThenClose(CLOSE.policy, NO_POSITION))
        return tokens.verify(tokenOf(request)).pipe(
          Effect.map((holder) => {
            const tripId = request.params[0] ?? ""
            if (!isUuid(tripId)) return acceptThenClose(CLOSE.noSuchTrip, "no such trip for you")
            if (!hub.hasRoomFor(holder.userId)) {
              return acceptThenClose(CLOSE.policy, `more than ${settings.STREAM_PER_USER} streams of yours`)
            }
            const ticket: Ticket = {
              holder,
              tripId: tripId as TripId,
              ...position
            }
            return accept(ticket)
          }),
          Effect.catch((refused) => Effect.succeed(acceptThenClose(CLOSE.unauthorized, refused.message)))
        )
      },
      open: (socket) => {
        if ("address" in socket.data) return relays.open(socket, socket.data)
        const connection = new Connection(socket as Socket<Ticket>, hub)
        connections.set(socket, connection)
        hub.opened(connection)
        return connection.begin()
      },
      message: (socket, message) => {
        const connection = connections.get(socket)
        if (connection === undefined) return relays.receive(socket, message)
        // The trip has moved: what is said now is said again where it is.
        return relays.here() ? connection.receive(message) : connection.drain(0)
      },
      close: (socket) => {
        relays.end(socket)
        const connection = connections.get(socket)
        if (connection === undefined) return
        connections.delete(socket)
        hub.ended(connection)
      },
      drain: (socket) => {
        const inMillis = relays.leave(socket, connections.size)
        connections.get(socket)?.drain(inMillis)
      },
      bounds: {
        maxPayload: settings.STREAM_MAX_FRAME,
        maxBackpressure: settings.STREAM_MAX_BUFFER,
        idleTimeoutSeconds: Math.min(
          Math.max(Math.round(settings.STREAM_IDLE / 1000), IDLE_SECONDS.least),
          IDLE_SECONDS.most
        )
      }
    })
  })
)
