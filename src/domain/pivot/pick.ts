/** The choice among the places of a search: verified one by one, diverse, and the nearest among them. */
import { NO_DEADLINE } from "./deadline.ts"
import { barred, type SlotSearch, suits, type Unfit, verdictOf, worth } from "./search.ts"
import type { Visit } from "./visit.ts"

export interface Found {
  readonly index: number
  readonly score: number
  readonly visit: Visit
}

/** What a second option of a category loses: three ramen shops are one option. */
const SAME_CATEGORY = 0.12
/** The nearest place is among those that are picked, if it is worth this share of the best; so many of the near ones are tried. */
const NEAR_ENOUGH = 0.5
const NEAR_TRIES = 8
/** What a place keeps whose hours nobody knows, at a time at which such places are usually closed. */
const USUALLY_CLOSED_KEEPS = 0.6

/** The choice among a pool that has been weighed: each is verified when it is about to be chosen. */
class Choice {
  readonly found: Array<Found> = []
  private readonly search: SlotSearch
  private readonly column: number
  private readonly late = new Set<number>()
  private readonly refuse: ((reason: Unfit) => void) | undefined

  constructor(search: SlotSearch, column: number, refuse: ((reason: Unfit) => void) | undefined) {
    this.search = search
    this.column = column
    this.refuse = refuse
  }

  /** The position in the pool of the place for which `of` is largest; -1 where none is left. */
  best(of: (p: number) => number): number {
    const { pool, scores } = this.search
    let best = -1
    let top = Number.NEGATIVE_INFINITY
    for (let p = 0; p < pool.length; p++) {
      if (scores[p]! <= 0) continue
      const value = of(p)
      if (value > top) {
        top = value
        best = p
      }
    }
    return best
  }

  /** Takes the place if it passes; else it is out of the pool, or comes late, where such places are usually closed then. */
  take(p: number): boolean {
    const { env, live, meal, otherMeals, pool, scores } = this.search
    const score = scores[p]!
    scores[p] = 0
    const index = pool[p]!
    const visit = verdictOf(this.search, p)
    const unfit = typeof visit === "string" ? visit : suits(env, live, this.column, index, visit, meal, otherMeals)
    if (unfit !== undefined) {
      this.refuse?.(unfit)
      return false
    }
    const { arrive, open } = visit as Visit
    if (open === "unknown" && !this.late.has(p) && env.usuallyClosedAt(index, arrive)) {
      this.late.add(p)
      scores[p] = score * USUALLY_CLOSED_KEEPS
      return false
    }
    this.found.push({ index, score, visit: visit as Visit })
    const category = env.places.category[index]!
    for (let other = 0; other < pool.length; other++) {
      if (scores[other]! > 0 && env.places.category[pool[other]!]! === category) {
        scores[other] = Math.max(0.001, scores[other]! - SAME_CATEGORY)
      }
    }
    return true
  }
}

/** Adds the nearest place that is worth something, where what was found is all further away. */
const nearest = (choice: Choice, search: SlotSearch, top: number): void => {
  const { away, deadline, scores } = search
  const worthwhile = (p: number) => (scores[p]! >= NEAR_ENOUGH * top ? -away[p]! : Number.NEGATIVE_INFINITY)
  for (let tries = 0; tries < NEAR_TRIES && !deadline.over; tries++) {
    const near = choice.best(worthwhile)
    if (near < 0 || worthwhile(near) === Number.NEGATIVE_INFINITY || deadline.passed() || choice.take(near)) return
  }
}

/** The best `count` places for a column, each verified, diverse, best first, the nearest among them. `refuse` hears of those that fell. */
export const pickFor = (
  search: SlotSearch,
  column: number,
  count: number,
  mood?: ArrayLike<number>,
  refuse?: (reason: Unfit) => void
): Array<Found> => {
  const { deadline, env, pool, scores } = search
  const n = pool.length
  if (deadline !== NO_DEADLINE) scores.fill(0)
  let top = 0
  for (let p = 0; p < n && !deadline.passedAt(p); p++) {
    // What has been found not to fit for one column does not fit for any.
    const known = search.verdicts[p]
    const bar = typeof known === "string" ? known : barred(env, column, pool[p]!, search.meal)
    scores[p] = bar === undefined ? worth(search, column, p, mood) : 0
    top = Math.max(top, scores[p]!)
    if (bar !== undefined) refuse?.(bar)
  }
  const choice = new Choice(search, column, refuse)
  const { found } = choice
  for (let tries = 0; tries < 2 * n && found.length < count; tries++) {
    // The last one is the nearest, unless that is there already.
    if (found.length === count - 1 && count > 2) {
      nearest(choice, search, top)
      if (found.length === count) break
    }
    const best = choice.best((p) => scores[p]!)
    // Weighing them all once more and working out opening hours is what takes time: it is asked before each.
    if (best < 0 || deadline.passed()) break
    choice.take(best)
  }
  return found.sort((a, b) => b.score - a.score)
}
