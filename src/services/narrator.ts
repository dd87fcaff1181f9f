/**
 * Says in a sentence why a stop is in the plan: one call to Claude for all stops of a trip, and plain sentences of our
 * own for every stop that it did not answer, or answered in a way that nobody should read. It always answers, before
 * the deadline.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  acceptedTexts,
  NARRATIVE_INSTRUCTIONS,
  NarrativeAnswer,
  narrativeData,
  plainNarrative,
  type Stop
} from "../domain/narrative.ts"
import type { Ranking } from "../domain/ranking.ts"
import { Llm } from "./llm.ts"

export interface NarrationRequest {
  readonly stops: ReadonlyArray<Stop>
  /** Unix milliseconds. */
  readonly deadline: number
  readonly userId?: string
  readonly tripId?: string
}

export interface Narration {
  /** One text per stop, in the order of the stops. */
  readonly texts: ReadonlyArray<string>
  readonly source: "llm" | "local"
  /** Set where Claude should have written and could not. */
  readonly degraded?: NonNullable<Ranking["degraded"]>
}

/** Stops of one call: two weeks of full days. Stops beyond get the plain sentence. */
const MOST_STOPS = 90
/** A sentence of 30 words with its number. */
const TOKENS_PER_STOP = 70

export class Narrator extends Context.Service<
  Narrator,
  { readonly narrate: (request: NarrationRequest) => Effect.Effect<Narration> }
>()("overplanned/Narrator") {
  static readonly layer = Layer.effect(
    Narrator,
    Effect.gen(function* () {
      const llm = yield* Llm
      const plainly = (request: NarrationRequest): Narration => ({
        texts: request.stops.map(plainNarrative),
        source: "local"
      })
      return {
        narrate: (request) => {
          if (!llm.configured || request.stops.length === 0) return Effect.sync(() => plainly(request))
          const stops = request.stops.slice(0, MOST_STOPS)
          return llm
            .ask({
              purpose: "narrate",
              model: "haiku",
              instructions: NARRATIVE_INSTRUCTIONS,
              data: narrativeData(stops),
              answer: NarrativeAnswer,
              maxOutputTokens: 200 + TOKENS_PER_STOP * stops.length,
              deadline: request.deadline,
              ...(request.userId === undefined ? {} : { userId: request.userId }),
              ...(request.tripId === undefined ? {} : { tripId: request.tripId })
            })
            .pipe(
              Effect.map((answer): Narration => {
                const texts = acceptedTexts(answer, stops.length)
                return { texts: request.stops.map((stop, i) => texts[i] ?? plainNarrative(stop)), source: "llm" }
              }),
              Effect.catch((error) =>
                Effect.succeed<Narration>({
                  ...plainly(request),
                  ...(error.reason === "not_configured"
                    ? {}
                    : { degraded: { reason: error.reason, message: error.message } })
                })
              )
            )
        }
      }
    })
  )
}
