/** The parts of a rule that choose days: years, months, days of months, weeks, weekdays and holidays. */
import { daysInMonth } from "../../time/calendar.ts"
import { Cursor } from "./cursor.ts"
import type { DatePoint, DateSelector } from "./model.ts"

/** Selectors of one group are alternatives; all groups must match. In the order in which they are checked. */
export const GROUPS = ["years", "holidays", "monthdays", "weeks", "weekdays"] as const
export type Groups = Record<(typeof GROUPS)[number], Array<DateSelector>>

export class DateParser extends Cursor {
  protected weekdays(into: Array<DateSelector>): void {
    do {
      const token = this.peek()
      if (token?.type === "holiday") {
        this.at++
        into.push({ kind: "holiday", offset: this.dayOffset(1) })
        continue
      }
      if (token?.type !== "weekday") throw this.fail("a weekday is missing after the comma")
      this.at++
      if (this.sign("[")) {
        for (const nth of this.nths()) into.push({ kind: "nth", weekday: token.value, nth })
        if (this.isSign(this.peek(), "+") || this.isSign(this.peek(), "-")) {
          throw this.unsupported("days counted from an nth weekday are not supported")
        }
        continue
      }
      let to = token.value
      if (this.isSign(this.peek(), "-") && this.peek(1)?.type === "weekday") {
        to = this.peek(1)!.value
        this.at += 2
      }
      let mask = 0
      for (let day = token.value; ; day = (day + 1) % 7) {
        mask |= 1 << day
        if (day === to) break
      }
      into.push({ kind: "weekdays", mask })
    } while (this.sign(","))
  }

  /** The list in `[1,3]`, the bracket already read. */
  private nths(): ReadonlyArray<number> {
    const list: Array<number> = []
    do {
      const from = this.nth()
      const to = from > 0 && this.sign("-") ? this.nth() : from
      if (to < from) throw this.fail("the range runs backwards")
      for (let n = from; n <= to; n++) if (n !== 0) list.push(n)
    } while (this.sign(","))
    if (!this.sign("]")) throw this.fail("a closing bracket is missing")
    return list
  }

  private nth(): number {
    const negative = this.sign("-")
    const n = this.number("which weekday of the month")
    if (n < 1 || n > 5) throw this.fail("a month has five of a weekday at most")
    return negative ? -n : n
  }

  protected holiday(groups: Groups): void {
    if (this.isSign(this.peek(1), ",")) {
      this.weekdays(groups.weekdays)
      return
    }
    this.at++
    groups.holidays.push({ kind: "holiday", offset: this.dayOffset(1) })
  }

  private dayOffset(limit: number): number {
    const direction = this.isSign(this.peek(), "+") ? 1 : this.isSign(this.peek(), "-") ? -1 : 0
    if (direction === 0 || this.peek(1)?.type !== "number" || this.peek(2)?.type !== "day") return 0
    this.at++
    const days = this.number("a number of days")
    this.at++
    if (days > limit) throw this.unsupported(`an offset of more than ${limit} day is not supported`)
    return direction * days
  }

  protected weeks(into: Array<DateSelector>): void {
    this.at++
    do {
      if (this.peek()?.type === "week") this.at++
      const from = this.number("a week of the year")
      const to = this.sign("-") ? this.number("the last week") : from
      const step = this.step()
      if (from < 1 || to > 53 || to < from) throw this.fail("weeks run from 1 to 53")
      into.push({ kind: "weeks", from, to, step })
    } while (this.isSign(this.peek(), ",") && ["number", "week"].includes(this.peek(1)?.type ?? "") && this.sign(","))
  }

  private step(): number {
    if (!this.sign("/")) return 1
    const step = this.number("every how many")
    if (step < 1) throw this.fail("must be at least one")
    return step
  }

  /** Years, months and days of months: `2025`, `Jun-Aug`, `Dec 24-Jan 2`, `2025 Dec 24`, `Mar Su[-1]-Oct Su[-1]`. */
  protected dates(groups: Groups): void {
    do {
      const year = this.yearHere() ? this.number("a year") : null
      const token = this.peek()
      if (year !== null && token?.type !== "month") {
        this.years(year, groups.years)
        continue
      }
      if (token?.type !== "month") throw this.fail("a month is missing")
      if (!this.dayOfMonthFollows()) {
        this.at++
        if (year !== null) groups.years.push({ kind: "years", from: year, to: year, step: 1 })
        this.months(token.value, groups.monthdays)
        continue
      }
      this.monthdays(year, groups.monthdays)
    } while (this.isSign(this.peek(), ",") && (this.peek(1)?.type === "month" || this.yearHere(1)) && this.sign(","))
  }

  private years(from: number, into: Array<DateSelector>): void {
    if (this.sign("+")) {
      into.push({ kind: "years", from, to: 9999, step: 1 })
      return
    }
    const to = this.yearHere(1) && this.sign("-") ? this.number("a year") : from
    const open = to === from && this.isSign(this.peek(), "/")
    const step = this.step()
    if (to < from) throw this.fail("the years run backwards")
    into.push({ kind: "years", from, to: open ? 9999 : to, step })
  }

  private months(from: number, into: Array<DateSelector>): void {
    let to = from
    if (this.isSign(this.peek(), "-") && this.peek(1)?.type === "month") {
      to = this.peek(1)!.value
      this.at += 2
    }
    let mask = 0
    for (let month = from; ; month = (month % 12) + 1) {
      mask |= 1 << month
      if (month === to) break
    }
    into.push({ kind: "months", mask })
  }

  /** Whether the month at hand goes on with a day (and not with a time of day, or a weekday of its own). */
  private dayOfMonthFollows(): boolean {
    const next = this.peek(1)
    if (next?.type === "number") return !this.isSign(this.peek(2), ":")
    if (next?.type !== "weekday" || !this.isSign(this.peek(2), "[")) return false
    let ahead = 3
    while (this.peek(ahead) !== undefined && !this.isSign(this.peek(ahead), "]")) ahead++
    const end = this.peek(ahead + 2)
    return this.isSign(this.peek(ahead + 1), "-") && (end?.type === "month" || this.yearHere(ahead + 2))
  }

  private monthdays(year: number | null, into: Array<DateSelector>): void {
    const from = this.datePoint(year)
    if (!this.sign("-")) {
      into.push({ kind: "days", from, to: from })
      while (
        from.weekday < 0 &&
        this.isSign(this.peek(), ",") &&
        this.peek(1)?.type === "number" &&
        !this.isSign(this.peek(2), ":")
      ) {
        this.at++
        this.dayRange(from.year, from.month, into)
      }
      return
    }
    const endYear = this.yearHere() ? this.number("a year") : null
    if (this.peek()?.type === "month") {
      if ((endYear === null) !== (year === null)) throw this.fail("say the year on both ends of the range")
      into.push({ kind: "days", from, to: this.datePoint(endYear) })
      return
    }
    if (endYear !== null || from.weekday >= 0) throw this.fail("a month is missing")
    into.push({ kind: "days", from, to: { ...from, day: this.dayOf(from.month) } })
    if (this.isSign(this.peek(), "/")) throw this.unsupported("every nth day is not supported")
  }

  private dayRange(year: number | null, month: number, into: Array<DateSelector>): void {
    const point = (day: number): DatePoint => ({ year, month, day, weekday: -1, nth: 0 })
    const from = point(this.dayOf(month))
    const to = this.sign("-") ? point(this.dayOf(month)) : from
    into.push({ kind: "days", from, to })
  }

  private dayOf(month: number): number {
    const day = this.number("a day of the month")
    if (day < 1 || day > daysInMonth(2024, month)) throw this.fail(`there is no day ${day} in that month`)
    return day
  }

  private datePoint(year: number | null): DatePoint {
    const month = this.peek()!
    this.at++
    const next = this.peek()
    if (next?.type === "weekday") {
      this.at++
      if (!this.sign("[")) throw this.fail("which of the month's weekdays is missing, as in Su[1]")
      const list = this.nths()
      if (list.length !== 1) throw this.fail("only one weekday can begin or end a range")
      return { year, month: month.value, day: 0, weekday: next.value, nth: list[0]! }
    }
    return { year, month: month.value, day: this.dayOf(month.value), weekday: -1, nth: 0 }
  }
}
