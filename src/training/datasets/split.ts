/**
 * Splits by time and by person: what came first trains, what came later tests, and some people are in no other part than
 * their own, so that what is learnt about strangers can be measured too.
 */
import { hash128 } from "../../domain/basics/hash.ts"

export const SPLITS = ["train", "validation", "test", "new_people"] as const
export type Split = (typeof SPLITS)[number]

/** Shares of the time-ordered rows that train, and that train or validate. */
const TRAIN_UNTIL = 0.8
const VALIDATE_UNTIL = 0.9
/** One person in so many is kept apart. */
const APART = 20

export interface Cuts {
  readonly validationFrom: number
  readonly testFrom: number
}

/** From the times of (a sample of) the rows. */
export const cutsOf = (times: ReadonlyArray<number>): Cuts => {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { validationFrom: at(TRAIN_UNTIL), testFrom: at(VALIDATE_UNTIL) }
}

const shareOf = (name: string): number => Number.parseInt(hash128(name).slice(0, 8), 16) / 2 ** 32

/** Rows of one person come one after another: the last answer is kept. */
let last = { user: "", apart: false }

export const isApart = (user: string): boolean => {
  if (user !== last.user) last = { user, apart: shareOf(`apart ${user}`) < 1 / APART }
  return last.apart
}

export const splitOf = (cuts: Cuts, user: string, at: number): Split =>
  isApart(user) ? "new_people" : at < cuts.validationFrom ? "train" : at < cuts.testFrom ? "validation" : "test"

/** Of rows that have no time: all that is about one person, pair or place stays together. */
export const untimedSplitOf = (about: string): Split => {
  if (isApart(about)) return "new_people"
  const share = shareOf(`split ${about}`)
  return share < TRAIN_UNTIL ? "train" : share < VALIDATE_UNTIL ? "validation" : "test"
}
