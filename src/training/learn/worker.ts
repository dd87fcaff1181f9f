/** Trains on a thread of its own: the runtime holds the thread that calls it for as long as a step takes. */
import { parentPort, workerData } from "node:worker_threads"
import { trainOnPairs } from "./bpr/pairs.ts"
import { trainBpr } from "./bpr/train.ts"
import { trainMembers } from "./members/train.ts"
import type { WorkerMessage, WorkerSetup } from "./messages.ts"
import { trainPerceptron } from "./perceptron/train.ts"
import type { Progress } from "./progress.ts"
import { trainSasrec } from "./sasrec/train.ts"
import { trainTowers } from "./two-tower/train.ts"

const say = (message: WorkerMessage) => parentPort!.postMessage(message)

const run = async ({ request, cancel }: WorkerSetup) => {
  const flag = new Int32Array(cancel)
  const watcher = { progress: (progress: Progress) => say({ progress }), cancelled: () => Atomics.load(flag, 0) !== 0 }
  switch (request.model) {
    case "sasrec":
      return trainSasrec(request.data, request.validation, request.settings, watcher)
    case "perceptron":
      return trainPerceptron(request.data, request.validation, request.settings, watcher)
    case "members":
      return trainMembers(request.data, request.validation, request.settings, watcher)
    case "two_tower":
      return trainTowers(request.data, request.validation, request.settings, watcher)
    case "bpr_pairs": {
      const { model, ...rest } = trainOnPairs(request.pairs, request.validation, request.settings, watcher)
      const { width, users, items, biases } = model
      return { ...rest, model: { width, users, items, biases } }
    }
    case "bpr": {
      const { model, ...rest } = trainBpr(request.data, request.validation, request.settings, watcher)
      const { width, users, items, biases } = model
      return { ...rest, model: { width, users, items, biases } }
    }
  }
}

try {
  say({ result: await run(workerData as WorkerSetup) })
} catch (cause) {
  say({ problem: cause instanceof Error ? cause.message : String(cause) })
}
