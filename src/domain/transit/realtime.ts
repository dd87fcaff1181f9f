/** GTFS-realtime: what a feed says of lines right now, and which events of the city come of it. */
import { uuidOfName } from "../basics/hash.ts"
import { Fields } from "../basics/protobuf.ts"
import type { CityEvent } from "../city/model.ts"

/** What a feed says of one line. */
export interface LineNews {
  /** Names it within the feed. */
  readonly id: string
  readonly line: string
  /** Unix seconds; open where the feed does not say. */
  readonly from: number | undefined
  readonly until: number | undefined
  readonly delay_minutes: number
}

/** Entities, and lines of one alert, that are read of a feed. */
const MOST_ENTITIES = 20_000
const MOST_LINES = 200

/** Minutes that each effect of an alert is reckoned with; the others delay nobody. 1 no service, 2 reduced, 3 delays, 4 detour. */
const EFFECT_MINUTES: Readonly<Record<number, number>> = { 1: 45, 2: 15, 3: 20, 4: 15 }

const text = new TextDecoder()

const each = (fields: Fields, read: (field: number) => boolean): void => {
  while (fields.next()) if (!read(fields.field)) fields.skip()
}

const period = (fields: Fields) => {
  const out: { from: number | undefined; until: number | undefined } = { from: undefined, until: undefined }
  each(fields, (field) => {
    if (field === 1) out.from = fields.unsigned()
    else if (field === 2) out.until = fields.unsigned()
    else return false
    return true
  })
  return out
}

const routeOfTrip = (fields: Fields): string => {
  let route = ""
  each(fields, (field) => {
    if (field !== 5) return false
    route = text.decode(fields.bytes())
    return true
  })
  return route
}

const informed = (fields: Fields): string => {
  let route = ""
  each(fields, (field) => {
    if (field === 2) route = text.decode(fields.bytes())
    else if (field === 4) route = routeOfTrip(fields.message()) || route
    else return false
    return true
  })
  return route
}

const alert = (id: string, fields: Fields): ReadonlyArray<LineNews> => {
  const periods: Array<ReturnType<typeof period>> = []
  const lines = new Set<string>()
  let effect = 8
  each(fields, (field) => {
    if (field === 1) periods.push(period(fields.message()))
    else if (field === 5) {
      const line = informed(fields.message())
      if (line !== "" && lines.size < MOST_LINES) lines.add(line)
    } else if (field === 7) effect = fields.unsigned()
    else return false
    return true
  })
  const delay_minutes = EFFECT_MINUTES[effect]
  if (delay_minutes === undefined) return []
  const times = periods.length === 0 ? [{ from: undefined, until: undefined }] : periods.slice(0, 8)
  return [...lines].flatMap((line) => times.map((time) => ({ id, line, ...time, delay_minutes })))
}

/** Seconds that the trip is late at the worst of its coming stops. */
const lateness = (fields: Fields): number => {
  let most = 0
  each(fields, (field) => {
    if (field !== 2 && field !== 3) return false
    const event = fields.message()
    each(event, (inner) => {
      if (inner !== 1) return false
      most = Math.max(most, event.unsigned())
      return true
    })
    return true
  })
  return most
}

const tripUpdate = (fields: Fields): { readonly line: string; readonly late: number } => {
  let line = ""
  let late = 0
  each(fields, (field) => {
    if (field === 1) line = routeOfTrip(fields.message())
    else if (field === 2) late = Math.max(late, lateness(fields.message()))
    else if (field === 5) late = Math.max(late, fields.unsigned())
    else return false
    return true
  })
  return { line, late }
}

/** A line is late when half of its trips are, by at least this. */
const LATE_MINUTES = 5
/** A single trip that is late is no late line. */
const FEWEST_TRIPS = 2

const lateLines = (trips: ReadonlyMap<string, ReadonlyArray<number>>): ReadonlyArray<LineNews> =>
  [...trips].flatMap(([line, late]) => {
    if (late.length < FEWEST_TRIPS) return []
    const minutes = [...late].sort((a, b) => a - b)[late.length >> 1]! / 60
    if (minutes < LATE_MINUTES) return []
    const delay_minutes = Math.min(1440, Math.round(minutes / 5) * 5)
    return [{ id: "late", line, from: undefined, until: undefined, delay_minutes }]
  })

/** Reads a feed message; throws `BrokenBytes` where it is none. */
export const readFeed = (bytes: Uint8Array): ReadonlyArray<LineNews> => {
  const news: Array<LineNews> = []
  const trips = new Map<string, Array<number>>()
  const message = new Fields(bytes)
  let entities = 0
  each(message, (field) => {
    if (field !== 2 || ++entities > MOST_ENTITIES) return false
    const entity = message.message()
    let id = ""
    let deleted = false
    let told: ReadonlyArray<LineNews> = []
    each(entity, (inner) => {
      if (inner === 1) id = text.decode(entity.bytes())
      else if (inner === 2) deleted = entity.unsigned() === 1
      else if (inner === 3) {
        const { line, late } = tripUpdate(entity.message())
        if (line !== "") trips.set(line, [...(trips.get(line) ?? []), late])
      } else if (inner === 5) told = alert(id, entity.message())
      else return false
      return true
    })
    if (!deleted) news.push(...told)
    return true
  })
  return [...news, ...lateLines(trips)]
}

const MINUTE = 60_000
/** How long news without an end holds, unless it is told again; a delay that is measured is gone sooner. */
const OPEN_ALERT = 3 * 60 * MINUTE
const MEASURED = 30 * MINUTE
/** Nothing that begins later is told yet, and nothing lasts longer. */
const AHEAD = 48 * 60 * MINUTE
const LONGEST = 14 * 24 * 60 * MINUTE

/**
 * The events of a city that a feed's news make. The same news gives the same id however often it is read, so that each trip hears of
 * it once; what has no end is news again when its time is over.
 */
export const eventsOf = (
  slug: string,
  news: ReadonlyArray<LineNews>,
  now: number,
  most: number
): ReadonlyArray<CityEvent> => {
  const events = new Map<string, CityEvent>()
  for (const { id, line, from, until, delay_minutes } of news) {
    const length = id === "late" ? MEASURED : OPEN_ALERT
    const turn = Math.floor(now / length)
    const open = until === undefined || until === 0
    const begins = from === undefined || from === 0 ? turn * length : from * 1000
    const ends = open ? (turn + 1) * length : Math.min(until * 1000, now + LONGEST)
    if (ends <= now || ends <= begins || begins > now + AHEAD || events.size >= most) continue
    const told = open ? `${turn}` : `${until}`
    const event: CityEvent = {
      kind: "transit",
      // How late a line is measured to be changes from minute to minute: within its time that is no news.
      id: uuidOfName("gtfs", slug, id, line, `${begins}`, told, id === "late" ? "" : `${delay_minutes}`),
      from: begins,
      until: ends,
      delay_minutes,
      line
    }
    events.set(event.id, event)
  }
  return [...events.values()]
}
