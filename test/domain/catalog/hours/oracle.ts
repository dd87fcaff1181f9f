// Runs the package `opening_hours` in a process whose own time zone is the venue's, because that is the zone it computes in.
// Reads a JSON array of questions from standard input, writes one of answers to standard output.
import { readFileSync } from "node:fs"
import OpeningHours from "opening_hours"

export const NEXT_WITHIN_MS = 30 * 86_400_000

export interface Question {
  readonly country: string
  readonly text: string
  readonly at: ReadonlyArray<number>
}

if (import.meta.main) {
  const questions: ReadonlyArray<Question> = JSON.parse(readFileSync(0, "utf8"))

  const answers = questions.map(({ country, text, at }) => {
    try {
      const hours = new OpeningHours(text, { address: { country_code: country.toLowerCase() } } as never)
      const states = at.map((instant) => {
        const date = new Date(instant)
        return hours.getUnknown(date) ? "unknown" : hours.getState(date) ? "open" : "closed"
      })
      // Bounded: with rules that never change anything, its search for a change does not end.
      const limit = new Date(at[0]! + NEXT_WITHIN_MS)
      return { states, next: hours.getNextChange(new Date(at[0]!), limit)?.getTime() ?? null }
    } catch (error) {
      return { error: String(error).slice(0, 200) }
    }
  })
  process.stdout.write(JSON.stringify(answers))
}
