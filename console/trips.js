import { button, element, held } from "./dom.js"
import { calendarDay, plural } from "./format.js"

const daysOf = ({ start_date, end_date }) => (Date.parse(end_date) - Date.parse(start_date)) / 86_400_000 + 1

const card = (cities) => (trip) =>
  element(
    "li",
    {},
    element(
      "a",
      { class: "card link", href: `#/trips/${trip.id}` },
      element("strong", {}, cities.find((city) => city.slug === trip.city)?.name ?? trip.city),
      element("span", { class: `badge ${trip.status}` }, trip.status),
      element("span", { class: "soft" }, `${calendarDay(trip.start_date)}, ${plural(daysOf(trip), "day")}`)
    )
  )

export const tripsView = async ({ api, cities }) => {
  const [first, known] = await Promise.all([api.trips(), cities()])
  const list = element("ul", { class: "cards" }, first.trips.map(card(known)))
  let cursor = first.next_cursor
  const more = button(
    "Show more",
    held(async () => {
      const page = await api.trips(cursor)
      list.append(...page.trips.map(card(known)))
      cursor = page.next_cursor
      more.hidden = cursor === null
    })
  )
  more.hidden = cursor === null
  return {
    elements: [
      element("h1", {}, "My trips"),
      first.trips.length === 0
        ? element("p", {}, "None yet. ", element("a", { href: "#/new" }, "Plan one."))
        : element("div", {}, list, more)
    ]
  }
}
