/**
 * Keeps the app's own pages, so that it opens without a network. What a traveler sees in them is kept by the page itself,
 * by person. Asked for anew whenever the server answers: a page never runs beside the script of another version.
 */
const SHELL = "overplanned-shell"

const isShell = ({ origin, pathname }) =>
  origin === self.location.origin &&
  (pathname === "/" || pathname.startsWith("/console/") || pathname.startsWith("/client/"))

const keep = async (request, response) => {
  if (response.ok) await (await caches.open(SHELL)).put(request, response.clone())
  return response
}

const lastKept = async (request) => (await caches.open(SHELL)).match(request)

/** A server that is within reach has begun to answer by then; where the network is weak, what was kept opens instead. */
const PAGE_WITHIN_MS = 2_000

/** How long is waited behind a page from what was kept, so that the next one may be new. */
const NEW_PAGE_WITHIN_MS = 30_000

/** Pages that opened from what was kept: all of each comes from there, so that it runs beside no script of another version. */
const fromKept = new Set()
const MOST_FROM_KEPT = 50

const noteFromKept = (page) => {
  fromKept.add(page)
  if (fromKept.size > MOST_FROM_KEPT) fromKept.delete(fromKept.values().next().value)
}

/** Whoever stands before a server that is gone answers in its place, with a page of theirs. */
const fromServer = async (request, patience) => {
  const late = patience && new AbortController()
  const timer = patience && setTimeout(() => late.abort(), patience)
  try {
    const response = await fetch(request, late && { signal: late.signal })
    if (response.status >= 500) return { response, isAway: true }
    return { response: await keep(request, response), isAway: false }
  } catch (error) {
    return { error, isAway: true }
  } finally {
    clearTimeout(timer)
  }
}

const answer = async ({ clientId, request, resultingClientId }) => {
  const isPage = request.mode === "navigate"
  const kept = await lastKept(request)
  if (kept !== undefined && !isPage && fromKept.has(clientId)) return kept
  const { error, isAway, response } = await fromServer(request, isPage && kept ? PAGE_WITHIN_MS : undefined)
  if (isAway && kept !== undefined) {
    if (isPage) noteFromKept(resultingClientId)
    return kept
  }
  if (response === undefined) throw error
  return response
}

self.addEventListener("install", () => self.skipWaiting())
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()))
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request
  if (method === "GET" && isShell(new URL(url))) event.respondWith(answer(event))
})

const keepAll = async (parts) => (await caches.open(SHELL)).addAll(parts)

/** One request first: a server that does not answer is not asked for everything. */
const keepNext = async (parts) => {
  const { ok } = await fetch("/", { signal: AbortSignal.timeout(NEW_PAGE_WITHIN_MS) })
  if (ok) await keepAll(parts)
}

/** The page tells what it was made of: it was there before this worker was. */
self.addEventListener("message", (event) => {
  const parts = event.data.filter((address) => isShell(new URL(address)))
  const told = () => event.ports[0]?.postMessage("kept")
  if (!fromKept.has(event.source?.id)) return event.waitUntil(keepAll(parts).then(told))
  told()
  event.waitUntil(keepNext(parts).catch(() => {}))
})

/** What is said from here stands among the texts of the app, which puts it there: a worker loads no module in every browser. */
const WORDS = "/console/words-of-the-worker"

/** Undefined where the browser has thrown away what was kept. */
const keptWords = async () => (await lastKept(WORDS))?.json()

/** A time of day on 24 hours, unless it goes on, or is written on twelve already. */
const WRITTEN_TIME = /([01]\d|2[0-3]):([0-5]\d)(?![\d:]|\s?[ap]\.?m\b)/gi

/** What goes before a part of an instant, and before an offset: from when the sun sets, or of a zone. */
const NO_TIME_FOLLOWS = /(?:[\d:.T]|(?:\([a-z]+|UTC|GMT)\s?[+-])$/i

/** A sentence with each of its times written anew. */
const withTimes = (sentence, write) =>
  sentence.replace(WRITTEN_TIME, (time, hour, minute, at) =>
    NO_TIME_FOLLOWS.test(sentence.slice(0, at)) ? time : write(Date.UTC(2024, 0, 1, hour, minute))
  )

/** Its times are the city's, on 24 hours; the app does the same with sentences, and its modules cannot be loaded here. */
const inClock = (sentence) => {
  const clock = new Intl.DateTimeFormat(navigator.language, { timeStyle: "short", timeZone: "UTC" })
  return withTimes(sentence, (instant) => clock.format(instant))
}

/** Systems show no drawing beside what is told, but a picture. */
const ICON = "/console/icon-192.png"

const showPush = async ({ answer, body, option_id, pivot_id, title, trip_id }) => {
  const words = await keptWords()
  // Without words for the buttons, and where there is nothing to take, it opens the trip, and one answers there.
  const actions =
    option_id === null || words === undefined
      ? []
      : [
          { action: "accept", title: words.take },
          { action: "dismiss", title: words.keep }
        ]
  await self.registration.showNotification(inClock(title), {
    body: inClock(body),
    actions,
    // One for each event: told again it takes the place of what stands there.
    tag: pivot_id,
    icon: ICON,
    data: { answer, option_id, trip_id, words }
  })
}

/** What a notification says came with it; nobody on the way could read it. */
self.addEventListener("push", (event) => {
  const told = event.data?.json()
  if (told?.title !== undefined) event.waitUntil(showPush(told))
})

const say = (title, body, data) => self.registration.showNotification(title, { body, data, icon: ICON })

/** From the notification: its secret stands for the traveler and this one offer, so that the app need not be open. */
const respond = async ({ answer, option_id, trip_id, words }, action) => {
  const said = action === "accept" ? { response: "accept", option_id } : { response: "dismiss" }
  try {
    const response = await fetch("/api/v1/push/answers", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: answer, answer: said })
    })
    const { detail, voted } = await response.json()
    if (!response.ok) return say(words.failed, inClock(detail), { trip_id })
    if (voted) return say(words.voted, words.counting, { trip_id })
    return say(words.done, action === "accept" ? words.changed : words.kept, { trip_id })
  } catch {
    return say(words.failed, words.unreachable, { trip_id })
  }
}

const openTrip = async ({ trip_id }) => {
  const address = trip_id === undefined ? "/" : `/#/trips/${trip_id}`
  const [page] = await self.clients.matchAll({ type: "window" })
  if (page === undefined) return self.clients.openWindow(address)
  await page.navigate(address).catch(() => {})
  return page.focus()
}

self.addEventListener("notificationclick", (event) => {
  const { action, notification } = event
  notification.close()
  event.waitUntil(action === "" ? openTrip(notification.data) : respond(notification.data, action))
})
