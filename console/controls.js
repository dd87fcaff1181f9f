/** What can happen to a whole trip, and what its traveler may do with it. Folded away until something happens. */
import { button, element, field, held } from "./dom.js"
import { MOOD_WORDS, NEXT_STATUS_WORDS, STATUS_WORDS, T } from "./messages.js"
import { MOODS, NEXT_STATUS } from "./plan.js"

const LATE_MINUTES = 40
const LONGEST_DELAY = 1440

const lateForm = (pivot) => {
  const minutes = element("input", {
    type: "number",
    name: "minutes",
    min: "1",
    max: LONGEST_DELAY,
    value: LATE_MINUTES,
    inputmode: "numeric"
  })
  const late = element(
    "form",
    { class: "late", submit: (event) => event.preventDefault() },
    field(T.trip.minutesLate, minutes),
    button(
      T.trip.late,
      held(async () => {
        if (!late.reportValidity()) return
        await pivot({ trigger: "transit", detail: { delay_minutes: Number(minutes.value) } })
      }),
      { type: "submit", "data-act": "late" }
    )
  )
  return late
}

const happenings = (pivot, more) =>
  element(
    "details",
    // Where there is room beside the plan, nothing is folded away.
    { class: "card happens", "data-of": "happens", open: matchMedia("(min-width: 52rem)").matches },
    element("summary", { "data-act": "happens" }, T.trip.something),
    element(
      "div",
      { class: "acts" },
      button(
        T.trip.rain,
        held(() => pivot({ trigger: "weather", detail: { condition: "rain" } })),
        { "data-act": "rain" }
      )
    ),
    lateForm(pivot),
    element("h3", { id: "moods" }, T.trip.feel),
    element(
      "div",
      { class: "acts", role: "group", "aria-labelledby": "moods" },
      MOODS.map((mood) =>
        button(
          MOOD_WORDS[mood],
          held(() => pivot({ trigger: "mood", detail: { mood } })),
          { "data-act": `mood-${mood}` }
        )
      )
    ),
    more
  )

const forward = (next, setStatus) =>
  next.length > 0 &&
  element(
    "div",
    { class: "acts forward" },
    next.map((status) =>
      button(
        NEXT_STATUS_WORDS[status],
        held(async () => {
          // Nothing leads back from there.
          if (status !== "completed" || confirm(T.trip.finish)) await setStatus(status)
        }),
        { class: status === "active" ? "primary" : undefined, "data-act": `set-${status}` }
      )
    )
  )

/** `pivot` asks for an offer, `setStatus` moves the trip on. */
export const controlsElement = (trip, { pivot, setStatus }) => {
  if (trip.isLost) {
    return element(
      "div",
      { class: "controls" },
      element("p", { class: "soft" }, T.trip.onlyRead),
      element("a", { class: "act", href: "#/trips" }, T.trips.title)
    )
  }
  const next = NEXT_STATUS[trip.status] ?? []
  if (trip.status === "active") {
    return element("div", { class: "controls" }, happenings(pivot, forward(next, setStatus)))
  }
  return element(
    "div",
    { class: "controls" },
    forward(next, setStatus),
    element("p", { class: "soft" }, next.length > 0 ? T.trip.notYet : T.trip.over(STATUS_WORDS[trip.status]))
  )
}
