/** Fallbacks that are written down rather than worked out, for tests of what becomes of them. */
import { bytesOf } from "../../../src/domain/pivot/fallbacks.ts"
import { COLUMNS } from "../../../src/domain/pivot/search.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import type { Fallbacks } from "../../../src/domain/trip/planner.ts"
import { catalog } from "../../domain/trip/fixtures.ts"

const NO_NODE = 0xffff

/** For every stop of the trip and every reason to change, the places that `placesFor` names: `stored` at most. */
export const fallbacksOf = (
  trip: TripState,
  stored: number,
  placesFor: (column: (typeof COLUMNS)[number]) => ReadonlyArray<number>
): Fallbacks => {
  const nodes = trip.slots.flatMap(() =>
    COLUMNS.flatMap((column) => {
      const places = placesFor(column)
      return Array.from({ length: stored }, (_, n) => places[n] ?? NO_NODE)
    })
  )
  const set = {
    stateVersion: trip.seq,
    catalogVersion: catalog.version,
    computedAt: 0,
    stored,
    starts: trip.slots.map((slot) => slot.starts_at),
    table: Uint16Array.from([
      ...trip.slots.map((slot) => catalog.indexOf(slot.node_id)!),
      ...nodes,
      ...nodes.map(() => 0)
    ])
  }
  const versions = { seq: trip.seq, catalog_version: catalog.version, conditions_version: 0 }
  return { ...versions, computed_at: Date.now(), until: Date.now() * 2, bytes: bytesOf(set), set }
}
