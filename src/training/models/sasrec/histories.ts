/** The dataset `sequences` as the trainer takes it: what each person accepted and passed, in order and with the time between. */
import { CONTEXTS, contextOf } from "../../../domain/rankers/sequence-model.ts"
import { ACCEPTED, PASSED } from "../../../domain/user/state.ts"
import type { SignalType } from "../../../domain/vocabulary.ts"
import { packed, type Questions, type Sequences } from "../../learn/sequences.ts"
import type { Vibes } from "../bpr/ranker.ts"
import { Numbering } from "../bpr/triples.ts"
import { eachRow, type PublishedDataset } from "../dataset.ts"

interface Step {
  readonly item: string
  readonly accepted: boolean
  readonly at: number
}

const COLUMNS = ["user_id", "timestamp", "node_ids", "signal_types", "times"]

const millis = (value: unknown): number => new Date(value as Date).getTime()

/** By person, in order of time. What happened from `until` on is left out: it is judged by. */
const readSteps = async (
  dataset: PublishedDataset,
  split: "train" | "validation",
  until: number
): Promise<ReadonlyMap<string, ReadonlyArray<Step>>> => {
  const people = new Map<string, Array<Step>>()
  await eachRow(dataset, split, COLUMNS, (row) => {
    const user = String(row["user_id"])
    const [items, types, times] = [row["node_ids"], row["signal_types"], row["times"]] as [
      ReadonlyArray<string>,
      ReadonlyArray<string>,
      ReadonlyArray<unknown>
    ]
    const steps = people.get(user) ?? []
    for (const [i, item] of items.entries()) {
      const at = millis(times[i])
      const type = types[i] as SignalType
      const accepted = ACCEPTED.has(type)
      if (at < until && (accepted || PASSED.has(type))) steps.push({ item, accepted, at })
    }
    people.set(user, steps)
  })
  for (const steps of people.values()) steps.sort((a, b) => a.at - b.at)
  return people
}

export interface Histories {
  readonly items: Numbering
  readonly data: Sequences
  readonly validation: Questions
  /** Which sequence ends with what is newest of each person. */
  readonly newest: Int32Array
  /** Accepted and passed places. */
  readonly steps: number
  readonly accepted: number
}

/** Places that stand beside the right one in a question, and questions that one person is asked at most. */
const BESIDE = 9
const MOST_QUESTIONS = 3

/** What somebody accepted after what is known of them, among what they passed then; of the newest that is known of each. */
const questionsOf = (
  newest: ReadonlyMap<string, number>,
  items: Numbering,
  later: ReadonlyMap<string, ReadonlyArray<Step>>
): Questions => {
  const users: Array<number> = []
  const candidates: Array<number> = []
  for (const [user, sequence] of newest) {
    const known = (later.get(user) ?? []).filter(({ item }) => items.find(item) >= 0)
    const passed = known.filter(({ accepted }) => !accepted)
    if (passed.length === 0) continue
    for (const { item } of known.filter(({ accepted }) => accepted).slice(0, MOST_QUESTIONS)) {
      users.push(sequence)
      candidates.push(items.find(item))
      for (let c = 0; c < BESIDE; c++) candidates.push(items.find(passed[c % passed.length]!.item))
    }
  }
  return { users: Int32Array.from(users), candidates: Int32Array.from(candidates), width: 1 + BESIDE }
}

/** Long histories are cut into pieces of so many steps that go on from each other: otherwise only what came last would teach. */
const piecesOf = <A>(all: ReadonlyArray<A>, length: number): ReadonlyArray<ReadonlyArray<A>> => {
  const pieces: Array<ReadonlyArray<A>> = []
  for (let end = all.length; end > 0; end -= length - 1) {
    pieces.unshift(all.slice(Math.max(0, end - length), end))
    if (end <= length) break
  }
  return pieces
}

/** The vibe of each place, as far as it is known. */
const descriptionsOf = (items: Numbering, vibes: Vibes): Sequences["descriptions"] => {
  const columns = vibes.values().next().value?.length ?? 0
  if (columns === 0) return undefined
  const numbers = new Float32Array(items.names.length * columns)
  for (const [i, name] of items.names.entries()) {
    const vibe = vibes.get(name)
    if (vibe !== undefined) numbers.set(vibe, i * columns)
  }
  return { columns, numbers }
}

/** `length` steps are looked at: so many, and the one that is asked about, make a piece. */
export const readHistories = async (
  dataset: PublishedDataset,
  until: number,
  vibes: Vibes,
  length: number
): Promise<Histories> => {
  const earlier = await readSteps(dataset, "train", until)
  const later = await readSteps(dataset, "validation", until)
  const items = new Numbering()
  const lists: Array<ReadonlyArray<number>> = []
  const contexts: Array<number> = []
  const answers: Array<number> = []
  const newest = new Map<string, number>()
  let [steps, accepted] = [0, 0]
  for (const [user, all] of earlier) {
    steps += all.length
    accepted += all.filter((step) => step.accepted).length
    const placed = all.map((step, i) => ({ ...step, context: contextOf(step, all[i - 1]?.at) }))
    for (const piece of piecesOf(placed, length + 1)) {
      newest.set(user, lists.length)
      lists.push(piece.map(({ item }) => items.of(item)))
      for (const step of piece) {
        contexts.push(step.context)
        answers.push(step.accepted ? 1 : 0)
      }
    }
  }
  const descriptions = descriptionsOf(items, vibes)
  return {
    items,
    data: {
      ...packed(items.names.length, lists),
      ...(descriptions === undefined ? {} : { descriptions }),
      contexts: Int32Array.from(contexts),
      contextCount: CONTEXTS,
      answers: Uint8Array.from(answers)
    },
    newest: Int32Array.from(newest.values()),
    validation: questionsOf(newest, items, later),
    steps,
    accepted
  }
}
