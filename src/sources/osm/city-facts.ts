/** What a city is, from the extract that holds it: and what the extract does not say, from where its places lie. */
import lookUpZone from "@photostructure/tz-lookup"
import { iso1A2Code } from "@rapideditor/country-coder"
import { countries, type TCountryCode } from "countries-list"
import { distanceKm, type Position } from "../../domain/basics/geo.ts"
import type { CityInfo } from "../../domain/catalog/city-file.ts"
import { boundsAround, middleOf } from "../../domain/catalog/extent.ts"
import { foldName } from "../../domain/catalog/names.ts"
import { makeNeighbourhoods } from "../../domain/catalog/neighbourhoods.ts"
import { zoneOf } from "../../domain/time/zone.ts"
import type { Extract, PlacedElement } from "./extract.ts"

/** The longest part of a city's name that is kept. */
const LONGEST_NAME = 100

const titled = (slug: string) =>
  slug
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ")

/** The country at a position, also a little way out at sea. */
const countryAt = ({ lat, lon }: Position): string | undefined => {
  for (const off of [0, 0.05, -0.05, 0.2, -0.2]) {
    const code = iso1A2Code([lon + off, lat], { level: "territory" }) ?? iso1A2Code([lon + off, lat])
    if (code !== null && code !== undefined && /^[A-Z]{2}$/.test(code)) return code
  }
  return undefined
}

/** Zones that a country has; empty where the runtime does not know. */
const zonesOf = (country: string): ReadonlyArray<string> => {
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
    readonly timeZones?: ReadonlyArray<string>
    readonly getTimeZones?: () => ReadonlyArray<string> | undefined
  }
  return locale.getTimeZones?.() ?? locale.timeZones ?? []
}

/** How many places are asked for their zone where the middle's is not one of the country. */
const ASKED = 50

/**
 * The zone of the city: of its middle, where that is a zone of the country. Near a border the map of zones is coarse, and
 * then the zone that most places have, or the country's only one, is the better answer.
 */
export const zoneFor = (centre: Position, country: string, places: ReadonlyArray<Position>): string => {
  const own = zonesOf(country)
  const at = lookUpZone(centre.lat, centre.lon)
  if (own.length === 0 || own.includes(at)) return at
  if (own.length === 1) return own[0]!
  const votes = new Map<string, number>()
  const stride = Math.max(1, Math.floor(places.length / ASKED))
  for (let i = 0; i < places.length; i += stride) {
    const zone = lookUpZone(places[i]!.lat, places[i]!.lon)
    if (own.includes(zone)) votes.set(zone, (votes.get(zone) ?? 0) + 1)
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? at
}

const RANKS = ["city", "municipality", "town", "island", "borough", "village", "hamlet"]

interface Candidate {
  readonly name: string
  readonly names: ReadonlyArray<string>
  readonly rank: number
  readonly km: number
  readonly at: Position
}

/** As far from its middle as places may lie that are of a city: beyond lies another of its name, or a slip of somebody's hand. */
export const REACH_KM = 200

/** The settlement that the extract is of: the one that is asked for by name, else the greatest, the nearest to the middle. */
const settlementFor = (extract: Extract, slug: string, name: string | undefined, middle: Position) => {
  const wanted = new Set([foldName(titled(slug)), ...(name === undefined ? [] : [foldName(name)])])
  const candidates = extract.settlements
    .filter(({ place }) => RANKS.includes(place))
    .map((one): Candidate => ({ ...one, rank: RANKS.indexOf(one.place), km: distanceKm(one, middle), at: one }))
  const named = candidates.filter(({ km, names }) => km < REACH_KM && names.some((own) => wanted.has(foldName(own))))
  const byRank = (a: Candidate, b: Candidate) => a.rank - b.rank || a.km - b.km
  return named.sort(byRank)[0] ?? candidates.filter(({ km }) => km < 60).sort(byRank)[0]
}

export interface CityOfExtract {
  readonly city: CityInfo
  readonly neighbourhoodOf: (at: Position) => string
  /** Those of the extract that are the city's. */
  readonly places: ReadonlyArray<PlacedElement>
}

const PARTS = new Set(["suburb", "quarter", "neighbourhood", "borough", "city_district"])

const neighbourhoodsOf = (extract: Extract, city: string) =>
  makeNeighbourhoods(
    city,
    extract.areas.filter(({ place, level }) => (place === undefined ? (level ?? 0) >= 9 : PARTS.has(place))),
    extract.settlements.filter(({ place }) => PARTS.has(place)),
    extract.places.map(({ lat, lon, place }) => ({
      lat,
      lon,
      name: place.names.en ?? place.name,
      renown: place.renown + (LANDMARKS.has(place.kind.category) ? 2 : 0)
    }))
  )

/** What people steer by. */
const LANDMARKS: ReadonlySet<string> = new Set([
  "landmark",
  "historic_site",
  "museum",
  "park",
  "market",
  "temple",
  "garden"
])

/** The city of an extract with at least one place; `undefined` where it lies in no country. */
export const cityOfExtract = (extract: Extract, slug: string, name: string | undefined): CityOfExtract | undefined => {
  const middle = middleOf(extract.places)
  const settlement = settlementFor(extract, slug, name, middle)
  const centre = settlement === undefined ? middle : { lat: settlement.at.lat, lon: settlement.at.lon }
  const places = extract.places.filter((place) => distanceKm(place, centre) <= REACH_KM)
  const bounds = boundsAround(settlement === undefined ? places : [...places, settlement.at])
  const country = countryAt(centre) ?? countryAt(middle)
  if (country === undefined) return undefined
  const zone = zoneFor(centre, country, places)
  const known = countries[country as TCountryCode]
  const called = (name ?? settlement?.name ?? titled(slug)).slice(0, LONGEST_NAME)
  return {
    city: {
      slug,
      name: called,
      country,
      time_zone: zoneOf(zone) === undefined ? "UTC" : zone,
      bounds,
      centre,
      ...(known === undefined ? {} : { languages: known.languages, currency: known.currency[0]! })
    },
    neighbourhoodOf: neighbourhoodsOf({ ...extract, places }, called),
    places
  }
}
