/** What a training step reads, gathered from sequences and tables into memory that stays where it is. */
import type { Random } from "../../../domain/basics/random.ts"
import { rightAligned } from "../batches.ts"
import { type Sequences, sequenceOf } from "../sequences.ts"
import type { Learner } from "./learner.ts"
import type { SasrecSettings } from "./settings.ts"

const HIDDEN = -1e9
/** A user who has touched everything still gets a negative: one of their own. */
const MOST_DRAWS = 20

const untouched = (items: Int32Array, itemCount: number, draw: Random): number => {
  let item = Math.floor(draw() * itemCount)
  for (let i = 0; i < MOST_DRAWS && items.includes(item); i++) item = Math.floor(draw() * itemCount)
  return item
}

/** What a step gathers: numbers of rows, and the rows themselves. */
const buffersOf = (rows: number, negatives: number, width: number) => ({
  ids: {
    items: new Int32Array(rows),
    contexts: new Int32Array(rows),
    targets: new Int32Array(rows),
    negatives: new Int32Array(negatives)
  },
  answers: new Int32Array(rows),
  read: {
    items: new Float32Array(rows * width),
    contexts: new Float32Array(rows * width),
    targets: new Float32Array(rows * width),
    negatives: new Float32Array(negatives * width)
  }
})

const negate = (numbers: Float32Array, width: number, row: number): void => {
  for (let i = row * width; i < (row + 1) * width; i++) numbers[i] = -numbers[i]!
}

/** What items are described by, gathered beside their rows. */
const descriptionsOf = (data: Sequences, sizes: Readonly<Record<string, number>>) => {
  const described = data.descriptions
  if (described === undefined) return undefined
  const { columns, numbers } = described
  const read = new Map(Object.entries(sizes).map(([name, rows]) => [name, new Float32Array(rows * columns)]))
  const gather = (all: Readonly<Record<string, Int32Array>>, passed: (k: number) => boolean) => {
    for (const [name, into] of read) {
      for (const [k, id] of all[name]!.entries()) {
        if (id < 0) into.fill(0, k * columns, (k + 1) * columns)
        else into.set(numbers.subarray(id * columns, (id + 1) * columns), k * columns)
        if (name === "items" && passed(k)) negate(into, columns, k)
      }
    }
  }
  return { columns, read, gather }
}

/** What a step reads of its users' sequences and of the tables of items, in places that stay. */
export const gathering = (settings: SasrecSettings, bucket: number, known: Sequences) => {
  const { lesson, width } = settings
  const length = settings.lengths[bucket]!
  const rows = settings.batches[bucket]! * length
  const asked = lesson.head === "answers"
  const shared = lesson.head === "bce" || asked ? undefined : lesson.negatives
  const wrong = asked ? 0 : (shared ?? rows)
  const { answers, ids, read } = buffersOf(rows, wrong, width)
  const [labels, padding, weight] = [new Float32Array(rows), new Float32Array(rows), new Float32Array(rows)]
  const before = new Int32Array(rows)
  const described = descriptionsOf(known, { items: rows, targets: rows, ...(asked ? {} : { negatives: wrong }) })

  const drawNegatives = (data: Sequences, users: ReadonlyArray<number>, draw: Random) => {
    if (shared !== undefined) {
      for (let k = 0; k < shared; k++) ids.negatives[k] = Math.floor(draw() * data.itemCount)
      return
    }
    ids.negatives.fill(-1)
    for (const [row, user] of users.entries()) {
      const items = sequenceOf(data, user)
      for (let at = row * length; at < (row + 1) * length; at++) {
        if (ids.targets[at]! >= 0) ids.negatives[at] = untouched(items, data.itemCount, draw)
      }
    }
  }

  const lookAt = (data: Sequences, users: ReadonlyArray<number>) => {
    rightAligned(data, users, length, 1, ids.items)
    rightAligned(data, users, length, 0, ids.targets)
    if (data.answers === undefined) before.fill(1)
    else {
      rightAligned(data, users, length, 0, answers, data.answers)
      rightAligned(data, users, length, 1, before, data.answers)
    }
    let examples = 0
    for (let at = 0; at < rows; at++) {
      // A sequence of n items has n − 1 steps: its first item is nobody's target.
      if (ids.items[at]! < 0 || (!asked && data.answers !== undefined && answers[at]! <= 0)) ids.targets[at] = -1
      else examples += 1
      labels[at] = Math.max(0, answers[at]!)
    }
    for (let at = 0; at < rows; at++) {
      padding[at] = ids.items[at]! < 0 ? HIDDEN : 0
      weight[at] = ids.targets[at]! < 0 ? 0 : 1 / Math.max(1, examples)
    }
  }

  /** Rows of what was passed stand, and are learnt, with the other sign: they speak against what is like them. */
  const turned = (numbers: Float32Array) => {
    for (let k = 0; k < rows; k++) if (before[k] === 0) negate(numbers, width, k)
  }

  const gather = (learner: Learner, data: Sequences, users: ReadonlyArray<number>, draw: Random) => {
    lookAt(data, users)
    if (!asked) drawNegatives(data, users, draw)
    learner.items.read(ids.items, read.items)
    turned(read.items)
    if (learner.contexts !== undefined && data.contexts !== undefined) {
      rightAligned(data, users, length, 1, ids.contexts, data.contexts)
      learner.contexts.read(ids.contexts, read.contexts)
      for (let i = 0; i < read.items.length; i++) read.items[i]! += read.contexts[i]!
    }
    learner.items.read(ids.targets, read.targets)
    learner.items.read(ids.negatives, read.negatives)
    described?.gather(ids, (k) => before[k] === 0)
  }
  return { rows, asked, shared, wrong, ids, read, labels, padding, weight, described, gather, turned }
}
