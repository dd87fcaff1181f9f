/** A trip's days, one at a time. A stop that nothing happened to keeps its element, with what is folded open in it. */
import { addElement, fixedElement } from "./by-hand.js"
import { button, element, held, redraw } from "./dom.js"
import { fitsElement } from "./fits.js"
import { calendarDay, clockTime, localDate } from "./format.js"
import { T } from "./messages.js"
import { UNDER_CHANGE } from "./plan.js"
import { directions, stopElement } from "./stop.js"

const isOpen = ({ status }) => UNDER_CHANGE.includes(status)

/** Stops, which are numbered, and what is the travelers' own among them. */
const inTime = (trip, day, stop, fixed) => {
  const own = (trip.fixed ?? []).filter((thing) => thing.day === day.day)
  const drawn = [
    ...day.slots.map((slot, index) => [slot.starts_at, stop(slot, index + 1)]),
    ...own.map((thing) => [thing.starts_at, fixed(thing)])
  ]
  return drawn.sort(([a], [b]) => a.localeCompare(b)).map(([, made]) => made)
}

/**
 * What is under way at this instant and what comes after it; nothing on another day.
 *
 * @param {any} trip
 * @param {number} now
 * @returns {{now?: any, next?: any}}
 */
export const nowAndNext = (trip, now) => {
  const open = trip.days
    .flatMap((day) => day.slots)
    .filter(({ status, ends_at }) => status === "planned" && Date.parse(ends_at) > now)
  const [first, second] = open.sort((a, b) => a.starts_at.localeCompare(b.starts_at))
  if (first === undefined) return {}
  const isSoon = (slot) =>
    slot !== undefined && localDate(slot.starts_at, slot.time_zone) === localDate(now, slot.time_zone)
  if (Date.parse(first.starts_at) > now) return isSoon(first) ? { next: first } : {}
  return { now: first, ...(isSoon(second) ? { next: second } : {}) }
}

/** The day that a traveler wants to see first: today while something is left of it, else the next one; before the trip, its first. */
export const firstShown = (trip, zone, now) => {
  const today = localDate(now, zone)
  const isOver = ({ date, slots }) =>
    date < today || (date === today && slots.every((one) => Date.parse(one.ends_at) <= now))
  const lasts = trip.days.some(({ date }) => date === today)
  if (!lasts) return 1
  return (trip.days.find((day) => !isOver(day)) ?? trip.days.find(({ date }) => date === today)).day
}

const place = (label, slot, when) =>
  slot !== undefined &&
  element(
    "p",
    {},
    element("span", { class: "badge active" }, label),
    " ",
    element("strong", {}, slot.node.name),
    element("span", { class: "soft" }, ` ${when} `)
  )

/** Who stands before a door knows what no list of hours does. */
const doorButtons = (slot, acts) =>
  element(
    "p",
    { class: "acts" },
    button(
      T.trip.actOpen,
      held(() => acts.wasOpen(slot)),
      { "data-act": "door-open" }
    ),
    button(
      T.trip.actClosed,
      held(() => acts.closed(slot)),
      { "data-act": "door-closed" }
    )
  )

export const nowElement = (trip, now, acts) => {
  const { now: here, next } = nowAndNext(trip, now)
  if (here === undefined && next === undefined) return false
  return element(
    "section",
    { class: "card now", "aria-label": `${T.trip.now}, ${T.trip.next}` },
    place(T.trip.now, here, here && T.trip.until(clockTime(here.ends_at, here.time_zone))),
    here !== undefined && doorButtons(here, acts),
    place(T.trip.next, next, next && clockTime(next.starts_at, next.time_zone)),
    // Whoever is somewhere wants to know the way onward; whoever is nowhere yet, the way there.
    directions((next ?? here).node)
  )
}

/** One form per day: what is written in it stays while the day is drawn anew. */
const addingForms = (acts) => {
  const forms = new Map()
  return (trip, day, zone) => {
    if (!forms.has(day.day)) {
      const add = ({ time, ...what }) =>
        acts.add({ ...what, ...(time === undefined ? { day: day.day } : { at: `${day.date}T${time}` }) })
      forms.set(
        day.day,
        element(
          "div",
          {},
          addElement((text, limit) => acts.search(trip, text, limit), add),
          fitsElement(
            ({ minutes, time }) => acts.fits(minutes, time === undefined ? undefined : `${day.date}T${time}`),
            acts.takeFitting,
            () => zone
          )
        )
      )
    }
    return forms.get(day.day)
  }
}

/** `acts`: what the buttons of a stop do, by name; none where it is for reading alone. `shown(day)` hears which day is looked at; `map` stands above its stops. */
export const makeDays = (acts, shown, { map, now, currency = undefined, notes = undefined }) => {
  const part = element("div", { class: "days" })
  const drawn = new Map()
  const canChange = (trip) => acts !== undefined && isOpen(trip)
  let looked

  const stop = (slot, nr, trip, zone, marked) => {
    const isChanged = marked.has(slot.id)
    const before = drawn.get(slot.id)
    const isSame = before?.slot === slot && before.isChanged === isChanged && before.nr === nr
    if (isSame && before.status === trip.status) return before.made
    const made = stopElement(slot, {
      nr,
      zone,
      currency,
      isChanged,
      notes,
      acts: canChange(trip) ? acts : undefined
    })
    const was = before?.made.querySelector("details")
    if (was?.open) made.querySelector("details").open = true
    drawn.set(slot.id, { slot, nr, isChanged, status: trip.status, made })
    return made
  }

  const adding = addingForms(acts)

  const tabs = (trip, go) =>
    trip.days.length > 1 &&
    element(
      "nav",
      { class: "daytabs", "aria-label": T.trip.days },
      trip.days.map(({ day, date, slots }) =>
        button(calendarDay(date), () => go(day), {
          "data-of": `tab-${day}`,
          "aria-current": day === looked ? "date" : undefined,
          class: slots.length === 0 ? "empty" : undefined
        })
      )
    )

  const draw = (trip, zone, marked) => {
    looked ??= firstShown(trip, zone, now())
    const day = trip.days.find((one) => one.day === looked) ?? trip.days[0]
    looked = day.day
    const go = (to) => {
      looked = to
      draw(trip, zone, marked)
    }
    redraw(part, [
      tabs(trip, go),
      element(
        "section",
        { "aria-labelledby": `day-${day.day}` },
        element("h2", { id: `day-${day.day}` }, T.trip.day(day.day, calendarDay(day.date))),
        map,
        day.slots.length === 0 && element("p", { class: "soft" }, T.trip.noStop),
        element(
          "ol",
          { class: "plain stops" },
          inTime(
            trip,
            day,
            (slot, nr) => stop(slot, nr, trip, zone, marked),
            (thing) => fixedElement(thing, zone, canChange(trip) ? acts.removeFixed : undefined)
          )
        ),
        canChange(trip) && adding(trip, day, zone)
      )
    ])
    shown(day)
  }

  /** Shows the day of that stop. */
  const look = (trip, slotId) => {
    looked = trip.days.find(({ slots }) => slots.some(({ id }) => id === slotId))?.day ?? looked
  }

  return { part, draw, look }
}
