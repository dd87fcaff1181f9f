/** Walks between a city's neighbouring places, asked for when it has been seeded, where a routing engine is set. */
import * as Effect from "effect/Effect"
import { MOST_NEIGHBOURS, neighboursOf, packWalks, type Walk } from "../domain/itinerary/walks.ts"
import { CatalogStore } from "../services/catalog-store.ts"
import { WalkTables } from "../services/walk-tables.ts"

/** Destinations of one question: an engine's usual limit is a hundred points, the place itself among them. */
const AT_ONCE = 99
/** Questions at the same time. */
const QUESTIONS = 4
/** An engine that fails so often is away: the rest keeps its straight lines. */
const MOST_FAILURES = 20
/** Larger cities keep their straight lines: a table of them would fill the memory of every server. */
const MOST_PLACES = 20_000

const inPieces = <A>(list: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(list.length / AT_ONCE) }, (_, i) => list.slice(i * AT_ONCE, (i + 1) * AT_ONCE))

/** Asks for the neighbours of every place and keeps what is plausible. What is said about it, for the summary; nothing where no engine is set. */
export const seedWalks = Effect.fn("seedWalks")(function* (cityId: string) {
  const tables = yield* WalkTables
  const store = yield* CatalogStore
  if (!tables.available) return undefined
  const places = yield* store.positions(cityId)
  if (places.length > MOST_PLACES) {
    return `The city has more than ${MOST_PLACES} places: ways are reckoned in straight lines.`
  }
  let failures = 0
  let asked = 0
  const walksFrom = Effect.fnUntraced(function* (at: number) {
    const walks: Array<Walk> = []
    for (const piece of inPieces(neighboursOf(places, at, MOST_NEIGHBOURS))) {
      if (failures >= MOST_FAILURES) break
      asked += piece.length
      const minutes = yield* Effect.catch(
        tables.walks(
          places[at]!,
          piece.map((one) => places[one]!)
        ),
        () =>
          Effect.sync((): ReadonlyArray<number | undefined> => {
            failures++
            return []
          })
      )
      piece.forEach((to, i) => {
        if (minutes[i] !== undefined) walks.push({ to, minutes: minutes[i] })
      })
    }
    return walks
  })
  const walks = yield* Effect.forEach(
    places.map((_, at) => at),
    walksFrom,
    { concurrency: QUESTIONS }
  )
  const known = walks.reduce((sum, of) => sum + of.length, 0)
  // An engine that was away must not cost what it told before.
  if (known > 0) yield* store.saveWalks(cityId, packWalks(walks))
  return failures >= MOST_FAILURES
    ? `The routing engine failed ${failures} times and was not asked further: ${known} ways between neighbours are known, the others are reckoned in straight lines.`
    : `${known} of ${asked} ways between neighbours are as the routing engine says; it knew none, or said what cannot be, of the others.`
})
