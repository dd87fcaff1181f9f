/** The days of a plan. A stop that nothing happened to keeps its element, with what is folded open in it. */
import { element, redraw } from "./dom.js"
import { calendarDay } from "./format.js"
import { stopElement } from "./stop.js"

const UNDER_CHANGE = ["planning", "confirmed", "active"]

/** `acts`: what the buttons of a stop do, by name. */
export const makeDays = (acts) => {
  const part = element("div", { class: "days" })
  const drawn = new Map()

  const stop = (slot, trip, zone, marked) => {
    const isChanged = marked.has(slot.id)
    const before = drawn.get(slot.id)
    if (before?.slot === slot && before.isChanged === isChanged && before.status === trip.status) return before.made
    const made = stopElement(slot, { zone, isChanged, acts: UNDER_CHANGE.includes(trip.status) ? acts : undefined })
    drawn.set(slot.id, { slot, isChanged, status: trip.status, made })
    return made
  }

  const draw = (trip, zone, marked) =>
    redraw(
      part,
      trip.days.map((day) =>
        element(
          "section",
          { "aria-labelledby": `day-${day.day}` },
          element("h2", { id: `day-${day.day}` }, `Day ${day.day}, ${calendarDay(day.date)}`),
          day.slots.length === 0 && element("p", { class: "soft" }, "Nothing is planned."),
          element(
            "ol",
            { class: "plain stops" },
            day.slots.map((slot) => stop(slot, trip, zone, marked))
          )
        )
      )
    )

  return { part, draw }
}
