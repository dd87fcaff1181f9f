/** What is done with a trip as a whole: another one like it, calling it off, leaving it. */
import { announce, button, element, held } from "./dom.js"
import { T } from "./messages.js"

const OVER = ["completed", "shortened", "cancelled"]

/** `live` holds the trip; only who planned it calls it off, everybody else may leave. */
export const moreElement = ({ api, claims }, live) => {
  const part = element("div", {})
  const cancel = held(async () => {
    if (confirm(T.more.cancelSure) && (await live.change({ status: "cancelled" }))) announce(T.more.cancelled)
  })
  const leave = held(async () => {
    if (!confirm(T.more.leaveSure)) return
    await api.leave(live.trip.id, claims.sub)
    location.hash = "#/trips"
  })
  const draw = () => {
    const { id, members, status } = live.trip
    const isOwner = members.some(({ user_id, role }) => user_id === claims.sub && role === "owner")
    part.replaceChildren(
      element(
        "p",
        { class: "acts" },
        element("a", { class: "act", href: `#/copy/${id}`, "data-act": "copy" }, T.more.copy),
        isOwner &&
          !OVER.includes(status) &&
          button(T.more.cancel, cancel, { class: "quiet", "data-act": "cancel-trip" }),
        !isOwner && button(T.more.leave, leave, { class: "quiet", "data-act": "leave" })
      )
    )
  }
  return { part, draw }
}
