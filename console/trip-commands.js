/** What a traveler does to a plan, each as one write of the API. */
import { newId } from "./session.js"

/**
 * `hand` is the trip as the page holds it: what it knows (`trip`), how a write is made (`write`, based on what is shown), and how an answer is taken over (`takeAnswer`, `takeWhole`).
 *
 * @param {import("./api.js").Api} api
 * @param {import("./session.js").App["waiting"]} waiting where is kept what is said while nobody answers
 * @param {{trip: () => import("./api.js").Trip, [does: string]: (...given: Array<any>) => any}} hand
 */
export const tripCommands = (api, waiting, { trip, write, takeAnswer, takeWhole }) => ({
  /** `about` says it in words, for when it has to wait. */
  changeSlot: (slotId, body, about) => {
    const { id, state_version } = trip()
    const request = { path: { id, slot_id: slotId }, body, ifMatch: state_version }
    return write(() =>
      waiting.orLater("trips.changeSlot", request, about, async (key) =>
        takeAnswer(await api.changeSlot(id, slotId, body, state_version, key))
      )
    )
  },

  /** Whether the door of a stop was open: for who comes after, and without a change of this plan. */
  reportDoor: (slotId, open) => api.changeSlot(trip().id, slotId, { action: "report", open }, undefined),

  choices: (slotId) => api.choices(trip().id, slotId),

  addStop: (body) => {
    const { id, state_version } = trip()
    return write(async () => takeAnswer(await api.addStop(id, body, state_version)))
  },

  reorder: (day, slotIds) => {
    const { id, state_version } = trip()
    return write(async () => takeAnswer(await api.reorder(id, day, slotIds, state_version)))
  },

  /** By the number of the change, and not by what the page shows: who comes second has what they wanted. */
  undo: async (change) => takeAnswer(await api.undo(trip().id, change)),

  /** Its status, its dates, or what it goes around. */
  change: (patch) => {
    const { id, state_version } = trip()
    return write(async () => takeWhole(await api.changeTrip(id, patch, state_version)))
  },

  /** What stays is locked, past, or the travelers' own. */
  replan: (constraints) => {
    const { id, state_version } = trip()
    return write(async () => takeWhole(await api.replan(id, { constraints }, state_version)))
  },

  fits: (minutes, at) => api.fits(trip().id, minutes, at),

  feel: (slot, signal_type, about) => {
    const body = {
      id: newId(),
      signal_type,
      trip_id: trip().id,
      slot_id: slot.id,
      activity_node_id: slot.node.id,
      occurred_at: new Date(api.now()).toISOString()
    }
    return waiting.signal(body, about)
  }
})
