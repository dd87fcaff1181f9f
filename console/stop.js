/** One stop of a day on two lines; what can be done about it is folded away. */
import { announce, button, element, field, held, redraw, select, setText } from "./dom.js"
import {
  calendarDay,
  costText,
  evidenceText,
  inClock,
  mapAddress,
  openText,
  timeSpan,
  webMapAddress
} from "./format.js"
import { hoursText } from "./hours.js"
import { categoryWords, FIT_WORDS, NEED_WORDS, T, words } from "./messages.js"
import { gripElement } from "./order.js"
import { fitsToTell } from "./plan.js"

/** What the sentence about a stop says already is not said again below it. */
export const unsaid = ({ narrative, evidence }) =>
  evidence.filter(({ text }) => !(narrative ?? "").includes(text.replace(/^[^:]*: /, "").trim()))

/** Nor are tastes and reasons that it names. */
export const unsaidWhy = ({ narrative, why }) => {
  const said = (narrative ?? "").toLowerCase()
  return why.filter((one) => !said.includes(words(one).toLowerCase()))
}

const because = ({ why, evidence }) =>
  (why.length > 0 || evidence.length > 0) &&
  element(
    "div",
    {},
    why.length > 0 &&
      element(
        "p",
        { class: "tags" },
        why.map((one) => element("span", { class: "tag" }, inClock(words(one))))
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
    slot.node.neighbourhood !== "" &&
      act("district", T.trip.actDistrict(slot.node.neighbourhood), () => acts.district(slot)),
    act("swap", T.trip.actSwap, (event) => acts.swap(slot, event.currentTarget ?? event.target)),
    act("earlier", T.byHand.earlier, () => acts.shift(slot, -1)),
    act("later", T.byHand.later, () => acts.shift(slot, 1)),
    act("lock", slot.locked ? T.trip.actUnlock : T.trip.actLock, () => acts.lock(slot)),
    act("remove", T.trip.actRemove, () => acts.remove(slot)),
    act("never", T.vetoes.never, () => acts.never(slot)),
    act("like", T.trip.actLike, () => acts.like(slot)),
    act("dislike", T.trip.actDislike, () => acts.dislike(slot))
  )
}

/** To another day, where it goes best, or to a time. */
const moveElement = (slot, acts) => {
  const days = acts.days()
  const today = days.find(({ slots }) => slots.some(({ id }) => id === slot.id))
  const day = select(
    "move_day",
    days.map(({ date }) => [date, calendarDay(date)]),
    today?.date
  )
  const at = element("input", { name: "move_at", type: "time" })
  const move = held(() =>
    at.value === "" && day.value === today?.date ? at.focus() : acts.move(slot, day.value, at.value)
  )
  return element(
    "details",
    { class: "move" },
    element("summary", {}, T.byHand.move),
    element(
      "div",
      { class: "pair" },
      field(T.byHand.moveDay, day),
      field(T.byHand.moveAt, at, T.byHand.moveAtHint),
      button(T.byHand.moveIt, move, { "data-act": "move", "aria-label": `${T.byHand.moveIt}: ${slot.node.name}` })
    )
  )
}

const LONGEST_NOTE = 500

/** What one writes for oneself; `shown` is where it stands while the stop is folded. */
const noteField = (slot, notes, shown) => {
  const text = element("textarea", { name: "note", rows: "2", maxlength: LONGEST_NOTE }, notes.get(slot.node.id))
  text.addEventListener("change", () => {
    if (!notes.set(slot.node.id, text.value.trim())) return announce(T.note.full, "error")
    shown.textContent = text.value.trim()
  })
  return field(T.note.label, text, T.note.hint)
}

export const openBadge = (place) => {
  const { open, expected } = place
  const isUsual = open === "unknown" && expected
  return element("span", { class: `badge ${isUsual ? `usually-${expected.usually}` : open}` }, openText(place))
}

const badges = (slot, isChanged) => [
  openBadge(slot),
  slot.booking_needed && element("span", { class: "badge book" }, T.trip.book),
  slot.locked && element("span", { class: "badge locked" }, T.trip.locked),
  slot.status !== "planned" && element("span", { class: "badge" }, T.trip[slot.status]),
  isChanged && element("span", { class: "badge changed" }, T.trip.changed)
]

/** For whom it is fit, as far as it is known: each need of the party with its answer. */
const fitsElement = (slot) =>
  fitsToTell(slot).map(([need, fit]) =>
    element(
      "p",
      { class: fit === "fits" ? "soft" : "notice small" },
      T.trip.fit(NEED_WORDS[need] ?? words(need), FIT_WORDS[fit])
    )
  )

export const directions = (node) =>
  element(
    "p",
    { class: "ways" },
    element("a", { href: mapAddress(node) }, T.trip.directions),
    element("a", { href: webMapAddress(node), target: "_blank", rel: "noopener noreferrer" }, T.trip.webMap)
  )

const more = (slot) => [
  slot.narrative && element("p", {}, inClock(slot.narrative)),
  slot.opening_hours && element("p", { class: "soft" }, T.trip.hours(hoursText(slot.opening_hours))),
  slot.expected && element("p", { class: "soft" }, slot.expected.text),
  slot.booking_needed && element("p", { class: "soft" }, T.trip.bookHint),
  fitsElement(slot),
  because({ why: unsaidWhy(slot), evidence: unsaid(slot) }),
  directions(slot.node)
]

const softText = (slot, zone, currency) => {
  const { node, travel_minutes, lines, time_zone } = slot
  return [
    categoryWords(node.category),
    node.neighbourhood,
    costText(slot, currency),
    travel_minutes > 0 && T.trip.walk(travel_minutes),
    lines?.length > 0 && T.trip.rides(lines),
    time_zone !== zone && time_zone
  ]
    .filter(Boolean)
    .join(" · ")
}

const gripOf = (slot, acts) =>
  gripElement(slot.node.name, { shift: (by) => acts.shift(slot, by), place: (at) => acts.place(slot, at) })

/** What stands on a stop while it is folded. */
const makeHead = (note) => {
  const [nr, line] = [element("span", { class: "nr", "aria-hidden": "true" }), element("span", { class: "line" })]
  const [when, name, soft] = [element("span", { class: "when" }), element("strong"), element("span", { class: "soft" })]
  const part = element(
    "summary",
    { "data-act": "more" },
    nr,
    element("span", { class: "what" }, line, name, soft, note)
  )
  const show = (slot, { nr: number, zone, currency, isChanged }) => {
    setText(nr, String(number))
    setText(when, timeSpan(slot.starts_at, slot.ends_at, slot.time_zone))
    setText(name, slot.node.name)
    setText(soft, softText(slot, zone, currency))
    redraw(line, [when, ...badges(slot, isChanged)])
  }
  return { part, show }
}

/**
 * One stop, which keeps its elements while the plan changes: what is folded open or typed in it stays. What is folded away
 * is made when it is looked at.
 *
 * `show(slot, how)` draws it: `nr` is its number on the map, `acts` what the buttons do, by name; none where the trip is over.
 *
 * @param {any} [notes] what the traveler wrote for themselves
 */
export const makeStop = (notes) => {
  const note = element("span", { class: "note" })
  const head = makeHead(note)
  const body = element("div")
  const card = element("details", { class: "card" }, head.part, body)
  const part = element("li", {}, card)
  let drawn
  let unfolded
  let acts
  /** @type {undefined | {place: string, field: Element}} */
  let own
  /** @type {undefined | {name: string, made: Element}} */
  let grip

  const drawBody = () => {
    unfolded = drawn
    if (notes !== undefined && own?.place !== drawn.node.id) {
      own = { place: drawn.node.id, field: noteField(drawn, notes, note) }
    }
    redraw(body, [
      ...more(drawn),
      own?.field,
      acts !== undefined && buttons(drawn, acts),
      acts !== undefined && moveElement(drawn, acts)
    ])
  }
  /** Before it opens where it is pressed, and at once after it where something else opens it. */
  const fill = () => {
    if (unfolded !== drawn) drawBody()
  }
  const fold = () => {
    unfolded = undefined
    body.replaceChildren()
  }
  head.part.addEventListener("click", fill)
  card.addEventListener("toggle", () => (card.open ? fill() : fold()))

  const show = (slot, how) => {
    drawn = slot
    acts = slot.status === "planned" ? how.acts : undefined
    part.className = `stop ${slot.status}${how.isChanged ? " changed" : ""}`
    part.dataset.of = slot.id
    setText(note, notes?.get(slot.node.id) ?? "")
    head.show(slot, how)
    if (card.open) drawBody()
    if (acts === undefined) grip = undefined
    else if (grip?.name !== slot.node.name) grip = { name: slot.node.name, made: gripOf(slot, acts) }
    redraw(part, [card, grip?.made])
  }
  return { part, show }
}
