/** What the Places API (New) sends, as far as it is asked for, and what becomes of it. */
import * as Schema from "effect/Schema"
import type { Place, PlacesCity } from "../../services/places-source.ts"

const LatLng = Schema.Struct({ latitude: Schema.Finite, longitude: Schema.Finite })
const Text = Schema.Struct({ text: Schema.String })
const Point = Schema.Struct({
  day: Schema.Int,
  hour: Schema.optionalKey(Schema.Int),
  minute: Schema.optionalKey(Schema.Int)
})

const WirePlace = Schema.Struct({
  id: Schema.String.check(Schema.isMinLength(1)),
  displayName: Schema.optionalKey(Text),
  location: Schema.optionalKey(LatLng),
  types: Schema.optionalKey(Schema.Array(Schema.String)),
  priceLevel: Schema.optionalKey(Schema.String),
  rating: Schema.optionalKey(Schema.Finite),
  userRatingCount: Schema.optionalKey(Schema.Int),
  businessStatus: Schema.optionalKey(Schema.String),
  regularOpeningHours: Schema.optionalKey(
    Schema.Struct({
      periods: Schema.optionalKey(Schema.Array(Schema.Struct({ open: Point, close: Schema.optionalKey(Point) })))
    })
  ),
  addressComponents: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({ longText: Schema.String, shortText: Schema.String, types: Schema.Array(Schema.String) })
    )
  ),
  viewport: Schema.optionalKey(Schema.Struct({ low: LatLng, high: LatLng })),
  timeZone: Schema.optionalKey(Schema.Struct({ id: Schema.String }))
})
export type WirePlace = typeof WirePlace.Type

/** An answer without results has no `places` at all. */
export const WireAnswer = Schema.Struct({ places: Schema.optionalKey(Schema.Array(Schema.Unknown)) })
export const decodeWirePlace = Schema.decodeUnknownResult(WirePlace)

export const PLACE_MASK = [
  "id",
  "displayName",
  "location",
  "types",
  "priceLevel",
  "rating",
  "userRatingCount",
  "businessStatus",
  "regularOpeningHours.periods",
  "addressComponents"
]
  .map((field) => `places.${field}`)
  .join(",")

export const CITY_MASK = ["id", "displayName", "location", "viewport", "timeZone", "addressComponents"]
  .map((field) => `places.${field}`)
  .join(",")

const PRICES = [
  "PRICE_LEVEL_FREE",
  "PRICE_LEVEL_INEXPENSIVE",
  "PRICE_LEVEL_MODERATE",
  "PRICE_LEVEL_EXPENSIVE",
  "PRICE_LEVEL_VERY_EXPENSIVE"
]

const component = (place: WirePlace, type: string) => place.addressComponents?.find(({ types }) => types.includes(type))

/** `null` where what is needed of a place is missing. */
export const placeOf = (place: WirePlace): Place | null => {
  if (place.displayName === undefined || place.location === undefined) return null
  const price = PRICES.indexOf(place.priceLevel ?? "")
  const point = ({ day, hour, minute }: typeof Point.Type) => ({ day, hour: hour ?? 0, minute: minute ?? 0 })
  return {
    id: place.id,
    name: place.displayName.text,
    lat: place.location.latitude,
    lon: place.location.longitude,
    types: place.types ?? [],
    price_level: price < 0 ? null : price,
    rating: place.rating ?? null,
    ratings: place.userRatingCount ?? 0,
    neighbourhood: (component(place, "neighborhood") ?? component(place, "sublocality"))?.longText ?? null,
    opening:
      place.regularOpeningHours?.periods?.map(({ open, close }) => ({
        open: point(open),
        close: close === undefined ? null : point(close)
      })) ?? null,
    closed_for_good: place.businessStatus === "CLOSED_PERMANENTLY"
  }
}

export const cityOf = (place: WirePlace): PlacesCity | null => {
  const country = component(place, "country")?.shortText
  const { displayName, location, viewport, timeZone } = place
  if (displayName === undefined || location === undefined || viewport === undefined || timeZone === undefined)
    return null
  if (country === undefined) return null
  return {
    id: place.id,
    name: displayName.text,
    country,
    time_zone: timeZone.id,
    lat: location.latitude,
    lon: location.longitude,
    bounds: {
      south: viewport.low.latitude,
      west: viewport.low.longitude,
      north: viewport.high.latitude,
      east: viewport.high.longitude
    }
  }
}
