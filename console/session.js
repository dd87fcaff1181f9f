/** Who is logged in. The token lives as long as the tab: never in a cookie, never in storage that outlives it. */

const KEY = "overplanned.token"

/** The token in a printed link, `#token=…`. */
export const tokenOfFragment = (fragment) =>
  new URLSearchParams(fragment.replace(/^#/, "")).get("token")?.trim() || undefined

export { claimsOf, newId } from "../client/index.ts"

export const rememberedToken = () => sessionStorage.getItem(KEY) ?? undefined
export const rememberToken = (token) => sessionStorage.setItem(KEY, token)
export const forgetToken = () => sessionStorage.removeItem(KEY)

/** Takes the token out of the address bar, so that it is in no history, bookmark or screenshot. */
export const takeTokenFromAddress = () => {
  const token = tokenOfFragment(location.hash)
  if (token === undefined) return undefined
  history.replaceState(null, "", location.pathname)
  return token
}
