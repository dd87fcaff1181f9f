/** Opening hours as they are on record ("Tu-Su 09:00-16:30"), in the words and on the clock of the traveler. Pure. */
import { clockTime, LOCALE, monthName, weekdayName } from "./format.js"
import { HOURS_WORDS } from "./messages.js"

const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** "Apr-Oct Sa,Su 10:00-18:00": months, days, times; each may be left out but the times. */
const either = (names) => `(?:${names.join("|")})`
const listOf = (one) => `${one}(?:[-,]${one})*`
const RULE = new RegExp(
  `^(?:(${listOf(either(MONTHS))}):? )?(?:(${listOf(either([...DAYS, "PH"]))}):? ?)?(off|closed|24/7|[\\d:, -]+)$`
)
const TIMES = /^(\d\d?):(\d\d) ?- ?(\d\d?):(\d\d)$/

const MINUTES_MS = 60_000

const clock = (hours, minutes, locale) =>
  clockTime(((Number(hours) % 24) * 60 + Number(minutes)) * MINUTES_MS, "UTC", locale)

/** Undefined where one of them is something else than two times of day. */
const timesText = (times, locale) => {
  const told = times.split(/, ?/).map((one) => {
    const [, from, past, until, then] = TIMES.exec(one.trim()) ?? []
    return from && `${clock(from, past, locale)} – ${clock(until, then, locale)}`
  })
  return told.every(Boolean) ? told.join(", ") : undefined
}

const namesText = (list, name) => list.replace(/\w+/g, name).replaceAll("-", "–").replaceAll(",", ", ")

const dayText = (locale) => (day) => (day === "PH" ? HOURS_WORDS.holidays : weekdayName(DAYS.indexOf(day), locale))

const ruleText = (rule, locale) => {
  const [, months, days, times] = RULE.exec(rule.trim()) ?? []
  if (times === undefined) return undefined
  const open =
    times === "24/7" ? HOURS_WORDS.always : /^(off|closed)$/.test(times) ? HOURS_WORDS.closed : timesText(times, locale)
  if (open === undefined) return undefined
  return [
    months && namesText(months, (month) => monthName(MONTHS.indexOf(month), locale)),
    days && namesText(days, dayText(locale)),
    open
  ]
    .filter(Boolean)
    .join(" ")
}

/** What is written in no way that is understood here stays as it is written. */
export const hoursText = (hours, locale = LOCALE) => {
  const rules = hours.split(";").map((rule) => ruleText(rule, locale))
  return rules.every(Boolean) ? rules.join("; ") : hours
}
