/**
 * Who is signed in. The token stays in this browser, as a phone's apps keep theirs, until one signs out: a new tab is signed
 * in, and so is the app on the home screen. Never in a cookie, which would travel by itself.
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
