/** A trip's days, one at a time. A stop that nothing happened to keeps its element, with what is folded open in it. */
import { addElement, fixedElement } from "./by-hand.js"
import { button, element, entitle, held, redraw, setText, whenOther } from "./dom.js"
import { fitsElement } from "./fits.js"
import { calendarDay, clockTime, inClock, localDate, pricesText } from "./format.js"
import { T } from "./messages.js"
import { UNDER_CHANGE } from "./plan.js"
import { directions, makeStop } from "./stop.js"

const isOpen = ({ status, isLost }) => !isLost && UNDER_CHANGE.includes(status)

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

const nowElement = ({ now: here, next }, acts) =>
  element(
    "section",
    { class: "card now", "aria-label": `${T.trip.now}, ${T.trip.next}` },
    place(T.trip.now, here, here && T.trip.until(clockTime(here.ends_at, here.time_zone))),
    here !== undefined && acts !== undefined && doorButtons(here, acts),
    place(T.trip.next, next, next && clockTime(next.starts_at, next.time_zone)),
    // Whoever is somewhere wants to know the way onward; whoever is nowhere yet, the way there.
    directions((next ?? here).node)
  )

/** What is under way and what comes next, of a trip that is under way; `acts` as for the days. */
export const makeNow = (acts) => {
  const part = element("div", {})
  const drawOther = whenOther((found) =>
    redraw(part, [(found.now ?? found.next) !== undefined && nowElement(found, acts)])
  )
  const told = (slot) => [slot?.id, slot?.node.id, slot?.starts_at, slot?.ends_at]
  const draw = (trip, now) => {
    const found = trip.status === "active" && !trip.isLost ? nowAndNext(trip, now) : {}
    drawOther([...told(found.now), ...told(found.next)], found)
  }
  return { part, draw }
}

/** One form per day: what is written in it stays while the day is drawn anew. */
const addingForms = (acts, currency) => {
  const forms = new Map()
  return (trip, day, zone) => {
    if (!forms.has(day.day)) {
      const on = (time) => (time === undefined ? day.date : `${day.date}T${time}`)
      const add = ({ time, ...what }) =>
        acts.add({ ...what, ...(time === undefined ? { day: day.day } : { at: on(time) }) })
      forms.set(
        day.day,
        element(
          "div",
          {},
          addElement((text, limit, time) => acts.search(trip, text, limit, on(time)), add),
          fitsElement(
            ({ minutes, time }) => acts.fits(minutes, day.date, time),
            acts.takeFitting,
            () => zone,
            currency
          )
        )
      )
    }
    return forms.get(day.day)
  }
}

/** Meals that a day has to do without, and why. */
const makeLacks = () => {
  const lines = new WeakMap()
  return ({ relaxed = [] }, { day }) =>
    relaxed
      .filter((one) => one.day === day && ["breakfast", "meals"].includes(one.constraint))
      .map((one) => {
        if (!lines.has(one)) lines.set(one, element("p", { class: "notice small" }, inClock(one.message)))
        return lines.get(one)
      })
}

/** What the day costs as far as anybody said, and all days together. */
const makePrices = (currency) => {
  const [ofDay, ofTrip] = [element("p", { class: "soft prices" }), element("p", { class: "soft prices" })]
  return ({ days }, { slots }) => {
    const all = days.flatMap((day) => day.slots)
    setText(ofDay, T.prices.day(pricesText(slots, currency)))
    setText(ofTrip, T.prices.trip(pricesText(all, currency)))
    return [slots.length > 0 && ofDay, days.length > 1 && all.length > 0 && ofTrip]
  }
}

/** Which day is looked at. */
const makeTabs = (go) => {
  const part = element("div", {})
  const tab = ({ day, date, slots }, looked) =>
    button(calendarDay(date), () => go(day), {
      "data-of": `tab-${day}`,
      "aria-current": day === looked ? "date" : undefined,
      class: slots.length === 0 ? "empty" : undefined
    })
  const drawOther = whenOther(({ days }, looked) =>
    redraw(part, [
      days.length > 1 &&
        element(
          "nav",
          { class: "daytabs", "aria-label": T.trip.days },
          days.map((day) => tab(day, looked))
        )
    ])
  )
  const draw = (trip, looked) =>
    drawOther([looked, ...trip.days.flatMap(({ date, slots }) => [date, slots.length === 0])], trip, looked)
  return { part, draw }
}

/**
 * `acts`: what the buttons of a stop do, by name; none where it is for reading alone. `shown(day)` hears which day is looked at; `map` stands above its stops.
 *
 * Each part keeps its elements: only what is another one is drawn.
 *
 * @param {any} acts
 * @param {(day: any) => void} shown
 * @param {{map: Element, now: () => number, currency?: string | null, notes?: ReturnType<typeof import("./own.js").notesOf>}} beside
 */
export const makeDays = (acts, shown, { map, now, currency, notes }) => {
  const stops = new Map()
  const canChange = (trip) => acts !== undefined && isOpen(trip)
  let looked
  /** What was drawn last, to be drawn again with another day. */
  let last

  const tabs = makeTabs((to) => {
    looked = to
    draw(...last)
  })
  const heading = element("h2", {})
  const list = element("ol", { class: "plain stops" })
  const section = element("section", {}, heading)
  const part = element("div", { class: "days" }, tabs.part, section)
  const adding = addingForms(acts, currency)
  const [lacks, prices] = [makeLacks(), makePrices(currency)]

  const stop = (slot, nr, trip, zone, marked) => {
    if (!stops.has(slot.id)) {
      const { part, show } = makeStop(notes)
      stops.set(slot.id, { part, show: whenOther(show) })
    }
    const { part, show } = stops.get(slot.id)
    const isChanged = marked.has(slot.id)
    const may = canChange(trip) ? acts : undefined
    show([slot, nr, zone, isChanged, may], slot, { nr, zone, currency, isChanged, acts: may })
    return part
  }
  const made = new WeakMap()
  const fixed = (thing, zone, remove) => {
    if (made.get(thing)?.remove !== remove) made.delete(thing)
    if (!made.has(thing)) made.set(thing, { remove, part: fixedElement(thing, zone, remove) })
    return made.get(thing).part
  }
  /** Of stops that are in the plan no more nothing is kept. */
  const forget = ({ days }) => {
    const kept = new Set(days.flatMap(({ slots }) => slots.map(({ id }) => id)))
    for (const id of stops.keys()) if (!kept.has(id)) stops.delete(id)
  }

  const draw = (trip, zone, marked) => {
    last = [trip, zone, marked]
    looked ??= firstShown(trip, zone, now())
    const day = trip.days.find((one) => one.day === looked) ?? trip.days[0]
    looked = day.day
    forget(trip)
    tabs.draw(trip, looked)
    heading.id = `day-${day.day}`
    section.setAttribute("aria-labelledby", heading.id)
    setText(heading, T.trip.day(day.day, calendarDay(day.date)))
    redraw(
      list,
      inTime(
        trip,
        day,
        (slot, nr) => stop(slot, nr, trip, zone, marked),
        (thing) => fixed(thing, zone, canChange(trip) ? acts.removeFixed : undefined)
      )
    )
    redraw(section, [
      heading,
      map,
      day.slots.length === 0 && element("p", { class: "soft" }, T.trip.noStop),
      list,
      ...lacks(trip, day),
      ...prices(trip, day),
      day.way?.back_minutes > 0 && element("p", { class: "soft" }, T.trip.back(day.way.back_minutes)),
      canChange(trip) && adding(trip, day, zone)
    ])
    shown(day)
    if (part.isConnected) entitle()
  }

  /** Shows the day of that stop. */
  const look = (trip, slotId) => {
    looked = trip.days.find(({ slots }) => slots.some(({ id }) => id === slotId))?.day ?? looked
  }

  return { part, draw, look }
}
