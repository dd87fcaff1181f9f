/** The live connection of one trip: it reconnects by itself and asks for what it missed. */

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 20_000

/** Proxies cut connections that say nothing for a minute. */
const PING_EVERY_MS = 25_000

/** A server that is there answers far sooner; after this the request goes over HTTP. */
const ANSWER_WITHIN_MS = 5_000

/** Closed for good: coming back with the same token would end the same way. */
const FINAL = { 4401: "unauthorized", 4404: "not_found" }

/** How long to wait before the next attempt; `random` in [0, 1) keeps a crowd from coming back at once. */
export const waitBefore = (attempt, random) =>
  Math.round(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10)) * (0.5 + random / 2))

/** Where the stream of a trip is; with a position it gives every frame since. */
export const streamAddress = (origin, tripId, position) => {
  const address = new URL(`/ws/trips/${encodeURIComponent(tripId)}/pivot-stream`, origin)
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:"
  if (position !== undefined) {
    address.searchParams.set("epoch", position.epoch)
    address.searchParams.set("since", String(position.since))
  }
  return address.href
}

export class Unanswered extends Error {}

/** Sends a frame; whoever hears its answer finds it in `waiting` and settles it. */
const answered = (socket, waiting, frame) =>
  new Promise((resolve, reject) => {
    const overdue = setTimeout(() => {
      waiting.delete(frame.id)
      reject(new Unanswered("The live connection did not answer."))
    }, ANSWER_WITHIN_MS)
    const done = (settle) => (value) => {
      clearTimeout(overdue)
      settle(value)
    }
    waiting.set(frame.id, { resolve: done(resolve), reject: done(reject) })
    socket.send(JSON.stringify(frame))
  })

/**
 * `since()` says up to where the page knows the trip; `onFrame` hears every frame that answers nothing, and
 * `onState` one of `connecting`, `live`, `waiting`, `unauthorized`, `not_found`, `closed`.
 */
export const openStream = ({ origin, tripId, token, since, onFrame, onState }) => {
  const waiting = new Map()
  let socket
  let epoch
  let attempt = 0
  let drainMs
  let retry
  let pings
  let heard = true
  let closed = false

  const fail = (reason) => {
    for (const one of waiting.values()) one.reject(new Unanswered(reason))
    waiting.clear()
  }

  const settle = (frame) => {
    const one = frame.id === undefined ? undefined : waiting.get(frame.id)
    if (one === undefined) return false
    waiting.delete(frame.id)
    one.resolve(frame)
    return true
  }

  const hear = (frame) => {
    heard = true
    if (frame.type === "hello") {
      epoch = frame.epoch
      attempt = 0
      onState("live")
    }
    if (frame.type === "drain") drainMs = frame.reconnect_in_ms
    if (!settle(frame)) onFrame(frame)
  }

  const ping = () => {
    if (!heard) return socket.close()
    heard = false
    socket.send(JSON.stringify({ type: "ping", id: "still there" }))
  }

  const connect = () => {
    clearTimeout(retry)
    onState("connecting")
    const position = epoch === undefined ? undefined : { epoch, since: since() }
    const opened = new WebSocket(streamAddress(origin, tripId, position), ["overplanned.v1", `bearer.${token}`])
    socket = opened
    opened.onopen = () => {
      heard = true
      pings = setInterval(ping, PING_EVERY_MS)
    }
    opened.onmessage = ({ data }) => hear(JSON.parse(data))
    opened.onclose = ({ code }) => {
      clearInterval(pings)
      fail("The live connection closed.")
      if (closed) return
      if (FINAL[code] !== undefined) {
        closed = true
        return onState(FINAL[code])
      }
      const wait = drainMs ?? waitBefore(attempt++, Math.random())
      drainMs = undefined
      retry = setTimeout(connect, wait)
      onState("waiting", wait)
    }
  }

  /** Back on the network: no reason to sit out the wait. */
  const hurry = () => socket?.readyState === WebSocket.CLOSED && !closed && connect()
  globalThis.addEventListener?.("online", hurry)
  connect()

  return {
    /** Sends a frame and gives its answer; `Unanswered` where there is no live connection to give one. */
    request: (frame) =>
      socket.readyState === WebSocket.OPEN && epoch !== undefined
        ? answered(socket, waiting, frame)
        : Promise.reject(new Unanswered("There is no live connection.")),
    close: () => {
      closed = true
      clearTimeout(retry)
      globalThis.removeEventListener?.("online", hurry)
      socket.close()
      onState("closed")
    }
  }
}
