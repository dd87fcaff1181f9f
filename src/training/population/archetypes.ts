/**
 * Who there is in the shadow population: every combination of five axes, without those that hardly anybody is.
 * What is implausible is said pair by pair; a combination that holds any such pair is left out. 300 remain.
 */
import { tagIndex } from "../../domain/catalog/taxonomy.ts"
import { INTEREST_VECTOR } from "../../domain/persona/interests.ts"
import {
  Budget,
  type Budget as BudgetType,
  Pace,
  type Pace as PaceType,
  PrimaryInterest,
  type PrimaryInterest as PrimaryInterestType,
  SocialMode,
  type SocialMode as SocialModeType,
  TimeOrientation,
  type TimeOrientation as TimeOrientationType
} from "../../domain/vocabulary.ts"

export interface Archetype {
  readonly pace: PaceType
  readonly budget: BudgetType
  readonly interest: PrimaryInterestType
  readonly social: SocialModeType
  readonly time: TimeOrientationType
}

/** Pairs of values that do not go together, each with the reason. */
const IMPLAUSIBLE: ReadonlyArray<readonly [Partial<Archetype>, string]> = [
  [{ social: "family", interest: "nightlife" }, "clubs do not let children in"],
  [{ social: "family", time: "night_owl" }, "children go to bed"],
  [{ social: "family", pace: "packed" }, "children set the pace"],
  [{ social: "solo", interest: "nightlife" }, "nights out are for company"],
  [{ social: "friends", budget: "high" }, "the most thrifty friend sets the budget"],
  [{ social: "friends", time: "early_bird" }, "somebody always sleeps in"],
  [{ time: "early_bird", interest: "nightlife" }, "nobody does both for a week"],
  [{ time: "night_owl", interest: "outdoors" }, "trails and parks are for daylight"],
  [{ time: "night_owl", pace: "packed" }, "the day begins too late to be packed"],
  [{ pace: "packed", interest: "wellness" }, "rest in a hurry is none"],
  [{ budget: "low", interest: "wellness" }, "spas cost"],
  [{ budget: "low", interest: "shopping" }, "shopping costs"]
]

const holds = (archetype: Archetype, pair: Partial<Archetype>) =>
  Object.entries(pair).every(([axis, value]) => archetype[axis as keyof Archetype] === value)

export const ARCHETYPES: ReadonlyArray<Archetype> = Pace.literals.flatMap((pace) =>
  Budget.literals.flatMap((budget) =>
    PrimaryInterest.literals.flatMap((interest) =>
      SocialMode.literals.flatMap((social) =>
        TimeOrientation.literals
          .map((time) => ({ pace, budget, interest, social, time }))
          .filter((archetype) => !IMPLAUSIBLE.some(([pair]) => holds(archetype, pair)))
      )
    )
  )
)

/** What the axes other than the interest do to a taste, in tags. */
const LEANINGS: ReadonlyArray<readonly [Partial<Archetype>, Readonly<Record<string, number>>]> = [
  [{ pace: "leisurely" }, { strolling: 0.2, quiet: 0.15, serene: 0.1 }],
  [{ pace: "packed" }, { iconic: 0.2, quick_stop: 0.2 }],
  [{ budget: "low" }, { street_food: 0.2, green_space: 0.1, comfort_food: 0.1 }],
  [{ budget: "high" }, { cocktails: 0.1, fine_art: 0.15, performing_arts: 0.15 }],
  [{ social: "solo" }, { solo_friendly: 0.25, literary: 0.15, specialty_coffee: 0.1 }],
  [{ social: "couple" }, { golden_hour: 0.2, gardens: 0.1, scenic_view: 0.1 }],
  [{ social: "family" }, { family_friendly: 0.35, wildlife: 0.2, playful: 0.15 }],
  [{ social: "friends" }, { group_friendly: 0.25, lively: 0.2, craft_beer: 0.15 }],
  [{ time: "early_bird" }, { specialty_coffee: 0.15, sweet_tooth: 0.1 }],
  [{ time: "night_owl" }, { late_night: 0.25, live_music: 0.15 }]
]

/** The taste that an archetype has before anybody's own: a vector of vibe space. */
export const tasteOf = (archetype: Archetype): ReadonlyArray<number> => {
  const taste = Array.from(INTEREST_VECTOR[archetype.interest])
  for (const [pair, tags] of LEANINGS) {
    if (!holds(archetype, pair)) continue
    for (const [tag, weight] of Object.entries(tags)) {
      const index = tagIndex(tag)
      if (index === undefined) throw new Error(`"${tag}" is not a vibe tag`)
      taste[index] = taste[index]! + weight
    }
  }
  return taste
}
