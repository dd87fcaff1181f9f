/** Every trip, by date: what is under way, what is ahead, what is over. */
import { element, field, select } from "./dom.js"
import { calendarDay } from "./format.js"
import { STATUS_WORDS, T } from "./messages.js"

/** Pages that are read for one list: some thousand trips. */
const MOST_PAGES = 20

const OVER = ["completed", "shortened", "cancelled"]

const daysOf = ({ start_date, end_date }) => (Date.parse(end_date) - Date.parse(start_date)) / 86_400_000 + 1

/** Under way first, then what is ahead, the soonest first, then what is over, the latest first. */
export const byTime = (trips) => {
  const soonest = (a, b) => a.start_date.localeCompare(b.start_date)
  return {
    now: trips.filter(({ status }) => status === "active").sort(soonest),
    ahead: trips.filter(({ status }) => status !== "active" && !OVER.includes(status)).sort(soonest),
    past: trips.filter(({ status }) => OVER.includes(status)).sort((a, b) => soonest(b, a))
  }
}

const card = (cities) => (trip) =>
  element(
    "li",
    {},
    element(
      "a",
      { class: "card link", href: `#/trips/${trip.id}` },
      element("strong", {}, cities.find((city) => city.slug === trip.city)?.name ?? trip.city),
      element("span", { class: `badge ${trip.status}` }, STATUS_WORDS[trip.status]),
      element("span", { class: "soft" }, `${calendarDay(trip.start_date)} · ${T.trips.days(daysOf(trip))}`)
    )
  )

/** @param {import("./api.js").Api} api */
export const allTrips = async (api) => {
  const trips = []
  let cursor
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await api.trips(cursor)
    trips.push(...answer.trips)
    cursor = answer.next_cursor
    if (cursor === null) break
  }
  return trips
}

/** Fewer are looked over at a glance. */
const FILTERED_FROM = 4

const listsOf = (trips, known) => {
  const groups = Object.entries(byTime(trips)).filter(([, list]) => list.length > 0)
  return groups.flatMap(([name, list]) => [
    element("h2", {}, T.trips[name]),
    element("ul", { class: "cards" }, list.map(card(known)))
  ])
}

/** Choices that narrow the lists down. */
const filtersOf = (trips, known, change) => {
  const cities = [...new Set(trips.map(({ city }) => city))]
  const called = (slug) => known.find((city) => city.slug === slug)?.name ?? slug
  const which = select(
    "which",
    [["", T.trips.every], ...Object.keys(byTime([])).map((name) => [name, T.trips[name]])],
    ""
  )
  const where = select("where", [["", T.trips.everywhere], ...cities.map((slug) => [slug, called(slug)])], "")
  const chosen = () => {
    const there = trips.filter(({ city }) => where.value === "" || city === where.value)
    return which.value === "" ? there : byTime(there)[which.value]
  }
  for (const one of [which, where]) one.addEventListener("change", () => change(chosen()))
  return element("div", { class: "pair" }, field(T.trips.which, which), field(T.trips.where, where))
}

/** @param {import("./session.js").App} app */
export const tripsView = async ({ api, cities, gone }) => {
  const [all, known] = await Promise.all([allTrips(api), cities()])
  const trips = all.filter(({ id }) => !gone.has(id))
  const lists = element("div", { "aria-live": "polite" }, listsOf(trips, known))
  const change = (chosen) =>
    lists.replaceChildren(
      ...(chosen.length === 0 ? [element("p", { class: "soft" }, T.trips.noneSuch)] : listsOf(chosen, known))
    )
  return {
    elements: [
      element("h1", {}, T.trips.title),
      trips.length === 0 && element("p", {}, `${T.trips.none} `, element("a", { href: "#/new" }, T.trips.planOne)),
      trips.length >= FILTERED_FROM && filtersOf(trips, known, change),
      lists,
      element("p", {}, element("a", { href: "#/join" }, T.trips.join))
    ].filter(Boolean)
  }
}
