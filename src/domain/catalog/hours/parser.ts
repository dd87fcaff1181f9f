/** Recursive descent over the tokens of one value, into the rules of `model.ts`. */
import { DateParser, GROUPS, type Groups } from "./date-parser.ts"
import { type SunEvent, type Token, tokenize } from "./lexer.ts"
import { CLOSED, HoursProblem, MAX_RULES, OPEN, type Rule, type StateCode, type TimeSpan, UNKNOWN } from "./model.ts"
import { type Clock, normalise, openEnd, spansBetween } from "./spans.ts"
import { type Sun, USUAL_SUN } from "./sun.ts"

class Parser extends DateParser {
  private readonly openEnds = new Set<TimeSpan>()
  private readonly sun: Sun

  constructor(tokens: ReadonlyArray<Token>, sun: Sun) {
    super(tokens)
    this.sun = sun
  }

  /** All rules, each followed by its spill past midnight where it has one. */
  rules(): ReadonlyArray<Rule> {
    const rules: Array<Rule> = []
    let fallback = false
    let additional = false
    while (this.peek() !== undefined) {
      if (this.sign(";")) {
        fallback = false
        additional = false
        continue
      }
      if (this.sign("||")) {
        fallback = true
        additional = false
        continue
      }
      const { rule, spill } = this.rule(fallback, additional)
      rules.push(rule)
      if (spill !== undefined) rules.push(spill)
      if (rules.length > MAX_RULES) throw this.fail(`more than ${MAX_RULES} rules`)
      additional = this.sign(",")
      if (additional && this.peek() === undefined) break
    }
    if (rules.length === 0) throw this.fail("there is nothing in it")
    return rules
  }

  private rule(fallback: boolean, additional: boolean): { rule: Rule; spill: Rule | undefined } {
    const groups: Groups = {
      years: [],
      holidays: [],
      monthdays: [],
      weeks: [],
      weekdays: []
    }
    const spans: Array<TimeSpan> = []
    let state: StateCode = OPEN
    let stated = false
    let wholeDay = false
    for (let token = this.peek(); token !== undefined; token = this.peek()) {
      if (token.type === "weekday") this.weekdays(groups.weekdays)
      else if (token.type === "holiday") this.holiday(groups)
      else if (token.type === "week") this.weeks(groups.weeks)
      else if (token.type === "month" || this.yearHere()) this.dates(groups)
      else if (token.type === "always") {
        this.at++
        wholeDay = true
      } else if (token.type === "number" || token.type === "event" || this.isSign(token, "(")) this.times(spans)
      else if (token.type === "state") {
        this.at++
        state = token.name === "open" ? OPEN : token.name === "closed" ? CLOSED : UNKNOWN
        stated = true
        if (this.isSign(this.peek(), ",")) break
      } else if (token.type === "comment") {
        this.at++
        if (!stated) state = UNKNOWN
        stated = true
        if (this.isSign(this.peek(), ",")) break
      } else if (this.isSign(token, ":") && this.at > 0) this.at++
      else if (this.isSign(token, ";") || this.isSign(token, "||")) break
      else if (this.isSign(token, ",") && (spans.length > 0 || wholeDay)) break
      else throw this.fail("this does not belong here")
    }
    const dates = GROUPS.map((group) => groups[group]).filter((selectors) => selectors.length > 0)
    // "Closed from 18:00 on" leaves nothing to guess, unlike "open from 18:00 on".
    if (state === CLOSED) {
      spans.forEach((span, i) => {
        if (this.openEnds.has(span)) spans[i] = { ...span, uncertain: false }
      })
    }
    if (wholeDay) spans.push({ from: 0, to: 1440, uncertain: false })
    const rule: Rule = {
      dates,
      spans: spans.map((span) => ({ ...span, to: Math.min(span.to, 1440) })).filter((span) => span.from < 1440),
      state,
      fallback,
      additional,
      spill: false
    }
    const over = spans.filter((span) => span.to > 1440)
    if (over.length === 0) return { rule, spill: undefined }
    const spill = over.map((span) => ({ ...span, from: Math.max(span.from, 1440) - 1440, to: span.to - 1440 }))
    return { rule, spill: { dates, spans: spill, state, fallback: false, additional: false, spill: true } }
  }

  private times(into: Array<TimeSpan>): void {
    for (;;) {
      const from = this.clock()
      if (from.event === undefined && from.latest >= 1440) throw this.fail("a time range must begin within the day")
      if (this.sign("+")) this.openEnd(into, from, 0)
      else {
        if (!this.sign("-")) throw this.fail("a time range is missing its end")
        const to = normalise(from, this.clock())
        if (this.isSign(this.peek(), "/")) throw this.unsupported("points in time at intervals are not opening hours")
        if (to.latest > 2880) throw this.fail("a time range may pass one midnight only")
        if (this.sign("+")) this.openEnd(into, to, 1)
        into.push(...spansBetween(from, to))
      }
      const next = this.peek(1)
      const more = next?.type === "number" ? !this.yearHere(1) : next?.type === "event" || this.isSign(next, "(")
      if (!this.isSign(this.peek(), ",") || !more) return
      this.at++
    }
  }

  private openEnd(into: Array<TimeSpan>, from: Clock, dayOfRange: 0 | 1): void {
    const span = openEnd(from, dayOfRange)
    this.openEnds.add(span)
    into.push(span)
  }

  /** `10:00`, `sunset`, `(sunset-01:00)`, and the `10` of `10-18`. */
  private clock(): Clock {
    const token = this.peek()
    if (token?.type === "event") {
      this.at++
      const event = token.name as SunEvent
      return { event, ...this.sun[event] }
    }
    if (this.sign("(")) {
      const event = this.peek()
      if (event?.type !== "event") throw this.fail("an event such as sunset is missing in the parentheses")
      this.at++
      const sign = this.sign("+") ? 1 : this.sign("-") ? -1 : 0
      if (sign === 0) throw this.fail("a plus or minus is missing in the parentheses")
      const by = sign * this.hoursAndMinutes()
      if (!this.sign(")")) throw this.fail("a closing parenthesis is missing")
      const window = this.sun[event.name as SunEvent]
      return { event: event.name as SunEvent, earliest: window.earliest + by, latest: window.latest + by }
    }
    const minutes = this.hoursAndMinutes()
    return { event: undefined, earliest: minutes, latest: minutes }
  }

  private hoursAndMinutes(): number {
    const token = this.peek()
    if (token?.type !== "number" || token.digits > 2) throw this.fail("a time of day is missing")
    this.at++
    const minutes = this.sign(":") ? this.number("the minutes") : 0
    if (token.value > 48 || minutes > 59) throw this.fail("there is no such time of day")
    return token.value * 60 + minutes
  }
}

export const parseRules = (text: string, sun = USUAL_SUN): ReadonlyArray<Rule> | HoursProblem => {
  const tokens = tokenize(text)
  if (tokens instanceof HoursProblem) return tokens
  try {
    return new Parser(tokens, sun).rules()
  } catch (error) {
    if (error instanceof HoursProblem) return error
    throw error
  }
}
