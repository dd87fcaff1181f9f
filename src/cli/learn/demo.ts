/**
 * The whole loop on a running server, as an operator goes through it: travelers decide, their decisions become a data set, that
 * a model, which is judged, runs in the shadow for two weeks, passes the gate, ranks for some and then for all, and is taken
 * back. Nothing is forced: where a gate does not open, the demo ends with its words. In a shuffled world, where there is nothing to
 * be learnt, it must not open.
 */
import * as Effect from "effect/Effect"
import { GATE } from "../../domain/learning/promotion.ts"
import { isoDate, MS_PER_DAY } from "../../domain/time/calendar.ts"
import { Refused } from "../refused.ts"
import { cityNodes, judge, type Person, type PersonaSeen, personaOf, swipe, travel } from "./people.ts"
import type { Town } from "./town.ts"

export interface DemoOptions {
  readonly travelers: number
  readonly shuffled: boolean
  /** Two days in the shadow instead of two weeks: the gate refuses that, and is overruled with a reason. */
  readonly small: boolean
  readonly say: (line: string) => Effect.Effect<void>
}

const CITY = "seattle"
/** Slates that everybody looks through before anything is trained. */
const SLATES = 9
/** People who look through a slate at the same time. */
const AT_ONCE = 4
/** Beside how many decisions the shadow has to run, and how many of them have to be answered: some are left out to spare the processor, or come too late. */
const WHOLE_SHADOW = {
  decisions: Math.ceil(GATE.leastDecisions * 1.05),
  days: GATE.leastShadowDays + 1,
  seen: { judged: GATE.leastDecisions, days: GATE.leastShadowDays }
}
const SMALL_SHADOW = { decisions: 40, days: 2, seen: { judged: 20, days: 2 } }
const SMALL_REASON = "a small demo has two days instead of two weeks"
const MOST_ROUNDS = 400
/** A model in force is everywhere within half a minute; a night's job begins within a minute of its time. */
const PATIENCE_MS = 180_000
const LOOK_MS = 500

/** The share that has the model before all have it. */
const SOME = 40

const COLD = 19
const WARM = 25

const waited = <A>(what: string, look: Effect.Effect<A | undefined, Refused>) =>
  Effect.gen(function* () {
    for (;;) {
      const seen = yield* look
      if (seen !== undefined) return seen
      yield* Effect.sleep(LOOK_MS)
    }
  }).pipe(
    Effect.timeoutOrElse({
      duration: PATIENCE_MS,
      orElse: () => Effect.fail(new Refused({ message: `Waited ${PATIENCE_MS} ms in vain: ${what}.` }))
    })
  )

const lastJson = <A>(said: string): A => JSON.parse(said.slice(said.lastIndexOf("\n{") + 1)) as A

const peopleOf = Effect.fnUntraced(function* (town: Town, count: number) {
  const { tokens } = lastJson<{ tokens: ReadonlyArray<{ user_id: string; token: string }> }>(
    yield* town.command("token", "--count", String(count), "--ttl", "100d", "--json")
  )
  return tokens.map(({ token, user_id }): Person => ({ id: user_id, token }))
})

const everybodySwipes = (town: Town, people: ReadonlyArray<Person>, shuffled: boolean) =>
  Effect.forEach(people, (person) => swipe(town.base, person, CITY, town.now, shuffled), {
    concurrency: AT_ONCE,
    discard: true
  })

interface Shadowed {
  readonly models: ReadonlyArray<{ readonly days: number; readonly decisions: number; readonly judged: number }>
}

/** Days pass, and people decide on each, until the shadow has seen enough. */
const daysInShadow = Effect.fnUntraced(function* (town: Town, people: ReadonlyArray<Person>, small: boolean) {
  const wanted = small ? SMALL_SHADOW : WHOLE_SHADOW
  const perDay = Math.ceil(wanted.decisions / wanted.days)
  const warm = people.slice(0, Math.min(people.length, perDay))
  for (let day = 0; day < MOST_ROUNDS; day++) {
    for (let done = 0; done < perDay; done += warm.length) {
      yield* everybodySwipes(town, warm.slice(0, perDay - done), false)
    }
    yield* town.drained
    yield* town.moveDays(1)
    if (day + 1 < wanted.days) continue
    const [seen] = lastJson<Shadowed>(yield* town.command("report", "shadow", "--json")).models
    if (seen !== undefined && seen.days >= wanted.seen.days && seen.judged >= wanted.seen.judged) return seen
  }
  return yield* new Refused({ message: "The shadow ran beside too few decisions: the machine is too busy for it." })
})

interface TrainedShown {
  readonly version: string
  readonly rows: Readonly<Record<string, number>>
  readonly table: string
}

const rankedBy = (town: Town, person: Person) =>
  travel(town.base, person, CITY, isoDate(Math.floor(town.now() / MS_PER_DAY) + 20))

const percent = (x: number) => `${(100 * x).toFixed(0)} %`

/** From promotion to everybody, and back. */
const inProduction = Effect.fnUntraced(function* (
  town: Town,
  people: ReadonlyArray<Person>,
  newcomers: readonly [Person, Person],
  version: string,
  { say, small }: DemoOptions
) {
  const model = `bpr:${version}`
  if (small) yield* say(`Still too early: ${yield* town.refusal("promote", "bpr", version)}`)
  yield* say(yield* town.command("promote", "bpr", version, ...(small ? ["--force", SMALL_REASON] : [])))
  // A tenth of so few may be nobody.
  yield* say(yield* town.command("traffic", "bpr", String(SOME)))
  const some = yield* waited(
    "a traveler for whom the new model ranks",
    Effect.map(
      Effect.forEach(people, (person) => Effect.map(rankedBy(town, person), (trip) => ({ person, ...trip })), {
        concurrency: AT_ONCE
      }),
      (trips) => (trips.some((trip) => trip.rankedBy === model) ? trips : undefined)
    )
  )
  const having = some.filter((trip) => trip.rankedBy === model)
  const without = some.filter((trip) => trip.rankedBy !== model)
  const mean = (trips: typeof some) => trips.reduce((sum, { loved }) => sum + loved, 0) / Math.max(1, trips.length)
  yield* say(
    `X-Model-Version: ${model} for ${having.length} of ${some.length} travelers, whose plans they love ${percent(mean(having))} of; the others have ${without[0]?.rankedBy ?? "nobody"} and love ${percent(mean(without))}.`
  )
  yield* say(yield* town.command("traffic", "bpr", "100"))
  const [cold, warm] = newcomers
  const nodes = yield* cityNodes(town.base, cold, CITY)
  yield* judge(town.base, cold, nodes.slice(0, COLD), town.now())
  yield* judge(town.base, warm, nodes.slice(0, WARM), town.now())
  yield* waited(
    "a persona that learnt",
    Effect.map(personaOf(town.base, warm), ({ signal_count }) => (signal_count >= WARM ? true : undefined))
  )
  yield* town.drained
  yield* town.moveDays(1)
  const seen = yield* waited(
    "the night that puts the newcomer into the model's words",
    Effect.map(personaOf(town.base, warm), (persona): PersonaSeen | undefined =>
      persona.model_encoder_version === model ? persona : undefined
    )
  )
  const next = yield* waited(
    "the newcomer's trip by the model",
    Effect.map(rankedBy(town, warm), (trip) => (trip.rankedBy === model ? trip : undefined))
  )
  const stillCold = yield* rankedBy(town, cold)
  if (stillCold.rankedBy === model) {
    return yield* new Refused({ message: `A traveler of ${COLD} signals was ranked for by ${model}.` })
  }
  yield* say(
    `After ${WARM} signals and a night a newcomer has encoder_version ${seen.model_encoder_version} and is ranked for by ${next.rankedBy}; at ${COLD} by ${stillCold.rankedBy}.`
  )
  const began = performance.now()
  yield* say(yield* town.command("rollback", "bpr", "--reason", "the demo is over"))
  const after = yield* waited(
    "the rollback",
    Effect.map(rankedBy(town, warm), (trip) => (trip.rankedBy === model ? undefined : trip))
  )
  const seconds = (performance.now() - began) / 1000
  yield* say(`Taken back: ${after.rankedBy} ranks again, ${seconds.toFixed(0)} s after the command was given.`)
  return { having: having.length, of: some.length, rolledBackSeconds: seconds }
})

export const demo = Effect.fnUntraced(function* (town: Town, options: DemoOptions) {
  const { say, shuffled, small, travelers } = options
  const [cold, warm, ...people] = yield* peopleOf(town, travelers + 2)
  yield* say(
    `${travelers} travelers look through ${SLATES} slates of ${CITY} each at ${town.base}${shuffled ? "; what they take is chance" : ""}.`
  )
  for (let n = 0; n < SLATES; n++) yield* everybodySwipes(town, people, shuffled)
  yield* town.drained
  yield* town.moveDays(1)
  yield* say(yield* town.command("build-dataset", "bpr_triples"))
  const { rows, table, version } = lastJson<TrainedShown>(yield* town.command("train", "bpr", "--json"))
  yield* say(`Trained bpr:${version} on ${rows["comparisons"]} comparisons of ${rows["people"]} people.\n\n${table}\n`)
  const early = yield* town.refusal("promote", "bpr", version)
  yield* say(`Too early: ${early}`)
  if (shuffled) {
    const refused = yield* town.refusal("promote", "bpr", version, "--to", "shadow")
    yield* say(`As it should be, where there is nothing to learn: ${refused}`)
    return { version, shuffled, refused }
  }
  yield* say(yield* town.command("promote", "bpr", version, "--to", "shadow"))
  const shadow = yield* daysInShadow(town, people, small)
  yield* say(`${shadow.days} days later:\n${yield* town.command("report", "shadow")}`)
  const production = yield* inProduction(town, people, [cold!, warm!], version, options)
  return { version, shuffled, shadow, production }
})
