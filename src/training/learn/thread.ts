/** Trains a model on a thread of its own. */
import { Worker } from "node:worker_threads"
import type { TrainRequest, TrainResults, WorkerMessage, WorkerSetup } from "./messages.ts"
import { type Progress, TrainingFailed } from "./progress.ts"

/**
 * Ends with the result, or with `TrainingFailed`. The signal ends a run after the step that it is in: a thread that was
 * stopped within a call of the runtime would take the process with it.
 */
export const trainInThread = <R extends TrainRequest>(
  request: R,
  watch: (progress: Progress) => void = () => undefined,
  signal?: AbortSignal
): Promise<TrainResults[R["model"]]> =>
  new Promise((resolve, reject) => {
    const cancel = new SharedArrayBuffer(4)
    const setup: WorkerSetup = { request, cancel }
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: setup })
    const abort = () => void Atomics.store(new Int32Array(cancel), 0, 1)
    if (signal?.aborted === true) abort()
    signal?.addEventListener("abort", abort)
    let settle = () => reject(new TrainingFailed("The training thread ended before it was done; nothing is kept."))
    worker.on("message", (message: WorkerMessage) => {
      if ("progress" in message) watch(message.progress)
      else if ("result" in message) settle = () => resolve(message.result as TrainResults[R["model"]])
      else settle = () => reject(new TrainingFailed(message.problem))
    })
    worker.on("error", (cause) => {
      settle = () => reject(new TrainingFailed(`The training thread broke down: ${cause.message}`))
    })
    // Only when the thread is gone is it safe to end the process, or to train again.
    worker.on("exit", () => {
      signal?.removeEventListener("abort", abort)
      settle()
    })
  })
