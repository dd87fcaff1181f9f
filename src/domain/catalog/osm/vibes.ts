/** What a place is likely to be like by its kind and tags alone: a beginning, until somebody who was there says more. */
import { entryOf } from "../../basics/entry-of.ts"
import { categoryInfo } from "../category.ts"
import type { Kind, Tags } from "./rule.ts"
import { list } from "./rule.ts"

type Vibes = Readonly<Record<string, number>>

const CUISINE: Readonly<Record<string, Vibes>> = Object.fromEntries(
  (
    [
      [
        "ramen noodle burger fried_chicken udon soba curry pizza okonomiyaki dumpling donburi gyudon tonkatsu",
        { comfort_food: 0.8 }
      ],
      ["seafood fish sushi oyster fish_and_chips crab", { seafood: 0.8 }],
      ["vegan vegetarian", { plant_based: 0.8 }],
      ["ice_cream dessert cake crepe pastry donut waffle frozen_yogurt chocolate", { sweet_tooth: 0.8 }],
      ["coffee_shop coffee", { specialty_coffee: 0.8 }],
      ["tea", { tea_ritual: 0.8 }],
      ["fine_dining kaiseki", { fine_dining: 0.8, splurge: 0.5 }],
      ["kebab takoyaki taco empanada sandwich", { street_food: 0.6, quick_stop: 0.5 }],
      ["tapas hot_pot barbecue yakiniku korean_barbecue izakaya yakitori", { group_friendly: 0.6, lively: 0.4 }],
      ["ethiopian insect afghan georgian peruvian uzbek", { adventurous_eats: 0.5 }]
    ] as ReadonlyArray<readonly [string, Vibes]>
  ).flatMap(([words, vibes]) => list(words).map((word) => [word, vibes] as const))
)

const TAGGED: ReadonlyArray<readonly [key: string, value: RegExp, vibes: Vibes]> = [
  ["outdoor_seating", /^(?!no)/, { people_watching: 0.4 }],
  ["live_music", /^(?!no)/, { live_music: 0.7 }],
  ["microbrewery", /^yes/, { craft_beer: 0.8 }],
  ["diet:vegan", /^only/, { plant_based: 0.9 }],
  ["diet:vegetarian", /^only/, { plant_based: 0.8 }],
  ["takeaway", /^only/, { quick_stop: 0.7 }],
  ["kids_area", /^(?!no)/, { family_friendly: 0.7 }],
  ["museum", /art/, { fine_art: 0.8 }],
  ["museum", /children/, { family_friendly: 0.8 }],
  ["artwork_type", /mural|graffiti/, { contemporary_art: 0.9, quirky: 0.4 }],
  ["historic", /^(?!no)/, { history: 0.6 }],
  ["heritage", /./, { history: 0.5, architecture: 0.4 }],
  ["wikipedia", /./, { iconic: 0.4 }],
  ["tourism", /^viewpoint/, { scenic_view: 0.9 }],
  ["building", /^(church|cathedral|temple|shrine|mosque|palace|castle)/, { architecture: 0.4 }],
  ["operator:type", /^community/, { neighbourhood_hub: 0.4 }]
]

/** As many as describe a place, strongest first. */
const MOST = 6

export const vibesOfTags = (tags: Tags, { category, vibes }: Kind): Vibes => {
  const all: Record<string, number> = { ...(vibes ?? categoryInfo(category).vibes) }
  const add = (more: Vibes) => {
    for (const [tag, weight] of Object.entries(more)) all[tag] = Math.max(all[tag] ?? 0, weight)
  }
  for (const cuisine of (tags.cuisine ?? "").split(/[;,]/)) {
    const known = entryOf(CUISINE, cuisine.trim().toLowerCase())
    if (known !== undefined) add(known)
  }
  for (const [key, value, more] of TAGGED) if (value.test(tags[key] ?? "\u0000") && tags[key] !== undefined) add(more)
  // What there are many of is nobody's discovery.
  if (tags.brand !== undefined) delete all.hidden_gem
  return Object.fromEntries(
    Object.entries(all)
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, MOST)
  )
}
