// A worker that works out fallbacks from what the process shares with it: nodes, the matrix's memory, the input.
import { parentPort, workerData } from "node:worker_threads"
import { residentCatalog } from "../../../src/domain/catalog/resident-catalog.ts"
import { pivotEnv } from "../../../src/domain/pivot/env.ts"
import { computeFallbacks } from "../../../src/domain/pivot/fallbacks.ts"

const { parts, input } = workerData
const catalog = residentCatalog(parts)
parentPort!.postMessage({
  set: computeFallbacks(input, pivotEnv(catalog)),
  shared: catalog.matrix.buffer instanceof SharedArrayBuffer
})
