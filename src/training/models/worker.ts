/** Trains or judges a model, and asks the server for what only that knows. */
import { parentPort, workerData } from "node:worker_threads"
import { type TrainableModel, TrainingRefused } from "../../services/trainers.ts"
import { bprTrainer } from "./bpr/trainer.ts"
import { dlrmTrainer } from "./dlrm/trainer.ts"
import { matchCompatibilityTrainer } from "./match-compatibility/trainer.ts"
import type { FromThread, Server, Task, ToThread } from "./messages.ts"
import { pivotAcceptanceTrainer } from "./pivot-acceptance/trainer.ts"
import { refused } from "./refused.ts"
import { sasrecTrainer } from "./sasrec/trainer.ts"
import type { Material, Trainer } from "./trainer.ts"
import { twoTowerTrainer } from "./two-tower/trainer.ts"
import { uSasrecTrainer } from "./u-sasrec/trainer.ts"

const TRAINERS: Readonly<Record<TrainableModel, Trainer>> = {
  bpr: bprTrainer,
  sasrec: sasrecTrainer,
  u_sasrec: uSasrecTrainer,
  two_tower: twoTowerTrainer,
  dlrm: dlrmTrainer,
  pivot_acceptance: pivotAcceptanceTrainer,
  match_compatibility: matchCompatibilityTrainer
}

const port = parentPort!
const say = (message: FromThread) => port.postMessage(message)

const cancelled = new AbortController()
const waiting = new Map<number, { resolve: (value: never) => void; reject: (cause: TrainingRefused) => void }>()
let asked = 0

port.on("message", (message: ToThread) => {
  if (message === "cancel") return cancelled.abort()
  const one = waiting.get(message.ask)
  waiting.delete(message.ask)
  if ("refused" in message) one?.reject(new TrainingRefused(message.refused))
  else one?.resolve(message.answer as never)
})

const ask = <W extends keyof Server>(what: W, ...given: Parameters<Server[W]>): ReturnType<Server[W]> =>
  new Promise((resolve, reject) => {
    const number = asked++
    waiting.set(number, { resolve, reject })
    say({ ask: number, what, given })
  }) as ReturnType<Server[W]>

const FIRST = "00000000-0000-0000-0000-000000000000"

/** All pages of something, by the ids of places. */
const allOf = async <A>(page: (after: string) => Promise<ReadonlyArray<readonly [string, A]>>) => {
  const all = new Map<string, A>()
  for (let after = FIRST; ; ) {
    const some = await page(after)
    for (const [id, one] of some) all.set(id, one)
    const last = some.at(-1)
    if (last === undefined) return all
    after = last[0]
  }
}

const task = workerData as Task
const material: Material = {
  datasetsDir: task.datasetsDir,
  vibesOf: () => allOf((after) => ask("vibes", after)),
  placesOf: () => allOf((after) => ask("places", after)),
  newest: (model, from) => ask("newest", model, from),
  watch: (progress) => say({ progress }),
  signal: cancelled.signal
}

try {
  const trainer = TRAINERS[task.model]
  say({ result: await (task.kind === "train" ? trainer.train(material) : trainer.evaluate(material, task.file)) })
} catch (cause) {
  const { message, retry } = refused(cause)
  say({ refused: { message, retry } })
}
port.close()
