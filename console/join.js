/** The page that an invitation leads to: who asks, where to, and what one will see of each other. */
import { button, element, field, held } from "./dom.js"
import { datesText } from "./format.js"
import { T } from "./messages.js"

/** Without a code from a link, a person types theirs. */
const askForCode = () => {
  const code = element("input", { name: "code", required: true, autocomplete: "off", autocapitalize: "characters" })
  const submit = (event) => {
    event.preventDefault()
    location.hash = `#/join/${encodeURIComponent(code.value.trim())}`
  }
  return element(
    "form",
    { class: "card narrow", submit },
    element("h1", {}, T.join.title),
    field(T.join.code, code, T.join.codeHint),
    button(T.join.look, () => {}, { type: "submit", class: "primary big" })
  )
}

/** @param {import("./session.js").App} app @param {string} [code] */
export const joinView = async ({ api, cities, gone }, code) => {
  if (code === undefined) return { elements: [askForCode()] }
  const [invitation, known] = await Promise.all([api.invitation(decodeURIComponent(code)), cities()])
  const city = known.find(({ slug }) => slug === invitation.city)?.name ?? invitation.city
  const take = held(async () => {
    const trip = await api.acceptInvitation(decodeURIComponent(code))
    gone.delete(trip.id)
    location.hash = `#/trips/${trip.id}`
  })
  return {
    elements: [
      element(
        "section",
        { class: "card narrow" },
        element("h1", {}, T.join.asks(invitation.from_name, city)),
        element("p", {}, `${datesText(invitation)} · ${T.trip.travelers(invitation.travelers)}`),
        element("h2", {}, T.join.sees),
        element(
          "ul",
          {},
          invitation.sees.map((one) => element("li", {}, one))
        ),
        button(invitation.joined ? T.join.open : T.join.take, take, { class: "primary big", "data-act": "join" }),
        !invitation.joined && element("p", {}, element("a", { href: "#/trips" }, T.join.decline))
      )
    ]
  }
}
