/** Nothing was ranked ahead of time: for programs and tests without a language model. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { RankingsAtHand } from "../../services/rankings-at-hand.ts"

export const layer = Layer.succeed(RankingsAtHand, { of: () => Effect.undefined })
