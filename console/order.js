/** The order of a day's stops, changed by a grip: dragged with a finger or a mouse, or moved with the arrow keys. */
import { element } from "./dom.js"
import { T } from "./messages.js"

/**
 * Where something lands that is let go at this height, among the others.
 *
 * @param {number} y
 * @param {Array<{top: number, bottom: number}>} others from the first to the last
 */
export const landing = (y, others) => others.filter(({ top, bottom }) => (top + bottom) / 2 < y).length

const siblingsOf = (item, name) =>
  [...item.parentElement.querySelectorAll(`:scope > [data-of]:has(> [data-act="${name}"])`)].filter(
    (one) => one !== item
  )

/** `shift(by)` moves it one up or down, `place(at)` to that place of the day. */
export const gripElement = (name, { shift, place }) => {
  let from
  const end = (event) => {
    const item = grip.parentElement
    if (from !== undefined && item !== null) {
      item.classList.remove("dragged")
      item.style.removeProperty("translate")
    }
    const started = from
    from = undefined
    return started !== undefined && event.type === "pointerup" ? item : undefined
  }
  const grip = element(
    "button",
    {
      type: "button",
      class: "grip",
      "data-act": "grip",
      "aria-label": T.byHand.grip(name),
      title: T.byHand.gripHint,
      keydown: (event) => {
        const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
        if (by === undefined) return
        event.preventDefault()
        shift(by)
      },
      pointerdown: (event) => {
        grip.setPointerCapture(event.pointerId)
        from = event.clientY
        grip.parentElement.classList.add("dragged")
      },
      pointermove: (event) => {
        if (from !== undefined) grip.parentElement.style.setProperty("translate", `0 ${event.clientY - from}px`)
      },
      pointerup: (event) => {
        const item = end(event)
        if (item !== undefined) {
          place(
            landing(
              event.clientY,
              siblingsOf(item, "grip").map((one) => one.getBoundingClientRect())
            )
          )
        }
      },
      pointercancel: end,
      lostpointercapture: end
    },
    "⠿"
  )
  return grip
}
