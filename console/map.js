/**
 * A map of a day or a trip, drawn from our own catalog: no network beyond this server, nobody told where, but where an
 * operator has named a source of pictures to draw it on. It is moved by dragging, two fingers, buttons or keys.
 */
import { button, element, redraw, setText, svg, whenOther } from "./dom.js"
import { measure, unitsOf } from "./format.js"
import { listenToGestures } from "./map-gestures.js"
import { apart, hull, labelsThatFit, neighbourhoods, scaleOf, viewOf } from "./map-shapes.js"
import { T } from "./messages.js"

const WIDTH = 400
const HEIGHT = 230

const SCALE_UNITS = 90
const LEAST_ZOOM = 0.2
const MOST_ZOOM = 12
const ZOOM_STEP = 1.7

/** From the middle of a pin to that of the next one, so that both numbers can be read. */
const APART = 16

const LETTERS = "ABCDEFGHIJ"

const pairs = (points) => points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")

/** Where the scale stands no label does. */
const SCALE_SPOTS = [20, 44, 68, 92].map((x) => [x, HEIGHT - 14])

/** A screen that is wider than the drawing shows what lies beside it. */
const isNear = ([x, y]) => x > -WIDTH && x < 2 * WIDTH && y > -HEIGHT && y < 2 * HEIGHT

const drawHoods = (hoods, view, marks) => [
  ...hoods
    .filter(({ middle }) => isNear(view.at(middle)))
    .map(({ places }) => svg("path", { class: "hood", d: `M${pairs(hull(places.map(view.at)))}Z` })),
  ...labelsThatFit(hoods, view, WIDTH, HEIGHT, [...marks, ...SCALE_SPOTS]).map(({ name, x, y }) =>
    svg("text", { class: "hood-name", x, y: y + 4 }, name)
  )
]

const drawSpots = (places, view) =>
  svg("path", {
    class: "spot",
    d: places
      .map(view.at)
      .filter(isNear)
      .map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`)
      .join("")
  })

const mark = (kind, [x, y], label, name) =>
  svg(
    "g",
    { class: kind },
    svg("title", {}, name),
    svg("circle", { cx: x, cy: y, r: 9 }),
    svg("text", { x, y: y + 4 }, label)
  )

const drawScale = (metres) => {
  const { units, count, unit } = scaleOf(metres, SCALE_UNITS, unitsOf())
  const y = HEIGHT - 10
  return svg(
    "g",
    { class: "scale" },
    svg("path", { d: `M10 ${y - 4}v4h${units.toFixed(1)}v-4` }),
    svg("text", { x: 14, y: y - 5 }, measure(count, unit))
  )
}

/** Places that offers on the table would bring in, with the letter of their option and the stop that would go. */
export const alternativesOf = (offers) =>
  offers.flatMap(({ options }) =>
    options.flatMap(({ changes }, index) =>
      changes.flatMap(({ node, slot_id }) =>
        node === undefined ? [] : [{ node, slot_id, letter: LETTERS[index] ?? "?" }]
      )
    )
  )

/** The letter that an option has on the map. */
export const letterOf = (index) => LETTERS[index] ?? "?"

/** Fixed things of these days that lie somewhere. */
const thingsOf = ({ fixed = [] }, days) =>
  fixed.filter(({ day, lat }) => lat !== null && lat !== undefined && days.some((one) => one.day === day))

/** A day's way; from where one sleeps and back where that counts in the plan: not before an arrival, nor after a departure. */
export const wayOf = ({ day, slots, way }, things, home) => {
  const stations = [
    ...slots.map(({ node, starts_at }) => ({ place: node, starts_at })),
    ...things.filter((thing) => thing.day === day).map((thing) => ({ place: thing, starts_at: thing.starts_at }))
  ]
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at))
    .map(({ place }) => place)
  if (home === undefined || stations.length === 0) return stations
  const isFromHome = stations[0] === slots[0]?.node && slots[0].travel_minutes > 0
  return [...(isFromHome ? [home] : []), ...stations, ...(way?.back_minutes > 0 ? [home] : [])]
}

const stopsOf = (days) => days.flatMap(({ slots }) => slots.map(({ node }) => node))

/** Numbers of a day's stops, or of the days where several are shown. */
const drawPins = ({ days, alternatives, things, home, marked }, view) => {
  const nodes = [...stopsOf(days), ...alternatives.map(({ node }) => node), ...things, ...(home ? [home] : [])]
  const places = apart(nodes.map(view.at), APART)
  const at = new Map(nodes.map((node, nth) => [node, places[nth]]))
  /** @param {any} node one of them @returns {[number, number]} */
  const spot = (node) => at.get(node) ?? view.at(node)
  const going = new Set(alternatives.map(({ slot_id }) => slot_id))
  const numbered = (day, index) => (days.length > 1 ? day.day : index + 1)
  const kind = ({ id }) => `pin${going.has(id) ? " going" : ""}${marked.has(id) ? " changed" : ""}`
  return [
    ...days.map((day) => svg("polyline", { class: "way", points: pairs(wayOf(day, things, home).map(spot)) })),
    ...(home ? [mark("pin home", spot(home), "⌂", T.map.home(home.title))] : []),
    ...things.map((thing) => mark("pin own", spot(thing), "◆", thing.title)),
    ...days.flatMap((day) =>
      day.slots.map((slot, index) => mark(kind(slot), spot(slot.node), String(numbered(day, index)), slot.node.name))
    ),
    ...alternatives.map(({ node, letter }) => mark("pin other", spot(node), letter, node.name))
  ]
}

/** All that a drawing of pins goes by. */
const pinsKey = ({ days, alternatives, things, home, marked }) =>
  JSON.stringify([
    home,
    things.map(({ lat, lon, title, starts_at }) => [lat, lon, title, starts_at]),
    days.map(({ day, slots, way }) => [
      day,
      way?.back_minutes,
      slots.map(({ id, node, travel_minutes }) => [id, node.id, node.name, marked.has(id), travel_minutes])
    ]),
    alternatives.map(({ node, slot_id, letter }) => [node.id, slot_id, letter])
  ])

/** What a screen of another shape than the drawing shows of it, and how many pixels a unit takes. */
const seenOf = (part) => {
  const { width, height } = part.getBoundingClientRect()
  const pixels = Math.min(width / WIDTH, height / HEIGHT)
  const [across, down] = [(width / pixels - WIDTH) / 2, (height / pixels - HEIGHT) / 2]
  return { pixels, piece: { left: -across, top: -down, right: WIDTH + across, bottom: HEIGHT + down } }
}

/**
 * A drawing in two layers: the ground, which is drawn when one looks elsewhere, and the pins on it, which are drawn when one
 * of them is another. Pictures of the ground, where there are any, lie between them.
 */
const makeDrawing = (attributes = {}) => {
  const [ground, pins] = [svg("g"), svg("g")]
  const moved = svg("g", { class: "moved" }, ground, pins)
  const part = svg("svg", { class: "map", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", ...attributes }, moved)
  let view
  let tiles
  const drawTiles = () => {
    const { pixels, piece } = seenOf(part)
    if (view !== undefined && pixels > 0) tiles?.draw(view, piece, pixels)
  }
  const layTiles = (layer) => {
    tiles = layer
    ground.after(layer.part)
    part.classList.add("tiled")
    // At once, and again whenever it is of another size: a drawing that is not on the page yet has none.
    new ResizeObserver(drawTiles).observe(part)
  }
  const drawGround = whenOther(({ places, hoods }, points, zoom, shift) => {
    view = viewOf(points, WIDTH, HEIGHT, zoom, shift)
    ground.replaceChildren(...drawHoods(hoods, view, points.map(view.at)), drawSpots(places, view))
    part.replaceChildren(moved, drawScale(view.metres))
    drawTiles()
  })
  const drawMarks = whenOther((what) => pins.replaceChildren(...drawPins(what, view)))
  /** @param {any} what days, alternatives, fixed things, where one sleeps, the ground, how it is looked at */
  const draw = ({
    days,
    alternatives,
    things = [],
    home,
    places = [],
    hoods = [],
    zoom = 1,
    shift = [0, 0],
    label,
    marked = new Map()
  }) => {
    const points = [...stopsOf(days), ...alternatives.map(({ node }) => node), ...things, ...(home ? [home] : [])]
    const where = points.map(({ lat, lon }) => `${lat},${lon}`).join(" ")
    drawGround([places, hoods, where, zoom, ...shift], { places, hoods }, points, zoom, shift)
    const marks = { days, alternatives, things, home, marked }
    drawMarks([view, pinsKey(marks)], marks)
    if (part.getAttribute("aria-label") !== label) part.setAttribute("aria-label", label)
  }
  return { part, draw, layTiles }
}

/**
 * What one offer would change, on a small map of its day: what goes pales, what may come has its option's letter. `base` gives
 * the places of the city; until they are there, the stops stand alone.
 */
export const offerMap = (trip, offer, base) => {
  const alternatives = alternativesOf([offer])
  if (alternatives.length === 0) return false
  const day = trip.days.find(({ slots }) => slots.some(({ id }) => alternatives.some(({ slot_id }) => slot_id === id)))
  if (day === undefined) return false
  const names = alternatives.map(({ letter, node }) => `${letter} ${node.name}`).join(", ")
  const { part, draw } = makeDrawing()
  const what = { days: [day], alternatives, things: thingsOf(trip, [day]), label: T.map.offer(names) }
  draw(what)
  // Whoever has no places has heard of it at the large map.
  base().then(
    ({ nodes }) => draw({ ...what, places: nodes, hoods: neighbourhoods(nodes) }),
    () => {}
  )
  return part
}

/** Lays the operator's pictures below the pins, where there are any: the words that have to stand beside them. */
const tiled = async (drawing, source) => {
  const { tiles } = await source()
  if (tiles === null) return false
  const { makeTileLayer } = await import("./map-tiles.js")
  drawing.layTiles(makeTileLayer(tiles.address))
  return element("p", { class: "soft", "data-of": "map-credit" }, T.map.tiles(tiles.credit))
}

/** Until the places of the city are there. @type {{places: Array<any>, hoods: Array<any>, attribution: Array<string>}} */
const NO_GROUND = { places: [], hoods: [], attribution: [] }

/**
 * `base` gives the places of the city and whose data they are; until it is there, the stops stand alone. `source` gives the
 * pictures that an operator has named, which a map does without where they cannot be had.
 */
export const makeMap = (base, failed, source) => {
  const part = element("div", { class: "mapbox" })
  let ground = NO_GROUND
  let tilesBy
  let zoom = 1
  /** @type {[number, number]} */
  let shift = [0, 0]
  let isWhole = false
  let last

  const again = () => last !== undefined && draw(...last)
  const rest = () => {
    zoom = 1
    shift = [0, 0]
  }
  /** Zooms about the middle of what is shown. */
  const zoomBy = (factor) => {
    const to = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom * factor))
    shift = [(shift[0] * to) / zoom, (shift[1] * to) / zoom]
    zoom = to
    again()
  }
  const moveBy = ([right, down]) => {
    shift = [shift[0] + right, shift[1] + down]
    again()
  }
  const drawing = makeDrawing({ tabindex: "0" })
  listenToGestures(drawing.part, { width: WIDTH, zoomBy, moveBy })
  const frame = element("div", { class: "mapframe", "data-of": "mapframe" }, drawing.part)
  const tools = element("div", { class: "maptools", "data-of": "map" })
  const credit = element("p", { class: "soft" })

  const tool = (name, label, act, attributes = {}) =>
    button(label, act, { "data-act": name, "aria-label": T.map[name], ...attributes })
  const drawTools = whenOther((hasDays) =>
    redraw(tools, [
      tool("nearer", "+", () => zoomBy(ZOOM_STEP), { disabled: zoom >= MOST_ZOOM }),
      tool("farther", "−", () => zoomBy(1 / ZOOM_STEP), { disabled: zoom <= LEAST_ZOOM }),
      (zoom !== 1 || shift.some(Boolean)) &&
        tool("back", T.map.all, () => {
          rest()
          again()
        }),
      hasDays &&
        button(
          isWhole ? T.map.toDay : T.map.toTrip,
          () => {
            isWhole = !isWhole
            rest()
            again()
          },
          { "data-act": "whole" }
        )
    ])
  )

  const draw = (trip, day, offers, marked) => {
    // Another day, or more to see, starts from its own middle.
    if (last !== undefined && (last[1].day !== day.day || last[2].length !== offers.length)) rest()
    last = [trip, day, offers, marked]
    const days = isWhole ? trip.days : [day]
    const alternatives = alternativesOf(offers)
    if (days.every(({ slots }) => slots.length === 0) && alternatives.length === 0) return part.replaceChildren()
    const label = T.map.label(
      isWhole ? T.map.whole : T.map.one(day.day),
      stopsOf(days)
        .map(({ name }) => name)
        .join(", ")
    )
    const home = trip.lodging ?? undefined
    drawing.draw({ ...ground, days, alternatives, things: thingsOf(trip, days), home, zoom, shift, label, marked })
    const hasDays = trip.days.length > 1
    drawTools([zoom, ...shift, isWhole, hasDays], hasDays)
    setText(credit, T.map.data(ground.attribution.join("; ")))
    redraw(part, [frame, tilesBy, tools, ground.attribution.length > 0 && credit])
  }

  const credited = (credits) => {
    tilesBy = credits
    again()
  }
  tiled(drawing, source).then(credited, () => {})
  base().then(
    ({ nodes, attribution }) => {
      ground = { places: nodes, hoods: neighbourhoods(nodes), attribution: attribution.map(({ text }) => text) }
      again()
    },
    (error) => failed(error.message)
  )
  return { part, draw }
}
