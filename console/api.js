/** The HTTP contract as the app uses it, on the typed client, with what was read last where there is no network. */
import { sleep } from "../client/back-off.ts"
import { makeClient } from "../client/index.ts"
import { spanText } from "./format.js"
import { NOTHING } from "./kept.js"
import { T } from "./messages.js"

export { Problem, problemText } from "../client/index.ts"

/**
 * The contract, as the app asks it: an operation, a parameter or a field that it does not know is an error of the check.
 *
 * @typedef {ReturnType<typeof makeClient>["call"]} Call
 * @typedef {ReturnType<typeof makeApi>} Api
 * @typedef {import("../client/index.ts").TripView} Trip
 */
/**
 * What an operation is asked with.
 *
 * @template {import("../client/index.ts").OperationName} O
 * @typedef {NonNullable<import("../client/index.ts").Request<O>["body"]>} Body
 */

/**
 * Gone already is gone: the answer to an earlier asking may have been lost on the way.
 *
 * @param {Promise<unknown>} asked
 */
const unlessGone = (asked) =>
  asked.catch((error) => {
    if (error.status !== 404) throw error
  })

/** @param {Call} call */
const companionCalls = (call) => ({
  companions: () => call("people.companions"),
  /** @param {Array<string>} user_ids */
  setCompanions: (user_ids) => call("people.setCompanions", { body: { user_ids } }),
  suggestedCompanions: () => call("companions.suggestions"),
  /** @param {boolean} open */
  openToCompanions: (open) => call("companions.open", { body: { open } }),
  /** @param {string} suggested_id @param {Body<"companions.answer">["answer"]} answer */
  answerCompanion: (suggested_id, answer) => call("companions.answer", { path: { suggested_id }, body: { answer } })
})

/** @param {Call} call */
const codeCalls = (call) => ({
  /** Without a key: each is another one. */
  makeCode: () => call("people.makeCode", { key: null }),
  /** @param {string} code */
  signIn: (code) => call("begin.signIn", { body: { code }, key: null }).then((answer) => answer.token)
})

/** @param {Call} call */
const linkCalls = (call) => ({
  /** @param {string} id of a trip */
  links: (id) => call("links.mine", { path: { id } }),
  /**
   * Without a key: no receipt keeps what the answer tells.
   *
   * @param {string} id
   * @param {Body<"links.make">} body
   */
  makeLink: (id, body) => call("links.make", { path: { id }, body, key: null }),
  /** @param {string} id @param {string} link_id */
  revokeLink: (id, link_id) => call("links.revoke", { path: { id, link_id } }),
  /** @param {string} code */
  invitation: (code) => call("links.invitation", { path: { code } }),
  /** @param {string} code */
  acceptInvitation: (code) => call("links.accept", { path: { code } })
})

/**
 * What is done to a plan.
 *
 * @param {Call} call
 */
const planCalls = (call) => ({
  /** @param {Body<"trips.create">} body @param {string} key */
  createTrip: (body, key) => call("trips.create", { body, key }),
  /** @param {string} id @param {Body<"trips.change">} body @param {number} ifMatch */
  changeTrip: (id, body, ifMatch) => call("trips.change", { path: { id }, body, ifMatch }),
  /** @param {string} id @param {Body<"trips.replan">} body @param {number} ifMatch */
  replan: (id, body, ifMatch) => call("trips.replan", { path: { id }, body, ifMatch }),
  /** @param {string} id @param {string} user_id */
  leave: (id, user_id) => call("trips.leave", { path: { id, user_id } }),
  /** @param {string} id @param {number} minutes @param {string} [at] without it, from now */
  fits: (id, minutes, at) => call("edits.fits", { path: { id }, query: { minutes, at } }),
  /**
   * @param {string} id
   * @param {string} slot_id
   * @param {Body<"trips.changeSlot">} body
   * @param {number} [ifMatch]
   * @param {string} [key]
   */
  changeSlot: (id, slot_id, body, ifMatch, key) =>
    call("trips.changeSlot", { path: { id, slot_id }, body, ifMatch, key }),
  /** @param {string} id @param {Body<"edits.add">} body @param {number} ifMatch */
  addStop: (id, body, ifMatch) => call("edits.add", { path: { id }, body, ifMatch }),
  /** @param {string} id @param {string} slot_id */
  choices: (id, slot_id) => call("edits.choices", { path: { id, slot_id } }),
  /** @param {string} id @param {number} day @param {Array<string>} slot_ids @param {number} ifMatch */
  reorder: (id, day, slot_ids, ifMatch) =>
    call("edits.reorder", { path: { id, day: String(day) }, body: { slot_ids }, ifMatch }),
  /** @param {string} id @param {number} change */
  undo: (id, change) => call("edits.undo", { path: { id }, body: { change } }),
  /** @param {string} slug @param {string} q @param {number} limit @param {string} [at] */
  search: (slug, q, limit, at) => call("cities.nodes", { path: { slug }, query: { limit, q, at } }),
  /** @param {string} id @param {Body<"trips.pivot">} body @param {string} key */
  pivot: (id, body, key) => call("trips.pivot", { path: { id }, body, key }),
  /** @param {string} id @param {string} pivot_id @param {Body<"trips.answerPivot">} body @param {string} key */
  answerPivot: (id, pivot_id, body, key) => call("trips.answerPivot", { path: { id, pivot_id }, body, key })
})

/** @param {Call} call */
const vetoCalls = (call) => ({
  /** @param {string} id */
  vetoes: (id) => call("trips.vetoes", { path: { id } }),
  /** @param {string} id @param {Body<"trips.editVetoes">} body @param {string} key */
  editVetoes: (id, body, key) => call("trips.editVetoes", { path: { id }, body, key })
})

/** @param {Call} call */
const voteCalls = (call) => ({
  /** @param {string} id @param {string} pivot_id @param {Body<"votes.open">} body */
  openVote: (id, pivot_id, body) => call("votes.open", { path: { id, pivot_id }, body }),
  /** @param {string} id @param {string} pivot_id @param {Body<"votes.cast">} body @param {string} key */
  castVote: (id, pivot_id, body, key) => call("votes.cast", { path: { id, pivot_id }, body, key }),
  /** @param {string} id */
  vote: (id) => call("votes.read", { path: { id } })
})

/** What the client says itself. */
const WORDS = {
  ...T.problem,
  unreachable: T.unreachable,
  again: (seconds) => T.problem.again(spanText(seconds * 1000))
}

/** A server that is within reach answers far sooner; where something is kept, nobody looks at an empty page for longer. */
const KEPT_AFTER_MS = 2_000

/** @param {typeof NOTHING} kept @param {(() => void) | undefined} onOffline */
const keepingIn = (kept, onOffline) => {
  /** @param {string} name */
  const lastOf = (name) => kept.get(name).catch(() => undefined)

  /**
   * A reading that is kept under this name, and answered from there where the server cannot be reached, or not soon.
   *
   * @template A
   * @param {string} name
   * @param {Promise<A>} asked
   * @returns {Promise<A>}
   */
  return async (name, asked) => {
    const reading = asked.then((answer) => {
      kept.put(name, answer).catch(() => {})
      return answer
    })
    const failed = reading.then(
      () => undefined,
      ({ isAway }) => (isAway ? lastOf(name) : undefined)
    )
    const overdue = sleep(KEPT_AFTER_MS).then(() => lastOf(name))
    const last = await Promise.race([failed, overdue])
    if (last === undefined) return reading
    onOffline?.()
    return last
  }
}

/**
 * Without a token it asks what is open to everybody. `onUnauthorized` hears of a token that is no longer good and could
 * be renewed no more; `onToken` of each renewed one.
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
    words: WORDS
  })
  const { call } = client

  const keeping = keepingIn(kept, onOffline)

  /** @param {string} id */
  const tripName = (id) => `/trips/${encodeURIComponent(id)}`
  /** @param {string} id */
  const ofTrip = (id) => ({ path: { id } })
  return {
    client,
    /** By the server's clock, where the one of this device is wrong. */
    now: () => client.clock.now(),
    demo: () => call("begin.demo").then(({ available }) => available),
    /** @param {Body<"begin.enterDemo">["as"]} as */
    enterDemo: (as) => call("begin.enterDemo", { body: { as } }).then((answer) => answer.token),
    vocabularies: () => call("begin.vocabularies"),
    /** @param {Body<"people.onboard">} body */
    onboard: (body) => call("people.onboard", { body }),
    /** @param {string} city @param {number} limit */
    discovery: (city, limit) => call("people.discovery", { query: { city, limit } }),
    export: () => client.file("people.export"),
    erase: () => call("people.erase"),
    /**
     * The trip as the page knows it now, for when there is no network.
     *
     * @param {Trip} one
     */
    remember: (one) => kept.put(tripName(one.id), one).catch(() => {}),
    ...codeCalls(call),
    ...linkCalls(call),
    /** @param {string} slug @param {string} [cursor] */
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
    /** @param {string} [cursor] */
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
    /** @param {string} id */
    trip: (id) => keeping(tripName(id), call("trips.read", ofTrip(id))),
    /**
     * As it is now, for who knows it already: what was read before would be no news.
     *
     * @param {string} id
     */
    tripNow: (id) => call("trips.read", ofTrip(id)),
    /**
     * Nothing of it stays in this browser either.
     *
     * @param {string} id
     */
    deleteTrip: async (id) => {
      await unlessGone(call("trips.delete", ofTrip(id)))
      await kept.drop(tripName(id)).catch(() => {})
    },
    ...planCalls(call),
    ...vetoCalls(call),
    ...voteCalls(call),
    ...companionCalls(call)
  }
}
