/** Who would travel well with whom: real trips of two with what they said of it, and made-up ones of people who said enough. */
import type { Person, WeekRecord } from "../record.ts"
import { type Agreement, Findings, isGone } from "./findings.ts"
import type { Row, Rows } from "./rows.ts"

/** Years apart at which the closeness of ages has fallen to a third. */
const AGE_SCALE = 12
const CONTENT_FROM = 0.6
const CLOSE = 1e-3

const close = (a: number, b: number) => Math.abs(a - b) < CLOSE

/** Whether the row can be about these two, by what they said of themselves. */
const about = (row: Row, a: Person, b: Person): boolean =>
  close(row.age_score, Math.exp(-Math.abs(a.age! - b.age!) / AGE_SCALE)) &&
  close(row.personality_score, 1 - Math.abs(a.personality! - b.personality!))

const average = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length

export const checkMatches = (record: WeekRecord, { rows }: Rows): Agreement => {
  const findings = new Findings()
  const whole = new Map(record.people.filter((one) => one.whole && !isGone(record, one.id)).map((one) => [one.id, one]))
  const real = rows.filter(({ source }) => source === "real")
  for (const { content, members, trip } of record.ended) {
    const people = members.flatMap((id) => whole.get(id) ?? [])
    if (members.length !== 2 || people.length !== 2 || content.length === 0) continue
    const at = real.findIndex((row) => about(row, people[0]!, people[1]!))
    findings.expect(at >= 0, `the trip ${trip} of two`)
    if (at < 0) continue
    const [row] = real.splice(at, 1)
    findings.equal(`how the trip ${trip} went`, row.outcome, average(content) > CONTENT_FROM ? 1 : 0)
  }
  for (const row of real) findings.invented(`a real trip of ${row.pair}`)
  const people = [...whole.values()]
  const pairs = people.flatMap((a, i) => people.slice(i + 1).map((b) => [a, b] as const))
  const names = new Set<string>()
  for (const row of rows) {
    for (const name of row.pair.split("+")) names.add(name)
    if (!pairs.some(([a, b]) => about(row, a, b)))
      findings.invented(`a match of ${row.pair}, who are nobody who said enough`)
  }
  if (names.size > whole.size) findings.invented(`matches of ${names.size} people, of whom ${whole.size} said enough`)
  return findings.agreement
}
