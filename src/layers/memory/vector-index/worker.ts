/** Searches on a thread of its own, over the memory of the thread that writes. */
import { parentPort, workerData } from "node:worker_threads"
import { Searcher, type SearchSpec } from "./arena.ts"

export interface WorkerSetup {
  readonly memories: ReadonlyArray<{ readonly dimensions: number; readonly memory: WebAssembly.Memory }>
}
export interface WorkerRequest {
  readonly id: number
  readonly memory: number
  readonly spec: SearchSpec
}
export type WorkerResponse =
  | { readonly id: number; readonly rows: Int32Array; readonly scores: Float32Array }
  | { readonly id: number; readonly problem: string }

const searchers = (workerData as WorkerSetup).memories.map(
  ({ dimensions, memory }) => new Searcher(dimensions, memory, 1)
)

parentPort?.on("message", ({ id, memory, spec }: WorkerRequest) => {
  let response: WorkerResponse
  try {
    response = { id, ...searchers[memory]!.search(spec) }
  } catch (cause) {
    response = { id, problem: String(cause) }
  }
  parentPort!.postMessage(response)
})
