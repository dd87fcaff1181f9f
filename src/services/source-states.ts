/** How far each source of posts was read, and how its last run went: what the next run goes on from, and what operators see. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CatalogStoreError } from "./catalog-store.ts"

export interface SourceState {
  readonly name: string
  readonly city: string
  readonly kind: string
  readonly runs: number
  /** Unix milliseconds. */
  readonly last_run_at: number | null
  readonly last_new: number
  readonly last_changed: number
  readonly last_removed: number
  readonly last_refused: number
  readonly last_error: string | null
  readonly failures: number
}

export interface SourceProgress {
  readonly cursor: unknown
  readonly new: number
  readonly changed: number
  readonly removed: number
  readonly refused: number
  readonly error: string | null
}

export class SourceStates extends Context.Service<
  SourceStates,
  {
    readonly all: Effect.Effect<ReadonlyArray<SourceState>, CatalogStoreError>
    readonly cursor: (name: string) => Effect.Effect<unknown, CatalogStoreError>
    /** Notes how a run ended; with an error the cursor stays where it was. */
    readonly ended: (
      source: { readonly name: string; readonly city: string; readonly kind: string },
      progress: SourceProgress
    ) => Effect.Effect<void, CatalogStoreError>
    /** Some of the posts that are kept of these sources and were written, or first read, in the last so many days, others each time. */
    readonly kept: (
      cityId: string,
      sources: ReadonlyArray<string>,
      limit: number,
      days: number
    ) => Effect.Effect<
      ReadonlyArray<{ readonly source: string; readonly id: string; readonly url: string | null }>,
      CatalogStoreError
    >
  }
>()("overplanned/SourceStates") {}
