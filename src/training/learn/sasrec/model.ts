/** A trained SASRec: its numbers, and the states that it gives for histories. */
import { bucketOf, rightAligned } from "../batches.ts"
import { rankOfFirst } from "../ranks.ts"
import { open } from "../runtime.ts"
import { lengthOf, type Questions, type Sequences } from "../sequences.ts"
import { servingGraph, stateGraph } from "./graphs.ts"

export interface SasrecModel {
  readonly width: number
  readonly blocks: number
  /** Lengths that graphs are cut for, the longest last. */
  readonly lengths: ReadonlyArray<number>
  readonly parameters: ReadonlyMap<string, Float32Array>
  /** One row per item, with what its description adds. */
  readonly items: Float32Array
  /** One row per way in which an item may have come to stand in a history; absent where the data knew none. */
  readonly contexts?: Float32Array
}

/** Users that go through a serving graph at once. */
const BATCH = 128

const HIDDEN = -1e9

const parametersOf = (model: SasrecModel) => (name: string) => model.parameters.get(name)!

/** The rows of items with what their descriptions add: a copy, complete without them. */
export const wholeRows = ({ items, parameters, width }: SasrecModel, { descriptions }: Sequences): Float32Array => {
  const rows = items.slice()
  if (descriptions === undefined) return rows
  const { columns, numbers } = descriptions
  const weight = parameters.get("description weight")!
  for (let row = 0; row < rows.length / width; row++) {
    for (let c = 0; c < columns; c++) {
      const factor = numbers[row * columns + c]!
      if (factor === 0) continue
      for (let o = 0; o < width; o++) rows[row * width + o]! += factor * weight[c * width + o]!
    }
  }
  return rows
}

/** The graph that serves histories up to `length`, with all that it needs in the file. */
export const graphOf = (model: SasrecModel, batch: number, length: number): Uint8Array => {
  const { width, blocks } = model
  const table = new Float32Array(model.items.length + width)
  table.set(model.items, width)
  return servingGraph({ batch, length, width, blocks }, parametersOf(model), table)
}

/** The state of each of the users after all of their history: users × width. */
export const statesOf = async (model: SasrecModel, data: Sequences, users: Int32Array): Promise<Float32Array> => {
  const { width, lengths, blocks } = model
  const states = new Float32Array(users.length * width)
  for (const [bucket, length] of lengths.entries()) {
    const places = [...users.keys()].filter((k) => bucketOf(lengths, lengthOf(data, users[k]!)) === bucket)
    if (places.length === 0) continue
    // The table of a large catalog stays here: only the rows of the histories go through the graph.
    const runtime = await open(stateGraph({ batch: BATCH, length, width, blocks }, parametersOf(model)))
    const ids = new Int32Array(BATCH * length)
    const ways = new Int32Array(BATCH * length)
    const passed = new Int32Array(BATCH * length).fill(-1)
    const rows = new Float32Array(BATCH * length * width)
    const padding = new Float32Array(BATCH * length)
    for (let from = 0; from < places.length; from += BATCH) {
      const part = places.slice(from, from + BATCH)
      const whose = part.map((k) => users[k]!)
      rightAligned(data, whose, length, 0, ids)
      if (data.contexts !== undefined) rightAligned(data, whose, length, 0, ways, data.contexts)
      if (data.answers !== undefined) rightAligned(data, whose, length, 0, passed, data.answers)
      for (const [at, item] of ids.entries()) {
        padding[at] = item < 0 ? HIDDEN : 0
        if (item < 0) rows.fill(0, at * width, (at + 1) * width)
        else rows.set(model.items.subarray(item * width, (item + 1) * width), at * width)
        // What was passed speaks against what is like it.
        if (passed[at] === 0) for (let i = at * width; i < (at + 1) * width; i++) rows[i] = -rows[i]!
        if (item < 0 || model.contexts === undefined) continue
        for (let i = 0; i < width; i++) rows[at * width + i]! += model.contexts[ways[at]! * width + i]!
      }
      const { state } = await runtime.session.run({
        items: runtime.float(rows, [BATCH * length, width]),
        padding: runtime.float(padding, [BATCH, 1, length])
      })
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
