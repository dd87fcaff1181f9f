/** Outlines on the map: how pieces join to rings, whether a point lies inside, and a point that certainly does. */

export interface Point {
  readonly lat: number
  readonly lon: number
}

/** An outline; the last point joins the first without being repeated. */
export type Ring = ReadonlyArray<Point>

/** Outer rings and the holes in them, told apart by counting crossings: nesting needs no other care. */
export interface Shape {
  readonly rings: ReadonlyArray<Ring>
}

/** Joins pieces that share an end into rings; pieces that close no ring are left out. */
export const joinRings = (pieces: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<ReadonlyArray<number>> => {
  const rings: Array<ReadonlyArray<number>> = []
  const open = new Map<number, Set<ReadonlyArray<number>>>()
  const link = (piece: ReadonlyArray<number>) => {
    for (const end of [piece[0]!, piece.at(-1)!]) {
      const set = open.get(end) ?? new Set()
      set.add(piece)
      open.set(end, set)
    }
  }
  const unlink = (piece: ReadonlyArray<number>) => {
    for (const end of [piece[0]!, piece.at(-1)!]) open.get(end)?.delete(piece)
  }
  const left = new Set<ReadonlyArray<number>>()
  for (const piece of pieces) {
    if (piece.length >= 4 && piece[0] === piece.at(-1)) rings.push(piece.slice(0, -1))
    else if (piece.length >= 2 && piece[0] !== piece.at(-1)) {
      left.add(piece)
      link(piece)
    }
  }
  for (const start of left) {
    if (!left.delete(start)) continue
    unlink(start)
    const ring = [...start]
    while (ring[0] !== ring.at(-1)) {
      const next = open.get(ring.at(-1)!)?.values().next().value
      if (next === undefined) break
      unlink(next)
      left.delete(next)
      const forward = next[0] === ring.at(-1) ? next : [...next].reverse()
      for (let i = 1; i < forward.length; i++) ring.push(forward[i]!)
    }
    if (ring.length >= 4 && ring[0] === ring.at(-1)) rings.push(ring.slice(0, -1))
  }
  return rings
}

/** Where a horizontal line crosses the outlines, from west to east. */
const crossings = ({ rings }: Shape, lat: number): ReadonlyArray<number> => {
  const at: Array<number> = []
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [a, b] = [ring[i]!, ring[j]!]
      if (a.lat > lat !== b.lat > lat) at.push(a.lon + ((lat - a.lat) / (b.lat - a.lat)) * (b.lon - a.lon))
    }
  }
  return at.sort((x, y) => x - y)
}

export const isInside = (shape: Shape, { lat, lon }: Point): boolean =>
  crossings(shape, lat).filter((x) => x < lon).length % 2 === 1

const areaAndCentroid = (ring: Ring): { readonly area: number; readonly lat: number; readonly lon: number } => {
  const origin = ring[0]!
  let [area, y, x] = [0, 0, 0]
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ay, ax] = [ring[j]!.lat - origin.lat, ring[j]!.lon - origin.lon]
    const [by, bx] = [ring[i]!.lat - origin.lat, ring[i]!.lon - origin.lon]
    const cross = ax * by - bx * ay
    area += cross
    y += (ay + by) * cross
    x += (ax + bx) * cross
  }
  if (Math.abs(area) < 1e-16) return { area: 0, ...origin }
  return { area: Math.abs(area / 2), lat: origin.lat + y / (3 * area), lon: origin.lon + x / (3 * area) }
}

export const areaOf = ({ rings }: Shape): number =>
  rings.reduce((most, ring) => Math.max(most, areaAndCentroid(ring).area), 0)

/** Lines tried besides the one through the centroid: a very crooked shape may have nothing there. */
const TRIED = [0, 0.13, -0.17, 0.31, -0.37]

/** Its centre where that lies inside, else the middle of the widest stretch near it. */
const pointWithin = (shape: Shape): Point | undefined => {
  const ring = shape.rings.reduce<Ring | undefined>(
    (best, one) => (best === undefined || areaAndCentroid(one).area > areaAndCentroid(best).area ? one : best),
    undefined
  )
  if (ring === undefined || ring.length === 0) return undefined
  const centre = areaAndCentroid(ring)
  if (isInside(shape, centre)) return { lat: centre.lat, lon: centre.lon }
  const lats = ring.map(({ lat }) => lat)
  const [south, north] = [Math.min(...lats), Math.max(...lats)]
  const middle = (south + north) / 2
  for (const off of TRIED) {
    const lat = middle + off * (north - south)
    const at = crossings(shape, lat)
    let widest: readonly [number, number] | undefined
    for (let i = 0; i + 1 < at.length; i += 2) {
      const stretch = [at[i]!, at[i + 1]!] as const
      if (widest === undefined || stretch[1] - stretch[0] > widest[1] - widest[0]) widest = stretch
    }
    if (widest !== undefined && widest[1] > widest[0]) return { lat, lon: (widest[0] + widest[1]) / 2 }
  }
  return ring[0]
}

/** No shape of a city reaches round half of the globe: what lies far west and far east lies at the date line. */
const aroundDateLine = ({ rings }: Shape): boolean => {
  const lons = rings.flatMap((ring) => ring.map(({ lon }) => lon))
  return lons.some((lon) => lon > 90) && lons.some((lon) => lon < -90)
}

/** The same on one side of the date line: longitudes beyond 180 are those of the other side. */
const onOneSide = (rings: ReadonlyArray<Ring>): ReadonlyArray<Ring> =>
  rings.map((ring) => ring.map(({ lat, lon }) => ({ lat, lon: lon < 0 ? lon + 360 : lon })))

/** A point inside the shape, also where the date line runs through it. */
export const pointInside = (shape: Shape): Point | undefined => {
  if (!aroundDateLine(shape)) return pointWithin(shape)
  const at = pointWithin({ rings: onOneSide(shape.rings) })
  return at === undefined || at.lon <= 180 ? at : { ...at, lon: at.lon - 360 }
}
