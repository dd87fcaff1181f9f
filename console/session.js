/** Who is logged in. The token lives as long as the tab: never in a cookie, never in storage that outlives it. */

const KEY = "overplanned.token"

/** The token in a printed link, `#token=…`. */
export const tokenOfFragment = (fragment) =>
  new URLSearchParams(fragment.replace(/^#/, "")).get("token")?.trim() || undefined

/** What a token says of itself; `undefined` where it is no token at all. The server judges it, not this. */
export const claimsOf = (token) => {
  const parts = token.split(".")
  if (parts.length !== 3) return undefined
  try {
    const bytes = Uint8Array.from(atob(parts[1].replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0))
    const claims = JSON.parse(new TextDecoder().decode(bytes))
    return typeof claims?.sub === "string" ? claims : undefined
  } catch {
    return undefined
  }
}

/** A random id for a frame, a signal or an idempotency key; `randomUUID` is missing on plain-http hosts. */
export const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

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
