/** The sockets of this server whose trips another one holds. */
import * as Effect from "effect/Effect"
import { Config } from "../../config.ts"
import { Ownership } from "../../services/ownership.ts"
import { Peers } from "../../services/peers.ts"
import { Machine } from "../../support/machine.ts"
import { CLOSE } from "../stream/close-codes.ts"
import { inGroups } from "../stream/groups.ts"
import type { Socket } from "../uws/socket.ts"
import { type Admission, accept, acceptThenClose, type UpgradeRequest } from "../uws/upgrade.ts"
import { Relay } from "./relay.ts"
import { MARK } from "./send.ts"

/** What a socket is opened with whose trip another server holds: where that is. */
export interface Passed {
  readonly address: string
}

/** Sends a socket elsewhere, in so long. */
type SendAway = (inMillis: number) => void

/** `listening`: the sockets whose trips are held here. Where the trips move, those go too. */
export const makeRelays = Effect.fnUntraced(function* (listening: () => Iterable<SendAway>) {
  const ownership = yield* Ownership
  const { after } = yield* Machine
  const { HTTP_DRAIN_TIMEOUT, STREAM_DRAIN_SPREAD } = yield* Config
  const groups = (open: number) => inGroups(open, Math.min(STREAM_DRAIN_SPREAD, HTTP_DRAIN_TIMEOUT / 2))
  const { isPeer, mark } = yield* Peers
  const relays = new Map<unknown, Relay>()
  const here = () => ownership.standing().is === "owner"
  /** Whoever listens where the trips are no more would hear nothing. Until somebody owns them, nobody knows where to go. */
  const stop = ownership.onMoved(() => {
    const standing = ownership.standing()
    if (standing.is === "leaving" || (standing.is === "follower" && standing.owner === undefined)) return
    const going: Array<SendAway> = [...relays.values()].map((relay) => (inMillis) => relay.leave(inMillis, after))
    if (!here()) going.push(...listening())
    const next = groups(going.length)
    for (const go of going) go(next())
  })
  yield* Effect.addFinalizer(() => Effect.sync(stop))
  let stopping: (() => number) | undefined
  return {
    here,
    /** Undefined where the trip is held here. */
    admit: (request: UpgradeRequest): Admission<Passed> | undefined => {
      if (here()) return undefined
      const standing = ownership.standing()
      const address = standing.is === "follower" && !isPeer(request.headers[MARK]) ? standing.owner?.address : undefined
      return address === undefined || address === null
        ? acceptThenClose(CLOSE.tryAgain, "the trip moves to another server: reconnect")
        : accept({ address })
    },
    open: <A>(socket: Socket<A>, { address }: Passed): undefined => {
      relays.set(socket, new Relay(socket, { address, mark }))
    },
    receive: (socket: unknown, message: string | Uint8Array) => relays.get(socket)?.receive(message),
    /** This server stops: in how long this socket is to go. One that was passed on is told so here. */
    leave: (socket: unknown, open: number): number => {
      stopping ??= groups(open + relays.size)
      const inMillis = stopping()
      relays.get(socket)?.leave(inMillis, after)
      return inMillis
    },
    end: (socket: unknown) => {
      relays.get(socket)?.end()
      relays.delete(socket)
    }
  }
})
