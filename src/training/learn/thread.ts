/** Trains a model on a thread of its own. */
import { Worker } from "node:worker_threads"
import type { BprModel } from "./bpr/model.ts"
import type { Pairs, PairsRun } from "./bpr/pairs.ts"
import type { BprRun, BprSettings } from "./bpr/train.ts"
import type { LabelledRows, PerceptronRun, PerceptronSettings } from "./perceptron/train.ts"
import { type Progress, TrainingFailed } from "./progress.ts"
import type { SasrecSettings } from "./sasrec/settings.ts"
import type { SasrecRun } from "./sasrec/train.ts"
import type { Questions, Sequences } from "./sequences.ts"
import type { WorkerMessage, WorkerSetup } from "./worker.ts"

interface Material {
  readonly data: Sequences
  readonly validation: Questions
}

export type TrainRequest =
  | (Material & { readonly model: "sasrec"; readonly settings: SasrecSettings })
  | (Material & { readonly model: "bpr"; readonly settings: BprSettings })
  | {
      readonly model: "perceptron"
      readonly data: LabelledRows
      readonly validation: LabelledRows
      readonly settings: PerceptronSettings
    }
  | {
      readonly model: "bpr_pairs"
      readonly pairs: Pairs
      readonly validation: Pairs
      readonly settings: BprSettings
    }

/** The model's numbers without its methods: those do not travel between threads. */
type Numbers = Pick<BprModel, "width" | "users" | "items" | "biases">

export interface TrainResults {
  readonly perceptron: PerceptronRun
  readonly bpr_pairs: Omit<PairsRun, "model"> & { readonly model: Numbers }
  readonly sasrec: SasrecRun
  readonly bpr: Omit<BprRun, "model"> & { readonly model: Numbers }
}

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
