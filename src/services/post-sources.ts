/** The sources of posts that an operator configured: read by and by, each from where it was left, and what became of it. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CatalogStoreError } from "./catalog-store.ts"
import type { SeedRefused } from "./city-seeder.ts"
import type { SourceState } from "./source-states.ts"
import type { VectorIndexUnavailable } from "./vector-index.ts"

export type PostSourceKind = "reddit" | "feed" | "discourse" | "pages"

/** A source as operators see it: what it is, under which terms, and how its last run went (`null` before the first). */
export interface ListedSource {
  readonly name: string
  readonly city: string
  readonly kind: PostSourceKind
  readonly terms: string
  readonly robots: string
  readonly keeps_text: string
  readonly every_hours: number
  readonly per_minute: number
  readonly state: SourceState | null
}

export interface SourceRun {
  readonly name: string
  readonly new: number
  readonly changed: number
  readonly unchanged: number
  readonly removed: number
  /** Posts that speak of no place that is known: not kept. */
  readonly silent: number
  readonly refused: ReadonlyArray<string>
  readonly error: string | null
}

export type SourceError = SeedRefused | CatalogStoreError | VectorIndexUnavailable

export class PostSources extends Context.Service<
  PostSources,
  {
    readonly list: Effect.Effect<ReadonlyArray<ListedSource>, SourceError>
    /** Reads the sources of this city and kind now, with so many posts at most. What a source refuses stands in its run. */
    readonly read: (
      city: string,
      kind: PostSourceKind,
      limit: number
    ) => Effect.Effect<ReadonlyArray<SourceRun>, SourceError>
    /** Reads those whose time has come. */
    readonly readDue: Effect.Effect<ReadonlyArray<SourceRun>, SourceError>
  }
>()("overplanned/PostSources") {}
