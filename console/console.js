/** The app: who is signed in, and which view the address asks for. */
import { makeApi } from "./api.js"
import { announce, button, element, entitle, focusIfLost, partOfPage } from "./dom.js"
import { inClock, spanText } from "./format.js"
import { forgetOthers, keepShell, keptFor } from "./kept.js"
import { T } from "./messages.js"
import { copyView, newTripView } from "./new-trip.js"
import { forgetOthersOwn, ownOf } from "./own.js"
import { makePlaces } from "./places.js"
import { printView } from "./print.js"
import { leaveDevice, lookAtDevice } from "./push.js"
import { claimsOf, forgetToken, onOtherTab, rememberedToken, rememberToken, takeFromAddress } from "./session.js"
import { tripView } from "./trip.js"
import { tripsView } from "./trips.js"
import { makeWaiting } from "./waiting.js"
import { welcomeView } from "./welcome.js"

const main = partOfPage("main")
const nav = partOfPage("nav")

/**
 * Nobody joins, opens a link or says who they are without a network: what that takes is fetched when somebody comes there.
 *
 * @template M
 * @param {Promise<M>} module
 */
const fetched = (module) =>
  module.catch(() => {
    // Some browsers do not ask again for a part that could not be had once.
    throw Object.assign(new Error(T.unreachable), { isAway: true, isMissing: true })
  })

/** @type {typeof import("./join.js").joinView} */
const joinView = async (...given) => (await fetched(import("./join.js"))).joinView(...given)

/** @type {typeof import("./onboarding.js").onboardingView} */
const onboardingView = async (app) => (await fetched(import("./onboarding.js"))).onboardingView(app)

/** @type {typeof import("./persona.js").personaView} */
const personaView = async (app) => (await fetched(import("./persona.js"))).personaView(app)

/** @type {typeof import("./shared.js").sharedView} */
const sharedView = async (...given) => (await fetched(import("./shared.js"))).sharedView(...given)

/**
 * Which view stands at which address.
 *
 * @type {Array<[RegExp, (app: import("./session.js").App, ...asked: Array<string>) => Promise<any>]>}
 */
const VIEWS = [
  [/^#\/trips\/([0-9a-f-]+)$/, tripView],
  [/^#\/print\/([0-9a-f-]+)$/, printView],
  [/^#\/trips$/, tripsView],
  [/^#\/new(?:\/([a-z0-9-]{1,64}))?$/, newTripView],
  [/^#\/copy\/([0-9a-f-]+)$/, copyView],
  [/^#\/begin$/, onboardingView],
  [/^#\/join(?:\/([^/]{1,64}))?$/, joinView],
  [/^#\/me$/, personaView]
]

/** Open to whoever holds the link, signed in or not. */
const SHARED = /^#\/shared\/([^/]{1,64})$/

/** What is open without a token. */
const visitor = makeApi(undefined, () => {})

/** How long a list of the cities is good for. */
const CITIES_MS = 10_000

/** @type {import("./session.js").App | undefined} */
let app
let shown
/** The code of another device that came with the address, until somebody is signed in. */
let code
/** Numbers the views asked for, so that a slow one does not replace the one that was asked for after it. */
let asked = 0
/** The address that the notices on the page speak of. */
let told = location.hash

/** Another page is there: it is called by its name, and who came by keyboard begins at its heading. */
const arrived = () => {
  entitle()
  if (asked > 1) focusIfLost(main)
}

const welcome = async () => {
  const view = await welcomeView({ ...visitor, code, logIn, isInvited: () => location.hash.startsWith("#/join/") })
  if (app === undefined) main.replaceChildren(view)
  arrived()
}

/** A sentence, and a way on. */
const failed = (error, address) => [
  element("p", { class: "notice error", role: "alert" }, inClock(error.message)),
  element(
    "p",
    { class: "acts" },
    error.isAway && button(T.again, () => (error.isMissing ? location.reload() : show()), { "data-act": "again" }),
    app !== undefined && address !== "#/trips" && element("a", { class: "act", href: "#/trips" }, T.trips.title)
  )
]

/** What draws the view of the address; a shared plan is for whoever holds its link, signed in or not. */
const viewAt = (address) => {
  const shared = SHARED.exec(address)
  if (shared !== null) return () => sharedView(visitor.client, shared[1])
  const person = app
  if (person === undefined) return undefined
  for (const [pattern, draw] of VIEWS) {
    const found = pattern.exec(address)
    if (found !== null) return () => draw(person, ...found.slice(1))
  }
  return undefined
}

const show = async (address = location.hash) => {
  const mine = ++asked
  shown?.close?.()
  shown = undefined
  if (address !== told) partOfPage("notices").replaceChildren()
  told = address
  nav.hidden = app === undefined
  for (const link of nav.querySelectorAll("a")) {
    if (link.getAttribute("href") === address) link.setAttribute("aria-current", "page")
    else link.removeAttribute("aria-current")
  }
  const isShared = SHARED.test(address)
  if (app === undefined && !isShared) return welcome()
  const draw = viewAt(address)
  if (draw === undefined) return location.replace("#/trips")
  main.setAttribute("aria-busy", "true")
  try {
    const made = await draw()
    if (mine !== asked) return made.close?.()
    shown = made
    lookAtClock((app?.api ?? visitor).client.clock)
    main.replaceChildren(...made.elements)
    scrollTo(0, 0)
  } catch (error) {
    if (mine === asked && (app !== undefined || isShared)) {
      main.replaceChildren(...failed(error, address))
    }
  } finally {
    if (mine === asked) {
      main.removeAttribute("aria-busy")
      arrived()
    }
  }
}

const leave = (why, kind = "error") => {
  app?.waiting.close()
  app = undefined
  partOfPage("notices").replaceChildren()
  if (why !== undefined) announce(why, kind)
  show()
}

/** Of one's own will: nothing of them stays in this browser. */
const logOut = (why) => {
  const waiting = app?.waiting.count() ?? 0
  if (why === undefined && waiting > 0 && !confirm(T.waiting.drop(waiting))) return
  app?.waiting.drop()
  leaveDevice().catch(() => {})
  forgetToken()
  forgetOthers("").catch(() => {})
  forgetOthersOwn("")
  leave(why, "info")
}

/** The token has run out in mid-trip: what they read and said stays for when they sign in again, at the same address. */
const expired = () => {
  forgetToken()
  leave(T.welcome.expired)
}

let toldOfClock = false

/** Said once: everything else goes on by the server's clock. */
const lookAtClock = ({ ahead }) => {
  if (ahead === 0 || toldOfClock) return
  toldOfClock = true
  announce(T.clock(spanText(Math.abs(ahead))), "error")
}

/** Signs in with this token and goes to the address, or stays where one is. */
const logIn = (token, address) => {
  const claims = claimsOf(token)
  if (claims === undefined) {
    announce(T.welcome.notToken, "error")
    return
  }
  rememberToken(token)
  code = undefined
  app?.waiting.close()
  const api = makeApi(token, expired, undefined, {
    kept: keptFor(claims.sub),
    onOffline: () => announce(T.offline),
    onToken: rememberToken
  })
  forgetOthers(claims.sub).catch(() => {})
  forgetOthersOwn(claims.sub)
  let cities
  const places = makePlaces(api)
  let readAt = Number.NEGATIVE_INFINITY
  app = {
    api,
    token,
    claims,
    logOut,
    expired,
    waiting: makeWaiting(api.client, claims.sub, partOfPage("waiting")),
    tell: announce,
    /** Trips that were deleted or left here. */
    gone: new Set(),
    own: ownOf(claims.sub),
    places,
    /** The places of a city that a map is drawn from. */
    base: places.base,
    /** Read anew after a while: cities come while one looks. */
    cities: async () => {
      if (performance.now() - readAt > CITIES_MS) {
        cities = (await api.cities()).cities
        readAt = performance.now()
      }
      return cities
    }
  }
  partOfPage("notices").replaceChildren()
  if (location.hash !== "#/me") lookAtDevice(app).catch(() => {})
  if (address === undefined || address === location.hash) show()
  else location.hash = address
}

for (const [address, text] of [
  ["#/trips", T.nav.trips],
  ["#/new", T.nav.plan],
  ["#/me", T.nav.me]
]) {
  nav.append(element("a", { href: address }, text))
}
partOfPage("contract").textContent = T.nav.contract
partOfPage("skip").textContent = T.skip

/** A code is for who is signed in nowhere here: nobody finds themselves in another's account for having followed a link. */
const arrive = ({ code: brought, token }) => {
  if (token !== undefined) return logIn(token)
  code = brought ?? code
  if (brought !== undefined && app !== undefined) {
    code = undefined
    told = "#/trips"
    history.replaceState(null, "", told)
  }
  show()
  if (brought !== undefined && app !== undefined) announce(T.welcome.codeToo, "error")
}

addEventListener("hashchange", () => {
  arrive(takeFromAddress())
})
// What one tab does about who is signed in holds for all of them.
onOtherTab((token) => {
  if (token === undefined) {
    if (app !== undefined) leave()
  } else if (claimsOf(token)?.sub !== app?.claims.sub) logIn(token)
})
partOfPage("skip").addEventListener("click", (event) => {
  event.preventDefault()
  main.focus()
})

const brought = takeFromAddress()
const remembered = brought.token ?? rememberedToken()
if (remembered !== undefined) logIn(remembered)
if (remembered === undefined || brought.code !== undefined) arrive(brought)

// Without a network later, the app still opens. Where the browser keeps nothing, it does not.
keepShell().catch(() => {})
