/** Every kind of actor that lives on this node, for operators: kinds enter themselves while they are alive. */
import * as Context from "effect/Context"
import type { ActorKindStatus } from "./trip-runtime.ts"

export class ActorKinds extends Context.Service<ActorKinds, Set<() => ActorKindStatus>>()("overplanned/ActorKinds") {}
