import { aroundNewTrip, namingRefused } from "./around.js"
import { MOST_FIXED, MOST_MUSTS, makeBring } from "./bring.js"
import { alongPart } from "./companions.js"
import { announceProblem, button, chips, element, field, held, select } from "./dom.js"
import { calendarDay, localDate } from "./format.js"
import { BUDGET_CHOICES, NEED_WORDS, PACE_CHOICES, T } from "./messages.js"
import { makeMusts } from "./musts.js"
import { newId } from "./session.js"

export const LONGEST_DAYS = 21

/**
 * What the form says, as the contract takes it: what was left open is left out.
 *
 * @param {FormData} form
 * @param {{needs?: NonNullable<import("./api.js").Body<"trips.create">["constraints"]>["needs"], musts?: Array<string>, fixed?: Array<any>, party?: Array<string>, lodging?: any}} beside
 */
export const tripRequest = (form, { needs = [], musts = [], fixed = [], party = [], lodging } = {}) => {
  const constraints = {}
  for (const name of ["budget", "pace"]) if (form.get(name)) constraints[name] = form.get(name)
  if (needs.length > 0) constraints.needs = needs
  if (musts.length > 0) constraints.must = musts
  return {
    city: String(form.get("city")),
    start_date: String(form.get("start_date")),
    days: Number(form.get("days")),
    ...(party.length === 0 ? {} : { party }),
    ...(fixed.length === 0 ? {} : { fixed }),
    ...(lodging === undefined ? {} : { lodging }),
    ...(Object.keys(constraints).length === 0 ? {} : { constraints })
  }
}

const dayAfter = (date, days) => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

/** Signals that the contract takes at once. */
const MOST_SIGNALS = 100

/**
 * What was brought along and is no must still says what somebody likes.
 *
 * @param {import("./session.js").App} app
 * @param {Array<string>} likes
 */
const tellLikes = ({ api, waiting }, likes) => {
  const occurred_at = new Date(api.now()).toISOString()
  /** @type {import("./api.js").Body<"people.signals">} */
  const signals = likes
    .slice(0, MOST_SIGNALS)
    .map((activity_node_id) => ({ id: newId(), signal_type: "thumbs_up", activity_node_id, occurred_at }))
  return signals.length === 0 ? undefined : waiting.signal(signals, T.waiting.likes(signals.length))
}

const needsPart = (own) => {
  const needs = new Set(own.get("needs") ?? [])
  const part = chips(
    T.newTrip.needs,
    "needs",
    Object.entries(NEED_WORDS),
    { type: "checkbox", chosen: [...needs] },
    (need) => {
      if (!needs.delete(need)) needs.add(need)
      own.set("needs", [...needs])
    }
  )
  return { part, needs: () => [...needs] }
}

/** A date that is not past where the traveler will be: in another zone it may be tomorrow here. */
const datePart = (zone, now) => {
  const date = element("input", { name: "start_date", type: "date", required: true })
  const today = () => {
    if (zone() === undefined) return
    date.min = localDate(now(), zone())
    if (date.value < date.min) date.value = date.min
  }
  today()
  return { date, today }
}

/** Places of a trip that are to be in one like it: its own, unless nobody wants to. */
const placesPart = (places) => {
  const keep = element("input", { type: "checkbox", name: "keep_places", checked: true })
  return {
    part:
      places.length > 0 &&
      element("label", { class: "tick" }, keep, element("span", {}, T.copied.places(places.length))),
    places: () => (keep.checked ? places : [])
  }
}

/** The places of the city that is chosen, and those that are called so. */
const placesOf = (chosen, { base, places }) => ({
  nodes: async () => {
    const city = chosen()
    return city === undefined ? [] : (await base(city.slug)).nodes
  },
  called: async (said) => {
    const city = chosen()
    return city === undefined ? undefined : places.called(city.slug, said)
  }
})

const mustsOf = (...lists) => [...new Set(lists.flat())].slice(0, MOST_MUSTS)

/** @param {import("./session.js").App} app @param {string} [asked] the city @param {import("./api.js").Trip} [like] one that it begins from */
const formView = async (app, asked, like = undefined) => {
  const { api, cities, base, places, own } = app
  const [known, along] = await Promise.all([cities(), alongPart({ api, own })])
  const city = select(
    "city",
    known.map(({ slug, name, nodes }) => [slug, T.newTrip.cityChoice(name, nodes)]),
    asked
  )
  const chosen = () => known.find(({ slug }) => slug === city.value)
  const { date, today } = datePart(() => chosen()?.time_zone, api.now)
  const days = element("input", {
    name: "days",
    type: "number",
    min: "1",
    max: LONGEST_DAYS,
    value: like?.days.length ?? "3"
  })
  const bring = makeBring({ city: chosen, places: places.many, some: base, days: () => Number(days.value) })
  const need = needsPart(own)
  const { nodes, called } = placesOf(chosen, { base, places })
  const named = makeMusts(nodes, called)
  const kept = placesPart([...new Set((like?.days ?? []).flatMap(({ slots }) => slots.map(({ node }) => node.id)))])
  const around = aroundNewTrip({
    span: () => ({ first: date.value, last: dayAfter(date.value, Number(days.value) - 1) }),
    zone: () => chosen()?.time_zone,
    nodes,
    called,
    begin: { lodging: like?.lodging }
  })
  date.addEventListener("change", () => around.look())
  days.addEventListener("change", () => around.look())
  city.addEventListener("change", () => {
    today()
    bring.look()
    around.look()
    named.forget()
  })
  // One key for one plan: pressing the button again after a broken connection makes no second trip.
  let key = newId()
  const change = () => {
    key = newId()
  }
  const plan = async () => {
    if (!form.reportValidity()) return
    const fixed = [...around.fixed(), ...bring.bookings(date.value)].slice(0, MOST_FIXED)
    const wish = tripRequest(new FormData(form), {
      needs: need.needs(),
      musts: mustsOf(named.musts(), city.value === like?.city ? kept.places() : [], bring.musts()),
      fixed,
      lodging: await around.lodging(),
      party: along.party()
    })
    const trip = await namingRefused(api.createTrip(wish, key), fixed)
    await tellLikes(app, bring.likes())?.catch(announceProblem)
    location.hash = `#/trips/${trip.id}`
  }
  const form = element(
    "form",
    { class: "card narrow", change, submit: (event) => event.preventDefault() },
    element("h1", {}, T.newTrip.title),
    like !== undefined && element("p", { class: "soft" }, T.copied.from(chosen()?.name, calendarDay(like.start_date))),
    known.length === 0 && element("p", {}, T.newTrip.noCity),
    field(T.newTrip.city, city),
    field(T.newTrip.firstDay, date),
    field(T.newTrip.days, days),
    kept.part,
    named.part,
    along.part,
    element(
      "details",
      { open: need.needs().length > 0 },
      element("summary", {}, T.newTrip.more),
      field(T.newTrip.pace, select("pace", [["", T.newTrip.asTaste], ...PACE_CHOICES], like?.constraints.pace ?? "")),
      field(
        T.newTrip.budget,
        select("budget", [["", T.newTrip.noLimit], ...BUDGET_CHOICES], like?.constraints.budget ?? "")
      ),
      need.part,
      element("p", { class: "soft" }, T.newTrip.needsHint)
    ),
    around.part,
    bring.part,
    button(T.newTrip.go, held(plan), { type: "submit", class: "primary big", "data-act": "plan" }),
    element("p", { class: "soft" }, T.newTrip.ahead)
  )
  return { elements: [form] }
}

/** @param {import("./session.js").App} app @param {string} [asked] */
export const newTripView = (app, asked) => formView(app, asked)

/**
 * Another trip like one that there is.
 *
 * @param {import("./session.js").App} app
 * @param {string} id
 */
export const copyView = async (app, id) => {
  const like = await app.api.trip(id)
  return formView(app, like.city, like)
}
