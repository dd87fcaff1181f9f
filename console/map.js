/** A map of a day or a trip, drawn from our own catalog: no tiles, no network beyond this server, nobody told where. */
import { button, element, redraw, svg } from "./dom.js"
import { hasShape, hull, labelsThatFit, neighbourhoods, scaleOf, viewOf } from "./map-shapes.js"
import { T } from "./messages.js"

const WIDTH = 400
const HEIGHT = 230

const SCALE_UNITS = 90
const ZOOMS = [0.35, 0.6, 1, 1.8, 3.2]

const pairs = (points) => points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")

const drawHoods = (hoods, view, marks) => [
  ...hoods
    .filter(hasShape)
    .map(({ places }) => svg("polygon", { class: "hood", points: pairs(hull(places.map(view.at))) })),
  ...labelsThatFit(hoods, view, WIDTH, HEIGHT, marks).map(({ name, x, y }) =>
    svg("text", { class: "hood-name", x, y: y + 4 }, name)
  )
]

const drawSpots = (places, view) =>
  places
    .map(view.at)
    .filter(([x, y]) => x > 0 && y > 0 && x < WIDTH && y < HEIGHT)
    .map(([cx, cy]) => svg("circle", { class: "spot", cx, cy, r: 1.8 }))

const mark = (kind, [x, y], label, name) =>
  svg(
    "g",
    { class: kind },
    svg("title", {}, name),
    svg("circle", { cx: x, cy: y, r: 9 }),
    svg("text", { x, y: y + 4 }, label)
  )

const drawScale = (metres) => {
  const { units, label } = scaleOf(metres, SCALE_UNITS)
  const y = HEIGHT - 10
  return svg(
    "g",
    { class: "scale" },
    svg("path", { d: `M10 ${y - 4}v4h${units.toFixed(1)}v-4` }),
    svg("text", { x: 14, y: y - 5 }, label)
  )
}

const drawing = ({ days, alternatives, places, hoods, zoom, label }) => {
  const stops = days.flatMap(({ slots }) => slots.map(({ node }) => node))
  const view = viewOf([...stops, ...alternatives], WIDTH, HEIGHT, zoom)
  const marks = [...stops, ...alternatives].map(view.at)
  const numbered = (day, index) => (days.length > 1 ? day.day : index + 1)
  return svg(
    "svg",
    { class: "map", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    svg("rect", { class: "ground", width: WIDTH, height: HEIGHT }),
    drawSpots(places, view),
    drawHoods(hoods, view, marks),
    days.map(({ slots }) => svg("polyline", { class: "way", points: pairs(slots.map(({ node }) => view.at(node))) })),
    alternatives.map((node) => mark("pin other", view.at(node), "?", node.name)),
    days.flatMap((day) =>
      day.slots.map(({ node }, index) => mark("pin", view.at(node), String(numbered(day, index)), node.name))
    ),
    drawScale(view.metres)
  )
}

/** Places that the offers on the table would bring in. */
export const alternativesOf = (offers) =>
  offers.flatMap(({ options }) => options.flatMap(({ changes }) => changes.flatMap(({ node }) => node ?? [])))

/** `base` gives the places of the city and whose data they are; until it is there, the stops stand alone. */
export const makeMap = (base, failed) => {
  const part = element("div", { class: "mapbox" })
  let ground = { places: [], hoods: [], attribution: [] }
  let zoom = 2
  let isWhole = false
  let last

  const draw = (trip, day, offers) => {
    last = [trip, day, offers]
    const days = isWhole ? trip.days : [day]
    const alternatives = alternativesOf(offers)
    if (days.every(({ slots }) => slots.length === 0) && alternatives.length === 0) return part.replaceChildren()
    const again = (change) => () => {
      change()
      draw(...last)
    }
    const zoomTo = (step, name, label) =>
      button(
        label,
        again(() => {
          zoom += step
        }),
        { "data-act": name, "aria-label": T.map[name], disabled: ZOOMS[zoom + step] === undefined }
      )
    const label = T.map.label(
      isWhole ? T.map.whole : T.map.one(day.day),
      days.flatMap(({ slots }) => slots.map(({ node }) => node.name)).join(", ")
    )
    redraw(part, [
      drawing({ ...ground, days, alternatives, zoom: ZOOMS[zoom], label }),
      element(
        "div",
        { class: "maptools", "data-of": "map" },
        zoomTo(1, "nearer", "+"),
        zoomTo(-1, "farther", "−"),
        trip.days.length > 1 &&
          button(
            isWhole ? T.map.toDay : T.map.toTrip,
            again(() => {
              isWhole = !isWhole
            }),
            { "data-act": "whole" }
          )
      ),
      ground.attribution.length > 0 && element("p", { class: "soft" }, T.map.data(ground.attribution.join("; ")))
    ])
  }

  base().then(
    ({ nodes, attribution }) => {
      ground = { places: nodes, hoods: neighbourhoods(nodes), attribution: attribution.map(({ text }) => text) }
      if (last !== undefined) draw(...last)
    },
    (error) => failed(error.message)
  )
  return { part, draw }
}
