/** What a plan goes around: where one sleeps, arrivals and departures, tables and tickets. Before a trip is planned, and later. */
import { MOST_FIXED } from "./bring.js"
import { button, element, field, held, redraw, select } from "./dom.js"
import { calendarDay, clockTime, localDate } from "./format.js"
import { neighbourhoods } from "./map-shapes.js"
import { T } from "./messages.js"

/** How long something takes where nobody says: getting off a train, and a dinner. */
const USUAL_MINUTES = { arrival: 30, departure: 30 }
const OTHER_MINUTES = 90

const LONGEST_TITLE = 120

const minutesLater = (at, minutes) => new Date(Date.parse(`${at}Z`) + minutes * 60_000).toISOString().slice(0, 16)

/**
 * What the little form says, as the contract takes it. An end before the beginning is past midnight.
 *
 * @param {{title: string, kind: string, date: string, from: string, until: string}} said
 */
export const fixedWish = ({ title, kind, date, from, until }) => {
  const at = `${date}T${from}`
  const end = until === "" ? minutesLater(at, USUAL_MINUTES[kind] ?? OTHER_MINUTES) : `${date}T${until}`
  return {
    title: title.trim() === "" ? T.byHand.kinds[kind] : title.trim(),
    kind,
    at,
    until: end > at ? end : minutesLater(end, 24 * 60)
  }
}

/** What a trip has already, as one says it again: what stays has the title and the beginning that it had. */
export const wishOf = ({ title, kind, starts_at, ends_at, lat, lon }) => ({
  title,
  kind,
  at: starts_at,
  until: ends_at,
  ...(lat === null ? {} : { lat, lon })
})

/**
 * Says of what was refused which it was, by its title and not by its number.
 *
 * @template A
 * @param {Promise<A>} asked with these fixed things
 * @param {Array<{title: string}>} fixed
 * @returns {Promise<A>}
 */
export const namingRefused = (asked, fixed) =>
  asked.catch((error) => {
    const issues = error.document?.errors ?? []
    const things = issues.map(({ path: [first, at] }) => (first === "fixed" ? fixed[at] : undefined))
    if (things.every((thing) => thing === undefined)) throw error
    const said = ({ path, message }, thing) =>
      thing === undefined ? `${path.join(".")} ${message}.` : T.around.refused(thing.title, message)
    throw new Error(issues.map((issue, nr) => said(issue, things[nr])).join(" "))
  })

/** "Fri 1 May, 14:30", of an instant or of a time on the city's clock. */
const whenText = (at, zone) => {
  const isInstant = /(Z|[+-]\d\d:\d\d)$/.test(at)
  const date = isInstant ? localDate(at, zone) : at.slice(0, 10)
  const time = isInstant ? clockTime(at, zone) : clockTime(`${at}Z`, "UTC")
  return `${calendarDay(date)}, ${time}`
}

const calledText = ({ kind, title }) => {
  const what = T.byHand.kinds[kind]
  return title === what ? what : `${what}: ${title}`
}

const listElement = (things, zone, remove) =>
  element(
    "ul",
    { class: "plain" },
    things.map((thing) =>
      element(
        "li",
        { class: "copyable" },
        element("span", {}, `${whenText(thing.at, zone)} · ${calledText(thing)}`),
        button(T.around.remove, () => remove(thing), { "aria-label": `${T.around.remove}: ${thing.title}` })
      )
    )
  )

const addForm = (span, add) => {
  const kind = select(
    "kind",
    ["arrival", "departure", "reservation", "ticket", "other"].map((one) => [one, T.byHand.kinds[one]]),
    "arrival"
  )
  const title = element("input", { name: "title", maxlength: "120" })
  const date = element("input", { name: "fixed_date", type: "date" })
  const from = element("input", { name: "from", type: "time" })
  const until = element("input", { name: "until", type: "time" })
  const look = () => {
    const { first, last } = span()
    date.min = first
    date.max = last
    if (date.value < first || date.value > last) date.value = kind.value === "departure" ? last : first
  }
  kind.addEventListener("change", () => {
    const { first, last } = span()
    date.value = kind.value === "departure" ? last : first
  })
  const put = () => {
    if (date.value === "" || from.value === "") return from.focus()
    add(
      fixedWish({
        title: title.value,
        kind: kind.value,
        date: date.value,
        from: from.value,
        until: until.value
      })
    )
    title.value = from.value = until.value = ""
  }
  const part = element(
    "div",
    { class: "pair" },
    field(T.around.kind, kind),
    field(T.around.title, title),
    field(T.around.day, date),
    field(T.around.from, from),
    field(T.around.until, until, T.around.untilHint),
    button(T.around.add, put, { "data-act": "fix" })
  )
  return { part, look }
}

/** "47.61, -122.33", also within what map apps give out as a link. */
const COORDINATES = /(-?\d{1,2}\.\d+)\s*,\s*(-?\d{1,3}\.\d+)/

/**
 * Where somebody says that they sleep: right beside a place of the city, or at coordinates that they bring.
 *
 * @param {string} said
 * @param {(name: string) => Promise<{lat: number, lon: number} | undefined>} called
 */
export const spotOf = async (said, called) => {
  const text = said.trim()
  if (text === "") return undefined
  const [, lat, lon] = COORDINATES.exec(text) ?? []
  if (lat !== undefined && Math.abs(Number(lat)) <= 90 && Math.abs(Number(lon)) <= 180)
    return { lat: Number(lat), lon: Number(lon) }
  const place = await called(text)
  return place && { lat: place.lat, lon: place.lon }
}

/** Names that a browser proposes while one types. */
const MOST_PROPOSED = 500

const lodgingForm = (lodging, called) => {
  const title = element("input", { name: "lodging", maxlength: "120", value: lodging?.title })
  const part = element("select", { name: "lodging_in" })
  const near = element("input", { name: "lodging_near", maxlength: "200", list: "lodging-places", autocomplete: "off" })
  const places = element("datalist", { id: "lodging-places" })
  let hoods = []
  const as = { of: lodging }
  /** What is typed leads somewhere, or a sentence says that it does not. */
  const spot = async () => {
    const found = await spotOf(near.value, called)
    if (found === undefined && near.value.trim() !== "") throw new Error(T.around.noSuchPlace(near.value.trim()))
    return found
  }
  /** The middle of the part of town is near enough for the way there and back. */
  const fill = (nodes) => {
    hoods = neighbourhoods(nodes).sort((a, b) => a.name.localeCompare(b.name))
    const kept = as.of === undefined || as.of === null ? [] : [["kept", T.around.asNow(as.of.title)]]
    const choices = [...kept, ["", T.around.noLodging], ...hoods.map(({ name }) => [name, name])]
    part.replaceChildren(...choices.map(([value, label]) => element("option", { value }, label)))
    places.replaceChildren(...nodes.slice(0, MOST_PROPOSED).map(({ name }) => element("option", { value: name })))
  }
  fill([])
  return {
    part: element(
      "div",
      { class: "pair" },
      field(T.around.lodging, title),
      field(T.around.lodgingIn, part, T.around.lodgingHint),
      field(T.around.lodgingNear, near, T.around.lodgingNearHint),
      places
    ),
    fill,
    /** `undefined` where nothing is said of it. */
    wish: async () => {
      const hood = hoods.find(({ name }) => name === part.value)
      const name = title.value.trim()
      const at = await spot()
      if (at !== undefined) return { title: name === "" ? near.value.trim().slice(0, LONGEST_TITLE) : name, ...at }
      if (hood !== undefined) return { title: name === "" ? hood.name : name, ...hood.middle }
      if (part.value !== "kept" || name === "" || name === as.of.title) return as.of ?? undefined
      return { title: name, lat: as.of.lat, lon: as.of.lon }
    },
    isGone: () => part.value === "" && near.value.trim() === ""
  }
}

/**
 * `span()` gives the first and the last day, `zone()` the city's, `nodes()` its places and `called(name)` one of them; `begin` is
 * what a trip has already.
 *
 * @param {{span: () => {first: string, last: string}, zone: () => string, nodes: () => Promise<Array<any>>, called: (said: string) => Promise<any>, begin?: any}} about
 */
const makeAround = ({ span, zone, nodes, called, begin = {} }) => {
  let things = (begin.fixed ?? []).map(wishOf)
  const list = element("div", { "aria-live": "polite" })
  const draw = () =>
    redraw(list, [
      things.length > 0 &&
        listElement(
          [...things].sort((a, b) => a.at.localeCompare(b.at)),
          zone(),
          (gone) => {
            things = things.filter((one) => one !== gone)
            draw()
          }
        )
    ])
  const form = addForm(span, (thing) => {
    if (things.length < MOST_FIXED) things = [...things, thing]
    draw()
  })
  const lodging = lodgingForm(begin.lodging, called)
  let read
  const look = async () => {
    form.look()
    const asked = nodes()
    if (read === asked) return
    read = asked
    lodging.fill(await asked)
  }
  draw()
  return {
    parts: [lodging.part, list, form.part],
    look,
    fixed: () => things,
    lodging: lodging.wish,
    isLodgingGone: lodging.isGone
  }
}

/** In the form of a new trip. */
export const aroundNewTrip = (about) => {
  const around = makeAround(about)
  const part = element(
    "details",
    { toggle: held(() => (part.open ? around.look() : undefined)) },
    element("summary", { "data-act": "around" }, T.around.heading),
    element("p", { class: "soft" }, T.around.hint),
    around.parts
  )
  return { part, look: () => (part.open ? around.look() : undefined), fixed: around.fixed, lodging: around.lodging }
}

/** Of a trip that is planned: saved together, since the plan is made anew around it. */
export const aroundTrip = ({ trip, zone, nodes, called, save }) => {
  const body = element("div", {})
  const part = element(
    "details",
    { class: "card around", toggle: held(() => (part.open ? draw() : undefined)) },
    element("summary", { "data-act": "around" }, T.around.heading),
    body
  )
  const draw = () => {
    const { fixed, lodging, start_date: first, end_date: last } = trip()
    const around = makeAround({ span: () => ({ first, last }), zone, nodes, called, begin: { fixed, lodging } })
    const put = held(async () => {
      const bed = around.isLodgingGone() ? null : await around.lodging()
      const fixed = around.fixed()
      await namingRefused(save({ fixed, ...(bed === undefined ? {} : { lodging: bed }) }), fixed)
      part.open = false
    })
    body.replaceChildren(
      element("p", { class: "soft" }, T.around.hint),
      ...around.parts,
      button(T.around.save, put, { class: "primary", "data-act": "save-around" })
    )
    return around.look()
  }
  return part
}
