import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryVectorIndex from "../../src/layers/memory/vector-index.ts"
import * as PostgresClient from "../../src/layers/postgres/client.ts"
import * as PgvectorIndex from "../../src/layers/postgres/pgvector-index.ts"
import * as QdrantVectorIndex from "../../src/layers/qdrant/vector-index.ts"
import { pgliteUrl } from "../fakes/pglite.ts"
import { fakeQdrant } from "../fakes/qdrant.ts"
import { contractSuite } from "../harness/contract.ts"
import { freshDatabase } from "../harness/postgres.ts"
import { vectorIndexSuite } from "./vector-index.ts"

const run = randomBytes(4).toString("hex")
const prefix = `test_${run}_`
/** What is found is asked here, not how soon: a busy machine takes longer than a traveler would wait. */
const searchTimeoutMs = 120_000

await contractSuite(
  "VectorIndex",
  {
    memory: { layer: MemoryVectorIndex.layer },
    pgvector: {
      needs: "postgres",
      unless: ({ pgvector }) => (pgvector === true ? undefined : "this PostgreSQL has no pgvector"),
      layer: () => PgvectorIndex.layer({ searchTimeoutMs }).pipe(Layer.provide(freshDatabase()))
    },
    "pgvector, in process": {
      backend: "PGlite's own extension vector, over a socket",
      layer: PgvectorIndex.layer({ searchTimeoutMs }).pipe(
        Layer.provide(Layer.unwrap(Effect.map(pgliteUrl, (url) => PostgresClient.layer(url, { maxConnections: 1 }))))
      )
    },
    qdrant: { needs: "qdrant", layer: ({ url }) => QdrantVectorIndex.layer({ url, prefix, searchTimeoutMs }) },
    "qdrant, its client alone": {
      backend: "a loopback stand-in typed by the client's OpenAPI schema: no Qdrant server took part",
      layer: Layer.unwrap(
        Effect.map(fakeQdrant, ({ url }) => QdrantVectorIndex.layer({ url, prefix, searchTimeoutMs }))
      )
    }
  },
  (it, implementation) =>
    vectorIndexSuite({
      run,
      ...(implementation.startsWith("pgvector") ? { recall: 0.95 } : {}),
      ...(implementation === "pgvector, in process" ? { together: 2 } : {})
    })(it)
)
