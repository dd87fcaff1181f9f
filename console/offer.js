/** An offer: what could be done about a disruption, each option with its price. */
import { button, element, held } from "./dom.js"
import {
  changeText,
  clockTime,
  evidenceText,
  milliseconds,
  OPEN_WORDS,
  plural,
  TRIGGER_WORDS,
  words
} from "./format.js"
import { slotOf } from "./plan.js"

const changeItem = (change, trip, zone) =>
  element(
    "li",
    {},
    changeText(change, slotOf(trip, change.slot_id), zone),
    change.action !== "drop" && element("span", { class: `badge ${change.open}` }, OPEN_WORDS[change.open]),
    change.action === "replace" &&
      element(
        "span",
        { class: "soft" },
        [
          words(change.node.category),
          change.node.neighbourhood,
          change.travel_minutes > 0 && `${plural(change.travel_minutes, "minute")} away`
        ]
          .filter(Boolean)
          .join(" · ")
      )
  )

const optionElement = (option, index, { trip, zone, accept }) =>
  element(
    "li",
    { class: "option" },
    element("h4", {}, `Option ${index + 1}`, element("span", { class: "soft" }, `score ${option.score.toFixed(2)}`)),
    element(
      "ul",
      { class: "plain" },
      option.changes.map((change) => changeItem(change, trip, zone))
    ),
    element("p", { class: "soft" }, `${plural(option.unchanged, "stop stays", "stops stay")} as planned`),
    option.why.length > 0 &&
      element(
        "ul",
        { class: "why" },
        option.why.map((one) => element("li", {}, one))
      ),
    option.evidence.length > 0 && element("p", { class: "soft" }, option.evidence.map(evidenceText).join(" · ")),
    button(
      "Accept",
      held(() => accept(option)),
      { class: "primary", "data-act": `accept-${index}`, "aria-label": `Accept option ${index + 1}` }
    )
  )

export const offerTitle = ({ trigger, slot_id }, trip) => {
  const about = slot_id === null ? undefined : slotOf(trip, slot_id)?.node.name
  const what = TRIGGER_WORDS[trigger] ?? words(trigger)
  return about === undefined ? what : `${what}: ${about}`
}

const HOW = { precomputed: "prepared beforehand", on_demand: "searched for now" }

/** `tookMs`: from the click to the answer as this page measured it; unknown for an offer that the server pushed. */
export const offerElement = ({ offer, tookMs, via }, { trip, zone, accept, dismiss }) => {
  const { pivot_id, options, reasons = [], source, expires_at, model } = offer
  const took = tookMs === undefined ? "sent by the server" : `answered in ${milliseconds(tookMs)} over ${via}`
  return element(
    "section",
    { class: "card offer", "data-of": pivot_id, tabindex: "-1", "aria-labelledby": `offer-${pivot_id}` },
    element(
      "div",
      { class: "heading" },
      element("h3", { id: `offer-${pivot_id}` }, offerTitle(offer, trip)),
      button(
        options.length === 0 ? "Close" : "Keep the plan",
        held(() => dismiss(offer)),
        { "data-act": "dismiss" }
      )
    ),
    element(
      "p",
      { class: "soft" },
      `${took}, ${HOW[source] ?? source}, by ${model.name} ${model.version}. Good until ${clockTime(expires_at, zone)}.`
    ),
    options.length === 0 && element("p", {}, "Nothing suits:"),
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
      )
  )
}
