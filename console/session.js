/**
 * Who is signed in. The token stays in this browser, as a phone's apps keep theirs, until one signs out: a new tab is signed
 * in, and so is the app on the home screen. Never in a cookie, which would travel by itself.
 */

/**
 * What every view is given.
 *
 * @typedef {object} App
 * @property {import("./api.js").Api} api
 * @property {string} token
 * @property {import("../client/tokens.ts").Claims} claims
 * @property {(why?: string) => void} logOut
 * @property {() => void} expired
 * @property {ReturnType<typeof import("./waiting.js").makeWaiting>} waiting what was said while nobody answered
 * @property {typeof import("./dom.js").announce} tell
 * @property {Set<string>} gone trips that were deleted or left here
 * @property {ReturnType<typeof import("./own.js").ownOf>} own
 * @property {ReturnType<typeof import("./places.js").makePlaces>} places
 * @property {(city: string) => Promise<Places>} base the places of a city that a map is drawn from
 * @property {() => Promise<import("../client/index.ts").Operations["cities.list"]["answer"]["cities"]>} cities
 *
 * @typedef {{nodes: Array<import("../client/index.ts").NodeView>, attribution: ReadonlyArray<import("../client/index.ts").Attribution>}} Places
 */

const KEY = "overplanned.token"

/** Some browsers keep nothing for a page in private: then it is good for as long as the page is open. */
const storage = () => {
  try {
    return globalThis.localStorage
  } catch {
    return undefined
  }
}

const ofFragment = (fragment, name) => new URLSearchParams(fragment.replace(/^#/, "")).get(name)?.trim() || undefined

/** The token in a printed link, `#token=…`. */
export const tokenOfFragment = (fragment) => ofFragment(fragment, "token")

export { claimsOf, newId } from "../client/index.ts"

export const rememberedToken = () => storage()?.getItem(KEY) ?? undefined
export const forgetToken = () => storage()?.removeItem(KEY)
export const rememberToken = (token) => {
  try {
    storage()?.setItem(KEY, token)
  } catch {
    // A full store: signed in for as long as the page is open.
  }
}

/** Another tab signed out, or in: `changed` hears its token, or nothing. */
export const onOtherTab = (changed) =>
  addEventListener("storage", ({ key, newValue }) => {
    if (key === KEY || key === null) changed(newValue ?? undefined)
  })

/** Takes the token, or the code of another device, out of the address bar: it is in no history, bookmark or screenshot then. */
export const takeFromAddress = () => {
  const token = tokenOfFragment(location.hash)
  const code = ofFragment(location.hash, "code")
  if (token !== undefined || code !== undefined) history.replaceState(null, "", location.pathname)
  return { token, code }
}
