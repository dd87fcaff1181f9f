/** What fits into some minutes between other things: asked for, looked at, and put into the plan with one press. */
import { beforeElement } from "./by-hand.js"
import { button, element, field, held, redraw } from "./dom.js"
import { inClock, timeSpan } from "./format.js"
import { categoryWords, T } from "./messages.js"

const LEAST_MINUTES = 15
const MOST_MINUTES = 480
const USUAL_MINUTES = 90

const optionText = ({ stops, way_minutes }, zone) =>
  [
    stops
      .map(
        ({ node, starts_at, ends_at }) =>
          `${node.name} (${categoryWords(node.category)}), ${timeSpan(starts_at, ends_at, zone)}`
      )
      .join(T.fits.after),
    T.fits.way(way_minutes)
  ].join(" · ")

/** What was found, each with one press into the plan, or why nothing was. */
const foundElements = ({ options, reasons }, take, zone, currency) => [
  ...options.map((option, nr) =>
    button(
      [
        optionText(option, zone),
        ...option.stops.map((stop) => beforeElement(stop, currency, option.stops.length > 1 && stop.node.name))
      ],
      held(() => take(option.stops)),
      { "data-act": `fit-${nr}`, title: inClock(option.stops.flatMap(({ why }) => why).join(" · ")) }
    )
  ),
  ...(options.length === 0 ? reasons.map(({ message }) => element("p", { class: "soft" }, inClock(message))) : [])
]

/** The same from now on, with one press, for who feels something and has no stop soon that could change. */
export const nearbyElement = (ask, take, zone, currency) => {
  const found = element("div", { class: "choices", "aria-live": "polite" })
  const look = held(async () => redraw(found, foundElements(await ask(USUAL_MINUTES), take, zone, currency)))
  return element("div", {}, button(T.fits.nearby, look, { class: "primary", "data-act": "nearby" }), found)
}

/**
 * `ask({minutes, time})` says what fits; `take(stops)` puts them into the plan.
 *
 * @param {(wish: {minutes: number, time?: string}) => Promise<any>} ask without a time: from now
 * @param {(stops: Array<any>) => Promise<unknown>} take
 * @param {() => string} zone
 * @param {string} [currency]
 */
export const fitsElement = (ask, take, zone, currency) => {
  const minutes = element("input", {
    name: "fit_minutes",
    type: "number",
    min: LEAST_MINUTES,
    max: MOST_MINUTES,
    step: "5",
    value: USUAL_MINUTES,
    inputmode: "numeric",
    required: true
  })
  const at = element("input", { name: "fit_at", type: "time" })
  const found = element("div", { class: "choices", "aria-live": "polite" })
  const look = held(async () => {
    if (!minutes.reportValidity()) return
    const time = at.value === "" ? {} : { time: at.value }
    const taken = async (stops) => {
      await take(stops)
      found.replaceChildren()
    }
    redraw(found, foundElements(await ask({ minutes: Number(minutes.value), ...time }), taken, zone(), currency))
  })
  return element(
    "details",
    { class: "add" },
    element("summary", { "data-act": "fits" }, T.fits.title),
    field(T.fits.minutes, minutes),
    field(T.fits.from, at, T.fits.fromHint),
    button(T.fits.look, look, { "data-act": "look-fits" }),
    found
  )
}
