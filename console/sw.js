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

/** Whoever stands before a server that is gone answers in its place, with a page of theirs. */
const answer = async (request) => {
  try {
    const response = await fetch(request)
    return response.status < 500 ? await keep(request, response) : ((await lastKept(request)) ?? response)
  } catch (error) {
    const kept = await lastKept(request)
    if (kept === undefined) throw error
    return kept
  }
}

self.addEventListener("install", () => self.skipWaiting())
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()))
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request
  if (method === "GET" && isShell(new URL(url))) event.respondWith(answer(event.request))
})
/** The page tells what it was made of: it was there before this worker was. */
self.addEventListener("message", (event) => {
  const parts = event.data.filter((address) => isShell(new URL(address)))
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(parts))
      .then(() => event.ports[0]?.postMessage("kept"))
  )
})
