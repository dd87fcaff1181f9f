/**
 * Under which key a ranking is shared. In the key stands everything that changes what an LLM would be told about the
 * question, and nothing else: two travelers of one archetype who ask the same get the same answer, whoever they are.
 *
 * What is deliberately not in it: who asks, the trip, the request's id and deadline, the exact taste (the archetype
 * stands for it), hours of the day (they shape the assembly, not the ranking) and the surface.
 */

import { hash128 } from "./basics/hash.ts"
import { partyOf } from "./features.ts"
import { archetypeOf } from "./persona/archetype.ts"
import type { RankRequest } from "./ranking.ts"
import type { DayPart } from "./vocabulary.ts"

/** Three coarse parts of a day; the five fine ones would make nearly twice as many rankings that hardly differ. */
export const COARSE_DAY_PARTS = ["morning", "afternoon", "evening"] as const
export type CoarseDayPart = (typeof COARSE_DAY_PARTS)[number]

const COARSE: Readonly<Record<DayPart, CoarseDayPart>> = {
  morning: "morning",
  midday: "afternoon",
  afternoon: "afternoon",
  evening: "evening",
  night: "evening"
}
export const coarseDayPart = (dayPart: DayPart): CoarseDayPart => COARSE[dayPart]

/** Days of a trip that are ranked for apart: what comes after the last of them is ranked like it. */
export const RANKED_DAYS = 5

const normalWord = (word: string) => word.trim().toLowerCase()
const distinct = (words: ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  [...new Set(words ?? [])].sort((a, b) => (a < b ? -1 : 1))

const openness = (value: number) => (value < 1 / 3 ? "low" : value < 2 / 3 ? "middle" : "high")

/** Everything about constraints and party that a ranking depends on, in one spelling. */
const digestOf = (request: Pick<RankRequest, "members" | "context">): string => {
  const { context, members } = request
  const party = partyOf(request)
  return hash128(
    JSON.stringify([
      party.budget,
      party.pace,
      party.social,
      Math.max(members.length, context.groupSize),
      members.map((member) => archetypeOf(member.dimensions)).sort(),
      members.length === 0 ? "middle" : openness(Math.min(...members.map((m) => m.dimensions.cuisine_openness.value))),
      context.weather ?? "clear",
      distinct(context.constraints?.must),
      distinct(context.constraints?.avoid?.map(normalWord).filter((word) => word !== ""))
    ])
  )
}

/** Fields are joined by a sign that none of them can hold; free text stands in the digest only. */
export const rankingKey = (request: Pick<RankRequest, "members" | "context">, modelVersion: string): string => {
  const { context, members } = request
  const archetype = members[0] === undefined ? "nobody" : archetypeOf(members[0].dimensions)
  return [
    "rank1",
    archetype,
    context.dayPart === undefined ? "any" : coarseDayPart(context.dayPart),
    context.dayOfTrip === undefined ? "any" : `day${Math.min(context.dayOfTrip, RANKED_DAYS)}`,
    encodeURIComponent(context.city),
    `catalog${context.catalogVersion}`,
    encodeURIComponent(modelVersion),
    digestOf(request)
  ].join("|")
}
