/**
 * A city that nobody seeded is looked up at the places service when a trip there is first asked for, and is a city like
 * the others from then on. One look-up per city runs at a time, however many ask; it goes on when those who asked have
 * gone, so that asking again succeeds. Without a key, or where the service knows no such city, it stays unknown.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CityCatalog } from "../domain/catalog/city-catalog.ts"
import type { CatalogUnavailable, UnknownCity } from "./catalog.ts"

export class UnseededCity extends Context.Service<
  UnseededCity,
  { readonly lookUp: (unknown: UnknownCity) => Effect.Effect<CityCatalog, UnknownCity | CatalogUnavailable> }
>()("overplanned/UnseededCity") {}
