/**
 * What a post says of a place, in the closed vocabulary. With a model the answer is better; without one, over budget or
 * when the model does not answer, keywords do it and the result says so (`extractor`): such labels never teach a model.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Extraction } from "../domain/catalog/posts/extract.ts"

export class VibeExtractor extends Context.Service<
  VibeExtractor,
  {
    /** How many posts may be asked about at once. */
    readonly concurrency: number
    readonly extract: (text: string) => Effect.Effect<Extraction>
  }
>()("overplanned/VibeExtractor") {}
