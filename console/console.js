/** The console: who is logged in, and which view the address asks for. */
import { makeApi } from "./api.js"
import { announce, element } from "./dom.js"
import { loginView } from "./login.js"
import { newTripView } from "./new-trip.js"
import { personaView } from "./persona.js"
import { claimsOf, forgetToken, rememberedToken, rememberToken, takeTokenFromAddress } from "./session.js"
import { tripView } from "./trip.js"
import { tripsView } from "./trips.js"

const main = document.getElementById("main")
const nav = document.getElementById("nav")
const leave = document.getElementById("leave")

/** Which view stands at which address. */
const VIEWS = [
  [/^#\/trips\/([0-9a-f-]+)$/, tripView],
  [/^#\/trips$/, tripsView],
  [/^#\/new$/, newTripView],
  [/^#\/persona$/, personaView]
]

let app
let shown
/** Numbers the views asked for, so that a slow one does not replace the one that was asked for after it. */
let asked = 0
/** The address that the notices on the page speak of. */
let told = location.hash

const show = async (address = location.hash) => {
  const mine = ++asked
  shown?.close?.()
  shown = undefined
  if (address !== told) document.getElementById("notices").replaceChildren()
  told = address
  nav.hidden = leave.hidden = app === undefined
  for (const link of nav.querySelectorAll("a")) {
    if (link.getAttribute("href") === address) link.setAttribute("aria-current", "page")
    else link.removeAttribute("aria-current")
  }
  if (app === undefined) {
    main.replaceChildren(loginView(logIn))
    return
  }
  const [match, view] = VIEWS.map(([pattern, one]) => [pattern.exec(address), one]).find(([found]) => found) ?? []
  if (view === undefined) {
    location.replace("#/trips")
    return
  }
  main.setAttribute("aria-busy", "true")
  try {
    const made = await view(app, ...match.slice(1))
    if (mine !== asked) return made.close?.()
    shown = made
    main.replaceChildren(...made.elements)
  } catch (error) {
    if (mine === asked && app !== undefined) {
      main.replaceChildren(element("p", { class: "notice error", role: "alert" }, error.message))
    }
  } finally {
    if (mine === asked) main.removeAttribute("aria-busy")
  }
}

const logOut = (why) => {
  forgetToken()
  app = undefined
  document.getElementById("notices").replaceChildren()
  if (why !== undefined) announce(why, "error")
  show()
}

const logIn = (token) => {
  const claims = claimsOf(token)
  if (claims === undefined) {
    announce("That is not a token: a token has three parts with dots between them.", "error")
    return
  }
  rememberToken(token)
  const api = makeApi(token, (why) => logOut(why))
  let cities
  app = {
    api,
    token,
    claims,
    logOut,
    /** Read once: the list changes when an operator seeds a city. */
    cities: async () => {
      cities ??= api.cities().then((answer) => answer.cities)
      return cities.catch((error) => {
        cities = undefined
        throw error
      })
    }
  }
  document.getElementById("notices").replaceChildren()
  show()
}

addEventListener("hashchange", () => {
  const token = takeTokenFromAddress()
  if (token === undefined) show()
  else logIn(token)
})
leave.addEventListener("click", () => logOut())
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault()
  main.focus()
})

const token = takeTokenFromAddress() ?? rememberedToken()
if (token === undefined) show()
else logIn(token)
