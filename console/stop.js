/** One stop of a day on two lines; what can be done about it is folded away. */
import { button, element, held } from "./dom.js"
import { evidenceText, mapAddress, timeSpan } from "./format.js"
import { OPEN_WORDS, T, words } from "./messages.js"

const because = ({ why, evidence }) =>
  (why.length > 0 || evidence.length > 0) &&
  element(
    "div",
    {},
    why.length > 0 &&
      element(
        "p",
        { class: "tags" },
        why.map((one) => element("span", { class: "tag" }, words(one)))
      ),
    evidence.length > 0 &&
      element(
        "ul",
        { class: "soft" },
        evidence.map((one) => element("li", {}, evidenceText(one)))
      )
  )

const buttons = (slot, acts) => {
  const act = (name, label, does) =>
    button(label, held(does), { "data-act": name, "aria-label": `${label}: ${slot.node.name}` })
  return element(
    "div",
    { class: "acts" },
    act("closed", T.trip.actClosed, () => acts.closed(slot)),
    act("swap", T.trip.actSwap, () => acts.swap(slot)),
    act("lock", slot.locked ? T.trip.actUnlock : T.trip.actLock, () => acts.lock(slot)),
    act("remove", T.trip.actRemove, () => acts.remove(slot)),
    act("like", T.trip.actLike, () => acts.like(slot)),
    act("dislike", T.trip.actDislike, () => acts.dislike(slot))
  )
}

const badges = (slot, isChanged) => [
  slot.open !== "unknown" && element("span", { class: `badge ${slot.open}` }, OPEN_WORDS[slot.open]),
  slot.locked && element("span", { class: "badge locked" }, T.trip.locked),
  slot.status !== "planned" && element("span", { class: "badge" }, T.trip[slot.status]),
  isChanged && element("span", { class: "badge changed" }, T.trip.changed)
]

/** `acts`: what the buttons do, by name; none where the trip is over. `nr` is its number on the map. */
export const stopElement = (slot, { nr, zone, isChanged, acts }) => {
  const { node } = slot
  const soft = [
    words(node.category),
    node.neighbourhood,
    slot.open === "unknown" && OPEN_WORDS.unknown,
    slot.travel_minutes > 0 && T.trip.walk(slot.travel_minutes),
    slot.time_zone !== zone && slot.time_zone
  ]
  return element(
    "li",
    { class: `stop ${slot.status}${isChanged ? " changed" : ""}`, "data-of": slot.id },
    element(
      "details",
      { class: "card" },
      element(
        "summary",
        {
          "data-act": "more",
          "aria-label": `${timeSpan(slot.starts_at, slot.ends_at, slot.time_zone)} ${node.name}. ${T.trip.more(node.name)}`
        },
        element("span", { class: "nr", "aria-hidden": "true" }, String(nr)),
        element(
          "span",
          { class: "what" },
          element(
            "span",
            { class: "line" },
            element("span", { class: "when" }, timeSpan(slot.starts_at, slot.ends_at, slot.time_zone)),
            badges(slot, isChanged)
          ),
          element("strong", {}, node.name),
          element("span", { class: "soft" }, soft.filter(Boolean).join(" · "))
        )
      ),
      slot.narrative && element("p", {}, slot.narrative),
      slot.expected && element("p", { class: "soft" }, slot.expected.text),
      because(slot),
      element("p", {}, element("a", { href: mapAddress(node) }, T.trip.directions)),
      acts !== undefined && slot.status === "planned" && buttons(slot, acts)
    )
  )
}
