/** What was found in a file that somebody brought, to tick and untick; fetched with what reads it. */
import { element } from "./dom.js"
import { calendarDay, localDate, timeSpan } from "./format.js"
import { categoryWords, T } from "./messages.js"

/** Names that are listed of those that nobody knows here. */
const MOST_LISTED = 30

const check = (label, checked, change, note, disabled = false) =>
  element(
    "li",
    {},
    element(
      "label",
      { class: "tick" },
      element("input", { type: "checkbox", checked, disabled, change: ({ target }) => change(target.checked) }),
      element("span", {}, label, note && element("span", { class: "soft" }, ` ${note}`))
    )
  )

const foundPart = (brought, most) =>
  brought.found.length > 0 && [
    element("p", {}, T.bring.found(brought.found.length)),
    element(
      "ul",
      { class: "plain brought" },
      brought.found.map(({ node }) =>
        check(
          node.name,
          brought.musts.has(node.id),
          (isMust) => {
            if (!isMust) brought.musts.delete(node.id)
            else if (brought.musts.size < most) brought.musts.add(node.id)
          },
          categoryWords(node.category)
        )
      )
    ),
    element("p", { class: "soft" }, T.bring.others)
  ]

const bookingsPart = (brought, zone) =>
  brought.fixed.length > 0 && [
    element("p", {}, T.bring.bookings(brought.fixed.length)),
    element(
      "ul",
      { class: "plain" },
      brought.fixed.map(({ booking, isLong, why }) =>
        check(
          booking.title,
          brought.kept.has(booking),
          (isKept) => {
            if (isKept) brought.kept.add(booking)
            else brought.kept.delete(booking)
          },
          [`${calendarDay(localDate(booking.at, zone))}, ${timeSpan(booking.at, booking.until, zone)}`, why]
            .filter(Boolean)
            .join(" · "),
          isLong
        )
      )
    )
  ]

const unknownPart = ({ unknown, among, elsewhere, left }) => [
  unknown.length > 0 &&
    element(
      "details",
      {},
      element("summary", {}, T.bring.unknownHere(unknown.length, among)),
      element(
        "ul",
        { class: "soft" },
        unknown.slice(0, MOST_LISTED).map(({ name }) => element("li", {}, name)),
        unknown.length > MOST_LISTED && element("li", {}, T.bring.andMore(unknown.length - MOST_LISTED))
      )
    ),
  elsewhere > 0 && element("p", { class: "soft" }, T.bring.elsewhere(elsewhere)),
  left > 0 && element("p", { class: "soft" }, T.bring.leftOut(left))
]

/** `most` places that must be in the plan; `zone` is the city's. */
export const broughtParts = (brought, { most, zone }) =>
  [foundPart(brought, most), bookingsPart(brought, zone), unknownPart(brought)].flat()
