/**
 * Works on a model on a thread of its own: reading a dataset, making rows of it and judging by it take seconds in which a server
 * that trains would answer nobody.
 */
import { Worker } from "node:worker_threads"
import { TrainingRefused } from "../../services/trainers.ts"
import { type Progress, TrainingFailed } from "../learn/progress.ts"
import type { FromThread, Results, Server, Task, ToThread } from "./messages.ts"
import { refused } from "./refused.ts"

/** Ends with the result or with one sentence. The signal ends a run after the step that it is in. */
export const workInThread = <T extends Task>(
  task: T,
  server: Server,
  watch: (progress: Progress) => void,
  signal: AbortSignal
): Promise<Results[T["kind"]]> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: task })
    const say = (message: ToThread) => worker.postMessage(message)
    const cancel = () => say("cancel")
    if (signal.aborted) cancel()
    signal.addEventListener("abort", cancel)
    let settle = () => reject(new TrainingFailed("The training thread ended before it was done; nothing is kept."))
    const answer = async ({ ask, given, what }: Extract<FromThread, { readonly ask: number }>) => {
      const question = server[what] as (...given: ReadonlyArray<unknown>) => Promise<unknown>
      try {
        say({ ask, answer: await question(...given) })
      } catch (cause) {
        const { message, retry } = refused(cause)
        say({ ask, refused: { message, retry } })
      }
    }
    worker.on("message", (message: FromThread) => {
      if ("ask" in message) void answer(message)
      else if ("progress" in message) watch(message.progress)
      else if ("result" in message) settle = () => resolve(message.result as Results[T["kind"]])
      else settle = () => reject(new TrainingRefused(message.refused))
    })
    worker.on("error", (cause) => {
      settle = () => reject(new TrainingFailed(`The training thread broke down: ${cause.message}`))
    })
    worker.on("exit", () => {
      signal.removeEventListener("abort", cancel)
      settle()
    })
  })
