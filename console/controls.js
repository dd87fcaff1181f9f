/** What can happen to a whole trip, and what its traveler may do with it. */
import { button, element, field, held } from "./dom.js"
import { words } from "./format.js"
import { MOODS, NEXT_STATUS } from "./plan.js"

const LATE_MINUTES = 40
const LONGEST_DELAY = 1440

/** `pivot` asks for an offer, `setStatus` moves the trip on. */
export const controlsElement = (trip, { pivot, setStatus }) => {
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
    field("Minutes late", minutes),
    button(
      "The train is late",
      held(async () => {
        if (!late.reportValidity()) return
        await pivot({ trigger: "transit", detail: { delay_minutes: Number(minutes.value) } })
      }),
      { type: "submit", "data-act": "late" }
    )
  )
  const next = NEXT_STATUS[trip.status] ?? []
  const forward =
    next.length > 0 &&
    element(
      "div",
      { class: "acts forward" },
      next.map(([status, label]) =>
        button(
          label,
          held(async () => {
            // Nothing leads back from there.
            if (status !== "completed" || confirm("Finish this trip? That cannot be undone.")) await setStatus(status)
          }),
          { class: status === "completed" ? undefined : "primary" }
        )
      )
    )
  return element(
    "section",
    { class: "card controls", "aria-label": "What happens" },
    trip.status !== "active" && forward,
    trip.status === "active"
      ? [
          element("h2", {}, "Something happens"),
          element(
            "div",
            { class: "acts" },
            button(
              "It rains",
              held(() => pivot({ trigger: "weather", detail: { condition: "rain" } })),
              { "data-act": "rain" }
            )
          ),
          late,
          element("h3", { id: "moods" }, "I feel"),
          element(
            "div",
            { class: "acts", role: "group", "aria-labelledby": "moods" },
            MOODS.map((mood) =>
              button(
                words(mood),
                held(() => pivot({ trigger: "mood", detail: { mood } })),
                { "data-act": `mood-${mood}` }
              )
            )
          ),
          forward
        ]
      : element(
          "p",
          { class: "soft" },
          next.length > 0
            ? "Rain, delays and moods are answered once the trip is under way."
            : `This trip is ${words(trip.status)}.`
        )
  )
}
