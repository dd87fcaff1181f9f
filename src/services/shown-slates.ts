/**
 * The slates that were shown lately, so that a swipe is known to answer one while no database is asked. What is forgotten
 * here is found when the swipe is stored.
 */
import * as Context from "effect/Context"
import type { Attribution } from "../domain/signal.ts"

export interface ShownSlate extends Attribution {
  readonly decision_id: string
  readonly node_ids: ReadonlyArray<string>
}

export class ShownSlates extends Context.Service<
  ShownSlates,
  {
    readonly shown: (userId: string, slate: ShownSlate) => void
    /** The slate of exactly that session, the newest where none is named, that showed the place to the user. */
    readonly answered: (userId: string, nodeId: string, sessionId: string | null) => Attribution | undefined
  }
>()("overplanned/ShownSlates") {}
