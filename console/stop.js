/** One stop of a day, with what can be done about it. */
import { button, element, held } from "./dom.js"
import { evidenceText, OPEN_WORDS, plural, timeSpan, words } from "./format.js"

/** A travel line above every stop but those one starts at. */
const travel = (minutes) => minutes > 0 && element("p", { class: "travel" }, `${plural(minutes, "minute")} on the way`)

const because = ({ why, evidence }) =>
  (why.length > 0 || evidence.length > 0) &&
  element(
    "details",
    {},
    element("summary", {}, "Why, and who says so"),
    why.length > 0 &&
      element(
        "p",
        { class: "tags" },
        why.map((one) => element("span", { class: "tag" }, words(one)))
      ),
    element(
      "ul",
      {},
      evidence.map((one) => element("li", {}, evidenceText(one)))
    )
  )

/** `acts`: what the buttons do, by name; none where the trip is over. */
export const stopElement = (slot, { zone, isChanged, acts }) => {
  const { node } = slot
  const act = (name, label, does) =>
    button(label, held(does), { "data-act": name, "aria-label": `${label}: ${node.name}` })
  const settled = slot.status !== "planned"
  return element(
    "li",
    { class: `stop ${slot.status}${isChanged ? " changed" : ""}`, "data-of": slot.id },
    travel(slot.travel_minutes),
    element(
      "div",
      { class: "card" },
      element(
        "p",
        { class: "when" },
        element("strong", {}, timeSpan(slot.starts_at, slot.ends_at, slot.time_zone)),
        slot.time_zone !== zone && element("span", { class: "soft" }, ` ${slot.time_zone}`),
        element("span", { class: `badge ${slot.open}` }, OPEN_WORDS[slot.open] ?? slot.open),
        slot.locked && element("span", { class: "badge locked" }, "locked"),
        settled && element("span", { class: "badge" }, slot.status),
        isChanged && element("span", { class: "badge changed" }, "changed")
      ),
      element("h3", {}, node.name),
      element(
        "p",
        { class: "soft" },
        [words(node.category), node.neighbourhood, words(slot.day_part)].filter(Boolean).join(" · ")
      ),
      slot.narrative && element("p", {}, slot.narrative),
      because(slot),
      acts !== undefined &&
        !settled &&
        element(
          "div",
          { class: "acts" },
          act("closed", "It is closed", () => acts.closed(slot)),
          act("swap", "Swap", () => acts.swap(slot)),
          act("lock", slot.locked ? "Unlock" : "Lock", () => acts.lock(slot)),
          act("remove", "Remove", () => acts.remove(slot)),
          act("like", "I like it", () => acts.like(slot)),
          act("dislike", "Not for me", () => acts.dislike(slot))
        )
    )
  )
}
