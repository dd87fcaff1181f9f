/** A whole trip on paper: every day, every stop, with what one needs where there is no phone. */
import { button, element } from "./dom.js"
import { calendarDay, LOCALE, priceText, timeSpan } from "./format.js"
import { FIT_WORDS, NEED_WORDS, OPEN_WORDS, T, USUALLY_WORDS, words } from "./messages.js"

const openText = ({ open, expected }) =>
  open === "unknown" && expected ? USUALLY_WORDS[expected.usually] : OPEN_WORDS[open]

const stopLines = (slot, currency) => [
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
      words(slot.node.category),
      slot.node.neighbourhood,
      priceText(slot.price_tier, currency),
      openText(slot),
      slot.booking_needed && T.trip.book,
      slot.travel_minutes > 0 && T.trip.walk(slot.travel_minutes),
      T.print.at(slot.node.lat, slot.node.lon)
    ]
      .filter(Boolean)
      .join(" · ")
  ),
  slot.opening_hours && element("p", { class: "soft" }, T.trip.hours(slot.opening_hours)),
  ...Object.entries(slot.fits ?? {}).map(([need, fit]) =>
    element("p", { class: "soft" }, T.trip.fit(NEED_WORDS[need] ?? words(need), FIT_WORDS[fit]))
  )
]

export const printView = async ({ api, cities }, id) => {
  const [trip, known] = await Promise.all([api.trip(id), cities()])
  const city = known.find(({ slug }) => slug === trip.city)
  const days = trip.days.map(({ day, date, slots }) =>
    element(
      "section",
      { class: "printday" },
      element("h2", {}, T.trip.day(day, calendarDay(date))),
      slots.length === 0 && element("p", { class: "soft" }, T.trip.noStop),
      element(
        "ol",
        {},
        slots.map((slot) => element("li", {}, stopLines(slot, city?.currency)))
      )
    )
  )
  return {
    elements: [
      element("h1", {}, `${city?.name ?? trip.city}, ${calendarDay(trip.start_date)} – ${calendarDay(trip.end_date)}`),
      element(
        "p",
        { class: "acts noprint" },
        button(T.print.go, () => print(), { class: "primary", "data-act": "print" }),
        element("a", { class: "act", href: `#/trips/${id}` }, T.print.back)
      ),
      ...days,
      element("p", { class: "soft" }, T.print.as(new Date().toLocaleString(LOCALE))),
      element("p", { class: "soft" }, T.trip.sources(trip.attribution.map(({ text }) => text).join("; ")))
    ]
  }
}
