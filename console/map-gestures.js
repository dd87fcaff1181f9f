/** Moving a map: one finger or the mouse drags it, two fingers or a wheel with Ctrl zoom it, keys do both. */

/** What a press of a key does: how far the ground moves, in units of the drawing. */
const KEYS = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }

const KEY_ZOOM = 1.4
const WHEEL_STEP = 400

/** Shorter than this it was a tap. */
const LEAST_DRAG = 3

/** @param {Array<{x: number, y: number}>} points */
const distance = (points) => Math.hypot(points[0].x - points[1].x, points[0].y - points[1].y)
const middle = (points) => ({
  x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
  y: points.reduce((sum, { y }) => sum + y, 0) / points.length
})

/**
 * While it goes on, the drawing is only shifted; it is drawn anew when the fingers are gone.
 *
 * @param {SVGElement} map
 * @param {{width: number, zoomBy: (factor: number) => void, moveBy: (by: [number, number]) => void}} does
 */
export const listenToGestures = (map, { width, zoomBy, moveBy }) => {
  const fingers = new Map()
  /** @type {undefined | {middle: {x: number, y: number}, spread: number}} */
  let start
  let by = { x: 0, y: 0, factor: 1 }
  const moved = () => /** @type {SVGElement} */ (map.querySelector(".moved"))
  const unit = () => width / map.getBoundingClientRect().width

  const begin = () => {
    const points = [...fingers.values()]
    start =
      points.length === 0 ? undefined : { middle: middle(points), spread: points.length > 1 ? distance(points) : 0 }
    by = { x: 0, y: 0, factor: 1 }
  }

  const end = () => {
    const { x, y, factor } = by
    by = { x: 0, y: 0, factor: 1 }
    start = undefined
    moved().removeAttribute("style")
    if (Math.hypot(x, y) >= LEAST_DRAG) moveBy([x * unit(), y * unit()])
    if (factor !== 1) zoomBy(factor)
  }

  map.addEventListener("pointerdown", (event) => {
    map.setPointerCapture(event.pointerId)
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    begin()
  })
  map.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId) || start === undefined) return
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    const points = [...fingers.values()]
    const now = middle(points)
    const factor = points.length > 1 && start.spread > 0 ? distance(points) / start.spread : 1
    by = { x: now.x - start.middle.x, y: now.y - start.middle.y, factor }
    moved().style.transformOrigin = "center"
    moved().style.transform = `translate(${by.x * unit()}px, ${by.y * unit()}px) scale(${factor})`
  })
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    map.addEventListener(name, (event) => {
      if (!fingers.delete(event.pointerId)) return
      fingers.clear()
      end()
    })
  }
  map.addEventListener(
    "wheel",
    (event) => {
      // Without Ctrl the wheel belongs to the page; a touchpad's pinch comes with it.
      if (!event.ctrlKey) return
      event.preventDefault()
      zoomBy(2 ** (-event.deltaY / WHEEL_STEP))
    },
    { passive: false }
  )
  map.addEventListener("keydown", (event) => {
    const step = KEYS[event.key]
    if (step !== undefined) moveBy(step)
    else if (event.key === "+" || event.key === "=") zoomBy(KEY_ZOOM)
    else if (event.key === "-") zoomBy(1 / KEY_ZOOM)
    else return
    event.preventDefault()
  })
}
