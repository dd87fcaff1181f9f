import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import {
  type EvidenceDocument,
  EvidenceDocuments,
  EvidenceDocumentsUnavailable
} from "../../services/evidence-documents.ts"

export const layer = Layer.effect(
  EvidenceDocuments,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return EvidenceDocuments.of({
      of: (nodeId, limit) =>
        sql<EvidenceDocument>`
          select source, case when tourist_flag then 'tourist' else 'local' end as voice,
            posted_at::date::text as posted_on, url
          from scraped_posts where activity_node_id = ${nodeId}
          order by posted_at desc nulls last, id limit ${limit}`.pipe(
          Effect.mapError(
            () =>
              new EvidenceDocumentsUnavailable({
                message: "Documents cannot be listed right now: the database does not answer."
              })
          )
        )
    })
  })
)
