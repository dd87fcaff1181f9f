/** There is no other server: for commands, tests and benchmarks that have a database to themselves. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Ownership } from "../../services/ownership.ts"
import { Peers } from "../../services/peers.ts"

const owner = Layer.succeed(Ownership)({
  self: undefined,
  standing: () => ({ is: "owner", epoch: 0, awaits: [] }),
  epoch: () => 0,
  refusal: () => undefined,
  awaited: () => false,
  owned: Effect.void,
  onOpened: () => () => {},
  during: (work) => work,
  onMoved: () => () => {},
  handOver: () => Effect.succeed(false),
  superseded: Effect.never
})

export const layer = Layer.merge(owner, Layer.succeed(Peers)({ mark: "", isPeer: () => false }))
