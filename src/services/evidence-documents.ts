/** The documents behind counted evidence, so that whoever doubts a count can read what was counted. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Voice } from "../domain/catalog/node.ts"

export interface EvidenceDocument {
  readonly source: string
  readonly voice: Voice
  /** The day it was written, where the source says. */
  readonly posted_on: string | null
  /** Where it can be read, where the source says. */
  readonly url: string | null
}

export class EvidenceDocumentsUnavailable extends Schema.TaggedError<EvidenceDocumentsUnavailable>()(
  "EvidenceDocumentsUnavailable",
  { message: Schema.String }
) {}

export class EvidenceDocuments extends Context.Service<
  EvidenceDocuments,
  {
    /** Up to `limit` posts that a place's evidence counts, newest first. */
    readonly of: (
      nodeId: string,
      limit: number
    ) => Effect.Effect<ReadonlyArray<EvidenceDocument>, EvidenceDocumentsUnavailable>
  }
>()("overplanned/EvidenceDocuments") {}
