/** Every kind of actor that lives on this node, for operators: kinds enter themselves while they are alive. */
import * as Context from "effect/Context"
import type { ActorKindStatus } from "./trip-runtime.ts"

export type Kinds = Set<() => ActorKindStatus>

/** Without the layer nobody enters, and a runtime speaks of its own kind only. */
export const ActorKinds = Context.Reference<Kinds | undefined>("overplanned/ActorKinds", {
  defaultValue: () => undefined
})
