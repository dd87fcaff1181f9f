/** The page of one trip: now and next, one day at a time, what happens, and what is offered. */
import { aroundTrip } from "./around.js"
import { choicesElement, makeUndo } from "./by-hand.js"
import { controlsElement } from "./controls.js"
import { makeDays, makeNow } from "./days.js"
import { announce, announceProblem, element, redraw, setText, whenOther } from "./dom.js"
import { datesText, inClock, localDate, timeSpan, zoneText } from "./format.js"
import { LiveTrip } from "./live-trip.js"
import { makeMap, offerMap } from "./map.js"
import { STATUS_WORDS, STREAM_WORDS, T } from "./messages.js"
import { makeNeeds } from "./needs.js"
import { offerTitle } from "./offer.js"
import { makePanel } from "./offers.js"
import { notesOf } from "./own.js"
import { oneAtATime, paced } from "./pace.js"
import { slotOf, UNDER_CHANGE, zoneOfTrip } from "./plan.js"
import { togetherElement } from "./together.js"
import { moreElement } from "./trip-more.js"
import { makeVetoes } from "./vetoes.js"

/** Stops that the news of a change names one by one. */
const MOST_NAMED = 3

/** Where much changes the news of it are told this often at most. */
const NEWS_REST_MS = 1000

/** "Now" and "next" are looked over this often. */
const CLOCK_MS = 30_000

const changeNews = (after, changed, removed) => {
  const named = changed.map((slot) => slotOf(after, slot)).filter(Boolean)
  const parts = named
    .slice(0, MOST_NAMED)
    .map((slot) => `${slot.node.name}, ${timeSpan(slot.starts_at, slot.ends_at, slot.time_zone)}`)
  if (named.length > MOST_NAMED) parts.push(T.trip.moreStops(named.length - MOST_NAMED))
  if (removed.length > 0) parts.push(T.trip.leftOut(removed.length))
  return T.trip.changedNews(parts.join("; "))
}

/** The change that just happened, where it can be taken back: what is undone itself leaves fewer of them. */
const newestOf = (before, { undo = [] }) => {
  const known = new Set((before.undo ?? []).map(({ change }) => change))
  return undo.find(({ change }) => !known.has(change))
}

const notesElement = (trip, open) => {
  const said = [...(trip.lost ?? []), ...(trip.relaxed ?? [])].map(({ message }) => message)
  return element(
    "details",
    { class: "notes", open },
    element("summary", {}, T.trip.notes),
    said.map((message) => element("p", { class: "notice" }, inClock(message))),
    element("p", { class: "soft" }, T.trip.sources(trip.attribution.map(({ text }) => text).join("; ")))
  )
}

/** Another order of the stop's day; `to` says from its place which one it gets. */
const placed = (live, slot, to) => {
  const day = live.trip.days.find(({ slots }) => slots.some(({ id }) => id === slot.id))
  const ids = day.slots.map(({ id }) => id)
  const at = ids.indexOf(slot.id)
  const goal = to(at)
  if (goal === at || goal < 0 || goal >= ids.length) return undefined
  return live.does.reorder(day.day, ids.toSpliced(at, 1).toSpliced(goal, 0, slot.id)).catch(announceProblem)
}

/**
 * What the buttons of a stop do. The first one asks for an offer, which comes into the panel.
 *
 * @param {LiveTrip} live
 * @param {(request: import("./api.js").Body<"trips.pivot">) => Promise<void>} pivot
 * @param {{api: import("./api.js").Api, vetoes: ReturnType<typeof makeVetoes>, zone: () => string, currency: string | null | undefined, base: () => Promise<import("./session.js").Places>}} beside
 */
const actsOn = (live, pivot, { api, vetoes, zone, currency, base }) => ({
  closed: (slot) => pivot({ trigger: "venue_closed", slot_id: slot.id }),
  district: (slot) => pivot({ trigger: "venue_closed", detail: { district: slot.node.neighbourhood } }),
  /** Choices come under the button; nothing changes before one of them is taken. */
  swap: async (slot, pressed) => {
    const choices = await live.does.choices(slot.id)
    const options = choices.choices.map(({ node }) => ({ changes: [{ node, slot_id: slot.id }] }))
    const map = offerMap(live.trip, { options }, base)
    const shown = choicesElement(choices, { zone: zone(), currency, map }, (node) =>
      live.does.changeSlot(
        slot.id,
        { action: "swap", node_id: node.id },
        T.waiting.slot(slot.node.name, T.waiting.take(node.name))
      )
    )
    const acts = pressed.closest(".acts")
    acts.parentElement.querySelector(".choices")?.remove()
    acts.after(shown)
    shown.querySelector("button")?.focus({ preventScroll: true })
  },
  shift: (slot, by) => placed(live, slot, (at) => at + by),
  place: (slot, to) => placed(live, slot, () => to),
  days: () => live.trip.days,
  move: (slot, date, time) => {
    const day = live.trip.days.find((one) => one.date === date)
    const to = time === "" ? { day: day?.day } : { at: `${date}T${time}` }
    return live.does.changeSlot(slot.id, { action: "move", ...to }, T.waiting.slot(T.byHand.moveIt, slot.node.name))
  },
  fits: (minutes, date, time) => {
    const isNow = live.trip.status === "active" && date === localDate(api.now(), zone())
    if (time === undefined && !isNow) throw new Error(T.fits.when)
    return live.does.fits(minutes, time === undefined ? undefined : `${date}T${time}`)
  },
  takeFitting: async (stops) => {
    for (const { node, starts_at } of stops) if (!(await live.does.addStop({ node_id: node.id, at: starts_at }))) return
  },
  add: (body) => live.does.addStop(body),
  search: (trip, text, limit, at) => api.search(trip.city, text, limit, at),
  removeFixed: (thing) =>
    live.does.changeSlot(thing.id, { action: "remove" }, T.waiting.slot(T.trip.actRemove, thing.title)),
  lock: (slot) =>
    slot.locked
      ? live.does.changeSlot(slot.id, { action: "unlock" }, T.waiting.slot(T.trip.actUnlock, slot.node.name))
      : live.does.changeSlot(slot.id, { action: "lock" }, T.waiting.slot(T.trip.actLock, slot.node.name)),
  remove: (slot) =>
    live.does.changeSlot(slot.id, { action: "remove" }, T.waiting.slot(T.trip.actRemove, slot.node.name)),
  never: ({ node }) => vetoes.rule(node),
  wasOpen: async (slot) => {
    await live.does.reportDoor(slot.id, true)
    announce(T.trip.doorNoted)
  },
  like: async (slot) => {
    if (await live.does.feel(slot, "thumbs_up", T.waiting.like(slot.node.name))) announce(T.trip.noted)
  },
  dislike: async (slot) => {
    if (await live.does.feel(slot, "thumbs_down", T.waiting.dislike(slot.node.name))) announce(T.trip.noted)
  }
})

const undoing = (live, change) => async () => {
  await live.does.undo(change)
  announce(T.byHand.undone)
}

/** What changed last, and how it is taken back: told once where much changes. */
const newsOf = (live, page) =>
  paced(() => {
    const { before, changed, removed } = page.news
    page.news = undefined
    const newest = newestOf(before, live().trip)
    const more = newest && { label: T.undo, act: undoing(live(), newest.change) }
    announce(changeNews(live().trip, changed, removed), "info", more)
  }, NEWS_REST_MS)

const listening = (live, page, expired) => ({
  plan: () => page.drawPaced(),
  offers: () => page.drawOffers(),
  changed: (before, changed, removed) => {
    const { before: first = before, changed: others = [], removed: gone = [] } = page.news ?? {}
    const all = (one, other) => [...new Set([...one, ...other])]
    page.news = { before: first, changed: all(others, changed), removed: all(gone, removed) }
    page.tellNews()
  },
  offered: (offer) => announce(T.trip.offerNews(offerTitle(offer, live().trip))),
  online: () => page.drawOnline?.(),
  vetoes: (said) => page.showVetoes?.(said),
  stale: () => announce(T.trip.stale, "error"),
  failed: (message) => announceProblem({ message }),
  state: (name) => {
    page.state.className = `badge stream ${name}`
    page.state.textContent = STREAM_WORDS[name]
    if (name === "unauthorized") expired()
    if (name === "not_found") {
      announce(T.trip.notYours, "error")
      live().lose()
    }
  }
})

const factsText = (trip, zone, now) => {
  const told = zoneText(zone, now)
  return [datesText(trip), T.trip.travelers(trip.members.length), told && T.trip.times(told)]
    .filter(Boolean)
    .join(" · ")
}

const aroundOf = ({ base, places }, live, zone) =>
  aroundTrip({
    trip: () => live.trip,
    zone,
    nodes: async () => (await base(live.trip.city)).nodes,
    called: (said) => places.called(live.trip.city, said),
    save: async (patch) => {
      if (await live.does.change(patch)) announce(T.around.saved)
    }
  })

/** What stands below the days: what the plan goes around, who travels, notes on the plan, and the trip as a whole. */
const makeBelow = (app, live, zone, name, vetoes) => {
  const notes = element("div", {})
  const more = moreElement(app, live)
  const together = togetherElement(
    app,
    () => live.trip,
    name,
    () => live.online,
    vetoes
  )
  const drawNotes = whenOther((trip) =>
    redraw(notes, [notesElement(trip, notes.querySelector("details")?.open ?? false)])
  )
  const drawMembers = whenOther(together.draw)
  const drawMore = whenOther(more.draw)
  const draw = () => {
    const { trip } = live
    drawNotes([trip.lost, trip.relaxed, trip.attribution], trip)
    drawMembers([trip.members])
    drawMore([trip.members, trip.status])
    // What is theirs no more can be read, and that is all.
    if (trip.isLost) part.replaceChildren(notes)
    else if (!UNDER_CHANGE.includes(trip.status)) around.remove()
  }
  const around = aroundOf(app, live, zone)
  const part = element("div", {}, around, together.part, notes, more.part)
  return {
    part,
    draw,
    drawOnline: together.draw
  }
}

/** How far the trip is; of what is over nothing new is awaited, and it is not said to be live. */
const showStatus = ({ status }, badge, stream) => {
  badge.className = `badge ${status}`
  badge.textContent = STATUS_WORDS[status]
  stream.hidden = !UNDER_CHANGE.includes(status)
}

/** @param {import("./session.js").App} app @param {string} id */
export const tripView = async (app, id) => {
  const { api, cities, expired, waiting } = app
  const [first, known] = await Promise.all([api.trip(id), cities()])
  const page = { state: element("span", { class: "badge", role: "status", id: "stream-state" }) }
  page.tellNews = newsOf(() => live, page)
  page.drawPaced = paced(() => page.draw())
  const live = new LiveTrip(
    api,
    waiting,
    first,
    listening(() => live, page, expired)
  )
  const zone = () => zoneOfTrip(live.trip, known)
  const status = element("span", { class: "badge" })
  const facts = element("p", { class: "soft facts" })
  const controls = element("div", { class: "controls-part" })
  const pivot = async (request) => {
    await live.pivot(request)
    const isNarrow = matchMedia("(max-width: 52rem)").matches
    if (isNarrow) controls.querySelector("details")?.removeAttribute("open")
    offers.panel.querySelector(".offer")?.focus()
  }
  const base = () => app.base(first.city)
  const map = makeMap(
    base,
    (message) => announceProblem({ message }),
    () => api.client.call("begin.map")
  )
  let looked = first.days[0]
  const drawMap = (day = looked) => {
    looked = day
    map.draw(live.trip, day, [...live.offers.values()], live.marked)
  }
  const { currency, name = first.city } = known.find((one) => one.slug === first.city) ?? {}
  const vetoes = makeVetoes(app, live)
  const acts = actsOn(live, pivot, { api, vetoes, zone, currency, base })
  const days = makeDays(acts, drawMap, {
    map: map.part,
    currency,
    now: api.now,
    notes: notesOf(app.own, id)
  })
  const offers = makePanel(live, zone, days, { base, currency, takeFitting: acts.takeFitting })
  const below = makeBelow(app, live, zone, name, vetoes)
  Object.assign(page, { drawOnline: below.drawOnline, showVetoes: vetoes.show })
  const [needs, now] = [makeNeeds(app.own, live), makeNow(acts)]
  const undo = makeUndo((change) => undoing(live, change)())
  const drawNow = () => {
    now.draw(live.trip, api.now())
    undo.draw(live.trip, api.now())
  }
  page.drawOffers = () => {
    offers.draw()
    drawMap()
  }
  const setStatus = (next) => live.does.change({ status: next })
  const drawStatus = whenOther((trip) => {
    showStatus(trip, status, page.state)
    redraw(controls, [controlsElement(trip, { pivot, setStatus })])
  })
  const remember = oneAtATime(() => api.remember(live.trip))
  page.draw = () => {
    const { trip } = live
    drawStatus([trip.status, trip.isLost], trip)
    setText(facts, factsText(trip, zone(), api.now()))
    remember()
    below.draw()
    needs.draw(trip)
    drawNow()
    days.draw(trip, zone(), live.marked)
    offers.draw()
  }
  page.draw()
  live.open()
  const clock = setInterval(drawNow, CLOCK_MS)
  return {
    elements: [
      element("div", { class: "title" }, element("h1", {}, name), status, page.state),
      facts,
      element(
        "div",
        { class: "trip" },
        element("div", {}, now.part, needs.part, undo.part, days.part, below.part),
        element("aside", {}, offers.panel, controls)
      )
    ],
    close: () => {
      clearInterval(clock)
      live.close()
    }
  }
}
