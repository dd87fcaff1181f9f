/** Nobody was erased: for programs that check nobody's token. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ErasedSubjects } from "../../services/tokens.ts"

/** For programs that check nobody's token. */
export const layer = Layer.succeed(
  ErasedSubjects,
  ErasedSubjects.of({
    has: () => false,
    anybody: Effect.succeed(false),
    among: () => Effect.succeed([]),
    add: () => Effect.void,
    onErased: () => Effect.void,
    purge: Effect.succeed(0)
  })
)
