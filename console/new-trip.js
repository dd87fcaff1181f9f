import { button, element, field, held, select } from "./dom.js"
import { localDate } from "./format.js"
import { BUDGET_CHOICES, PACE_CHOICES, T } from "./messages.js"
import { newId } from "./session.js"

export const LONGEST_DAYS = 21

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

export const newTripView = async ({ api, cities }, asked) => {
  const known = await cities()
  const date = element("input", { name: "start_date", type: "date", required: true })
  const city = select(
    "city",
    known.map(({ slug, name, nodes }) => [slug, T.newTrip.cityChoice(name, nodes)]),
    asked
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
  const change = () => {
    key = newId()
  }
  const form = element(
    "form",
    { class: "card narrow", change, submit: (event) => event.preventDefault() },
    element("h1", {}, T.newTrip.title),
    known.length === 0 && element("p", {}, T.newTrip.noCity),
    field(T.newTrip.city, city),
    field(T.newTrip.firstDay, date),
    field(T.newTrip.days, element("input", { name: "days", type: "number", min: "1", max: LONGEST_DAYS, value: "3" })),
    element(
      "details",
      {},
      element("summary", {}, T.newTrip.more),
      field(T.newTrip.pace, select("pace", [["", T.newTrip.asTaste], ...PACE_CHOICES], "")),
      field(T.newTrip.budget, select("budget", [["", T.newTrip.noLimit], ...BUDGET_CHOICES], ""))
    ),
    button(
      T.newTrip.go,
      held(async () => {
        if (!form.reportValidity()) return
        const trip = await api.createTrip(tripRequest(new FormData(form)), key)
        location.hash = `#/trips/${trip.id}`
      }),
      { type: "submit", class: "primary big", "data-act": "plan" }
    ),
    element("p", { class: "soft" }, T.newTrip.ahead)
  )
  return { elements: [form] }
}
