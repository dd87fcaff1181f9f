/** What one trip's question to Claude stands for: the questions that others of its kind, and its own later moments, will ask. */
import { COARSE_DAY_PARTS, type CoarseDayPart, RANKED_DAYS } from "../cache-key.ts"
import { ARCHETYPES, type Archetype, archetypeOf, typicalOf } from "../persona/archetype.ts"
import { encodePersona } from "../persona/encode.ts"
import type { RankRequest } from "../ranking.ts"

/** Places that must be seen and things to avoid are one traveler's own: nobody of another archetype asks for the same. */
const isPersonal = ({ context: { constraints } }: RankRequest): boolean =>
  (constraints?.must ?? []).length > 0 || (constraints?.avoid ?? []).length > 0

const archetypesFor = (request: RankRequest, first: RankRequest["members"][number]): ReadonlyArray<Archetype> =>
  isPersonal(request) ? [archetypeOf(first.dimensions)] : ARCHETYPES

/** Members of a group are ranked for one by one, as if they travelled alone; the weather is nobody's archetype. */
const contextOf = (request: RankRequest, dayPart: CoarseDayPart, dayOfTrip: number): RankRequest["context"] => {
  const { weather: _, ...context } = request.context
  return { ...context, groupSize: 1, dayPart, dayOfTrip }
}

/**
 * Of the request's first member: three archetypes, three parts of the day, five days of the trip; their own archetype alone where
 * the request names what must be seen or avoided. Candidates are found when they are needed.
 */
export const combinationsOf = (request: RankRequest): ReadonlyArray<RankRequest> => {
  const [first] = request.members
  if (first === undefined) return []
  return archetypesFor(request, first).flatMap((archetype) => {
    const dimensions = typicalOf(archetype, first.dimensions)
    const typical =
      dimensions === first.dimensions
        ? first
        : {
            ...first,
            dimensions,
            sequence: [],
            vector: encodePersona({ dimensions, sequence: [], signalCount: first.signal_count })
          }
    return COARSE_DAY_PARTS.flatMap((dayPart) =>
      Array.from({ length: RANKED_DAYS }, (_, day) => ({
        ...request,
        members: [typical],
        candidates: [],
        context: contextOf(request, dayPart, day + 1)
      }))
    )
  })
}

/** A question that is the same, by its key, for all whose combinations are the same. */
export const kindOf = (request: RankRequest): RankRequest | undefined => {
  const [first] = request.members
  if (first === undefined) return undefined
  const dimensions = typicalOf(archetypesFor(request, first)[0]!, first.dimensions)
  return {
    ...request,
    members: [{ ...first, dimensions }],
    candidates: [],
    context: contextOf(request, COARSE_DAY_PARTS[0], 1)
  }
}
