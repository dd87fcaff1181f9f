/**
 * The thread that large searches run on. Started when first needed, never keeps the process alive; when it dies, what
 * was under way fails over to the caller's own thread and the next large search starts another.
 */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type { Found, SearchSpec } from "./arena.ts"
import type { WorkerRequest, WorkerResponse, WorkerSetup } from "./worker.ts"

export class SearchThread {
  private worker: Worker | undefined
  private nextId = 0
  private readonly waiting = new Map<number, { readonly found: (found: Found) => void; readonly lost: () => void }>()
  private readonly setup: WorkerSetup

  constructor(setup: WorkerSetup) {
    this.setup = setup
  }

  private start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: this.setup })
    worker.unref()
    const gone = () => {
      if (this.worker === worker) this.worker = undefined
      const lost = [...this.waiting.values()]
      this.waiting.clear()
      for (const request of lost) request.lost()
    }
    worker.on("message", (response: WorkerResponse) => {
      const request = this.waiting.get(response.id)
      this.waiting.delete(response.id)
      if ("problem" in response) request?.lost()
      else request?.found(response)
      if (this.waiting.size === 0) worker.unref()
    })
    worker.on("error", gone)
    worker.on("exit", gone)
    this.worker = worker
    return worker
  }

  /** The rows found, or `undefined` where the thread was lost. */
  search(memory: number, spec: SearchSpec): Effect.Effect<Found | undefined> {
    return Effect.callback((resume) => {
      const worker = this.worker ?? this.start()
      const id = this.nextId++
      this.waiting.set(id, {
        found: (found) => resume(Effect.succeed(found)),
        lost: () => resume(Effect.succeed(undefined))
      })
      worker.ref()
      const request: WorkerRequest = { id, memory, spec }
      worker.postMessage(request)
      // An interrupted search still runs to its end on its thread, and nobody may write meanwhile: no cleanup here.
    })
  }

  readonly close = Effect.promise(async () => {
    await this.worker?.terminate()
  })
}
