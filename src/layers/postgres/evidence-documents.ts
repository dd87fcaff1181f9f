import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { SOUNDS_LOCAL, SOUNDS_VISITING } from "../../domain/catalog/reading/voice.ts"
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
          select p.source, m.voice, p.posted_at::date::text as posted_on, p.url
          from place_mentions m join scraped_posts p on p.id = m.post_id and p.extractor = m.extractor
          where m.activity_node_id = ${nodeId}
            and (p.local_score is null or p.local_score >= ${SOUNDS_LOCAL} or p.local_score <= ${SOUNDS_VISITING})
          order by p.posted_at desc nulls last, p.id limit ${limit}`.pipe(
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
