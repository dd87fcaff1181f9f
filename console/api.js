/** The HTTP contract as the console uses it. A refusal is a `Problem` that says what happened in words. */
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

/** `onUnauthorized` hears of a token that is no longer good. */
export const makeApi = (token, onUnauthorized, fetch = globalThis.fetch.bind(globalThis)) => {
  const call = async (method, path, { body, ifMatch, key = newId() } = {}) => {
    const headers = { authorization: `Bearer ${token}` }
    if (body !== undefined) headers["content-type"] = "application/json"
    if (method !== "GET") headers["idempotency-key"] = key
    if (ifMatch !== undefined) headers["if-match"] = String(ifMatch)
    let response
    try {
      response = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
    } catch {
      throw new Problem({ detail: "The server cannot be reached. Is it running?" }, 0)
    }
    const answer = await readBody(response)
    if (response.ok) return answer
    if (response.status === 401) onUnauthorized(problemText(answer, 401))
    throw new Problem(answer, response.status)
  }

  const trip = (id) => `/trips/${encodeURIComponent(id)}`
  return {
    cities: () => call("GET", "/cities"),
    persona: () => call("GET", "/users/me/persona"),
    trips: (cursor) => call("GET", cursor === undefined ? "/trips" : `/trips?cursor=${encodeURIComponent(cursor)}`),
    trip: (id) => call("GET", trip(id)),
    createTrip: (body, key) => call("POST", "/trips", { body, key }),
    setStatus: (id, status, ifMatch) => call("PATCH", trip(id), { body: { status }, ifMatch }),
    changeSlot: (id, slotId, action, ifMatch) =>
      call("PATCH", `${trip(id)}/slots/${encodeURIComponent(slotId)}`, { body: { action }, ifMatch }),
    pivot: (id, request, key) => call("POST", `${trip(id)}/pivot`, { body: request, key }),
    answerPivot: (id, pivotId, answer, key) =>
      call("POST", `${trip(id)}/pivots/${encodeURIComponent(pivotId)}`, { body: answer, key }),
    signal: (body) => call("POST", "/signals", { body })
  }
}
