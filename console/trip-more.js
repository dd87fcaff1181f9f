/** What is done with a trip as a whole: another one like it, calling it off, deleting it, leaving it. */
import { announce, button, element, held, redraw } from "./dom.js"
import { T } from "./messages.js"

const OVER = ["completed", "shortened", "cancelled"]

/**
 * `live` holds the trip; only who planned it calls it off or deletes it, everybody else may leave.
 *
 * @param {import("./session.js").App} app
 * @param {import("./live-trip.js").LiveTrip} live
 */
export const moreElement = ({ api, claims, gone }, live) => {
  const part = element("div", {})
  const cancel = held(async () => {
    if (confirm(T.more.cancelSure) && (await live.does.change({ status: "cancelled" }))) announce(T.more.cancelled)
  })
  /** Nobody needs to be told by the stream of what they just did themselves. */
  const goesBy = async (does) => {
    const { id } = live.trip
    live.close()
    try {
      await does(id)
    } catch (error) {
      live.open()
      throw error
    }
    // The list of trips may be read a moment before the server has taken it off.
    gone.add(id)
    location.hash = "#/trips"
  }
  const remove = held(async () => {
    const isShared = live.trip.members.length > 1
    if (confirm(isShared ? T.more.deleteSureAll : T.more.deleteSure)) await goesBy((id) => api.deleteTrip(id))
  })
  const leave = held(async () => {
    if (confirm(T.more.leaveSure)) await goesBy((id) => api.leave(id, claims.sub))
  })
  const draw = () => {
    const { id, members, status } = live.trip
    const isOwner = members.some(({ user_id, role }) => user_id === claims.sub && role === "owner")
    redraw(part, [
      element(
        "p",
        { class: "acts" },
        element("a", { class: "act", href: `#/copy/${id}`, "data-act": "copy" }, T.more.copy),
        isOwner &&
          !OVER.includes(status) &&
          button(T.more.cancel, cancel, { class: "quiet", "data-act": "cancel-trip" }),
        isOwner && button(T.more.delete, remove, { class: "quiet", "data-act": "delete-trip" }),
        !isOwner && button(T.more.leave, leave, { class: "quiet", "data-act": "leave" })
      )
    ])
  }
  return { part, draw }
}
