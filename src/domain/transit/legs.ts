/** The lines of a plan's legs, from the city's network as its catalog holds it. */
import { DEFAULT_TRAVEL_MODEL, estimateTravel } from "../basics/geo.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { Slot } from "../plan/model.ts"
import { likelyLines, lineNamed, mapOf, stationsNear, type TransitMap } from "./network.ts"

interface Held {
  readonly map: TransitMap
  /** Stations near each place, by node index, from the first time they are asked for. */
  readonly near: Array<ReturnType<typeof stationsNear> | undefined>
}

const held = new WeakMap<CityCatalog, Held>()

const heldOf = (catalog: CityCatalog): Held | undefined => {
  if (catalog.transit === undefined) return undefined
  let one = held.get(catalog)
  if (one === undefined) {
    one = { map: mapOf(catalog.transit), near: new Array(catalog.nodes.length) }
    held.set(catalog, one)
  }
  return one
}

const nearOf = ({ map, near }: Held, catalog: CityCatalog, index: number) => {
  near[index] ??= stationsNear(map, catalog.nodes[index]!)
  return near[index]!
}

/** Positions of the lines that one would likely take between two places; none where one walks, or nobody knows. */
const linesBetween = (catalog: CityCatalog, from: number, to: number): ReadonlyArray<number> => {
  const one = heldOf(catalog)
  if (one === undefined || from === to) return []
  const model = catalog.city.travel ?? DEFAULT_TRAVEL_MODEL
  if (estimateTravel(model, catalog.nodes[from]!, catalog.nodes[to]!).mode === "walk") return []
  return likelyLines(one.map, nearOf(one, catalog, from), nearOf(one, catalog, to))
}

/** The stop of the day that one comes from; undefined for the first. */
const before = (slots: ReadonlyArray<Slot>, slot: Slot): Slot | undefined => {
  let last: Slot | undefined
  for (const one of slots) {
    if (one.day !== slot.day || one.status === "skipped" || one.order >= slot.order) continue
    if (last === undefined || one.order > last.order) last = one
  }
  return last
}

const linesTo = (catalog: CityCatalog, slots: ReadonlyArray<Slot>, slot: Slot): ReadonlyArray<number> => {
  const from = before(slots, slot)
  const [a, b] = [from === undefined ? undefined : catalog.indexOf(from.node_id), catalog.indexOf(slot.node_id)]
  return a === undefined || b === undefined ? [] : linesBetween(catalog, a, b)
}

/** The lines of the leg to a stop, as people say them. */
export const legLines = (catalog: CityCatalog, slots: ReadonlyArray<Slot>, slot: Slot): ReadonlyArray<string> =>
  catalog.transit === undefined ? [] : linesTo(catalog, slots, slot).map((line) => catalog.transit!.lines[line]!.name)

/** Whether a leg takes this line; undefined where nobody knows the city's network. What is no line of it, nobody takes. */
export const rides = (
  catalog: CityCatalog,
  slots: ReadonlyArray<Slot>,
  line: string
): ((slot: Slot) => boolean) | undefined => {
  const one = heldOf(catalog)
  if (one === undefined) return undefined
  const wanted = lineNamed(one.map, line)
  return (slot) => wanted >= 0 && linesTo(catalog, slots, slot).includes(wanted)
}
