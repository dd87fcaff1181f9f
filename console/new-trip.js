import { button, element, field, held, select } from "./dom.js"
import { localDate } from "./format.js"
import { newId } from "./session.js"

const LONGEST_DAYS = 21

const BUDGETS = [
  ["", "no limit"],
  ["low", "low"],
  ["mid", "middle"],
  ["high", "high"]
]

const PACES = [
  ["", "as my taste says"],
  ["leisurely", "leisurely"],
  ["moderate", "moderate"],
  ["packed", "packed"]
]

/** What the form says, as the contract takes it: what was left open is left out. */
export const tripRequest = (form) => {
  const constraints = {}
  for (const name of ["budget", "pace"]) if (form.get(name)) constraints[name] = form.get(name)
  return {
    city: form.get("city"),
    start_date: form.get("start_date"),
    days: Number(form.get("days")),
    ...(Object.keys(constraints).length === 0 ? {} : { constraints })
  }
}

export const newTripView = async ({ api, cities }) => {
  const known = await cities()
  const date = element("input", { name: "start_date", type: "date", required: true })
  const city = select(
    "city",
    known.map(({ slug, name, nodes }) => [slug, `${name} (${nodes} places)`])
  )
  /** Today where the traveler will be: in another zone it may be tomorrow here. */
  const today = () => {
    const zone = known.find(({ slug }) => slug === city.value)?.time_zone
    if (zone === undefined) return
    date.min = localDate(Date.now(), zone)
    if (date.value < date.min) date.value = date.min
  }
  city.addEventListener("change", today)
  today()
  // One key for one plan: pressing the button again after a broken connection makes no second trip.
  let key = newId()
  const form = element(
    "form",
    {
      class: "card narrow",
      change: () => {
        key = newId()
      },
      submit: (event) => event.preventDefault()
    },
    element("h1", {}, "New trip"),
    known.length === 0 && element("p", {}, "No city is seeded yet."),
    field("City", city),
    field("First day", date),
    field("Days", element("input", { name: "days", type: "number", min: "1", max: LONGEST_DAYS, value: "3" })),
    field("Pace", select("pace", PACES, "")),
    field("Budget", select("budget", BUDGETS, "")),
    button(
      "Plan it",
      held(async () => {
        if (!form.reportValidity()) return
        const trip = await api.createTrip(tripRequest(new FormData(form)), key)
        location.hash = `#/trips/${trip.id}`
      }),
      { type: "submit", class: "primary" }
    )
  )
  return { elements: [form] }
}
