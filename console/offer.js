/** An offer: what could be done about a disruption, each option with what it changes. */
import { button, element, held } from "./dom.js"
import { changeText, clockTime, evidenceText, priceText } from "./format.js"
import { letterOf, offerMap } from "./map.js"
import { KIND_WORDS, OPEN_WORDS, T, TRIGGER_WORDS, words } from "./messages.js"
import { slotOf } from "./plan.js"

const changeItem = (change, trip, zone) =>
  element(
    "li",
    {},
    element("strong", {}, changeText(change, slotOf(trip, change.slot_id), zone)),
    change.action !== "drop" && element("span", { class: `badge ${change.open}` }, OPEN_WORDS[change.open]),
    change.action === "replace" &&
      element(
        "span",
        { class: "soft" },
        [
          words(change.node.category),
          change.node.neighbourhood,
          priceText(change.price_tier),
          change.booking_needed && T.trip.book,
          change.opening_hours && T.trip.hours(change.opening_hours),
          change.travel_minutes > 0 && T.offer.away(change.travel_minutes)
        ]
          .filter(Boolean)
          .join(" · ")
      )
  )

const optionElement = (option, index, { trip, zone, accept }) => {
  const first = option.changes[0]
  const told = first === undefined ? "" : changeText(first, slotOf(trip, first.slot_id), zone)
  return element(
    "li",
    { class: "option" },
    element("span", { class: "nr letter", "aria-hidden": "true" }, letterOf(index)),
    option.kind !== undefined && element("p", { class: "badge kind" }, KIND_WORDS[option.kind] ?? words(option.kind)),
    element(
      "ul",
      { class: "plain" },
      option.changes.map((change) => changeItem(change, trip, zone))
    ),
    element("p", { class: "soft" }, T.offer.stays(option.unchanged)),
    option.why.length > 0 &&
      element(
        "ul",
        { class: "why" },
        option.why.map((one) => element("li", {}, one))
      ),
    option.evidence.length > 0 &&
      element(
        "details",
        { class: "soft" },
        element("summary", {}, T.offer.who),
        option.evidence.map((one) => element("p", {}, evidenceText(one)))
      ),
    button(
      T.offer.take,
      held(() => accept(option)),
      { class: "primary", "data-act": `accept-${index}`, "aria-label": T.offer.takeNth(index + 1, told) }
    )
  )
}

export const offerTitle = ({ trigger, slot_id }, trip) => {
  const about = slot_id === null ? undefined : slotOf(trip, slot_id)?.node.name
  const what = TRIGGER_WORDS[trigger] ?? words(trigger)
  return about === undefined ? what : `${what}: ${about}`
}

export const offerElement = (offer, { trip, zone, accept, dismiss }) => {
  const { pivot_id, options, reasons = [], expires_at } = offer
  return element(
    "section",
    { class: "card offer", "data-of": pivot_id, tabindex: "-1", "aria-labelledby": `offer-${pivot_id}` },
    element(
      "div",
      { class: "heading" },
      element("h3", { id: `offer-${pivot_id}` }, offerTitle(offer, trip)),
      button(
        options.length === 0 ? T.offer.close : T.offer.keep,
        held(() => dismiss(offer)),
        { "data-act": "dismiss" }
      )
    ),
    options.length === 0 && element("p", {}, T.offer.nothing),
    offerMap(trip, offer),
    element(
      "ol",
      { class: "plain options" },
      options.map((option, index) =>
        optionElement(option, index, { trip, zone, accept: (chosen) => accept(offer, chosen) })
      )
    ),
    reasons.length > 0 &&
      element(
        "ul",
        { class: "soft" },
        reasons.map(({ message }) => element("li", {}, message))
      ),
    options.length > 0 && element("p", { class: "soft" }, T.offer.until(clockTime(expires_at, zone)))
  )
}
