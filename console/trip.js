/** One trip, live: the page shows the plan, asks for offers, and takes over every change as it is told. */
import { Problem } from "./api.js"
import { controlsElement } from "./controls.js"
import { makeDays } from "./days.js"
import { announce, element, redraw } from "./dom.js"
import { calendarDay, plural, timeSpan } from "./format.js"
import { offerElement, offerTitle } from "./offer.js"
import { applyChange, differences, judgeFrame, slotOf, zoneOfTrip } from "./plan.js"
import { newId } from "./session.js"
import { openStream, Unanswered } from "./stream.js"

/** Offers shown at the same time; the oldest goes first. */
const MOST_OFFERS = 4

/** Stops that the news of a change names one by one. */
const MOST_NAMED = 3

/** How long a changed stop stays marked. */
const MARKED_MS = 20_000

const STREAM_WORDS = {
  connecting: "connecting…",
  live: "live",
  waiting: "offline, trying again",
  unauthorized: "the token is no longer good",
  not_found: "not yours any more",
  closed: "closed"
}

export const tripView = async ({ api, token, cities, logOut }, id) => {
  const [first, known] = await Promise.all([api.trip(id), cities()])
  const city = known.find((one) => one.slug === first.city)
  let trip = first
  let stream
  let rereading
  /** The newest event that the stream told of. */
  let heard = first.state_version
  const offers = new Map()
  const marked = new Map()

  const zone = () => zoneOfTrip(trip, known)
  const state = element("span", { class: "badge", role: "status", id: "stream-state" })
  const status = element("span", { class: "badge" })
  const facts = element("p", { class: "soft" })
  const notes = element("div", {})
  const controls = element("div", {})
  const panel = element("div", { class: "offers", "aria-label": "Offers", role: "region" })
  /** The buttons stand before what they do; nobody presses one sooner. */
  const days = makeDays({
    closed: (slot) => pivot({ trigger: "venue_closed", slot_id: slot.id }),
    swap: (slot) => changeSlot(slot, "swap"),
    lock: (slot) => changeSlot(slot, slot.locked ? "unlock" : "lock"),
    remove: (slot) => changeSlot(slot, "remove"),
    like: (slot) => feel(slot, "thumbs_up"),
    dislike: (slot) => feel(slot, "thumbs_down")
  })
  const drawDays = () => days.draw(trip, zone(), marked)

  const drawOffers = () => {
    const context = { trip, zone: zone(), accept, dismiss }
    redraw(
      panel,
      [...offers.values()].reverse().map((one) => offerElement(one, context))
    )
    panel.classList.toggle("filled", offers.size > 0)
  }

  let drawnStatus
  const draw = () => {
    if (drawnStatus !== trip.status) {
      drawnStatus = trip.status
      status.className = `badge ${trip.status}`
      status.textContent = trip.status
      controls.replaceChildren(controlsElement(trip, { pivot, setStatus }))
    }
    const { model } = trip
    facts.textContent = `${calendarDay(trip.start_date)} to ${calendarDay(trip.end_date)} · ${plural(trip.members.length, "traveler")} · planned by ${model.name} ${model.version} · version ${trip.state_version} · times of ${zone()}`
    notes.replaceChildren(
      ...(trip.lost ?? []).map(({ message }) => element("p", { class: "notice" }, message)),
      ...(trip.relaxed ?? []).map(({ message }) => element("p", { class: "notice" }, message)),
      ...(trip.degraded === undefined ? [] : [element("p", { class: "notice" }, trip.degraded)]),
      element("p", { class: "soft" }, `Places: ${trip.attribution.map(({ text }) => text).join("; ")}.`)
    )
    drawDays()
    drawOffers()
  }

  const unmark = (slots, stamp) => {
    for (const slot of slots) if (marked.get(slot) === stamp) marked.delete(slot)
    drawDays()
  }

  const tell = (after, changed, removed) => {
    const named = changed.map((slot) => slotOf(after, slot)).filter(Boolean)
    const parts = named
      .slice(0, MOST_NAMED)
      .map((slot) => `${slot.node.name}, ${timeSpan(slot.starts_at, slot.ends_at, slot.time_zone)}`)
    if (named.length > MOST_NAMED) parts.push(plural(named.length - MOST_NAMED, "more stop"))
    if (removed.length > 0) parts.push(`${plural(removed.length, "stop")} left out`)
    if (parts.length > 0) announce(`Changed: ${parts.join("; ")}.`)
  }

  const take = ({ trip: after, changed, removed }) => {
    trip = after
    const stamp = {}
    for (const slot of changed) marked.set(slot, stamp)
    if (changed.length > 0) setTimeout(unmark, MARKED_MS, changed, stamp)
    tell(after, changed, removed)
    draw()
  }

  const takeWhole = (fresh) => {
    if (fresh.state_version >= trip.state_version) take({ trip: fresh, ...differences(trip, fresh) })
  }

  /** Reads the whole trip; asked for twice, it is read once, and again if news came that the reading does not have. */
  const reread = () => {
    rereading ??= api
      .trip(id)
      .then(takeWhole)
      .then(
        () => {
          rereading = undefined
          return trip.state_version < heard ? reread() : undefined
        },
        (error) => {
          rereading = undefined
          announce(error.message, "error")
        }
      )
    return rereading
  }

  /** Takes what an HTTP answer says has changed, unless the stream said so before. */
  const takeAnswer = (answer) => {
    if (answer.state_version <= trip.state_version) return undefined
    const applied = answer.state_version === trip.state_version + 1 ? applyChange(trip, answer) : undefined
    return applied === undefined ? reread() : take(applied)
  }

  const addOffer = (one) => {
    offers.delete(one.offer.pivot_id)
    offers.set(one.offer.pivot_id, one)
    for (const oldest of offers.keys()) if (offers.size > MOST_OFFERS) offers.delete(oldest)
    drawOffers()
  }

  const dropOffer = (pivotId) => offers.delete(pivotId) && drawOffers()

  const onFrame = (frame) => {
    if (frame.type === "hello") {
      if (frame.trip !== undefined && frame.trip.state_version > trip.state_version) takeWhole(frame.trip)
      for (const offer of frame.open_offers) if (!offers.has(offer.pivot_id)) addOffer({ offer })
    } else if (frame.type === "offer") {
      if (offers.has(frame.pivot_id)) return
      addOffer({ offer: frame })
      announce(`An offer: ${offerTitle(frame, trip)}.`)
    } else if (typeof frame.seq === "number") {
      if (frame.pivot_id !== undefined) dropOffer(frame.pivot_id)
      heard = Math.max(heard, frame.seq)
      const judged = judgeFrame(trip, frame)
      if (judged.kind === "change") take(judged)
      else if (judged.kind !== "old") reread()
    }
  }

  /** Over the live connection where there is one, else over HTTP; the same key makes asking twice harmless. */
  const ask = async (frame, overHttp) => {
    const started = performance.now()
    try {
      const answer = await stream.request(frame)
      if (answer.type === "error") throw new Problem(answer.problem, answer.problem.status)
      return { answer, tookMs: performance.now() - started, via: "the live connection" }
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
    }
    const again = performance.now()
    return { answer: await overHttp(frame.id), tookMs: performance.now() - again, via: "HTTP" }
  }

  const pivot = async (request) => {
    const asked = await ask({ type: "pivot", id: newId(), ...request }, (key) => api.pivot(id, request, key))
    addOffer({ offer: asked.answer, tookMs: asked.tookMs, via: asked.via })
    panel.querySelector(".offer")?.focus()
  }

  const respond = async (offer, answer) => {
    const { pivot_id } = offer
    try {
      const { answer: done } = await ask({ type: "respond", id: newId(), pivot_id, ...answer }, (key) =>
        api.answerPivot(id, pivot_id, answer, key)
      )
      dropOffer(pivot_id)
      if (done.changed !== undefined) await takeAnswer(done)
    } catch (error) {
      const fresh = error instanceof Problem ? error.document?.offer : undefined
      if (error.document?.type?.endsWith("pivot-expired")) dropOffer(pivot_id)
      if (fresh !== undefined) addOffer({ offer: fresh })
      throw error
    }
  }

  const accept = async (offer, option) => {
    await respond(offer, { response: "accept", option_id: option.option_id })
    const changed = option.changes.find(({ action }) => action !== "drop")
    const stop = changed === undefined ? null : days.part.querySelector(`[data-of="${changed.slot_id}"]`)
    stop?.scrollIntoView({ block: "nearest" })
    stop?.querySelector("[data-act]")?.focus({ preventScroll: true })
  }

  const dismiss = async (offer) => {
    // Nothing was on offer: there is nothing to turn down.
    if (offer.options.length === 0) dropOffer(offer.pivot_id)
    else await respond(offer, { response: "dismiss" })
    const next = panel.querySelector(".offer") ?? document.getElementById("main")
    next.focus({ preventScroll: true })
  }

  /** A write based on what this page shows; where the trip has moved on, the page catches up and says so. */
  const write = async (does) => {
    try {
      await does()
    } catch (error) {
      if (error.status !== 412) throw error
      await reread()
      announce("The plan had changed meanwhile; this is how it is now. Nothing else was done.", "error")
    }
  }

  const changeSlot = (slot, action) =>
    write(async () => takeAnswer(await api.changeSlot(id, slot.id, action, trip.state_version)))

  const setStatus = (next) =>
    write(async () => {
      trip = await api.setStatus(id, next, trip.state_version)
      draw()
    })

  const feel = async (slot, signal_type) => {
    const { rejected } = await api.signal({
      id: newId(),
      signal_type,
      trip_id: id,
      slot_id: slot.id,
      activity_node_id: slot.node.id,
      occurred_at: new Date().toISOString()
    })
    announce(rejected[0]?.problem ?? "Noted. My taste shows what that changed.", rejected.length > 0 ? "error" : "info")
  }

  stream = openStream({
    origin: location.origin,
    tripId: id,
    token,
    since: () => trip.state_version,
    onFrame,
    onState: (name) => {
      state.className = `badge stream ${name}`
      state.textContent = STREAM_WORDS[name]
      if (name === "unauthorized") logOut("The token has run out. Log in with a fresh one.")
    }
  })

  draw()
  return {
    elements: [
      element("div", { class: "title" }, element("h1", {}, city?.name ?? trip.city), status, state),
      facts,
      notes,
      element("div", { class: "trip" }, days.part, element("aside", {}, panel, controls))
    ],
    close: () => stream.close()
  }
}
