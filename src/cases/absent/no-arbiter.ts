/** No careful judge is asked: the rules decide alone. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Arbiter } from "../../services/arbiter.ts"

export const layer = Layer.succeed(Arbiter, { between: () => Effect.succeed(undefined) })
