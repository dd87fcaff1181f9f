/** Opening hours: what parsing and asking cost, beside the reference package on the same values and instants. */
import { readdirSync, readFileSync } from "node:fs"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import OpeningHours from "opening_hours"
import { type Hours, nextChange, openAt, parseHours } from "../../src/domain/catalog/hours/hours.ts"
import { zoneOf } from "../../src/domain/time/zone.ts"
import { openingHours } from "../../test/domain/catalog/hours/values.ts"
import { type Benchmark, flag, NotMeasured, numberFlag } from "../benchmark.ts"
import { agreement } from "./agreement.ts"

/** Promised of one question after parsing. */
const BAR_MICROS = 20

const folder = new URL("../../data/cities/", import.meta.url)

const curated = (): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap(
      (name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")).nodes as Array<{ opening_hours: string | null }>
    )
    .flatMap(({ opening_hours }) => opening_hours ?? [])

/** Microseconds of single calls, sorted. */
const timed = (count: number, call: (i: number) => unknown): Float64Array => {
  for (let i = 0; i < Math.min(count, 3000); i++) call(i)
  const micros = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const from = process.hrtime.bigint()
    call(i)
    micros[i] = Number(process.hrtime.bigint() - from) / 1000
  }
  return micros.sort()
}

const at = (sorted: Float64Array, share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
const row = (name: string, micros: Float64Array) => [
  name,
  micros.length,
  ...[0.5, 0.99, 0.999].map((share) => at(micros, share).toFixed(2))
]

export const benchmark: Benchmark = {
  summary: "Opening hours: parsing, open or closed, next change, beside the package opening_hours.",
  options: [
    "--values n     generated values besides the curated ones (10000)",
    "--questions n  questions of each kind (200000)",
    "--extract f    instead: the values of an extract of OpenStreetMap beside the package over a year, with --zone and --country"
  ],
  run: async (args) => {
    const extract = flag(args, "extract")
    if (extract !== undefined) {
      const [zoneName, country] = [flag(args, "zone"), flag(args, "country")]
      if (zoneName === undefined || country === undefined) {
        throw new NotMeasured("Say where the extract lies: --zone Europe/Paris --country FR.")
      }
      return await agreement(extract, zoneName, country)
    }
    const texts = [...curated(), ...fc.sample(openingHours, { numRuns: numberFlag(args, "values", 10_000), seed: 1 })]
    const questions = numberFlag(args, "questions", 200_000)
    const zone = zoneOf("America/Los_Angeles")!
    const instant = (i: number) => Date.UTC(2026, 0, 1) + ((i * 0.618033988749895) % 1) * 365 * 86_400_000
    const hours: Array<Hours> = texts.flatMap((text) => {
      const parsed = parseHours(text, "US")
      return Result.isSuccess(parsed) ? [parsed.success] : []
    })
    const parse = timed(texts.length, (i) => parseHours(texts[i % texts.length]!, "US"))
    const open = timed(questions, (i) => openAt(hours[i % hours.length]!, zone, instant(i)))
    const next = timed(Math.ceil(questions / 10), (i) => nextChange(hours[i % hours.length]!, zone, instant(i)))

    const few = texts.slice(0, 1500)
    const place = { address: { country_code: "us" } } as never
    const theirParse = timed(few.length, (i) => new OpeningHours(few[i]!, place))
    const theirs = few.map((text) => new OpeningHours(text, place))
    const theirOpen = timed(20_000, (i) => theirs[i % theirs.length]!.getState(new Date(instant(i))))

    const p99 = at(open, 0.99)
    return {
      tables: [
        {
          title: "Microseconds",
          columns: ["what", "calls", "p50", "p99", "p99.9"],
          rows: [
            row("parse", parse),
            row("open, closed or unknown", open),
            row("next change", next),
            row("opening_hours: parse", theirParse),
            row("opening_hours: state", theirOpen)
          ]
        }
      ],
      bars: [
        {
          name: "open, closed or unknown after parsing, p99",
          wanted: `< ${BAR_MICROS} µs`,
          measured: `${p99.toFixed(2)} µs`,
          met: p99 < BAR_MICROS
        }
      ],
      notes: [
        `${texts.length} values, ${hours.length} of them readable, in ${zone.name} (the package: in this process's zone); single calls, the clock's own cost of about 0.1 µs included.`
      ]
    }
  }
}
