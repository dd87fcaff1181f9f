/** What a traveler does to a plan with their own hands: choosing among places, bringing something along, and taking it all back. */
import { button, element, field, held, redraw, setText } from "./dom.js"
import { beforeText, deadline, inClock, timeSpan } from "./format.js"
import { letterOf } from "./map.js"
import { categoryWords, T } from "./messages.js"
import { openBadge } from "./stop.js"

/** Places that a search shows: more is a list nobody reads. */
const MOST_FOUND = 8

/** How long one stays at something of one's own, where nobody says. */
const USUAL_MINUTES = 60

/** What to know of a suggested place before one goes; with the sentence, where it says what is usual and not what is known. */
export const beforeElement = (stop, currency, name) =>
  element(
    "span",
    { class: "soft before" },
    [name, beforeText(stop, currency), stop.expected?.text].filter(Boolean).join(" · ")
  )

/** What could stand in a stop's place, each with its letter on the `map` above. `take(node)` takes one of them. */
export const choicesElement = ({ choices, reasons }, { zone, currency, map }, take) =>
  element(
    "div",
    { class: "choices", role: "group", "aria-label": T.byHand.choices },
    map,
    choices.length === 0 && reasons.map(({ message }) => element("p", { class: "soft" }, inClock(message))),
    choices.map((one, nr) =>
      button(
        [
          [
            letterOf(nr),
            one.node.name,
            categoryWords(one.node.category),
            timeSpan(one.starts_at, one.ends_at, zone)
          ].join(" · "),
          " ",
          beforeElement(one, currency)
        ],
        held(() => take(one.node)),
        { "data-act": `choose-${nr}`, title: inClock(one.why.join(" · ")) }
      )
    )
  )

/** The newest change that can still be taken back, by the number that it had when it was shown. */
export const makeUndo = (act) => {
  let change
  const undo = button(
    "",
    held(() => act(change)),
    { "data-act": "undo-change" }
  )
  const until = element("span", { class: "soft" })
  const line = element("p", { class: "undo" }, undo, until)
  const part = element("div", {})
  /** @param {{undo?: import("./api.js").Trip["undo"]}} trip @param {number} now */
  const draw = ({ undo: changes = [] }, now) => {
    const [newest] = changes
    const isOpen = newest !== undefined && Date.parse(newest.until) > now
    change = newest?.change
    if (isOpen) {
      setText(undo, T.byHand.undo(T.byHand.what[newest.what] ?? newest.what))
      setText(until, ` ${T.byHand.undoUntil(deadline(newest.until))}`)
    }
    redraw(part, [isOpen && line])
  }
  return { part, draw }
}

/** Something of the travelers' own among the stops of a day. */
export const fixedElement = (thing, zone, remove) =>
  element(
    "li",
    { class: "stop fixed", "data-of": thing.id },
    element(
      "div",
      { class: "card" },
      element(
        "span",
        { class: "line" },
        element("span", { class: "when" }, timeSpan(thing.starts_at, thing.ends_at, zone)),
        element("span", { class: "badge locked" }, T.byHand.kinds[thing.kind] ?? T.byHand.kinds.other)
      ),
      " ",
      element("strong", {}, thing.title),
      thing.travel_minutes > 0 && element("span", { class: "soft" }, ` ${T.trip.walk(thing.travel_minutes)}`),
      remove !== undefined &&
        element(
          "div",
          { class: "acts" },
          button(
            T.trip.actRemove,
            held(() => remove(thing)),
            { "data-act": "remove", "aria-label": `${T.trip.actRemove}: ${thing.title}` }
          )
        )
    )
  )

/** Something more for a day: a place that the catalog knows, or something of one's own. */
export const addElement = (search, add) => {
  const text = element("input", { name: "what", type: "search", maxlength: "100", required: true })
  const at = element("input", { name: "at", type: "time" })
  const found = element("div", { class: "choices" })
  const own = () => ({ own: { title: text.value.trim(), minutes: USUAL_MINUTES } })
  const when = () => (at.value === "" ? {} : { time: at.value })
  /** What was added is not added once more by the same press. */
  const put = (what) =>
    held(async () => {
      if (!(await add({ ...what(), ...when() }))) return
      text.value = at.value = ""
      redraw(found, [])
    })
  const look = async () => {
    if (!text.reportValidity()) return
    const { nodes, next_cursor } = await search(text.value.trim(), MOST_FOUND, when().time)
    redraw(found, [
      nodes.length === 0 && element("p", { class: "soft" }, T.byHand.nothing),
      ...nodes.map((node, nr) =>
        element(
          "div",
          { class: "found" },
          button(
            [node.name, categoryWords(node.category), node.neighbourhood].filter(Boolean).join(" · "),
            put(() => ({ node_id: node.id })),
            { "data-act": `add-${nr}`, "aria-describedby": `add-open-${nr}` }
          ),
          element("span", { id: `add-open-${nr}` }, openBadge(node))
        )
      ),
      next_cursor !== null && element("p", { class: "soft" }, T.byHand.more),
      button(T.byHand.own(text.value.trim()), put(own), { "data-act": "add-own" })
    ])
  }
  // At another time other doors are open.
  at.addEventListener(
    "change",
    held(async () => {
      if (found.childElementCount > 0) await look()
    })
  )
  return element(
    "details",
    { class: "add" },
    element("summary", { "data-act": "add" }, T.byHand.add),
    field(T.byHand.what.label, text),
    field(T.byHand.at, at, T.byHand.atHint),
    button(T.byHand.search, held(look), { "data-act": "search" }),
    found
  )
}
