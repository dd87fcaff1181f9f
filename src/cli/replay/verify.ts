/** Judges what came of a disruption from the outside, by the plan as the API shows it before and after. */

export interface SlotShown {
  readonly id: string
  readonly starts_at: string
  readonly ends_at: string
  readonly locked: boolean
  readonly open: string
  /** The way from the stop before. */
  readonly travel_minutes: number
  readonly node: { readonly id: string }
}

export interface TripShown {
  readonly id: string
  readonly days: ReadonlyArray<{ readonly slots: ReadonlyArray<SlotShown> }>
}

export interface OptionShown {
  readonly option_id: string
  readonly changes: ReadonlyArray<{ readonly slot_id: string; readonly node?: { readonly id: string } }>
}

const slotsOf = (trip: TripShown): ReadonlyArray<SlotShown> => trip.days.flatMap((day) => day.slots)

const same = (a: SlotShown, b: SlotShown): boolean =>
  a.node.id === b.node.id && a.starts_at === b.starts_at && a.ends_at === b.ends_at

/** The stops that differ: replaced, moved, shortened or gone. */
export const changedSlots = (before: TripShown, after: TripShown): ReadonlyArray<string> => {
  const now = new Map(slotsOf(after).map((slot) => [slot.id, slot]))
  return slotsOf(before).flatMap((slot) => {
    const found = now.get(slot.id)
    return found !== undefined && same(slot, found) ? [] : [slot.id]
  })
}

/** What an announcement says of all trips under way in the city, the replay's own among them. */
export interface Announced {
  readonly trips_told: number
  readonly trips_touched: number
}

/** How many of so many travelers must have been touched, whoever else's trips were told as well. */
export const touchedAtLeast = ({ trips_told, trips_touched }: Announced, travelers: number): number =>
  Math.max(0, trips_touched - Math.max(0, trips_told - travelers))

/** What is wrong with the plan after the change; nothing, if it is a verified repair and no more than was offered. */
export const judge = (before: TripShown, after: TripShown, option: OptionShown): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const promised = new Set(option.changes.map((change) => change.slot_id))
  const changed = changedSlots(before, after)
  for (const id of changed) if (!promised.has(id)) problems.push(`stop ${id} changed without having been offered`)
  const locked = new Set(slotsOf(before).flatMap((slot) => (slot.locked ? [slot.id] : [])))
  for (const id of changed) if (locked.has(id)) problems.push(`stop ${id} was a booking and changed`)
  const places = slotsOf(after).map((slot) => slot.node.id)
  if (new Set(places).size < places.length) problems.push("a place is in the plan twice")
  for (const { slots } of after.days) {
    const inOrder = slots.toSorted((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at))
    inOrder.forEach((slot, i) => {
      const next = inOrder[i + 1]
      if (next !== undefined && Date.parse(slot.ends_at) > Date.parse(next.starts_at)) {
        problems.push(`stops ${slot.id} and ${next.id} overlap`)
      } else if (next !== undefined && (promised.has(slot.id) || promised.has(next.id))) {
        const room = (Date.parse(next.starts_at) - Date.parse(slot.ends_at)) / 60_000
        if (room < next.travel_minutes) {
          problems.push(`stop ${next.id} is ${next.travel_minutes} minutes away and ${room} are left`)
        }
      }
      if (promised.has(slot.id) && slot.open === "closed") problems.push(`stop ${slot.id} is closed when one arrives`)
    })
  }
  return problems
}
