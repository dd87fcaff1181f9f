/** The HTTP contract as the console uses it. A refusal is a `Problem` that says what happened in words. */
import { NOTHING } from "./kept.js"
import { T } from "./messages.js"
import { newId } from "./session.js"

export class Problem extends Error {
  constructor(document, status) {
    super(problemText(document, status))
    this.status = status
    this.document = document
  }
}

export const problemText = (document, status) => {
  const said = document?.detail ?? document?.title ?? `The server answered ${status}.`
  // The server's sentence names the fields as a rule; what it names is not said a second time.
  const issues = (document?.errors ?? []).filter(({ message }) => !said.includes(message))
  const text = [said, ...issues.map(({ path, message }) => `${path.join(".")} ${message}`)].join(" ")
  const wait = document?.retry_after_seconds
  return wait === undefined ? text : `${text} Try again in ${wait} s.`
}

const readBody = async (response) => {
  const text = await response.text()
  try {
    return text === "" ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Without a token it asks what is open to everybody. `onUnauthorized` hears of a token that is no longer good.
 *
 * @param {string | undefined} token
 * @param {(why: string) => void} onUnauthorized
 * @param {typeof globalThis.fetch} [fetch]
 * @param {{kept?: typeof NOTHING, onOffline?: () => void}} [beside]
 */
export const makeApi = (token, onUnauthorized, fetch = globalThis.fetch.bind(globalThis), beside = {}) => {
  const { kept = NOTHING, onOffline } = beside

  /** What was read last, where the server cannot be reached. */
  const fromMemory = async (method, path) => {
    const last = method === "GET" ? await kept.get(path).catch(() => undefined) : undefined
    if (last === undefined) throw new Problem({ detail: T.unreachable }, 0)
    onOffline?.()
    return last
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{body?: unknown, ifMatch?: number, asFile?: boolean, isSecret?: boolean, key?: string}} [how]
   * @returns {Promise<any>}
   */
  const call = async (method, path, how = {}) => {
    const { body, ifMatch, asFile, isSecret, key = isSecret ? undefined : newId() } = how
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    if (body !== undefined) headers["content-type"] = "application/json"
    if (method !== "GET" && key !== undefined) headers["idempotency-key"] = key
    if (ifMatch !== undefined) headers["if-match"] = String(ifMatch)
    let response
    try {
      response = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
    } catch {
      return fromMemory(method, path)
    }
    if (response.ok && asFile) return response.blob()
    const answer = await readBody(response)
    if (response.ok && method === "GET") kept.put(path, answer).catch(() => {})
    if (response.ok) return answer
    if (response.status === 401) onUnauthorized(problemText(answer, 401))
    throw new Problem(answer, response.status)
  }

  const trip = (id) => `/trips/${encodeURIComponent(id)}`
  return {
    demo: () => call("GET", "/demo").then(({ available }) => available),
    enterDemo: (as) => call("POST", "/demo", { body: { as } }).then((answer) => answer.token),
    vocabularies: () => call("GET", "/vocabularies"),
    onboard: (body) => call("PUT", "/users/me/onboarding", { body }),
    discovery: (city, limit) => call("GET", `/discovery?city=${encodeURIComponent(city)}&limit=${limit}`),
    export: () => call("GET", "/users/me/export", { asFile: true }),
    erase: () => call("DELETE", "/users/me"),
    /** The trip as the page knows it now, for when there is no network. */
    remember: (one) => kept.put(trip(one.id), one).catch(() => {}),
    links: (id) => call("GET", `${trip(id)}/links`),
    /** Without a key: no receipt keeps what the answer tells. */
    makeLink: (id, body) => call("POST", `${trip(id)}/links`, { body, isSecret: true }),
    revokeLink: (id, linkId) => call("DELETE", `${trip(id)}/links/${encodeURIComponent(linkId)}`),
    invitation: (code) => call("GET", `/invitations/${encodeURIComponent(code)}`),
    acceptInvitation: (code) => call("POST", `/invitations/${encodeURIComponent(code)}/join`),
    nodes: (city, cursor) =>
      call(
        "GET",
        `/cities/${encodeURIComponent(city)}/nodes?limit=200${cursor === undefined ? "" : `&cursor=${cursor}`}`
      ),
    cities: () => call("GET", "/cities"),
    persona: () => call("GET", "/users/me/persona"),
    trips: (cursor) => call("GET", cursor === undefined ? "/trips" : `/trips?cursor=${encodeURIComponent(cursor)}`),
    trip: (id) => call("GET", trip(id)),
    createTrip: (body, key) => call("POST", "/trips", { body, key }),
    setStatus: (id, status, ifMatch) => call("PATCH", trip(id), { body: { status }, ifMatch }),
    changeSlot: (id, slotId, body, ifMatch) =>
      call("PATCH", `${trip(id)}/slots/${encodeURIComponent(slotId)}`, { body, ifMatch }),
    addStop: (id, body, ifMatch) => call("POST", `${trip(id)}/slots`, { body, ifMatch }),
    choices: (id, slotId) => call("GET", `${trip(id)}/slots/${encodeURIComponent(slotId)}/choices`),
    reorder: (id, day, slot_ids, ifMatch) =>
      call("PUT", `${trip(id)}/days/${day}/order`, { body: { slot_ids }, ifMatch }),
    undo: (id, change) => call("POST", `${trip(id)}/undo`, { body: { change } }),
    search: (city, text, limit) =>
      call("GET", `/cities/${encodeURIComponent(city)}/nodes?limit=${limit}&q=${encodeURIComponent(text)}`),
    pivot: (id, request, key) => call("POST", `${trip(id)}/pivot`, { body: request, key }),
    answerPivot: (id, pivotId, answer, key) =>
      call("POST", `${trip(id)}/pivots/${encodeURIComponent(pivotId)}`, { body: answer, key }),
    signal: (body) => call("POST", "/signals", { body })
  }
}
