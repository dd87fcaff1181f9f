/** How times, places and evidence are worded. Pure. */
import { OPEN_WORDS, T, USUALLY_WORDS } from "./messages.js"
import { DIRECTIONS } from "./namespaces.js"

/** Dates, clocks, distances and prices as the traveler's own device writes them; the words are English. */
export const LOCALE = globalThis.document === undefined ? "en-GB" : (globalThis.navigator?.language ?? "en-GB")

/** Formatters are costly to make, and every stop needs some. */
const formatters = new Map()

const MOST_FORMATTERS = 200

const kept = (key, make) => {
  let known = formatters.get(key)
  if (known === undefined) {
    if (formatters.size >= MOST_FORMATTERS) formatters.clear()
    known = make()
    formatters.set(key, known)
  }
  return known
}

const formatter = (timeZone, options, locale = LOCALE) =>
  kept(
    `${locale} ${timeZone} ${JSON.stringify(options)}`,
    () => new Intl.DateTimeFormat(locale, { timeZone, ...options })
  )

/** @type {Intl.DateTimeFormatOptions} */
const CLOCK = { timeStyle: "short" }

/** "13:05" or "1:05 PM", on the clocks of that zone. */
export const clockTime = (instant, timeZone, locale = LOCALE) =>
  formatter(timeZone, CLOCK, locale).format(new Date(instant))

// From here to the end of `withTimes` the worker has the same, word for word: it loads no module in every browser. Nothing looks
// behind itself in a pattern: browsers of 2022 cannot read that, and with it the whole app.
/** A time of day on 24 hours, unless it goes on, or is written on twelve already. */
const WRITTEN_TIME = /([01]\d|2[0-3]):([0-5]\d)(?![\d:]|\s?[ap]\.?m\b)/gi

/** What goes before a part of an instant, and before an offset: from when the sun sets, or of a zone. */
const NO_TIME_FOLLOWS = /(?:[\d:.T]|(?:\([a-z]+|UTC|GMT)\s?[+-])$/i

/** A sentence with each of its times written anew. */
const withTimes = (sentence, write) =>
  sentence.replace(WRITTEN_TIME, (time, hour, minute, at) =>
    NO_TIME_FOLLOWS.test(sentence.slice(0, at)) ? time : write(Date.UTC(2024, 0, 1, hour, minute))
  )

/** A sentence of the server, whose times are the city's, on 24 hours: written anew as this device writes times. */
export const inClock = (sentence, locale = LOCALE) =>
  withTimes(sentence, (instant) => clockTime(instant, "UTC", locale))

/** Both times in full where midnight lies between: a range would name the days. */
export const timeSpan = (from, until, timeZone, locale = LOCALE) => {
  const clock = formatter(timeZone, CLOCK, locale)
  const [start, end] = [new Date(from), new Date(until)]
  const isOneDay = localDate(from, timeZone) === localDate(until, timeZone) && start <= end
  return isOneDay ? clock.formatRange(start, end) : `${clock.format(start)} – ${clock.format(end)}`
}

const METRES_PER_MILE = 1609.344
const METRES_PER_FOOT = 0.3048

/** Where roads are measured in miles. */
const MILES = /-(US|GB|LR|MM)\b/

/**
 * How long a mile, a kilometre, a foot or a metre is, for whoever measures in them.
 *
 * @returns {Array<[string, number]>}
 */
export const unitsOf = (locale = LOCALE) =>
  MILES.test(locale)
    ? [
        ["mile", METRES_PER_MILE],
        ["foot", METRES_PER_FOOT]
      ]
    : [
        ["kilometer", 1000],
        ["meter", 1]
      ]

/** "2 km", "500 ft": a number of units as one writes it. */
export const measure = (count, unit, locale = LOCALE) =>
  kept(`${locale} ${unit}`, () => new Intl.NumberFormat(locale, { style: "unit", unit })).format(count)

const [SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS] = [1000, 60_000, 3_600_000, 86_400_000]

/** Longest that is told in seconds, in minutes, and in hours. */
const [MOST_SECONDS, MOST_MINUTES, MOST_HOURS] = [90, 90, 48]

/** How long something takes, as one says it: "90 sec", "3 hr". */
export const spanText = (millis, locale = LOCALE) => {
  const told = (unit, length) => measure(Math.round(millis / length), unit, locale)
  if (millis <= MOST_SECONDS * SECOND_MS) return told("second", SECOND_MS)
  if (millis <= MOST_MINUTES * MINUTE_MS) return told("minute", MINUTE_MS)
  return millis <= MOST_HOURS * HOUR_MS ? told("hour", HOUR_MS) : told("day", DAY_MS)
}

/** "¥", "$": as short as the device knows it. */
const currencySign = (currency, locale) =>
  kept(
    `${locale} ${currency}`,
    () => new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" })
  )
    .formatToParts(1)
    .find(({ type }) => type === "currency")?.value ?? currency

const LONGEST_SIGN = 2

/** How dear a place is: "free", "$$"; in words where the currency has no sign. */
export const priceText = (tier, currency, locale = LOCALE) => {
  if (tier === null || tier === undefined) return undefined
  if (tier === 0) return T.price[0]
  const sign = currency === null || currency === undefined ? undefined : currencySign(currency, locale)
  return sign === undefined || sign.length > LONGEST_SIGN ? T.price[tier] : sign.repeat(tier)
}

/** The same of a place, and whether somebody said so or it is usual for its kind. */
export const costText = ({ price_tier, price_known }, currency) => {
  const price = priceText(price_tier, currency)
  return price === undefined || price_known !== false ? price : T.prices.usually(price)
}

/** What stops cost together: "Prices: at least 2 × free, 1 × $$, 1 stop without a known price · book 1 stop ahead". */
export const pricesText = (slots, currency) => {
  const left = slots.filter(({ status }) => status !== "skipped")
  const known = left.filter(({ price_tier, price_known }) => price_tier !== null && price_known)
  const parts = [0, 1, 2, 3, 4].flatMap((tier) => {
    const count = known.filter(({ price_tier }) => price_tier === tier).length
    return count === 0 ? [] : [`${count} × ${priceText(tier, currency)}`]
  })
  const booked = left.filter(({ booking_needed }) => booking_needed).length
  return [T.prices.sum(parts, left.length - known.length), booked > 0 && T.prices.book(booked)]
    .filter(Boolean)
    .join(" · ")
}

/** Whether one gets in: as it is known, else as it is usual there, else that nobody knows. */
export const openText = ({ open, expected }) =>
  open === "unknown" && expected ? USUALLY_WORDS[expected.usually] : OPEN_WORDS[open]

/** What to know before one goes, in a line: "$$ · open then · book ahead". */
export const beforeText = (place, currency) =>
  [costText(place, currency), openText(place), place.booking_needed && T.trip.book].filter(Boolean).join(" · ")

/** "2026-05-01" in that zone. */
export const localDate = (instant, timeZone) => {
  const parts = formatter(timeZone, { year: "numeric", month: "2-digit", day: "2-digit" }, "en-GB").formatToParts(
    new Date(instant)
  )
  const of = (type) => parts.find((part) => part.type === type).value
  return `${of("year")}-${of("month")}-${of("day")}`
}

/** "Fri, 1 May" for a calendar date, which has no zone. */
export const calendarDay = (date, locale = LOCALE) =>
  formatter("UTC", { weekday: "short", day: "numeric", month: "short" }, locale).format(new Date(`${date}T12:00:00Z`))

/** A Monday, and a January. */
const WEEK_BEGINS = Date.UTC(2024, 0, 1)

/** "Mon" for the first one. */
export const weekdayName = (nth, locale = LOCALE) =>
  formatter("UTC", { weekday: "short" }, locale).format(WEEK_BEGINS + nth * DAY_MS)

/** "Jan" for the first one. */
export const monthName = (nth, locale = LOCALE) =>
  formatter("UTC", { month: "short" }, locale).format(Date.UTC(2024, nth, 1))

/** "1 May 2027" and "1 May 2027, 10:05" by this device: for what may lie far off, or long ago. */
export const fullDay = (instant, locale = LOCALE) =>
  formatter(undefined, { dateStyle: "medium" }, locale).format(new Date(instant))

export const fullTime = (instant, locale = LOCALE) =>
  formatter(undefined, { dateStyle: "medium", timeStyle: "short" }, locale).format(new Date(instant))

/** By when something has to be done: by the clock that is in one's hand. */
export const deadline = (instant, locale = LOCALE) => clockTime(instant, undefined, locale)

const isAsHere = (timeZone, now) => {
  const at = (zone) =>
    formatter(zone, { dateStyle: "short", timeStyle: "short", hourCycle: "h23" }, "en-GB").format(new Date(now))
  return at(timeZone) === at(undefined)
}

/** Which times a plan tells, "Pacific Time", where the clock of this device shows others; undefined where it does not. */
export const zoneText = (timeZone, now, locale = LOCALE) =>
  isAsHere(timeZone, now)
    ? undefined
    : formatter(timeZone, { timeZoneName: "longGeneric" }, locale)
        .formatToParts(new Date(now))
        .find(({ type }) => type === "timeZoneName")?.value

/** From the first day to the last; one day is said once. */
export const datesText = ({ start_date, end_date }) =>
  start_date === end_date ? calendarDay(start_date) : `${calendarDay(start_date)} – ${calendarDay(end_date)}`

/** The server words evidence by its kind; the licence of what others counted stands beside it. */
export const evidenceText = ({ kind, text, licence }) =>
  inClock(kind === "aggregator" && licence !== null ? `${text} (${licence})` : text)

/** Where a place is, for whatever map program a phone has. */
export const mapAddress = ({ lat, lon, name }) => `geo:${lat},${lon}?q=${lat},${lon}(${encodeURIComponent(name)})`

/** The way there from where one is, on a page that every browser opens. */
export const webMapAddress = ({ lat, lon }) => `${DIRECTIONS}?to=${lat}%2C${lon}`

/** What one change of an option does to the plan; `before` is the stop as it stands, if it still does. */
export const changeText = (change, before, timeZone) => {
  const old = before?.node.name ?? T.offer.aStop
  const when = timeSpan(change.starts_at, change.ends_at, timeZone)
  switch (change.action) {
    case "replace":
      return T.offer.instead(change.node?.name ?? T.offer.another, when, old)
    case "move":
      return T.offer.moves(old, when)
    case "shorten":
      return T.offer.shortened(old, when)
    default:
      return T.offer.dropped(old)
  }
}
