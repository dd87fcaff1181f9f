/** What a traveler needs and a trip does not know: they joined later, or need something else by now. Said above its days. */
import { announce, button, element, held, redraw, whenOther } from "./dom.js"
import { NEED_WORDS, T, words } from "./messages.js"
import { UNDER_CHANGE } from "./plan.js"

/** @param {import("./session.js").App["own"]} own @param {import("./live-trip.js").LiveTrip} live */
export const makeNeeds = (own, live) => {
  const part = element("div", {})
  const planAnew = (missing) => async () => {
    const { constraints } = live.trip
    const needs = [...new Set([...(constraints.needs ?? []), ...missing])]
    if (await live.does.replan({ ...constraints, needs })) announce(T.needs.known)
  }
  const drawOther = whenOther((missing) =>
    redraw(part, [
      missing.length > 0 &&
        element(
          "section",
          { class: "card", "data-of": "needs" },
          element("p", {}, T.needs.unknown(missing.map((need) => NEED_WORDS[need] ?? words(need)).join(", "))),
          element("p", { class: "soft" }, T.needs.hint),
          button(T.needs.anew, held(planAnew(missing)), { "data-act": "needs" })
        )
    ])
  )
  /** @param {import("./live-trip.js").Trip} trip */
  const draw = ({ constraints, isLost, status }) => {
    const known = constraints.needs ?? []
    const mine = isLost || !UNDER_CHANGE.includes(status) ? [] : (own.get("needs") ?? [])
    const missing = mine.filter((need) => !known.includes(need))
    drawOther([missing.join()], missing)
  }
  return { part, draw }
}
