/** A trained SASRec: its numbers, and the states that it gives for histories. */
import { bucketOf, rightAligned } from "../batches.ts"
import { rankOfFirst } from "../ranks.ts"
import { open } from "../runtime.ts"
import { lengthOf, type Questions, type Sequences } from "../sequences.ts"
import { servingGraph } from "./graphs.ts"

export interface SasrecModel {
  readonly width: number
  readonly blocks: number
  /** Lengths that graphs are cut for, the longest last. */
  readonly lengths: ReadonlyArray<number>
  readonly parameters: ReadonlyMap<string, Float32Array>
  /** One row per item. */
  readonly items: Float32Array
}

/** Users that go through a serving graph at once. */
const BATCH = 128

/** The graph of the model for histories up to `length`. */
export const graphOf = (model: SasrecModel, batch: number, length: number): Uint8Array => {
  const rows = new Float32Array(model.items.length + model.width)
  rows.set(model.items, model.width)
  return servingGraph(
    { batch, length, width: model.width, blocks: model.blocks },
    { parameter: (name) => model.parameters.get(name)!, items: rows }
  )
}

/** The state of each of the users after all of their history: users × width. */
export const statesOf = async (model: SasrecModel, data: Sequences, users: Int32Array): Promise<Float32Array> => {
  const { width, lengths } = model
  const states = new Float32Array(users.length * width)
  for (const [bucket, length] of lengths.entries()) {
    const places = [...users.keys()].filter((k) => bucketOf(lengths, lengthOf(data, users[k]!)) === bucket)
    if (places.length === 0) continue
    const runtime = await open(graphOf(model, BATCH, length))
    const history = new Int32Array(BATCH * length)
    for (let from = 0; from < places.length; from += BATCH) {
      const part = places.slice(from, from + BATCH)
      rightAligned(
        data,
        part.map((k) => users[k]!),
        length,
        0,
        history
      )
      for (let i = 0; i < history.length; i++) history[i]! += 1
      const { state } = await runtime.session.run({ history: runtime.integer(history, [BATCH, length]) })
      const numbers = state!.data as Float32Array
      for (const [row, k] of part.entries()) states.set(numbers.subarray(row * width, (row + 1) * width), k * width)
    }
    await runtime.session.release()
  }
  return states
}

/** For each question the rank of the right answer among its candidates, given all of the user's history in `data`. */
export const ranksOf = async (model: SasrecModel, data: Sequences, questions: Questions): Promise<Float32Array> => {
  const { width, items } = model
  const states = await statesOf(model, data, questions.users)
  const scores = new Float32Array(questions.width)
  return Float32Array.from(questions.users, (_, q) => {
    for (let c = 0; c < questions.width; c++) {
      const row = questions.candidates[q * questions.width + c]! * width
      let score = 0
      for (let i = 0; i < width; i++) score += states[q * width + i]! * items[row + i]!
      scores[c] = score
    }
    return rankOfFirst(scores)
  })
}
