/** A scenario as an HTTP archive, for plain `npx autocannon --har`. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Call, SCENARIOS, type Scenario } from "./scenarios.ts"
import type { Traveler } from "./travelers.ts"

/** Calls that a file holds at most: each connection goes through all of them, one after another. */
const MOST_CALLS = 500

const entryOf = (url: string, { body, method, path, token }: Call) => ({
  request: {
    method,
    url: `${url}${path}`,
    httpVersion: "HTTP/1.1",
    headers: [
      { name: "authorization", value: `Bearer ${token}` },
      ...(body === undefined ? [] : [{ name: "content-type", value: "application/json" }])
    ],
    ...(body === undefined ? {} : { postData: { mimeType: "application/json", text: body } })
  }
})

/** Everybody's first call, then everybody's second: neighbours in the file are of different travelers. */
const interleaved = (scenario: Scenario, travelers: ReadonlyArray<Traveler>): ReadonlyArray<Call> => {
  const each = travelers.map(scenario.calls)
  const longest = Math.max(...each.map((calls) => calls.length))
  return Array.from({ length: longest }, (_, round) => each.flatMap((calls) => calls[round] ?? []))
    .flat()
    .slice(0, MOST_CALLS)
}

export const harOf = (url: string, scenario: Scenario, travelers: ReadonlyArray<Traveler>) => ({
  log: {
    version: "1.2",
    creator: { name: "overplanned bench load", version: "1" },
    entries: interleaved(scenario, travelers).map((call) => entryOf(url, call))
  }
})

export interface HarFile {
  readonly scenario: string
  readonly file: string
  readonly command: string
}

/** Files that only their owner reads: tokens stand in them. */
export const writeHars = (
  folder: string,
  url: string,
  travelers: ReadonlyArray<Traveler>,
  scenarios: ReadonlyArray<Scenario> = SCENARIOS
): ReadonlyArray<HarFile> => {
  mkdirSync(folder, { recursive: true })
  return scenarios.map((scenario) => {
    const file = join(folder, `${scenario.name}.har`)
    writeFileSync(file, JSON.stringify(harOf(url, scenario, travelers)), { mode: 0o600 })
    return {
      scenario: scenario.name,
      file,
      command: `npx autocannon --har ${file} -c ${scenario.connections} -d 10 ${url}`
    }
  })
}
