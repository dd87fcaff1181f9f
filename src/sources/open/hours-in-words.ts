/** Opening hours as people write them in articles, in the notation of OpenStreetMap. What can be read in two ways is read in none. */
import { HoursProblem, OPEN } from "../../domain/catalog/hours/model.ts"
import { parseRules } from "../../domain/catalog/hours/parser.ts"

const twoDigits = (n: number) => String(n).padStart(2, "0")

const HALF = String.raw`([ap])\.?\s?m\b\.?`
const CLOCK = String.raw`(\d{1,2})(?::(\d{2}))?`
const HALF_DAY_RANGE = new RegExp(String.raw`\b${CLOCK}\s*(?:${HALF})?\s*-\s*${CLOCK}\s*${HALF}`, "gi")
const HALF_DAY_TIME = new RegExp(String.raw`\b${CLOCK}\s*${HALF}`, "gi")

const clock = (hour: string, minute: string | undefined, half: string) =>
  `${twoDigits((Number(hour) % 12) + (half.toLowerCase() === "p" ? 12 : 0))}:${minute ?? "00"}`

/** In "6-11PM" both are in the evening; in "10-3PM" the first is in the other half of the day. */
const firstHalf = (from: string, to: string, half: string): string =>
  Number(from) % 12 < Number(to) % 12 ? half : half.toLowerCase() === "p" ? "a" : "p"

const DAYS: Readonly<Record<string, string>> = { m: "Mo", w: "We", f: "Fr" }
const DAY =
  /\b(?:mon|tue|wed|thu|fri|sat|sun)(?:s|day|days|sday|sdays|nesday|nesdays|r|rs|rsday|rsdays|urday|urdays)?\b\.?/gi
const DAY_NAMES = String.raw`(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)(?:\s*[-,]\s*(?:Mo|Tu|We|Th|Fr|Sa|Su|PH))*`

/** In their order: later ones build on what earlier ones wrote. */
const REWRITTEN: ReadonlyArray<readonly [RegExp, string | ((...found: ReadonlyArray<string>) => string)]> = [
  [/[–—−]/g, "-"],
  [/[,;]?\s*\(?\blast (?:admission|entry|entrance|order|seating|tour)s?\b[^,;()]*\)?/gi, ""],
  [/\b(?:open )?24[ -]?(?:hours|hrs|h)\b(?: (?:a day|daily))?/gi, "24/7"],
  [/\b(?:lunch|dinner|breakfast|brunch)\b:?\s*(?=\d|noon)/gi, ""],
  [/\b(\d{1,2})\.(\d{2})(?=\D|$)/g, "$1:$2"],
  [/\b([01]\d)([0-5]\d)-([012]\d)([0-5]\d)\b/g, (all, h, m, h2, m2) => (h! < "19" ? `${h}:${m}-${h2}:${m2}` : all!)],
  [/(:\d\d)\s?(?:hours|hrs|h|uhr)\b/gi, "$1"],
  [/\b(\d{1,2})h(\d{2})?\b/gi, (_, hour, minute) => `${twoDigits(Number(hour))}:${minute ?? "00"}`],
  [/\bnoon\b/gi, "12pm"],
  [/\bmidnight\b/gi, "12am"],
  [/\bfrom (?=\S+\s?(?:[ap]\.?m\.?)? ?(?:-|to|till|until))/gi, ""],
  [/\s*(?:-|\btill\b|\buntil\b|\bto\b)\s*(?:late|close|closing)\b/gi, "+"],
  [/\s*\b(?:to|till|until|through)\b\s*/gi, "-"],
  [/\s*(?:&|\band\b)\s*/gi, ","],
  [
    HALF_DAY_RANGE,
    (_, h, m, half, h2, m2, half2) => `${clock(h!, m, half ?? firstHalf(h!, h2!, half2!))}-${clock(h2!, m2, half2!)}`
  ],
  [HALF_DAY_TIME, (_, h, m, half) => clock(h!, m, half!)],
  [/\bfrom (\d\d:\d\d)(?!\s*-)/gi, "$1+"],
  [/\b(?:daily|every ?day|7 days a week)\b/gi, "Mo-Su"],
  [/\bweekdays?\b/gi, "Mo-Fr"],
  [/\bweekends?\b/gi, "Sa-Su"],
  [/\b(?:public |bank |national )?holidays\b/gi, "PH"],
  [DAY, (day) => day!.slice(0, 1).toUpperCase() + day!.slice(1, 2).toLowerCase()],
  [/(?<![\p{L}\d])[MWF](?![\p{L}\d])/gu, (day) => DAYS[day!.toLowerCase()]!],
  [new RegExp(String.raw`[,;]?\s*\b(?:closed|except)\s+(?:on )?(${DAY_NAMES})`, "gi"), "; $1 off"],
  [/\bclosed\b/gi, "off"],
  [/\.$/, ""]
]

/** An hour of one digit up to here may be one of the evening. */
const EARLY = 6

/** "6-11" may be the morning or the evening, and so may "9:30-5:00"; who goes beyond 12, or begins with a nought, writes 24 hours. */
const isInTwoWays = (text: string): boolean =>
  [...text.matchAll(/(?<![\d:])(\d{1,2})(:\d\d)?\s*-\s*(\d{1,2})(:\d\d)?(?![\d:])/g)].some(
    ([, from, minute, to, minuteTo]) => {
      if (Number(to) > 12) return false
      if (minute === undefined || minuteTo === undefined) return true
      if (Number(from) > 12) return false
      const twoDigits = from!.length === 2 && to!.length === 2
      return !twoDigits && (Number(to) <= Number(from) || Number(from) <= EARLY)
    }
  )

/** Hours that say when it is open: days without times would have it open day and night. */
const saysWhen = (text: string): boolean => {
  const rules = parseRules(text)
  if (rules instanceof HoursProblem) return false
  const open = rules.filter(({ state }) => state === OPEN)
  return text === "off" || (open.length > 0 && (text.includes("24/7") || open.every(({ spans }) => spans.length > 0)))
}

/** The same hours in the notation; else the text as it stands, which then cannot be read as hours and is told as it is. */
export const hoursInWords = (text: string): string => {
  const said = REWRITTEN.reduce((out, [pattern, by]) => out.replace(pattern, by as string), text).trim()
  if (!isInTwoWays(said) && saysWhen(said)) return said
  return parseRules(text) instanceof HoursProblem ? text : `${text} (not clear)`
}
