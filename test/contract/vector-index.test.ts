import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryVectorIndex from "../../src/layers/memory/vector-index.ts"
import * as PgvectorIndex from "../../src/layers/postgres/pgvector-index.ts"
import * as QdrantVectorIndex from "../../src/layers/qdrant/vector-index.ts"
import { fakeQdrant } from "../fakes/qdrant.ts"
import { contractSuite } from "../harness/contract.ts"
import { freshDatabase } from "../harness/postgres.ts"
import { vectorIndexSuite } from "./vector-index.ts"

const run = randomBytes(4).toString("hex")
const prefix = `test_${run}_`

await contractSuite(
  "VectorIndex",
  {
    memory: { layer: MemoryVectorIndex.layer },
    pgvector: {
      needs: "postgres",
      unless: ({ pgvector }) => (pgvector === true ? undefined : "this PostgreSQL has no pgvector"),
      layer: () => PgvectorIndex.layer.pipe(Layer.provide(freshDatabase()))
    },
    qdrant: { needs: "qdrant", layer: ({ url }) => QdrantVectorIndex.layer({ url, prefix }) },
    "qdrant, its client alone": {
      backend: "a loopback stand-in typed by the client's OpenAPI schema: no Qdrant server took part",
      layer: Layer.unwrap(Effect.map(fakeQdrant, ({ url }) => QdrantVectorIndex.layer({ url, prefix })))
    }
  },
  (it, implementation) => vectorIndexSuite({ run, ...(implementation === "pgvector" ? { recall: 0.95 } : {}) })(it)
)
