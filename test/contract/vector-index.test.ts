import { randomBytes } from "node:crypto"
import * as MemoryVectorIndex from "../../src/layers/memory/vector-index/layer.ts"
import { contractSuite } from "../harness/contract.ts"
import { vectorIndexSuite } from "./vector-index.ts"

const run = randomBytes(4).toString("hex")

await contractSuite(
  "VectorIndex",
  {
    memory: { layer: MemoryVectorIndex.layer() },
    "memory, every search on its thread": { layer: MemoryVectorIndex.layer({ inlineRows: 0 }) }
  },
  vectorIndexSuite({ run })
)
