/**
 * What a ranker said of places ahead of time, held beside a trip: by part and day of it, for each member. The engine weighs it
 * as what the party likes at that moment, in place of taste alone; it goes on deciding itself, and is what its offers name.
 */
import { type CoarseDayPart, coarseDayPart, RANKED_DAYS } from "../cache-key.ts"
import type { ModelRef } from "../ranking.ts"
import { dayPartAt } from "../time/day-part.ts"
import type { PivotEnv } from "./env.ts"
import type { PlanSlot } from "./plan.ts"

/** Node indexes with what was said of them, from 1 for the first down to a half; the same for all who share the ranking. */
export type Said = ReadonlyMap<number, number>

export interface HeldRankings {
  readonly model: ModelRef
  /** By `momentName`: for each member in the trip's order. A moment of which one lacks a ranking is not there. */
  readonly moments: ReadonlyMap<string, ReadonlyArray<Said>>
}

export const momentName = (day: number, part: CoarseDayPart): string => `${Math.min(day, RANKED_DAYS)} ${part}`

/** The moment of a stop that begins at this local minute. */
export const momentAt = (day: number, minute: number): { readonly day: number; readonly part: CoarseDayPart } => ({
  day: Math.min(day, RANKED_DAYS),
  part: coarseDayPart(dayPartAt(minute))
})

export const momentOf = (env: PivotEnv, slot: Pick<PlanSlot, "day" | "starts">): string => {
  const { day, part } = momentAt(slot.day, env.localMinute(slot.starts))
  return momentName(day, part)
}

/** An order of places as what is said of each: what stands first counts whole, what stands last half of that. */
export const saidOf = (order: ReadonlyArray<number>): Said =>
  new Map(order.map((index, i) => [index, 1 - (0.5 * i) / order.length]))

/** How much of a liking the ranking is; the rest is taste. */
const RANKED_SHARE = 0.5

/** What nobody ranked is liked as its taste says, behind what was. */
const UNRANKED_KEEPS = 0.45

/** How well somebody likes a place, given their taste for it and what was said of it for them. */
export const likedAs = (taste: number, said: number | undefined): number =>
  (1 - RANKED_SHARE) * taste + RANKED_SHARE * (said ?? UNRANKED_KEEPS * taste)

/** Bytes that a trip holds for it, near enough for a budget: what was said is shared. */
export const bytesOfRankings = ({ moments }: HeldRankings): number => 200 + moments.size * 120
