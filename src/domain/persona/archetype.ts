/**
 * The three coarse archetypes that share cached rankings. Coarse on purpose: an archetype decides only who may be
 * served somebody else's ranking; what matters beyond it (budget, pace, party, constraints) stands in the cache key.
 */
import type { PrimaryInterest } from "../vocabulary.ts"
import { defaultDimensions } from "./dimensions.ts"
import type { PersonaDimensions } from "./persona.ts"

export const ARCHETYPES = ["food_and_night", "culture_and_shops", "nature_and_rest"] as const
export type Archetype = (typeof ARCHETYPES)[number]

const BY_INTEREST: Readonly<Record<PrimaryInterest, Archetype>> = {
  food: "food_and_night",
  nightlife: "food_and_night",
  culture: "culture_and_shops",
  shopping: "culture_and_shops",
  outdoors: "nature_and_rest",
  wellness: "nature_and_rest"
}

export const archetypeOf = (dimensions: Pick<PersonaDimensions, "primary_interest">): Archetype =>
  BY_INTEREST[dimensions.primary_interest.value]

const TYPICAL: Readonly<Record<Archetype, PrimaryInterest>> = {
  food_and_night: "food",
  culture_and_shops: "culture",
  nature_and_rest: "outdoors"
}

/** The typical traveler of an archetype, who otherwise wants what `like` wants: rankings are warmed up for them. */
export const typicalOf = (archetype: Archetype, like: PersonaDimensions): PersonaDimensions =>
  archetypeOf(like) === archetype
    ? like
    : {
        ...like,
        primary_interest: { value: TYPICAL[archetype], confidence: 1, source: "default" },
        category_affinities: defaultDimensions(TYPICAL[archetype]).category_affinities
      }
