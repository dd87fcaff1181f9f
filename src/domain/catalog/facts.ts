/** What is known of a place beyond its category: for whom it is fit, and what to know before one goes. */

import * as Schema from "effect/Schema"
import { entryOf } from "../basics/entry-of.ts"
import { recordBy } from "../basics/words.ts"

const Answer = Schema.Literals(["yes", "no", "limited", "only"])
export type Answer = typeof Answer.Type

/** Kinds of diet that are kept; nobody asks for others. */
const DIETS_KEPT = [
  ...(["vegetarian", "vegan", "pescetarian", "gluten_free", "halal", "kosher"] as const),
  ...(["lactose_free", "dairy_free", "nut_free"] as const)
]

const short = Schema.String.check(Schema.isMaxLength(300))

export const PlaceFacts = Schema.Struct({
  /** By kind of diet: vegetarian, vegan, gluten_free, halal, kosher, lactose_free … */
  diet: Schema.optionalKey(recordBy(DIETS_KEPT, Answer)),
  wheelchair: Schema.optionalKey(Answer),
  outdoor_seating: Schema.optionalKey(Schema.Boolean),
  fee: Schema.optionalKey(Schema.Boolean),
  /** Set where its source says how dear it is; elsewhere that is what is usual for its kind. */
  priced: Schema.optionalKey(Schema.Literal(true)),
  reservation: Schema.optionalKey(Schema.Literals(["required", "recommended", "yes", "no"])),
  cuisine: Schema.optionalKey(Schema.Array(short)),
  website: Schema.optionalKey(short),
  /** Whether alcohol is served. */
  alcohol: Schema.optionalKey(Answer),
  /** Whether children are provided for. */
  children: Schema.optionalKey(Answer),
  min_age: Schema.optionalKey(Schema.Int),
  brand: Schema.optionalKey(short),
  brand_wikidata: Schema.optionalKey(short),
  /** One of several of that name or brand in this city. */
  chain: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "PlaceFacts" })
export type PlaceFacts = typeof PlaceFacts.Type

const ANSWERS: Readonly<Record<string, Answer>> = {
  ...{ yes: "yes", designated: "yes", no: "no", limited: "limited", only: "only", partial: "limited" },
  ...{ some: "limited", served: "yes" }
}

const RESERVATIONS = ["required", "recommended", "yes", "no"] as const

const yesOrNo = (value: string | undefined): boolean | undefined =>
  value === undefined || value === "unknown" ? undefined : value !== "no"

const httpOnly = (value: string | undefined): string | undefined => {
  const text = value?.split(";")[0]?.trim()
  return text !== undefined && text.length <= 300 && /^https?:\/\/[^\s<>"]+$/i.test(text) ? text : undefined
}

/** Reads the tags of OpenStreetMap that say such things. Unknown values are left out, never guessed at. */
export const placeFacts = (tags: Readonly<Record<string, string>>): PlaceFacts => {
  const diet: Record<string, Answer> = {}
  for (const [key, value] of Object.entries(tags)) {
    const kind = DIETS_KEPT.find((diet) => key === `diet:${diet}`)
    const answer = entryOf(ANSWERS, value)
    if (kind !== undefined && answer !== undefined) diet[kind] = answer
  }
  const cuisine = (tags.cuisine ?? "").split(/[;,]/).flatMap((one) => {
    const text = one.trim().toLowerCase()
    return text === "" || text.length > 40 ? [] : [text]
  })
  const age = /^\d{1,2}$/.test(tags.min_age ?? "") ? Number(tags.min_age) : undefined
  const facts = {
    diet: Object.keys(diet).length === 0 ? undefined : diet,
    wheelchair: entryOf(ANSWERS, tags.wheelchair ?? ""),
    outdoor_seating: yesOrNo(tags.outdoor_seating),
    fee: tags.fee === "donation" ? false : yesOrNo(tags.fee),
    reservation: RESERVATIONS.find((one) => one === tags.reservation),
    cuisine: cuisine.length === 0 ? undefined : cuisine.slice(0, 8),
    website: httpOnly(tags.website ?? tags["contact:website"] ?? tags.url),
    alcohol: entryOf(ANSWERS, tags.alcohol ?? tags["drink:alcohol"] ?? ""),
    children: entryOf(ANSWERS, tags.kids_area ?? tags.children ?? tags["highchair"] ?? ""),
    min_age: age,
    brand: tags.brand?.slice(0, 200),
    brand_wikidata: tags["brand:wikidata"]?.slice(0, 40)
  }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as PlaceFacts
}
