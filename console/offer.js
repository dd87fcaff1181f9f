/** An offer: what could be done about a disruption, each option with what it changes. */
import { button, element, field, held, select } from "./dom.js"
import { changeText, costText, deadline, evidenceText, inClock, measure } from "./format.js"
import { hoursText } from "./hours.js"
import { letterOf, offerMap } from "./map.js"
import { categoryWords, KIND_WORDS, T, TRIGGER_WORDS, words } from "./messages.js"
import { slotOf } from "./plan.js"
import { openBadge } from "./stop.js"

const changeItem = (change, { trip, zone, currency }) =>
  element(
    "li",
    { class: "change" },
    element("strong", {}, changeText(change, slotOf(trip, change.slot_id), zone)),
    change.action !== "drop" && openBadge(change),
    change.action === "replace" &&
      element(
        "span",
        { class: "soft" },
        [
          categoryWords(change.node.category),
          change.node.neighbourhood,
          costText(change, currency),
          change.booking_needed && T.trip.book,
          change.opening_hours && T.trip.hours(hoursText(change.opening_hours)),
          change.travel_minutes > 0 && T.offer.away(change.travel_minutes)
        ]
          .filter(Boolean)
          .join(" · ")
      )
  )

const isVoted = ({ pivot_id }, { vote }) => vote?.pivot_id === pivot_id

/** What somebody says to an offer, in a word or two. */
export const answerText = (offer, { response, option_id }) => {
  if (response !== "accept") return T.vote.plan
  const nth = offer.options.findIndex((one) => one.option_id === option_id)
  const place = offer.options[nth]?.changes.find(({ node }) => node !== undefined)?.node.name
  return T.vote.option(letterOf(nth), place)
}

/** How the vote stands; what others said is nobody's business. */
const voteElement = (offer, { trip, yours }) => {
  const { vote } = trip
  return element(
    "div",
    { class: "vote", role: "status" },
    element("p", {}, T.vote.until(deadline(vote.closes_at), vote.voted.length, trip.members.length)),
    element("p", { class: "soft" }, T.vote.or(answerText(offer, vote.default))),
    yours !== undefined && element("p", {}, element("strong", {}, T.vote.yours(answerText(offer, yours))))
  )
}

/** For how long a group may think it over, in minutes. */
const VOTE_MINUTES = [5, 10, 20, 30, 60, 120]
const USUAL_VOTE_MINUTES = 10

/** Stands for going on as planned, among the ids of options. */
const KEEP = "keep"

/** What was chosen in an offer's form outlives its being drawn anew. */
const choices = new WeakMap()

const choiceOf = (offer) => {
  const choice = choices.get(offer) ?? { open: false, minutes: String(USUAL_VOTE_MINUTES), otherwise: KEEP }
  choices.set(offer, choice)
  return choice
}

/** By when the group decides, and what is done where it does not. */
const voteForm = (openVote, offer) => {
  const choice = choiceOf(offer)
  const chosen = (name, values) => {
    const box = select(name, values, choice[name])
    box.addEventListener("change", () => {
      choice[name] = box.value
    })
    return box
  }
  const answers = [
    [KEEP, T.vote.plan],
    ...offer.options.map(({ option_id }) => [option_id, answerText(offer, { response: "accept", option_id })])
  ]
  const open = () => {
    const { minutes, otherwise } = choice
    const answer = otherwise === KEEP ? { response: "dismiss" } : { response: "accept", option_id: otherwise }
    return openVote(offer, { minutes: Number(minutes), default: answer })
  }
  const form = element(
    "details",
    {
      class: "vote-form",
      open: choice.open,
      toggle: () => {
        choice.open = form.open
      }
    },
    element("summary", { "data-act": "vote" }, T.vote.open),
    field(
      T.vote.within,
      chosen(
        "minutes",
        VOTE_MINUTES.map((count) => [String(count), measure(count, "minute")])
      )
    ),
    field(T.vote.otherwise, chosen("otherwise", answers)),
    button(T.vote.begin, held(open), { class: "primary", "data-act": "begin-vote" })
  )
  return form
}

/** What a vote came to, for the whole group. */
export const decidedElement = ({ result, offer, option_id }, close) => {
  const what =
    option_id === undefined
      ? T.vote.plan
      : offer === undefined
        ? T.vote.taken
        : answerText(offer, { response: "accept", option_id })
  const most = Math.max(0, ...result.tally.map(({ votes }) => votes))
  const said = result.by_default ? T.vote.byDefault(what) : T.vote.decided(what, most, result.members)
  return element(
    "div",
    { class: "card decided" },
    element("p", { role: "status" }, result.problem === null ? said : `${said} ${result.problem}`),
    button(T.offer.close, close, { "data-act": "close-decided" })
  )
}

/** Reasons that an option shows already, beside its times and at its stops. */
const SHOWN = /^(Open at |Nobody knows its hours: |\d+ later stops? stay)/

/** What is not said yet: neither by the changes nor by what stands beside them. */
export const unsaidWhy = ({ why, changes }, trip) => {
  const names = changes.map(({ slot_id }) => slotOf(trip, slot_id)?.node.name).filter(Boolean)
  const isTold = (line) => SHOWN.test(line) || names.some((name) => line.startsWith(`${name} `))
  const isUnknown = changes.some(({ action, open }) => action === "replace" && open === "unknown")
  return [...why.filter((line) => !isTold(line)), ...(isUnknown ? [T.trip.checkFirst] : [])]
}

const optionElement = (option, index, { trip, zone, currency, accept, isVote }) => {
  const first = option.changes[0]
  const told = first === undefined ? "" : changeText(first, slotOf(trip, first.slot_id), zone)
  const why = unsaidWhy(option, trip)
  const label = isVote ? T.vote.yes : T.offer.take
  return element(
    "li",
    { class: "option" },
    element("span", { class: "nr letter", "aria-hidden": "true" }, letterOf(index)),
    option.kind !== undefined && element("p", { class: "badge kind" }, KIND_WORDS[option.kind] ?? words(option.kind)),
    element(
      "ul",
      { class: "plain" },
      option.changes.map((change) => changeItem(change, { trip, zone, currency }))
    ),
    element("p", { class: "soft" }, T.offer.stays(option.unchanged)),
    why.length > 0 &&
      element(
        "ul",
        { class: "why" },
        why.map((one) => element("li", {}, inClock(one)))
      ),
    option.evidence.length > 0 &&
      element(
        "details",
        { class: "soft" },
        element("summary", {}, T.offer.who),
        option.evidence.map((one) => element("p", {}, evidenceText(one)))
      ),
    button(
      label,
      held(() => accept(option)),
      { class: "primary", "data-act": `accept-${index}`, "aria-label": T.offer.takeNth(label, index + 1, told) }
    )
  )
}

export const offerTitle = ({ trigger, slot_id }, trip) => {
  const about = slot_id === null ? undefined : slotOf(trip, slot_id)?.node.name
  const what = TRIGGER_WORDS[trigger] ?? words(trigger)
  if (about !== undefined && trigger === "mood") return T.offer.insteadOf(about)
  return about === undefined ? what : `${what}: ${about}`
}

/** Reasons that say of themselves that nothing has to change, or what can: they come first. */
const SAYS_ALL = ["absorbed", "not_affected", "nothing_ahead", "far_ahead"]

/** Whether somebody feels something now, and no stop that is soon can follow. */
const isLeftAlone = ({ trigger, options, reasons = [] }) =>
  trigger === "mood" && (options.length === 0 || reasons.some(({ reason }) => reason === "far_ahead"))

export const offerElement = (offer, context) => {
  const { trip, zone, currency, base, accept, dismiss, openVote, nearby } = context
  const { pivot_id, options, reasons = [], expires_at } = offer
  const isVote = isVoted(offer, trip)
  const mayVote = !trip.vote && trip.members.length > 1 && options.length > 0
  const whole = reasons.filter(({ reason }) => SAYS_ALL.includes(reason))
  const keep = isVote ? T.vote.no : T.offer.keep
  return element(
    "section",
    { class: "card offer", "data-of": pivot_id, tabindex: "-1", "aria-labelledby": `offer-${pivot_id}` },
    element(
      "div",
      { class: "heading" },
      element("h3", { id: `offer-${pivot_id}` }, offerTitle(offer, trip)),
      button(
        options.length === 0 ? T.offer.close : keep,
        held(() => dismiss(offer)),
        { "data-act": "dismiss" }
      )
    ),
    whole.map(({ message }) => element("p", {}, inClock(message))),
    options.length === 0 && whole.length === 0 && element("p", {}, T.offer.nothing),
    isLeftAlone(offer) && nearby(offer),
    isVote && voteElement(offer, context),
    mayVote && voteForm(openVote, offer),
    offerMap(trip, offer, base),
    element(
      "ol",
      { class: "plain options" },
      options.map((option, index) =>
        optionElement(option, index, { trip, zone, currency, isVote, accept: (chosen) => accept(offer, chosen) })
      )
    ),
    reasons.length > whole.length &&
      element(
        "ul",
        { class: "soft" },
        reasons.filter((one) => !whole.includes(one)).map(({ message }) => element("li", {}, inClock(message)))
      ),
    options.length > 0 && !isVote && element("p", { class: "soft" }, T.offer.until(deadline(expires_at)))
  )
}
