/** What a SASRec learns, and how. */
import type { DenseAdam, RowAdam } from "../adam.ts"
import type { DropoutPool } from "../dropout.ts"

export interface Learner {
  readonly items: RowAdam
  /** Absent where the data say nothing of how an item came to stand there. */
  readonly contexts: RowAdam | undefined
  readonly parameters: Map<string, DenseAdam>
  readonly dropout: DropoutPool
  time: number
}
