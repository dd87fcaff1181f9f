/** The places of cities: enough of them to draw one, as many as a file is looked up in, and any of them by its name. */
import { placeCalled } from "./bring-match.js"

/** A thousand places say where the neighbourhoods are. */
const PAGES_TO_DRAW = 5

/** Ten thousand places: more than most cities have, and a file is looked up in no more. */
const PAGES_TO_MATCH = 50

/** A thousand places whose names hold the same words. */
const PAGES_OF_A_NAME = 5

/** The contract takes no more at once. */
const MOST_NODES = 200
const LONGEST_NAME = 100

/** @param {(cursor?: string) => Promise<any>} read @param {number} most pages @param {string} [from] */
const pagesFrom = async (read, most, from) => {
  const nodes = []
  let attribution = []
  let rest = from
  for (let page = 0; page < most; page++) {
    const answer = await read(rest)
    nodes.push(...answer.nodes)
    attribution = answer.attribution
    rest = answer.next_cursor ?? undefined
    if (rest === undefined) break
  }
  return { nodes, attribution, rest }
}

/** Of each city once; where that failed, again for whoever asks next. */
const readOnce = (read) => {
  const known = new Map()
  return (city) => {
    if (!known.has(city)) {
      const reading = read(city)
      known.set(city, reading)
      reading.catch(() => known.delete(city))
    }
    return known.get(city)
  }
}

/**
 * `rest` of what it reads is where the places go on that were left out.
 *
 * @param {import("./api.js").Api} api
 */
export const makePlaces = (api) => {
  const base = readOnce((city) => pagesFrom((cursor) => api.nodes(city, cursor), PAGES_TO_DRAW))
  /** What comes after those that are drawn is not kept for when there is no network: it would push trips out. */
  const many = readOnce(async (city) => {
    const first = await base(city)
    if (first.rest === undefined) return first
    const read = (cursor) =>
      api.client.call("cities.nodes", { path: { slug: city }, query: { limit: MOST_NODES, cursor } })
    const more = await pagesFrom(read, PAGES_TO_MATCH - PAGES_TO_DRAW, first.rest)
    return { ...more, nodes: [...first.nodes, ...more.nodes] }
  })
  return {
    base,
    many,
    /** The one that somebody means: where not all are at hand, the server is asked for the name as well. */
    called: async (city, said) => {
      const { nodes, rest } = await base(city)
      if (rest === undefined) return placeCalled(said, nodes)
      const q = said.slice(0, LONGEST_NAME)
      const read = (cursor) =>
        api.client.call("cities.nodes", { path: { slug: city }, query: { limit: MOST_NODES, q, cursor } })
      const found = await pagesFrom(read, PAGES_OF_A_NAME)
      return placeCalled(said, [...nodes, ...found.nodes])
    }
  }
}
