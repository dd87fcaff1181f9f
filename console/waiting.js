/** What a traveler said while nobody answered: kept here, sent when somebody does, and what became of it told in words. */
import { announce, announceProblem, button, element, whenOther } from "./dom.js"
import { inClock } from "./format.js"
import { T } from "./messages.js"
import { newId } from "./session.js"

/** How often it is tried while something waits; what says that the network is back tries at once. */
const TRY_EVERY_MS = 20_000

const PREFIX = "overplanned.waiting."

/** Where a browser keeps nothing, what waits is kept for as long as the page is open. */
const storeOrNone = () => {
  try {
    return globalThis.localStorage
  } catch {
    return undefined
  }
}

/** What somebody else left unsent in this browser goes nowhere any more. */
const forgetOthersWaiting = (person) => {
  const store = storeOrNone()
  const names = Object.keys(store ?? {}).filter((name) => name.startsWith(PREFIX) && name !== PREFIX + person)
  for (const name of names) store?.removeItem(name)
}

/** What the server would not take of signals that it was told. */
const rejectedOf = (answer) => answer?.rejected ?? []

const listElement = (entries, open, forget, send) =>
  element(
    "details",
    { class: "waiting", open },
    element("summary", { "data-act": "waiting" }, T.waiting.title(entries.length)),
    element("p", { class: "soft" }, T.waiting.hint),
    element(
      "ul",
      { class: "plain" },
      entries.map(({ about, key }) =>
        element(
          "li",
          { class: "copyable" },
          element("span", {}, about),
          button(T.waiting.forget, () => forget(key))
        )
      )
    ),
    button(T.waiting.now, send, { "data-act": "send" })
  )

/** What went out, and in words what did not: told together, once the sending has ended. */
const makeReport = () => {
  let told = 0
  let undone = []
  return {
    /** @param {{about?: string}} entry @param {any} answer */
    sent: ({ about }, answer) => {
      const [refused] = rejectedOf(answer)
      if (refused === undefined) told++
      else undone.push(T.waiting.refused(about, inClock(refused.problem)))
    },
    /** @param {{about?: string}} entry @param {any} problem */
    refused: ({ about }, problem) => {
      const { stale, changed, refused } = T.waiting
      const since = (problem.document?.changes ?? []).map(({ what }) => inClock(what))
      const said = problem.status === 409 ? changed : refused
      undone.push(problem.status === 412 ? stale(about, since) : said(about, inClock(problem.message)))
    },
    tell: () => {
      const sent = told > 0 ? [T.waiting.sent(told)] : []
      const [texts, isRefused] = [[...undone, ...sent], undone.length > 0]
      told = 0
      undone = []
      if (texts.length > 0) announce(texts.join(" "), isRefused ? "error" : "info")
    }
  }
}

/**
 * `news` hears of each entry that went out (`sent`, with its answer) and of each that was refused (`refused`, with why).
 * `part` shows what waits, wherever one is in the app.
 *
 * @param {import("./api.js").Api["client"]} client
 * @param {string} person
 * @param {HTMLElement} part
 */
export const makeWaiting = (client, person, part) => {
  forgetOthersWaiting(person)
  /** @type {Set<{sent?: (entry: any, answer: any) => void, refused?: (entry: any, problem: any) => void}>} */
  const news = new Set()
  const report = makeReport()
  const queue = client.queue({
    store: storeOrNone(),
    name: PREFIX + person,
    onSent: (entry, answer) => {
      report.sent(entry, answer)
      for (const { sent } of news) sent?.(entry, answer)
    },
    onRefused: (entry, problem) => {
      report.refused(entry, problem)
      for (const one of news) one.refused?.(entry, problem)
    }
  })

  /** Sending is tried again and again: whoever reads what waits goes on reading it. */
  const drawOther = whenOther((entries) => {
    const open = part.querySelector("details")?.open ?? false
    const forget = (key) => {
      queue.forget(key)
      draw()
    }
    part.replaceChildren(listElement(entries, open, forget, () => send()))
  })
  const draw = () => {
    const { entries } = queue
    part.hidden = entries.length === 0
    drawOther(
      entries.map(({ key }) => key),
      entries
    )
  }

  const send = async () => {
    if (queue.entries.length === 0) return draw()
    await queue.send()
    draw()
    report.tell()
  }

  const again = () => send().catch(announceProblem)
  const timer = setInterval(() => (queue.entries.length > 0 ? again() : undefined), TRY_EVERY_MS)
  addEventListener("online", again)
  draw()
  again()

  /** What comes after something of the same trip that waits has to wait behind it. */
  const isBehind = ({ path }) =>
    path?.id !== undefined && queue.entries.some(({ request }) => request.path?.id === path.id)

  /** Done now by `does`, or kept for later where nobody answers. Says whether it was done. */
  const orLater = async (operation, request, about, does) => {
    const key = newId()
    if (!isBehind(request)) {
      try {
        await does(key)
        return true
      } catch (error) {
        if (!error.isAway) throw error
      }
    }
    queue.add(operation, request, key, about)
    draw()
    announce(T.waiting.kept(about))
    return false
  }

  return {
    news,
    send: again,
    count: () => queue.entries.length,
    orLater,
    /**
     * Tells the server what somebody likes or does not; what it will not take is no news to nobody.
     *
     * @param {import("./api.js").Body<"people.signals">} body
     * @param {string} about
     */
    signal: (body, about) =>
      orLater("people.signals", { body }, about, async () => {
        const [refused] = rejectedOf(await client.call("people.signals", { body }))
        if (refused !== undefined) throw new Error(refused.problem)
      }),
    drop: () => {
      for (const { key } of queue.entries) queue.forget(key)
    },
    close: () => {
      clearInterval(timer)
      removeEventListener("online", again)
      part.hidden = true
    }
  }
}
