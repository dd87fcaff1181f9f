/** What the thread that works on a model is told and asks for, and what it says. */
import type { TrainableModel } from "../../services/trainers.ts"
import type { Progress } from "../learn/progress.ts"
import type { Judged, PlaceFacts, Trained } from "./trainer.ts"

/** What is to be done, and where its datasets lie. `file` is the model that is judged. */
export type Task = { readonly model: TrainableModel; readonly datasetsDir: string } & (
  | { readonly kind: "train" }
  | { readonly kind: "evaluate"; readonly file: string }
)

export interface Results {
  readonly train: Trained
  readonly evaluate: Judged
}

/** What only the server knows. Places come in pages: all of them at once would hold it up. */
export interface Server {
  readonly vibes: (after: string) => Promise<ReadonlyArray<readonly [id: string, vibe: Float32Array]>>
  readonly places: (after: string) => Promise<ReadonlyArray<readonly [id: string, facts: PlaceFacts]>>
  readonly newest: (model: TrainableModel, from: number) => Promise<{ readonly version: string; readonly file: string }>
}

interface Refusal {
  readonly message: string
  readonly retry: boolean
}

export type FromThread =
  | {
      readonly ask: number
      readonly what: keyof Server
      readonly given: ReadonlyArray<unknown>
    }
  | { readonly progress: Progress }
  | { readonly result: Trained | Judged }
  | { readonly refused: Refusal }

export type ToThread =
  | "cancel"
  | { readonly ask: number; readonly answer: unknown }
  | { readonly ask: number; readonly refused: Refusal }
