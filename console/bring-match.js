/** Which places of a city's catalog the ones from a file are. Pure. */

const METRES_PER_DEGREE = 111_320

/** Beyond this it is another place of that name. */
const SAME_NAME_METRES = 1_500

/** So near, names that share their words are one place's. */
const NEAR_METRES = 150

/** Words that many names have. */
const COMMON = new Set(["the", "cafe", "restaurant", "bar", "museum", "park", "of", "and", "de", "la", "el", "no"])

/** "Café de Flore" and "cafe de flore" are one name; letters of every script stay. */
export const plainName = (name) =>
  name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()

const wordsOf = (name) =>
  plainName(name)
    .split(" ")
    .filter((word) => word.length > 1 && !COMMON.has(word))

export const metresBetween = (a, b) =>
  METRES_PER_DEGREE * Math.hypot(a.lat - b.lat, (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180))

const namesOf = (node) => [node.name, ...Object.values(node.names ?? {})].map(plainName)

/**
 * The place that somebody means who types this: by its whole name in any of its languages, else by a part of one.
 *
 * @param {string} said
 * @param {Array<any>} nodes
 */
export const placeCalled = (said, nodes) => {
  const squeezed = (name) => name.replaceAll(" ", "")
  const asked = squeezed(plainName(said))
  if (asked === "") return undefined
  const isNamed = (fits) => (node) => namesOf(node).some((name) => fits(squeezed(name)))
  return nodes.find(isNamed((name) => name === asked)) ?? nodes.find(isNamed((name) => name.includes(asked)))
}

const byName = (nodes) => {
  const found = new Map()
  for (const node of nodes) {
    for (const name of namesOf(node)) if (name !== "") found.set(name, [...(found.get(name) ?? []), node])
  }
  return found
}

const nearest = (place, nodes) =>
  nodes
    .map((node) => ({ node, metres: place.lat === undefined ? 0 : metresBetween(place, node) }))
    .sort((a, b) => a.metres - b.metres)[0]

const matchOf = (place, nodes, named) => {
  const same = nearest(place, named.get(plainName(place.name)) ?? [])
  if (same !== undefined && same.metres <= SAME_NAME_METRES) return same.node
  if (place.lat === undefined) return undefined
  const words = wordsOf(place.name)
  /** Compared first, as it costs least: a city has thousands. */
  const isLevel = (node) => Math.abs(place.lat - node.lat) * METRES_PER_DEGREE <= NEAR_METRES
  const isAlike = (node) => namesOf(node).some((name) => words.some((word) => name.split(" ").includes(word)))
  const near = nearest(
    place,
    nodes.filter((node) => isLevel(node) && metresBetween(place, node) <= NEAR_METRES && isAlike(node))
  )
  return near?.node
}

/** How far from the middle of a city something is still of it. */
const CITY_METRES = 60_000

/**
 * @param {Array<{name: string, lat?: number, lon?: number}>} places
 * @param {Array<any>} nodes of the city
 * @returns {{found: Array<{place: any, node: any}>, unknown: Array<any>, elsewhere: number}}
 */
export const matchPlaces = (places, nodes) => {
  const named = byName(nodes)
  const middle = nodes[Math.floor(nodes.length / 2)]
  const found = new Map()
  const unknown = []
  let elsewhere = 0
  for (const place of places) {
    const node = matchOf(place, nodes, named)
    if (node !== undefined) found.set(node.id, { place, node })
    else if (place.lat !== undefined && middle !== undefined && metresBetween(place, middle) > CITY_METRES) elsewhere++
    else unknown.push(place)
  }
  return { found: [...found.values()], unknown, elsewhere }
}
