/**
 * Two towers: places by their vibe, people by their taste, both in vibe space; or what a trained model makes of either, for people of
 * whom nobody is cold, where one is in production. Retrieval asks the index for more than
 * is needed and hands the pool on. Where the index does not answer, the city's own matrix does: exact, a little
 * slower, and always there.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CityCatalog } from "../domain/catalog/city-catalog.ts"
import type { Persona } from "../domain/persona/persona.ts"
import type { Candidate } from "../domain/ranking.ts"

export class Retrieval extends Context.Service<
  Retrieval,
  {
    /** The places of a city nearest to what these people like together, best first, at most `NEIGHBOURS`. Never fails. */
    readonly nearest: (catalog: CityCatalog, people: ReadonlyArray<Persona>) => Effect.Effect<ReadonlyArray<Candidate>>
  }
>()("overplanned/Retrieval") {}
