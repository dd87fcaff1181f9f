/** Travelers of a running server with a trip each: who sends what the scenarios are made of. */
import { readFileSync } from "node:fs"
import { NotMeasured } from "../benchmark.ts"

export interface Stop {
  readonly id: string
  readonly node: { readonly id: string }
}

export interface Traveler {
  readonly token: string
  readonly trip: string
  readonly stops: ReadonlyArray<Stop>
}

const DAY_MS = 86_400_000
/** Trips that are planned at once while travelers are made ready: they are no part of what is measured. */
const AT_ONCE = 4

/** A week ahead: nothing of it is over before the measurement is. */
export const startDate = (): string => new Date(Date.now() + 7 * DAY_MS).toISOString().slice(0, 10)

export const newTrip = () => ({ city: "seattle", start_date: startDate(), days: 3 })

const travelerOf = async (url: string, token: string): Promise<Traveler> => {
  const response = await fetch(`${url}/api/v1/trips`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(newTrip())
  })
  if (response.status !== 201) {
    throw new NotMeasured(
      `A trip was answered with ${response.status} before anything was measured: ${await response.text()}`
    )
  }
  const trip = (await response.json()) as {
    readonly id: string
    readonly days: ReadonlyArray<{ readonly slots: ReadonlyArray<Stop> }>
  }
  return { token, trip: trip.id, stops: trip.days.flatMap(({ slots }) => slots) }
}

export const travelersOf = async (url: string, tokens: ReadonlyArray<string>): Promise<ReadonlyArray<Traveler>> => {
  const made: Array<Traveler> = []
  const left = [...tokens]
  const work = async () => {
    for (let token = left.shift(); token !== undefined; token = left.shift()) made.push(await travelerOf(url, token))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return made
}

/** Tokens that the command `token --json` wrote. */
export const tokensIn = (file: string): ReadonlyArray<string> => {
  try {
    const { tokens } = JSON.parse(readFileSync(file, "utf8")) as { tokens: ReadonlyArray<{ token: string }> }
    return tokens.map(({ token }) => token)
  } catch (cause) {
    throw new NotMeasured(
      `${file} holds no tokens (${(cause as Error).message}): write it with npm run -s cli -- token --count 200 --json.`
    )
  }
}

/** As many newcomers as are wanted, through the door of a demo. */
export const newcomers = (url: string, count: number): Promise<ReadonlyArray<string>> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const response = await fetch(`${url}/api/v1/demo`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ as: "newcomer" })
      })
      if (response.status !== 201) {
        throw new NotMeasured(
          `${url} lets nobody in without a token (${response.status}): give it a file of them with --tokens, as npm run -s cli -- token --count 200 --json writes it.`
        )
      }
      return ((await response.json()) as { readonly token: string }).token
    })
  )
