/** The list itself. */
import * as Layer from "effect/Layer"
import { ActorKinds, type Kinds } from "../../services/actor-kinds.ts"

export const layer = Layer.sync(ActorKinds, (): Kinds => new Set())
