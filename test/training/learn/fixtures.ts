/** Small made-up worlds of sequences: one with something to learn, and the same with it taken out. */
import { randomStream, shuffled } from "../../../src/domain/basics/random.ts"
import { packed, type Questions, type Sequences } from "../../../src/training/learn/sequences.ts"

const ITEMS = 60
const USERS = 240
const NEGATIVES = 40

export interface World {
  readonly train: Sequences
  readonly validation: Questions
  readonly known: Sequences
  readonly test: Questions
}

/** Everybody walks round a circle of items from somewhere, sometimes leaving one out. */
const walks = (): ReadonlyArray<ReadonlyArray<number>> => {
  const random = randomStream("walks")
  return Array.from({ length: USERS }, () => {
    let at = Math.floor(random() * ITEMS)
    return Array.from({ length: 5 + Math.floor(random() * 12) }, () => {
      at = (at + (random() < 0.9 ? 1 : 2)) % ITEMS
      return at
    })
  })
}

const worldOf = (lists: ReadonlyArray<ReadonlyArray<number>>): World => {
  const users = Int32Array.from(lists.keys())
  const ask = (fromEnd: number): Questions => {
    const random = randomStream("asked", fromEnd)
    const candidates = lists.flatMap((list) => {
      const others = Array.from({ length: ITEMS }, (_, i) => i).filter((i) => !list.includes(i))
      return [list[list.length - fromEnd]!, ...shuffled(random, others).slice(0, NEGATIVES)]
    })
    return { users, candidates: Int32Array.from(candidates), width: NEGATIVES + 1 }
  }
  const without = (last: number) =>
    packed(
      ITEMS,
      lists.map((list) => list.slice(0, list.length - last))
    )
  return { train: without(2), validation: ask(2), known: without(1), test: ask(1) }
}

export const circle = (): World => worldOf(walks())

/** The same lengths and items as often, in the hands of anybody at any time. */
export const shuffledCircle = (): World => {
  const lists = walks()
  const items = shuffled(randomStream("mixed"), lists.flat())
  let from = 0
  return worldOf(
    lists.map((list) => {
      from += list.length
      return items.slice(from - list.length, from)
    })
  )
}
