/** The persona collection of the vector index: those who are open to be suggested as companions, and nobody else. */
import * as Effect from "effect/Effect"
import { IndexSource } from "../../services/index-source.ts"
import { VectorIndex } from "../../services/vector-index.ts"

const PAGE = 1_000

/** Personas are in no city. */
export const NOWHERE = ""

/** Puts everybody in who is open; whoever is there already is as they are now. */
export const indexOpenPersonas = Effect.gen(function* () {
  const index = yield* VectorIndex
  const source = yield* IndexSource
  let after: string | undefined
  for (;;) {
    const page = yield* source.personas(after, PAGE)
    if (page.length === 0) return
    yield* index.upsert(
      "persona_embedding",
      page.map(({ user_id, persona_embedding }) => ({
        id: user_id,
        city: NOWHERE,
        vector: Float32Array.from(persona_embedding)
      }))
    )
    after = page.at(-1)!.user_id
  }
})
