/** Which ranker would answer for somebody right now: what `X-Model-Version` says where nothing was ranked. */
import * as Context from "effect/Context"
import type { ModelRef } from "../domain/ranking.ts"

export class ModelInForce extends Context.Service<
  ModelInForce,
  {
    /** From memory, at once; undefined stands for somebody who has not said who they are. */
    readonly forUser: (userId: string | undefined) => ModelRef
    /** The trained model that has a taste of this traveler, and may rank for them; undefined where none has. */
    readonly encodedBy: (userId: string) => string | undefined
  }
>()("overplanned/ModelInForce") {}
