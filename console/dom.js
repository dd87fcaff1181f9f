/** How the page is built and spoken through: text stays text. */
import { inClock } from "./format.js"
import { T } from "./messages.js"
import { SVG } from "./namespaces.js"

/**
 * An element with its attributes and children. Strings become text nodes and nothing else: names and notes of places
 * are written by strangers. An attribute that is a function listens to the event of its name.
 */
export const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (typeof value === "function") node.addEventListener(name, value)
    else node.setAttribute(name, value === true ? "" : String(value))
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false))
  return node
}

/** The same for drawings. */
export const svg = (tag, attributes = {}, ...children) => {
  const node = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) node.setAttribute(name, String(value))
  node.append(...children.flat().filter((child) => child !== undefined && child !== false))
  return node
}

/** Hands the traveler a file. */
export const saveAs = (blob, name) => {
  const address = URL.createObjectURL(blob)
  element("a", { href: address, download: name }).click()
  URL.revokeObjectURL(address)
}

export const button = (label, act, attributes = {}) =>
  element("button", { type: "button", click: act, ...attributes }, label)

/** A labelled form control. */
export const field = (label, control, hint) =>
  element("label", { class: "field" }, element("span", {}, label), control, hint && element("small", {}, hint))

export const select = (name, choices, chosen) =>
  element(
    "select",
    { name },
    choices.map(([value, label]) => element("option", { value, selected: value === chosen }, label))
  )

/** Choices side by side, one or several of them; `change` hears the value that was pressed. */
export const chips = (legend, name, choices, { chosen, type }, change) =>
  element(
    "fieldset",
    { class: "chips" },
    element("legend", {}, legend),
    choices.map(([value, label, hint]) =>
      element(
        "label",
        { class: "chip", title: hint },
        element("input", { type, name, value, checked: chosen.includes(value), change: () => change(value) }),
        element("span", {}, label)
      )
    )
  )

/** Where one stops on the way through a page by keys. */
const STOPS = "summary, button, a[href], input, select, textarea"

/** @param {Element | null | undefined} node */
const stopIn = (node) => (node?.matches(`${STOPS}, [tabindex]`) ? node : node?.querySelector(STOPS))

/** The heading that a part stands below, or has. */
const headingOf = (part) => {
  for (let at = part; at !== null; at = at.parentElement) {
    const heading = at.querySelector("h1, h2, h3")
    if (heading !== null) return heading
  }
  return partOfPage("main")
}

/** Goes to the first of these that can be gone to, without moving the page: what is hidden cannot. */
const focusOn = (wanted) => {
  for (const one of wanted.filter(Boolean)) {
    if (!one.matches(`${STOPS}, [tabindex]`)) one.tabIndex = -1
    one.focus({ preventScroll: true })
    if (document.activeElement === one) return
  }
}

/** Who was at what is gone is at the heading of this part. */
export const focusIfLost = (part) => {
  if (document.activeElement === document.body) focusOn([headingOf(part)])
}

/** The page is called what stands on top of it, and the day that is looked at. */
export const entitle = () => {
  const said = ["h1", ".days h2"].map((one) => partOfPage("main").querySelector(one)?.textContent)
  const title = [...said, T.app].filter(Boolean).join(" · ")
  if (document.title !== title) document.title = title
}

/** How long news stays; what went wrong stays until it is dismissed. */
const NEWS_MS = 12_000

/**
 * A part that the page itself has.
 *
 * @param {string} id
 */
export const partOfPage = (id) => /** @type {HTMLElement} */ (document.getElementById(id))

let fading
/** Where one was before one came by keyboard to what is told. */
let cameFrom

/** What is told from now on; who was at something that is not told any more is back where they came from. */
const tell = (told) => {
  const place = partOfPage("notices")
  const isThere = place.contains(document.activeElement)
  place.replaceChildren(...told)
  if (isThere && !place.contains(document.activeElement)) {
    focusOn([cameFrom?.isConnected && cameFrom, headingOf(partOfPage("main"))])
  }
}

/** Says something to who sees the page and to who hears it; `more` is a button beside it. News do not push aside what went wrong. */
export const announce = (text, kind = "info", more) => {
  const place = partOfPage("notices")
  clearTimeout(fading)
  const others = () => [...place.children].filter((one) => one !== told)
  /** Nobody's button fades away below them. */
  const fade = () => {
    if (told.contains(document.activeElement)) fading = setTimeout(fade, NEWS_MS)
    else told.remove()
  }
  const notice = element("p", { class: `notice ${kind}`, role: kind === "error" ? "alert" : "status" }, text)
  const told = element(
    "div",
    {
      class: `told ${kind}`,
      focusin: ({ relatedTarget }) => {
        if (!place.contains(relatedTarget)) cameFrom = relatedTarget
      }
    },
    notice,
    element(
      "span",
      {},
      more !== undefined && button(more.label, held(more.act), { "data-act": "undo" }),
      button(T.dismiss, () => tell(others()), { class: "quiet" })
    )
  )
  if (kind !== "error") fading = setTimeout(fade, NEWS_MS)
  const stands = kind === "error" ? null : place.querySelector(".told.error")
  tell([stands, told].filter(Boolean))
}

/** Says what went wrong: the times in such a sentence are the server's, and are told as this device tells times. */
export const announceProblem = ({ message }) => announce(inClock(message), "error")

/**
 * Who is at something of a part by keyboard, and where they are led once it is drawn anew: to the same button, else to what it was
 * about, else to what stands in its place, else to the heading of it all.
 */
const focused = (part) => {
  const button = document.activeElement
  if (button === null || !part.contains(button)) return undefined
  const owner = button.closest("[data-of]")
  const of = owner && `[data-of="${owner.getAttribute("data-of")}"]`
  const name = button.getAttribute("data-act")
  const nth = [...part.children].findIndex((one) => one.contains(button))
  return () => {
    const same = of && part.querySelector(name === null ? of : `${of} [data-act="${name}"]`)
    const about = owner?.isConnected ? owner : of && part.querySelector(of)
    const next = part.children[Math.min(nth, part.children.length - 1)]
    return [same, about, next].map(stopIn).concat(headingOf(part))
  }
}

/** These children in this order. What stands there already is not touched: to take it out and put it back costs as much as new. */
const settle = (part, children) => {
  const wanted = new Set(children)
  for (const one of [...part.childNodes]) if (!wanted.has(one)) one.remove()
  let place = part.firstChild
  for (const one of wanted) {
    if (one === place) place = place.nextSibling
    else part.insertBefore(one, place)
  }
}

/** Draws a part of the page anew; who was at one of its buttons by keyboard is there again. */
export const redraw = (part, children) => {
  const wayBack = focused(part)
  settle(part, children.flat().filter(Boolean))
  if (wayBack !== undefined && !part.contains(document.activeElement)) focusOn(wayBack())
}

/**
 * Does it the first time, and then only where what it goes by is not what it was.
 *
 * @param {(...given: Array<any>) => void} does
 * @returns {(by: Array<unknown>, ...given: Array<any>) => void}
 */
export const whenOther = (does) => {
  /** @type {undefined | Array<unknown>} */
  let last
  return (by, ...given) => {
    const before = last
    if (before?.length === by.length && by.every((one, at) => Object.is(one, before[at]))) return
    last = by
    does(...given)
  }
}

/** Another text, where it is another one: the same one again would be laid out and read out again. */
export const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text
}

/** Runs what a button does with the button held down, so that an impatient second click asks for nothing. */
export const held = (act) => async (event) => {
  const pressed = event.currentTarget
  if (pressed.getAttribute("aria-busy") === "true") return
  pressed.setAttribute("aria-busy", "true")
  try {
    await act(event)
  } catch (error) {
    announceProblem(error)
  } finally {
    pressed.removeAttribute("aria-busy")
  }
}
