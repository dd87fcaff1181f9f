/** How a server comes among those of its database: alone on its data directory, and alone at its address. */
import * as Effect from "effect/Effect"
import { LEASE_MS, type Node, RENEW_EVERY_MS } from "../../domain/nodes/standing.ts"
import { type FormerLife, Leases, NodeRefused } from "../../services/leases.ts"
import { Startup } from "../../services/startup.ts"
import type { MachineShape } from "../../support/machine.ts"

/** How often a start looks again at what it waits for. */
export const LOOK_EVERY_MS = 250

const COPIED =
  "Another server works on this data directory from another place, or on a copy of it. Stop that one, or set OVERPLANNED_DATA_DIR to a directory of this server's own."

/** A life begins on a directory; one that may still be at work there, somewhere else, is waited out. */
export const enter = Effect.fnUntraced(function* (self: Node, elapsed: MachineShape["elapsed"]) {
  const leases = yield* Leases
  const startup = yield* Startup
  let first: { readonly at: number; readonly left: number } | undefined
  for (;;) {
    const former: FormerLife | undefined = yield* leases.former(self.directory)
    // Whoever is at the same place held the lock of the directory, which is ours now.
    const gone = former === undefined || former.place === self.place || former.leftMillis <= 0
    if (gone && (yield* leases.enter(self, former))) return
    const left = former?.leftMillis ?? 0
    first ??= { at: elapsed(), left }
    if (left > first.left - (elapsed() - first.at) + RENEW_EVERY_MS / 2)
      return yield* new NodeRefused({ message: COPIED })
    yield* startup.say(
      "A server that was at work on this data directory somewhere else may still live: it is waited for."
    )
    yield* Effect.sleep(LOOK_EVERY_MS)
  }
})

const sayTwice = (name: string, address: string): string =>
  `The server "${name}" is alive at ${address} already, which is this server's NODE_ADDRESS: what is meant for one would reach the other. Give each server an address of its own.`

/** One address is one server's: whoever had it before on another directory may still be taken for alive, and is waited out for so long. */
export const addressIsFree = Effect.fnUntraced(function* (self: Node, patienceMillis = LEASE_MS + LOOK_EVERY_MS) {
  if (self.address === null) return
  const leases = yield* Leases
  for (let waited = 0; ; waited += LOOK_EVERY_MS) {
    const other = (yield* leases.nodes).find(
      ({ address, directory, state }) => state === "alive" && address === self.address && directory !== self.directory
    )
    if (other === undefined) return
    if (waited >= patienceMillis) return yield* new NodeRefused({ message: sayTwice(other.name, self.address) })
    yield* Effect.sleep(LOOK_EVERY_MS)
  }
})
