/** What the features of an offer's options are worked out from: the party, the city and the weather as the trip knows them. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { meanTaste } from "../persona/encode.ts"
import { dayPartAt } from "../time/day-part.ts"
import { VIBE_DIMENSIONS } from "../vocabulary.ts"
import type { PivotWorld } from "./answer-model.ts"
import type { ChangeDraft, OptionDraft } from "./draft.ts"
import {
  type OwnTaste,
  ownTaste,
  type PivotFeatures,
  type PivotPlace,
  pivotFeatures,
  SPOILS,
  type SpoilingWeather
} from "./features.ts"
import type { PivotRequest } from "./model.ts"
import type { PlanSlot } from "./plan.ts"
import { weatherWindow } from "./weather.ts"

/** What somebody means who says that the weather is bad and not in which way. */
const USUAL_WEATHER: SpoilingWeather = "rain"

/** The worst weather that is reported, or told with the request, for that time. */
const weatherOf = (world: PivotWorld, request: PivotRequest, now: number, from: number, to: number) => {
  const told =
    request.trigger === "weather"
      ? [{ ...weatherWindow(world.env, request.detail, now), condition: request.detail?.condition ?? USUAL_WEATHER }]
      : []
  let worst: SpoilingWeather = "sunny"
  for (const span of [...world.weather, ...told]) {
    if (span.from < to && span.to > from && SPOILS[span.condition] > SPOILS[worst]) worst = span.condition
  }
  return worst
}

/** Cosine of a taste and a place. */
export const affinityTo = ({ matrix }: Pick<CityCatalog, "matrix">, taste: Float32Array, index: number): number => {
  let affinity = 0
  for (let i = 0; i < VIBE_DIMENSIONS; i++) affinity += taste[i]! * matrix[index * VIBE_DIMENSIONS + i]!
  return affinity
}

const placeAt = (world: PivotWorld, taste: Float32Array, index: number): PivotPlace => {
  const node = world.catalog.nodes[index]!
  return {
    lat: node.lat,
    lon: node.lon,
    category: node.category,
    price: node.price_tier,
    weatherSensitivity: node.weather_sensitivity,
    dayParts: node.day_parts,
    affinity: affinityTo(world.catalog, taste, index)
  }
}

/** The change that an option is about: the one that brings its place, else the first. */
const leadOf = ({ changes, index }: OptionDraft): ChangeDraft | undefined =>
  changes.find((change) => index !== undefined && change.index === index) ?? changes[0]

/**
 * Describes options of one offer. A place that the catalog knows no more is taken to be the other one of the two: so
 * every option that an offer has is described whole. `own` is the taste of whoever asks, where others travel with them.
 */
export const describer = (world: PivotWorld, request: PivotRequest, asked: PlanSlot | undefined, now: number) => {
  const taste = meanTaste(world.tastes)
  return (draft: OptionDraft): { readonly features: PivotFeatures; readonly own?: OwnTaste } | undefined => {
    const lead = leadOf(draft)
    const slot = lead === undefined ? undefined : world.trip.slots.find(({ id }) => id === lead.slot_id)
    const known = slot === undefined ? asked?.index : world.catalog.indexOf(slot.node_id)
    const planned = known === undefined || known < 0 ? draft.index : known
    if (lead === undefined || planned === undefined) return undefined
    const before = placeAt(world, taste, planned)
    const other = draft.index ?? planned
    const place = other === planned ? before : placeAt(world, taste, other)
    const features = pivotFeatures(place, before, {
      budget: world.budget,
      weather: weatherOf(world, request, now, lead.starts, lead.ends),
      dayPart: dayPartAt(world.env.localMinute(lead.starts))
    })
    const { own } = world
    if (own === undefined) return { features }
    const [affinity, affinity_planned] = [other, planned].map((index) => affinityTo(world.catalog, own, index)) as [
      number,
      number
    ]
    return { features, own: ownTaste({ affinity, affinity_planned }) }
  }
}
