/**
 * What a traveler read last, for when there is no network: their trips and the places around. Kept by person, in this
 * browser only, and gone when they sign out or somebody else signs in.
 */
import { T } from "./messages.js"

const PREFIX = "overplanned-read-"

/** Answers that are kept; the oldest goes first. */
const MOST_KEPT = 40

/** What one wants to see without a network. */
const WORTH_KEEPING = /^\/(trips(\/[0-9a-f-]{36})?|cities(\/[a-z0-9-]+\/nodes)?)(\?.*)?$/

const store = globalThis.caches

const ONE_TRIP = /^\/kept\/trips\/[0-9a-f-]{36}$/

const addressOf = (path) => `/kept${path}`

/**
 * Nothing is kept where the browser keeps nothing.
 *
 * @type {{put: (path: string, answer: unknown) => Promise<void>, get: (path: string) => Promise<any>, drop: (path: string) => Promise<unknown>, trips: () => Promise<Array<any>>}}
 */
export const NOTHING = { put: async () => {}, get: async () => undefined, drop: async () => {}, trips: async () => [] }

/** Forgets what others read in this browser. */
export const forgetOthers = async (person) => {
  if (store === undefined) return
  const names = (await store.keys()).filter((name) => name.startsWith(PREFIX) && name !== PREFIX + person)
  await Promise.all(names.map((name) => store.delete(name)))
}

export const keptFor = (person) => {
  if (store === undefined) return NOTHING
  const open = () => store.open(PREFIX + person)
  return {
    put: async (path, answer) => {
      if (!WORTH_KEEPING.test(path)) return
      const cache = await open()
      await cache.delete(addressOf(path))
      await cache.put(addressOf(path), Response.json(answer))
      const keys = await cache.keys()
      await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_KEPT)).map((key) => cache.delete(key)))
    },
    get: async (path) => {
      const found = await (await open()).match(addressOf(path))
      return found?.json()
    },
    drop: async (path) => (await open()).delete(addressOf(path)),
    /** Every trip that was looked at. */
    trips: async () => {
      const cache = await open()
      const keys = (await cache.keys()).filter(({ url }) => ONE_TRIP.test(new URL(url).pathname))
      return Promise.all(keys.map(async (key) => (await cache.match(key))?.json())).then((all) => all.filter(Boolean))
    }
  }
}

/** Where the worker looks for the app itself, and for what it says where no page is open. */
const SHELL = "overplanned-shell"
const WORDS_OF_THE_WORKER = "/console/words-of-the-worker"

/** Lets the app open without a network, once it was open with one. Resolves when all of it is kept. */
export const keepShell = async () => {
  const { serviceWorker } = navigator
  if (serviceWorker === undefined) return
  await (await store.open(SHELL)).put(WORDS_OF_THE_WORKER, Response.json(T.worker))
  await serviceWorker.register("/sw.js")
  const { active } = await serviceWorker.ready
  const parts = performance.getEntriesByType("resource").map(({ name }) => name)
  const { port1, port2 } = new MessageChannel()
  const kept = new Promise((resolve) => {
    port1.onmessage = resolve
  })
  active?.postMessage([new URL("/", location.href).href, ...parts], [port2])
  await kept
  document.documentElement.dataset.kept = "yes"
}
