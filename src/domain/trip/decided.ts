/** Which stops a decision gave another place: they are its stops from then on. */
import type { Uuid } from "../ids.ts"
import type { Slot } from "../plan/model.ts"

export const decidedBy = (
  before: ReadonlyArray<Slot>,
  changed: ReadonlyArray<Slot>,
  decision: typeof Uuid.Type
): ReadonlyArray<Slot> =>
  changed.map((slot) =>
    before.find(({ id }) => id === slot.id)?.node_id === slot.node_id ? slot : { ...slot, decision_id: decision }
  )
