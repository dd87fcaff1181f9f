/** The sockets of this server whose trips another one holds. */
import * as Effect from "effect/Effect"
import { Ownership } from "../../services/ownership.ts"
import { Peers } from "../../services/peers.ts"
import { CLOSE } from "../stream/close-codes.ts"
import type { Socket } from "../uws/socket.ts"
import { type Admission, accept, acceptThenClose, type UpgradeRequest } from "../uws/upgrade.ts"
import { Relay } from "./relay.ts"
import { MARK } from "./send.ts"

/** What a socket is opened with whose trip another server holds: where that is. */
export interface Passed {
  readonly address: string
}

export const makeRelays = Effect.gen(function* () {
  const ownership = yield* Ownership
  const { isPeer, mark } = yield* Peers
  const relays = new Map<unknown, Relay>()
  const here = () => ownership.standing().is === "owner"
  const stop = ownership.onMoved(() => {
    for (const relay of [...relays.values()]) relay.leave()
  })
  yield* Effect.addFinalizer(() => Effect.sync(stop))
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
    leave: (socket: unknown) => relays.get(socket)?.leave(),
    end: (socket: unknown) => {
      relays.get(socket)?.end()
      relays.delete(socket)
    }
  }
})
