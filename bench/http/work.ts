/** What every server answers; plain data so that all of them do the same work. */
export const trip = (id: string) => ({
  id,
  city: "seattle",
  status: "active" as const,
  state_version: 17,
  slots: Array.from({ length: 4 }, (_, order) => ({
    id: `slot-${order}`,
    order,
    starts_at: "2026-05-01T17:00:00Z",
    locked: order === 0
  }))
})

export const accepted = (id: string) => ({ accepted: 1, id })

export const tripPath = "/trips/019a0000-0000-7000-8000-000000000001"
export const signalPath = "/signals"
export const signalBody = JSON.stringify({
  id: "019a0000-0000-7000-8000-000000000002",
  signal_type: "slot_tap",
  trip_id: "019a0000-0000-7000-8000-000000000001",
  occurred_at: "2026-05-01T17:00:00Z",
  context: { position: 2, time_to_action_ms: 1840 }
})
