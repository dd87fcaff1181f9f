/** Travelers with a trip each, written down for the load generator: who sends signals, and what they are about. */
import { writeFileSync } from "node:fs"

interface Trip {
  readonly id: string
  readonly days: ReadonlyArray<{
    readonly slots: ReadonlyArray<{ readonly id: string; readonly node: { readonly id: string } }>
  }>
}

const DAY = 86_400_000

const planned = async (url: string, token: string): Promise<Trip> => {
  const response = await fetch(`${url}/api/v1/trips`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      city: "seattle",
      start_date: new Date(Date.now() + DAY).toISOString().slice(0, 10),
      days: 3
    })
  })
  if (response.status !== 201) throw new Error(`a trip was answered with ${response.status}: ${await response.text()}`)
  return (await response.json()) as Trip
}

/** A line for each: token, trip, then stop and place in turn. */
export const writeTravelers = async (path: string, url: string, tokens: ReadonlyArray<string>): Promise<void> => {
  const lines: Array<string> = []
  for (const token of tokens) {
    const trip = await planned(url, token)
    const stops = trip.days.flatMap(({ slots }) => slots.flatMap((slot) => [slot.id, slot.node.id]))
    lines.push([token, trip.id, ...stops].join(" "))
  }
  writeFileSync(path, lines.join("\n"))
}
