/** Which bookings of a calendar a plan can go around, and in words why not the others. Pure. */
import { metresBetween } from "./bring-match.js"
import { T } from "./messages.js"

/** The contract takes none that is longer. */
const LONGEST_MS = 86_400_000

/** Up to here the contract surely takes a position, a city's airports among them. */
const FURTHEST_METRES = 100_000

const middleOf = (nodes) => {
  const mean = (of) => nodes.reduce((sum, node) => sum + of(node), 0) / nodes.length
  return { lat: mean(({ lat }) => lat), lon: mean(({ lon }) => lon) }
}

/**
 * Each with what there is to say of it: `isLong` ones no plan goes around, `isFree` ones are at the same time as none
 * before them. A position far from the places of the city is left out.
 *
 * @param {Array<import("./bring-files.js").Booking>} fixed
 * @param {Array<{lat: number, lon: number}>} nodes of the city
 */
export const judgeBookings = (fixed, nodes) => {
  const middle = nodes.length === 0 ? undefined : middleOf(nodes)
  const taken = []
  return fixed.map((one) => {
    const { lat, lon, ...placeless } = one
    const isFar = lat !== undefined && middle !== undefined && metresBetween(one, middle) > FURTHEST_METRES
    const isLong = one.until - one.at > LONGEST_MS
    const other = isLong ? undefined : taken.find(({ at, until }) => at < one.until && until > one.at)
    const isFree = !isLong && other === undefined
    if (isFree) taken.push(one)
    const why = [isLong && T.bring.long, other && T.bring.sameTime(other.title), isFar && T.bring.far]
    return { booking: isFar ? placeless : one, isLong, isFree, why: why.filter(Boolean).join(" ") }
  })
}
