/** The offers on the table, and what their buttons do. */
import { button, element, redraw, setText, whenOther } from "./dom.js"
import { nearbyElement } from "./fits.js"
import { changeText } from "./format.js"
import { T } from "./messages.js"
import { answerText, decidedElement, offerElement } from "./offer.js"

/** What an offer says of the plan around it: the stops of the days that it would change. */
const surroundings = ({ slot_id, options }, { days }) => {
  const about = new Set([slot_id, ...options.flatMap(({ changes }) => changes.map((one) => one.slot_id))])
  return JSON.stringify(
    days
      .filter(({ slots }) => slots.some(({ id }) => about.has(id)))
      .map(({ slots }) => slots.map(({ id, node, starts_at, ends_at }) => [id, node.id, starts_at, ends_at]))
  )
}

/** `zone()`, its places and its currency are the city's; `days` shows the day of an option that is taken. */
export const makePanel = (live, zone, days, { base, currency, takeFitting }) => {
  const panel = element("div", { class: "offers", "aria-label": T.trip.offers, role: "region" })
  const isVoted = ({ pivot_id }) => live.trip.vote?.pivot_id === pivot_id
  const vote = (offer, answer) => live.castVote(offer, answer, T.waiting.vote(answerText(offer, answer)))
  const accept = async (offer, option) => {
    if (isVoted(offer)) return vote(offer, { response: "accept", option_id: option.option_id })
    const [first] = option.changes
    const what = first === undefined ? "" : changeText(first, live.slot(first.slot_id), zone())
    await live.respond(offer, { response: "accept", option_id: option.option_id }, T.waiting.take(what))
    const changed = option.changes.find(({ action }) => action !== "drop")
    if (changed === undefined) return
    days.look(live.trip, changed.slot_id)
    days.draw(live.trip, zone(), live.marked)
    const stop = days.part.querySelector(`[data-of="${changed.slot_id}"]`)
    stop?.scrollIntoView({ block: "nearest" })
    stop?.querySelector("summary")?.focus({ preventScroll: true })
  }
  const dismiss = async (offer) => {
    if (isVoted(offer)) return vote(offer, { response: "dismiss" })
    await live.dismiss(offer)
    const next = panel.querySelector(".offer") ?? document.getElementById("main")
    next.focus({ preventScroll: true })
  }
  /** The offers that somebody has put aside for now: on a phone they cover most of the plan. What is new comes up again. */
  let aside = new Set()
  const fold = button("", () => {
    aside = panel.classList.contains("folded") ? new Set() : new Set(live.offers.keys())
    look()
  })
  fold.className = "quiet fold"
  fold.dataset.act = "fold"
  const look = () => {
    const isFolded = live.decided === undefined && [...live.offers.keys()].every((id) => aside.has(id))
    panel.classList.toggle("folded", isFolded)
    setText(fold, isFolded ? T.offer.unfold(live.offers.size) : T.offer.fold)
    fold.setAttribute("aria-expanded", String(!isFolded))
  }
  /** What fits in from now on; an offer of nothing has nothing more to say once something of it is taken. */
  const nearby = (offer) => {
    const take = async (stops) => {
      await takeFitting(stops)
      if (offer.options.length === 0) await dismiss(offer)
    }
    return nearbyElement((minutes) => live.does.fits(minutes), take, zone(), currency)
  }
  const openVote = (offer, terms) => live.openVote(offer, terms)
  /** Drawn offers by their ids: one that nothing happened to stays as it is. */
  const drawn = new Map()
  const offerPart = (offer) => {
    const { trip, yours } = live
    if (!drawn.has(offer.pivot_id)) {
      const part = element("div", {})
      const draw = whenOther((context) => redraw(part, [offerElement(offer, context)]))
      drawn.set(offer.pivot_id, { part, draw })
    }
    const { part, draw } = drawn.get(offer.pivot_id)
    const by = [trip.vote, trip.members.length, yours, zone(), surroundings(offer, trip)]
    draw(by, { trip, zone: zone(), currency, base, yours, accept, dismiss, openVote, nearby })
    return part
  }
  const draw = () => {
    for (const id of drawn.keys()) if (!live.offers.has(id)) drawn.delete(id)
    redraw(panel, [
      // What the group has decided stands until it is closed.
      live.decided === undefined && fold,
      live.decided && decidedElement(live.decided, () => live.forgetDecided()),
      ...[...live.offers.values()].reverse().map(offerPart)
    ])
    panel.classList.toggle("filled", live.offers.size > 0 || live.decided !== undefined)
    look()
  }
  return { panel, draw }
}
