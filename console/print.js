/** A whole trip on paper: every day, every stop, with what one needs where there is no phone. */
import { button, element } from "./dom.js"
import { beforeText, calendarDay, datesText, fullTime, timeSpan } from "./format.js"
import { hoursText } from "./hours.js"
import { categoryWords, FIT_WORDS, NEED_WORDS, T, words } from "./messages.js"
import { notesOf } from "./own.js"
import { fitsToTell, zoneOfTrip } from "./plan.js"

const stopLines = (slot, currency, note) => [
  element(
    "p",
    {},
    element("span", { class: "when" }, timeSpan(slot.starts_at, slot.ends_at, slot.time_zone)),
    " ",
    element("strong", {}, slot.node.name)
  ),
  element(
    "p",
    { class: "soft" },
    [
      categoryWords(slot.node.category),
      slot.node.neighbourhood,
      beforeText(slot, currency),
      slot.travel_minutes > 0 && T.trip.walk(slot.travel_minutes),
      T.print.at(slot.node.lat, slot.node.lon)
    ]
      .filter(Boolean)
      .join(" · ")
  ),
  slot.opening_hours && element("p", { class: "soft" }, T.trip.hours(hoursText(slot.opening_hours))),
  ...fitsToTell(slot).map(([need, fit]) =>
    element("p", { class: "soft" }, T.trip.fit(NEED_WORDS[need] ?? words(need), FIT_WORDS[fit]))
  ),
  note !== undefined && element("p", { class: "note" }, note)
]

const fixedLines = (thing, zone) => [
  element(
    "p",
    {},
    element("span", { class: "when" }, timeSpan(thing.starts_at, thing.ends_at, zone)),
    " ",
    element("strong", {}, thing.title)
  ),
  element(
    "p",
    { class: "soft" },
    [T.byHand.kinds[thing.kind], thing.travel_minutes > 0 && T.trip.walk(thing.travel_minutes)]
      .filter(Boolean)
      .join(" · ")
  )
]

/** Stops and what the travelers bring, by the clock. */
const dayLines = (trip, { day, slots }, zone, stop) =>
  [
    ...slots.map((slot) => ({ at: slot.starts_at, lines: stop(slot) })),
    ...trip.fixed.filter((one) => one.day === day).map((one) => ({ at: one.starts_at, lines: fixedLines(one, zone) }))
  ].sort((a, b) => a.at.localeCompare(b.at))

/** @param {import("./session.js").App} app @param {string} id */
export const printView = async ({ api, cities, own }, id) => {
  const [trip, known] = await Promise.all([api.trip(id), cities()])
  const city = known.find(({ slug }) => slug === trip.city)
  const notes = notesOf(own, id)
  const zone = zoneOfTrip(trip, known)
  const stop = (slot) => stopLines(slot, city?.currency, notes.get(slot.node.id))
  const days = trip.days.map((one) => {
    const lines = dayLines(trip, one, zone, stop)
    return element(
      "section",
      { class: "printday" },
      element("h2", {}, T.trip.day(one.day, calendarDay(one.date))),
      lines.length === 0 && element("p", { class: "soft" }, T.trip.noStop),
      element(
        "ol",
        {},
        lines.map(({ lines: said }) => element("li", {}, said))
      )
    )
  })
  return {
    elements: [
      element("h1", {}, `${city?.name ?? trip.city}, ${datesText(trip)}`),
      element(
        "p",
        { class: "acts noprint" },
        button(T.print.go, () => print(), { class: "primary", "data-act": "print" }),
        element("a", { class: "act", href: `#/trips/${id}` }, T.print.back)
      ),
      trip.lodging && element("p", {}, T.print.lodging(trip.lodging.title)),
      ...days,
      element("p", { class: "soft" }, T.print.as(fullTime(api.now()))),
      element("p", { class: "soft" }, T.trip.sources(trip.attribution.map(({ text }) => text).join("; ")))
    ].filter(Boolean)
  }
}
