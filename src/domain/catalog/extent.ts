/** Where a city lies, from where its places lie: also where the date line runs through it. */
import type { Position } from "../basics/geo.ts"
import type { Bounds } from "./city-file.ts"

const median = (sorted: ReadonlyArray<number>): number => sorted[Math.floor(sorted.length / 2)]!

const wrapped = (lon: number) => (lon > 180 ? lon - 360 : lon)
const ahead = (lon: number, west: number) => (lon < west ? lon + 360 : lon)

/** Room around the outermost places, in degrees: a place may move a little between two extracts. */
const MARGIN = 0.002

/** The westernmost longitude: behind the widest stretch of the globe in which nothing lies. */
const westernmost = (lons: ReadonlyArray<number>): number => {
  const sorted = [...lons].sort((a, b) => a - b)
  let west = sorted[0]!
  let widest = sorted[0]! + 360 - sorted.at(-1)!
  for (let i = 1; i < sorted.length; i++) {
    const gap = sorted[i]! - sorted[i - 1]!
    if (gap > widest) {
      widest = gap
      west = sorted[i]!
    }
  }
  return west
}

/** The smallest box around all places; `west` is greater than `east` where it crosses the date line. */
export const boundsAround = (places: ReadonlyArray<Position>): Bounds => {
  const lats = places.map(({ lat }) => lat)
  const west = westernmost(places.map(({ lon }) => lon))
  const east = places.reduce((most, { lon }) => Math.max(most, ahead(lon, west)), west)
  return {
    south: Math.max(-90, lats.reduce((least, lat) => Math.min(least, lat), 90) - MARGIN),
    north: Math.min(90, lats.reduce((most, lat) => Math.max(most, lat), -90) + MARGIN),
    west: west - MARGIN < -180 ? west - MARGIN + 360 : west - MARGIN,
    east: wrapped(east + MARGIN)
  }
}

/** The position in the middle: half of the places lie north of it, half of them east. */
export const middleOf = (places: ReadonlyArray<Position>): Position => {
  const west = westernmost(places.map(({ lon }) => lon))
  const lats = places.map(({ lat }) => lat).sort((a, b) => a - b)
  const lons = places.map(({ lon }) => ahead(lon, west)).sort((a, b) => a - b)
  return { lat: median(lats), lon: wrapped(median(lons)) }
}

export const liesWithin = ({ south, north, west, east }: Bounds, { lat, lon }: Position): boolean =>
  lat >= south && lat <= north && (west <= east ? lon >= west && lon <= east : lon >= west || lon <= east)

const widthOf = ({ west, east }: Pick<Bounds, "west" | "east">) => (east - west + 360) % 360

/** The smallest box that holds both, also where the date line runs through one of them. */
export const boundsOfBoth = (a: Bounds, b: Bounds): Bounds => {
  const spans = [a, b].map(({ west, east }) => ({ west, east }))
  // From the west of either to the east of either: the narrowest that holds all four sides and both widths.
  const narrowest = spans
    .flatMap(({ west }) => spans.map(({ east }) => ({ west, east })))
    .map((box) => ({ ...box, width: widthOf(box) }))
    .filter(({ west, width }) => spans.every((one) => ((one.west - west + 360) % 360) + widthOf(one) <= width + 1e-9))
    .sort((x, y) => x.width - y.width)[0]
  return {
    south: Math.min(a.south, b.south),
    north: Math.max(a.north, b.north),
    west: narrowest?.west ?? -180,
    east: narrowest?.east ?? 180
  }
}
