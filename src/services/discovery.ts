/**
 * A slate to swipe on, outside a trip. It is a decision like any other: logged, durable, before it is shown, so that
 * the swipes that follow have something to be about.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CityCatalog } from "../domain/catalog/city-catalog.ts"
import type { UserId } from "../domain/ids.ts"
import type { ModelRef, Scored } from "../domain/ranking.ts"
import type { JournalError } from "./journal.ts"
import type { PersonasUnavailable } from "./personas.ts"

export const SLATE_SIZE = 20

export interface Slate {
  readonly session_id: string
  readonly model: ModelRef
  /** Best first. */
  readonly items: ReadonlyArray<Scored>
}

export class Discovery extends Context.Service<
  Discovery,
  {
    readonly slate: (
      userId: UserId,
      catalog: CityCatalog,
      size: number
    ) => Effect.Effect<Slate, PersonasUnavailable | JournalError>
  }
>()("overplanned/Discovery") {}
