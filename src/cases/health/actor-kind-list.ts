/** The list itself. */
import * as Layer from "effect/Layer"
import { ActorKinds } from "../../services/actor-kinds.ts"

export const layer = Layer.sync(ActorKinds, () => ActorKinds.of(new Map()))
