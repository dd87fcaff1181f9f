/** Places and bookings from a file, looked up in the catalog, as a part of the form for a new trip. */
import { matchPlaces } from "./bring-match.js"
import { element, field, redraw } from "./dom.js"
import { ENDINGS } from "./file-endings.js"
import { clockTime, LOCALE, localDate } from "./format.js"
import { T } from "./messages.js"

/** The contract takes no more. */
export const MOST_MUSTS = 40

/** Places that are ticked by themselves: as many as a day has room for. */
const TICKED_PER_DAY = 3

/** The contract takes no more. */
export const MOST_FIXED = 40

const DAY_MS = 86_400_000

/**
 * A booking as the contract takes it: on the clocks of the city.
 *
 * @param {import("./bring-files.js").Booking} booking
 * @param {string} zone
 */
export const fixedOf = ({ title, at, until, lat, lon }, zone) => {
  const local = (instant) => `${localDate(instant, zone)}T${clockTime(instant, zone, "en-GB")}`
  const where = lat === undefined ? {} : { lat, lon }
  return { title, kind: "reservation", at: local(at), until: local(until), ...where }
}

/** Most who plan bring no file: what reads them is fetched with the first one. */
const loadReader = async () => {
  const [{ readFile }, { judgeBookings }, { broughtParts }] = await Promise.all([
    import("./bring-files.js"),
    import("./bring-bookings.js"),
    import("./bring-found.js")
  ]).catch(() => {
    throw new Error(T.bring.noReader)
  })
  return { readFile, judgeBookings, broughtParts }
}

/**
 * `city()` is the chosen one, `places(slug)` gives those that a file is looked up in, `some(slug)` enough to say where the
 * city lies, `days()` how long the trip is.
 *
 * @returns {{part: HTMLElement, musts: () => Array<string>, likes: () => Array<string>, bookings: (firstDay: string) => Array<any>, look: () => Promise<void>}}
 */
export const makeBring = ({ city, places: placesOf, some: someOf, days }) => {
  const said = element("div", { "aria-live": "polite" })
  let file
  let brought
  /** Readings that were begun, so that a slow one does not come in place of the one after it. */
  let begun = 0

  const read = async (mine) => {
    const { slug, time_zone } = city()
    const { readFile, judgeBookings, broughtParts } = await loadReader()
    const { places, fixed: read, left } = await readFile(file, time_zone)
    const { nodes, rest } = places.length === 0 ? { nodes: [] } : await placesOf(slug)
    const isPlaced = read.some(({ lat }) => lat !== undefined)
    const fixed = judgeBookings(read, isPlaced ? (await someOf(slug)).nodes : [])
    if (mine !== begun) return
    const among = rest === undefined ? undefined : nodes.length.toLocaleString(LOCALE)
    const matched = { ...matchPlaces(places, nodes), among }
    const first = matched.found.slice(0, Math.min(MOST_MUSTS, TICKED_PER_DAY * days()))
    brought = {
      ...matched,
      fixed,
      left,
      musts: new Set(first.map(({ node }) => node.id)),
      kept: new Set(fixed.filter(({ isFree }) => isFree).map(({ booking }) => booking))
    }
    const isEmpty = places.length + fixed.length === 0
    redraw(said, [
      isEmpty && element("p", { class: "notice" }, T.bring.empty),
      ...broughtParts(brought, { most: MOST_MUSTS, zone: time_zone })
    ])
  }

  /** Reads the file, again when the city is another. */
  const look = async () => {
    if (file === undefined || city() === undefined) return
    const mine = ++begun
    brought = undefined
    said.replaceChildren(element("p", {}, T.loading))
    try {
      await read(mine)
    } catch (error) {
      if (mine !== begun) return
      said.replaceChildren(element("p", { class: "notice error", role: "alert" }, error.message))
    }
  }

  const choose = element("input", {
    type: "file",
    name: "bring",
    accept: ENDINGS.map((ending) => `.${ending}`).join(","),
    change: ({ target }) => {
      file = target.files[0]
      return look()
    }
  })
  const part = element(
    "details",
    {},
    element("summary", { "data-act": "bring" }, T.bring.title),
    field(T.bring.file, choose, T.bring.hint),
    said
  )
  const ids = () => (brought?.found ?? []).map(({ node }) => node.id)
  return {
    part,
    look,
    musts: () => [...(brought?.musts ?? [])],
    likes: () => ids().filter((id) => !brought.musts.has(id)),
    bookings: (firstDay) => {
      const end = Date.parse(firstDay) + days() * DAY_MS
      return [...(brought?.kept ?? [])]
        .map((one) => fixedOf(one, city().time_zone))
        .filter(({ at }) => at >= firstDay && Date.parse(at.slice(0, 10)) < end)
        .slice(0, MOST_FIXED)
    }
  }
}
