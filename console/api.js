/** The HTTP contract as the app uses it, on the typed client, with what was read last where there is no network. */
import { makeClient } from "../client/index.ts"
import { NOTHING } from "./kept.js"
import { T } from "./messages.js"

export { Problem, problemText } from "../client/index.ts"

/** Gone already is gone: the answer to an earlier asking may have been lost on the way. */
const unlessGone = (asked) =>
  asked.catch((error) => {
    if (error.status !== 404) throw error
  })

const companionCalls = (call) => ({
  companions: () => call("people.companions"),
  setCompanions: (user_ids) => call("people.setCompanions", { body: { user_ids } }),
  suggestedCompanions: () => call("companions.suggestions"),
  openToCompanions: (open) => call("companions.open", { body: { open } }),
  answerCompanion: (suggested_id, answer) => call("companions.answer", { path: { suggested_id }, body: { answer } })
})

const codeCalls = (call) => ({
  /** Without a key: each is another one. */
  makeCode: () => call("people.makeCode", { key: null }),
  signIn: (code) => call("begin.signIn", { body: { code }, key: null }).then((answer) => answer.token)
})

const linkCalls = (call) => ({
  links: (id) => call("links.mine", { path: { id } }),
  /** Without a key: no receipt keeps what the answer tells. */
  makeLink: (id, body) => call("links.make", { path: { id }, body, key: null }),
  revokeLink: (id, link_id) => call("links.revoke", { path: { id, link_id } }),
  invitation: (code) => call("links.invitation", { path: { code } }),
  acceptInvitation: (code) => call("links.accept", { path: { code } })
})

const vetoCalls = (call) => ({
  vetoes: (id) => call("trips.vetoes", { path: { id } }),
  editVetoes: (id, body) => call("trips.editVetoes", { path: { id }, body })
})

const voteCalls = (call) => ({
  openVote: (id, pivot_id, body) => call("votes.open", { path: { id, pivot_id }, body }),
  castVote: (id, pivot_id, body) => call("votes.cast", { path: { id, pivot_id }, body }),
  vote: (id) => call("votes.read", { path: { id } })
})

/**
 * Without a token it asks what is open to everybody. `onUnauthorized` hears of a token that is no longer good and could
 * not be renewed; `onToken` of each renewed one.
 *
 * @param {string | undefined} token
 * @param {(why: string) => void} onUnauthorized
 * @param {typeof globalThis.fetch} [fetch]
 * @param {{kept?: typeof NOTHING, onOffline?: () => void, onToken?: (token: string) => void}} [beside]
 */
export const makeApi = (token, onUnauthorized, fetch, beside = {}) => {
  const { kept = NOTHING, onOffline, onToken } = beside
  const client = makeClient({
    origin: globalThis.location?.origin ?? "",
    token,
    onToken,
    onSignedOut: ({ message }) => onUnauthorized(message),
    fetch,
    unreachable: T.unreachable
  })
  const { call } = client

  /**
   * A reading that is kept under this name, and answered from there where the server cannot be reached.
   *
   * @template A
   * @param {string} name
   * @param {Promise<A>} reading
   * @returns {Promise<A>}
   */
  const keeping = async (name, reading) => {
    try {
      const answer = await reading
      kept.put(name, answer).catch(() => {})
      return answer
    } catch (error) {
      const last = error.isAway ? await kept.get(name).catch(() => undefined) : undefined
      if (last === undefined) throw error
      onOffline?.()
      return last
    }
  }

  const tripName = (id) => `/trips/${encodeURIComponent(id)}`
  const ofTrip = (id) => ({ path: { id } })
  return {
    client,
    /** By the server's clock, where the one of this device is wrong. */
    now: () => client.clock.now(),
    demo: () => call("begin.demo").then(({ available }) => available),
    enterDemo: (as) => call("begin.enterDemo", { body: { as } }).then((answer) => answer.token),
    vocabularies: () => call("begin.vocabularies"),
    onboard: (body) => call("people.onboard", { body }),
    discovery: (city, limit) => call("people.discovery", { query: { city, limit } }),
    export: () => client.file("people.export"),
    erase: () => call("people.erase"),
    /** The trip as the page knows it now, for when there is no network. */
    remember: (one) => kept.put(tripName(one.id), one).catch(() => {}),
    ...codeCalls(call),
    ...linkCalls(call),
    nodes: (slug, cursor) => {
      const query = { limit: 200, cursor }
      const page = cursor === undefined ? "" : `&cursor=${cursor}`
      return keeping(
        `/cities/${encodeURIComponent(slug)}/nodes?limit=200${page}`,
        call("cities.nodes", { path: { slug }, query })
      )
    },
    cities: () => keeping("/cities", call("cities.list")),
    persona: () => call("people.persona"),
    trips: (cursor) =>
      keeping(
        cursor === undefined ? "/trips" : `/trips?cursor=${encodeURIComponent(cursor)}`,
        call("trips.list", { query: { cursor } })
      ).catch(async (error) => {
        // Who never opened the list has opened trips.
        const trips = error.isAway && cursor === undefined ? await kept.trips().catch(() => []) : []
        if (trips.length === 0) throw error
        onOffline?.()
        return { trips, next_cursor: null }
      }),
    trip: (id) => keeping(tripName(id), call("trips.read", ofTrip(id))),
    createTrip: (body, key) => call("trips.create", { body, key }),
    changeTrip: (id, body, ifMatch) => call("trips.change", { ...ofTrip(id), body, ifMatch }),
    /** Nothing of it stays in this browser either. */
    deleteTrip: async (id) => {
      await unlessGone(call("trips.delete", ofTrip(id)))
      await kept.drop(tripName(id)).catch(() => {})
    },
    leave: (id, user_id) => call("trips.leave", { path: { id, user_id } }),
    fits: (id, minutes, at) => call("edits.fits", { ...ofTrip(id), query: { minutes, at } }),
    changeSlot: (id, slot_id, body, ifMatch, key) =>
      call("trips.changeSlot", { path: { id, slot_id }, body, ifMatch, key }),
    addStop: (id, body, ifMatch) => call("edits.add", { ...ofTrip(id), body, ifMatch }),
    choices: (id, slot_id) => call("edits.choices", { path: { id, slot_id } }),
    reorder: (id, day, slot_ids, ifMatch) =>
      call("edits.reorder", { path: { id, day: String(day) }, body: { slot_ids }, ifMatch }),
    undo: (id, change) => call("edits.undo", { ...ofTrip(id), body: { change } }),
    search: (slug, q, limit, at) => call("cities.nodes", { path: { slug }, query: { limit, q, at } }),
    pivot: (id, body, key) => call("trips.pivot", { ...ofTrip(id), body, key }),
    answerPivot: (id, pivot_id, body, key) => call("trips.answerPivot", { path: { id, pivot_id }, body, key }),
    ...vetoCalls(call),
    ...voteCalls(call),
    ...companionCalls(call),
    signal: (body) => call("people.signals", { body })
  }
}
