/** `replay`: plays disruptions against a running server, as travelers and their city live through them, and keeps the score. */
import { readFile } from "node:fs/promises"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Config } from "../../config.ts"
import { type UserId, uuidV7 } from "../../domain/ids.ts"
import { localDate, zoneOf } from "../../domain/time/zone.ts"
import { Tokens } from "../../services/tokens.ts"
import { Refused } from "../refused.ts"
import { readScenario, type Scenario, type Step } from "./scenario.ts"
import { call, type FrameHeard, PATIENCE_MS, Traveler } from "./traveler.ts"
import { type Announced, changedSlots, judge, touchedAtLeast } from "./verify.ts"

interface Score {
  readonly what: string
  /** Nobody in particular where an offer reached none. */
  readonly traveler: number | null
  readonly answered: boolean
  readonly millis: number
  readonly options: number
  readonly repaired: boolean
  readonly slots_changed: number
  readonly problems: ReadonlyArray<string>
}

/** The server says that a plan is touched, and its traveler was told nothing. */
const unheard = (what: string, millis: number): Score => ({
  what,
  traveler: null,
  answered: false,
  millis,
  options: 0,
  repaired: false,
  slots_changed: 0,
  problems: ["a plan is touched and no offer arrived"]
})

const TOKEN_MS = 2 * 3_600_000

const newUser = () => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))) as UserId

/** Takes the first option that was offered, and judges what that did to the plan. */
const takeUp = Effect.fnUntraced(function* (traveler: Traveler, offer: FrameHeard) {
  const option = offer.options?.[0]
  if (option === undefined) return { repaired: false, slots_changed: 0, problems: [] }
  const before = traveler.trip
  const answer = { type: "respond", pivot_id: offer.pivot_id, response: "accept", option_id: option.option_id }
  const ack = yield* traveler.says(answer)
  if (ack?.type !== "ack") {
    return { repaired: false, slots_changed: 0, problems: [ack?.problem?.detail ?? "an acceptance was not answered"] }
  }
  const after = yield* traveler.looks
  return {
    repaired: true,
    slots_changed: changedSlots(before, after).length,
    problems: judge(before, after, option)
  }
})

const scored = Effect.fnUntraced(function* (
  traveler: Traveler,
  what: string,
  n: number,
  began: number,
  offer: FrameHeard | undefined,
  at: number
) {
  const answered = offer?.type === "offer"
  const taken = answered
    ? yield* takeUp(traveler, offer)
    : { repaired: false, slots_changed: 0, problems: [offer?.problem?.detail ?? "no answer"] }
  const score: Score = {
    what,
    traveler: n,
    answered,
    millis: at - began,
    options: offer?.options?.length ?? 0,
    ...taken
  }
  return score
})

const play = Effect.fnUntraced(function* (base: string, scenario: Scenario, speed: number) {
  const { city, days, travelers: count } = scenario.setting
  const tokens = yield* Tokens
  const mint = (role: "traveler" | "admin") => tokens.mint({ userId: newUser(), role, ttlMillis: TOKEN_MS })
  const admin = yield* mint("admin")
  const { cities } = yield* call<{ readonly cities: ReadonlyArray<{ slug: string; time_zone: string }> }>(
    base,
    admin,
    "GET",
    "/api/v1/cities"
  )
  const zone = zoneOf(cities.find((one) => one.slug === city)?.time_zone ?? "")
  if (zone === undefined) return yield* new Refused({ message: `The server knows no city ${city}: seed it first.` })
  const start_date = localDate(zone, yield* Clock.currentTimeMillis)
  const travelers = yield* Effect.forEach(Array.from({ length: count }), () =>
    Effect.flatMap(mint("traveler"), (token) => Traveler.arrive(base, token, { city, start_date, days }))
  )

  const cityEvent = Effect.fnUntraced(function* (what: string, event: object) {
    const began = performance.now()
    const pushed = (one: FrameHeard) => one.type === "offer" && one.id === undefined
    const hearing = travelers.map((traveler) =>
      Effect.map(traveler.hears(pushed, PATIENCE_MS / 5), (offer) => ({ offer, at: performance.now() }))
    )
    const [announced, heard] = yield* Effect.all(
      [
        call<Announced>(base, admin, "POST", `/api/v1/admin/cities/${city}/events`, event),
        Effect.all(hearing, { concurrency: "unbounded" })
      ],
      { concurrency: "unbounded" }
    )
    const reached = heard.flatMap(({ offer, at }, n) => (offer === undefined ? [] : [{ offer, at, n }]))
    const scores = yield* Effect.forEach(reached, ({ offer, at, n }) =>
      scored(travelers[n]!, what, n, began, offer, at)
    )
    // Which plans are touched is for the server to say; that each of them hears of it is for us to see.
    const lost = touchedAtLeast(announced, travelers.length) - reached.length
    return lost > 0
      ? [...scores, ...Array.from({ length: lost }, () => unheard(what, performance.now() - began))]
      : scores
  })

  const stopOf = (step: Extract<Step, { traveler: number }>) => {
    const traveler = travelers[step.traveler]
    const slot = traveler?.ahead[step.stop]
    return slot === undefined
      ? Effect.fail(
          new Refused({
            message: `At ${step.at_minutes} min: traveler ${step.traveler} has no stop ${step.stop} ahead.`
          })
        )
      : Effect.succeed({ traveler: traveler!, slot })
  }

  const happen = Effect.fnUntraced(function* (step: Step) {
    if (step.kind === "pivot") {
      const { traveler, slot } = yield* stopOf(step)
      const { trigger, detail } = step
      const began = performance.now()
      const offer = yield* traveler.says({ type: "pivot", trigger, slot_id: slot.id, ...(detail && { detail }) })
      return [yield* scored(traveler, `asked: ${trigger}`, step.traveler, began, offer, performance.now())]
    }
    const now = Date.now()
    const window = { from: new Date(now).toISOString(), until: new Date(now + step.minutes * 60_000).toISOString() }
    if (step.kind === "closure") {
      const { slot } = yield* stopOf(step)
      return yield* cityEvent("venue closed", { kind: step.kind, ...window, node_id: slot.node.id })
    }
    const { at_minutes: _at, minutes: _minutes, ...event } = step
    const what = step.kind === "weather" ? step.condition : `${step.delay_minutes} min late`
    return yield* cityEvent(what, { ...event, ...window })
  })

  const scores: Array<Score> = []
  const began = performance.now()
  for (const step of scenario.steps) {
    const due = began + (step.at_minutes * 60_000) / speed
    yield* Effect.sleep(Math.max(0, due - performance.now()))
    scores.push(...(yield* happen(step)))
  }
  return scores
}, Effect.scoped)

const card = (scores: ReadonlyArray<Score>) => {
  const times = scores.filter((one) => one.answered).map((one) => one.millis)
  const repaired = scores.filter((one) => one.repaired)
  return {
    disruptions: scores.length,
    answered: scores.filter((one) => one.answered).length,
    slowest_ms: Math.round(Math.max(0, ...times)),
    repaired: repaired.length,
    verified: repaired.filter((one) => one.problems.length === 0).length,
    slots_changed_per_repair:
      repaired.length === 0 ? 0 : repaired.reduce((sum, one) => sum + one.slots_changed, 0) / repaired.length,
    problems: scores.flatMap((one) => one.problems.map((problem) => `${one.what}: ${problem}`))
  }
}

const lineOf = (one: Score): string =>
  `  ${one.what.padEnd(22)} traveler ${one.traveler ?? "?"}  ${one.millis.toFixed(0).padStart(6)} ms  ${one.options} options  ${
    one.repaired ? `${one.slots_changed} stops changed` : "left as it was"
  }${one.problems.length > 0 ? `  ! ${one.problems.join("; ")}` : ""}`

export const replay = Command.make(
  "replay",
  {
    file: Argument.String("file").pipe(Argument.withDescription("A scenario, such as data/scenarios/rainy-day.jsonl.")),
    speed: Flag.Finite("speed").pipe(
      Flag.withDescription("How many times faster than life its clock runs."),
      Flag.withDefault(60)
    ),
    url: Flag.String("url").pipe(Flag.withDescription("The server. Default: the one of the settings."), Flag.optional),
    json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ file, speed, url, json }) {
    if (!(speed > 0)) return yield* new Refused({ message: "--speed is above 0; 60 makes an hour a minute." })
    const settings = yield* Config
    const base = Option.getOrElse(url, () => `http://${settings.HOST}:${settings.PORT}`).replace(/\/+$/, "")
    const text = yield* Effect.tryPromise({
      try: () => readFile(file, "utf8"),
      catch: () => new Refused({ message: `${file} cannot be read.` })
    })
    const scores = yield* play(base, yield* readScenario(text), speed)
    const summary = card(scores)
    if (json) yield* Console.log(JSON.stringify({ ...summary, scores }))
    else {
      yield* Console.log(
        [
          ...scores.map(lineOf),
          `${summary.answered} of ${summary.disruptions} answered, the slowest after ${summary.slowest_ms} ms.`,
          `${summary.repaired} plans repaired, ${summary.verified} of them verified, ${summary.slots_changed_per_repair.toFixed(2)} stops changed each.`
        ].join("\n")
      )
    }
    if (summary.problems.length > 0 || summary.answered < summary.disruptions) {
      return yield* new Refused({ message: "Not every disruption came to a good end." })
    }
  })
).pipe(Command.withDescription("Plays disruptions against a running server and prints a scorecard."))
