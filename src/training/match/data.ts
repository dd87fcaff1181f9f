/** `MatchData` over the database and files. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { uuidOfName } from "../../domain/basics/hash.ts"
import { MATCH_FEATURES, type MatchFeatures, matchFeatures } from "../../domain/companions/features.ts"
import { type Person, personBefore, readPeople, wholenessOf } from "../../layers/postgres/match-people.ts"
import { type MatchAnalysis, MatchData, MatchRefused, type MatchRequest } from "../../services/match-data.ts"
import { histogramPlot } from "../datasets/plots.ts"
import { histogramOf } from "../datasets/profile.ts"
import { namePeople, pseudonymsOf, renaming } from "../datasets/pseudonyms.ts"
import { rocAuc } from "../judge/auc.ts"
import { type MatchEvent, type PublishedMatch, pairOf, syntheticMatches, validates } from "./events.ts"
import { explainMatch } from "./explain.ts"
import { fitLogistic } from "./logistic.ts"

const FILES = { events: "match_events.jsonl", train: "train.csv", validation: "val.csv" } as const
const FAMILY = "companion_match"
const DEFAULT = 0.5
const LEAST_ROWS = 50
/** Answers that are learnt from at most, the newest. */
const MOST_ANSWERED = 200_000

const refused = (message: string) => (cause: unknown) => new MatchRefused({ message, cause })

/** Trips that real people took together and spoke of afterwards: it went well where they were content. */
const realMatches = Effect.fnUntraced(function* (people: ReadonlyArray<Person>) {
  const sql = yield* SqlClient
  const known = new Map(people.filter((one) => !one.shadow).map((one) => [one.id, one]))
  if (known.size < 2) return []
  const trips = yield* sql<{ trip_id: string; members: ReadonlyArray<string>; began: string; content: number }>`
    select m.trip_id, min(t.start_date)::text as began, array_agg(distinct m.user_id::text) as members,
      (select avg(case s.signal_type when 'thumbs_up' then 1 when 'thumbs_down' then 0
          else ((s.context ->> 'rating')::float8 - 1) / 4 end)::float8
        from behavioral_signals s where s.trip_id = m.trip_id and s.source = 'app'
          and s.signal_type in ('thumbs_up', 'thumbs_down', 'post_trip_rating')) as content
    from trip_members m join trips t on t.id = m.trip_id
    where t.status in ('completed', 'shortened') group by m.trip_id having count(*) > 1 order by m.trip_id`
  return trips.flatMap(({ trip_id, members, began, content }): ReadonlyArray<MatchEvent> => {
    const together = members.flatMap((id) => known.get(id) ?? [])
    if (content === null || together.length !== members.length) return []
    return [
      {
        event_id: uuidOfName("overplanned/match-real", trip_id),
        pair: pairOf(members),
        members,
        match_type: members.length === 2 ? "solo" : "group",
        source: "real",
        ...matchFeatures(together.map((one) => personBefore(one, began))),
        outcome: content > 0.6 ? 1 : 0
      }
    ]
  })
})

/** Suggested companions who were answered, as alike as the two were when they were shown. */
const answeredSuggestions = Effect.fnUntraced(function* () {
  const sql = yield* SqlClient
  const rows = yield* sql<{ id: string; members: ReadonlyArray<string>; features: MatchFeatures; accepted: boolean }>`
    select id, array[user_id::text, suggested_id::text] as members, features, answer = 'accepted' as accepted
    from companion_suggestions where answer is not null order by answered_at desc, id limit ${MOST_ANSWERED}`
  return rows.map(
    ({ accepted, features, id, members }): MatchEvent => ({
      event_id: uuidOfName("overplanned/match-suggested", id),
      pair: pairOf(members),
      members,
      match_type: "solo",
      source: "real",
      ...(Object.fromEntries(MATCH_FEATURES.map((name) => [name, Number(features[name])])) as unknown as MatchFeatures),
      outcome: accepted ? 1 : 0
    })
  )
})

/** All match events there are to be had: real ones, and made-up ones of people who could meet. */
export const matchEvents = Effect.fnUntraced(function* (
  request: Pick<MatchRequest, "count" | "type" | "seed">,
  now: number
) {
  const { people, skipped, mapped } = yield* readPeople(now)
  const lived = [...(yield* realMatches(people)), ...(yield* answeredSuggestions())]
  const real = lived.filter((event) => event.match_type === request.type)
  return { events: [...real, ...syntheticMatches(people, request)], skipped, mapped }
})

/** People have the names that they have in the dataset of matches. */
const published = Effect.fnUntraced(function* (events: ReadonlyArray<MatchEvent>) {
  yield* namePeople(FAMILY)
  const renamed = renaming(yield* pseudonymsOf(FAMILY), { people: [["pair"]], ids: [["event_id"]] })
  return events.map((event) => {
    const row = renamed({ ...event }) as unknown as MatchEvent
    const members = row.pair.split("+").sort()
    return { ...row, pair: pairOf(members), members, validates: validates(event.pair) }
  }) satisfies ReadonlyArray<PublishedMatch>
})

const csv = (events: ReadonlyArray<MatchEvent>): string =>
  [
    ["event_id", "pair", "source", ...MATCH_FEATURES, "outcome"].join(","),
    ...events.map((event) =>
      [event.event_id, event.pair, event.source, ...MATCH_FEATURES.map((name) => event[name]), event.outcome].join(",")
    )
  ].join("\n")

const readEvents = (folder: string) =>
  Effect.try({
    try: () => {
      const path = join(folder, FILES.events)
      if (!existsSync(path)) throw new Error(`there is no ${path}; make it with generate-match-events`)
      return readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line, i) => {
          const event = JSON.parse(line) as PublishedMatch
          if (typeof event.validates !== "boolean")
            throw new Error(`line ${i + 1} does not say whether it validates; an older release made it, make it again`)
          for (const name of MATCH_FEATURES) {
            if (!Number.isFinite(event[name]))
              throw new Error(`line ${i + 1} has no number ${name}; the file was changed by hand, make it again`)
          }
          if (event.outcome !== 0 && event.outcome !== 1) throw new Error(`line ${i + 1} has no outcome of 0 or 1`)
          return event
        })
    },
    catch: (cause) =>
      refused(`The match events cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`)(cause)
  })

/** Values that a feature must take at least, and the share of events in which it may stand where nothing is known. */
const LEAST_VALUES = 20
const MOST_AT_DEFAULT = 0.05

export const analyzeEvents = (events: ReadonlyArray<PublishedMatch>): MatchAnalysis => {
  const vectors = events.map((event) => MATCH_FEATURES.map((name) => event[name]))
  const duplicates = events.length === 0 ? 0 : 1 - new Set(vectors.map((vector) => vector.join())).size / events.length
  const features = MATCH_FEATURES.map((name) => ({
    name,
    distinct: new Set(events.map((event) => event[name])).size,
    needed: LEAST_VALUES,
    at_default: events.filter((event) => event[name] === DEFAULT).length / Math.max(1, events.length)
  }))
  const train = events.filter((event) => !event.validates)
  const held = events.filter((event) => event.validates)
  const vectorOf = (event: MatchEvent) => MATCH_FEATURES.map((name) => event[name])
  const { predict } = fitLogistic(
    train.map(vectorOf),
    train.map((event) => event.outcome)
  )
  const scores = held.map((event) => predict(vectorOf(event)))
  const labels = held.map((event) => event.outcome)
  const auc = rocAuc(scores, labels)
  const accuracy = scores.filter((score, i) => (score >= 0.5 ? 1 : 0) === labels[i]).length / Math.max(1, held.length)
  const sorted = [...scores].sort((a, b) => a - b)
  const spread = [sorted[Math.floor(sorted.length * 0.05)] ?? 0, sorted[Math.floor(sorted.length * 0.95)] ?? 0] as const
  const problems: Array<string> = []
  if (duplicates >= 0.1)
    problems.push(`${(duplicates * 100).toFixed(1)} % of feature vectors are repeated; less than 10 % may be`)
  for (const { name, distinct, needed, at_default } of features) {
    if (distinct < needed) problems.push(`${name} takes ${distinct} values; at least ${needed} are needed`)
    if (at_default >= MOST_AT_DEFAULT)
      problems.push(`${name} stands at ${DEFAULT} in ${(at_default * 100).toFixed(1)} % of events; less than 5 % may`)
  }
  if (auc <= 0.7)
    problems.push(
      `a logistic regression reaches AUC ${auc.toFixed(3)}; above 0.70 is needed: there is too little to learn`
    )
  if (auc > 0.98)
    problems.push(`a logistic regression reaches AUC ${auc.toFixed(3)}: the outcomes are an echo of the features`)
  if (accuracy <= 0.55) problems.push(`accuracy is ${accuracy.toFixed(3)}; above 0.55 is needed`)
  if (spread[0] > 0.3 || spread[1] < 0.7)
    problems.push(`predictions lie within ${spread[0].toFixed(2)}–${spread[1].toFixed(2)}; they should cover 0.30–0.70`)
  return { rows: events.length, duplicates, features, auc, accuracy, spread, problems }
}

export const layer = Layer.effect(
  MatchData,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const reading = <A>(effect: Effect.Effect<A, MatchRefused | SqlError, SqlClient>) =>
      effect.pipe(
        Effect.catchTag("SqlError", (cause) =>
          Effect.fail(refused("The database does not answer; nobody could be looked up.")(cause))
        ),
        Effect.provideService(SqlClient, sql)
      )
    return MatchData.of({
      generate: (request) =>
        Effect.gen(function* () {
          const made = yield* matchEvents(request, yield* Clock.currentTimeMillis)
          const { mapped, skipped } = made
          const events = yield* published(made.events)
          const synthetic = events.filter((event) => event.source === "synthetic").length
          for (const [reason, n] of Object.entries(skipped))
            yield* Effect.logWarning(`${n} people are left out: ${reason}.`)
          if (synthetic < request.count) {
            return yield* new MatchRefused({
              message: `Only ${synthetic} of ${request.count} matches can be made: too few people have a whole profile and a recent session. Seed more with seed-training-data, or ask for fewer.`
            })
          }
          const train = events.filter((event) => !event.validates)
          const validation = events.filter((event) => event.validates)
          yield* Effect.try({
            try: () => {
              mkdirSync(request.folder, { recursive: true })
              const write = (name: string, text: string) => {
                writeFileSync(join(request.folder, `.${name}`), `${text}\n`)
                renameSync(join(request.folder, `.${name}`), join(request.folder, name))
              }
              write(FILES.events, events.map((event) => JSON.stringify(event)).join("\n"))
              write(FILES.train, csv(train))
              write(FILES.validation, csv(validation))
            },
            catch: (cause) => refused(`The match events cannot be written to ${request.folder}.`)(cause)
          })
          return {
            folder: request.folder,
            synthetic,
            real: events.length - synthetic,
            train: train.length,
            validation: validation.length,
            skipped,
            mapped
          }
        }).pipe(
          Effect.catchTag("SqlError", (cause) =>
            Effect.fail(refused("The database does not answer; no match events were written.")(cause))
          ),
          Effect.provideService(SqlClient, sql)
        ),
      analyze: (folder) =>
        Effect.gen(function* () {
          const events = yield* readEvents(folder)
          if (events.length < LEAST_ROWS) {
            return yield* new MatchRefused({
              message: `${events.length} match events are too few to judge; at least ${LEAST_ROWS} are needed.`
            })
          }
          const analysis = analyzeEvents(events)
          for (const name of MATCH_FEATURES) {
            writeFileSync(
              join(folder, `${name}.svg`),
              histogramPlot(name, histogramOf(events.map((event) => event[name])))
            )
          }
          return analysis
        }),
      check: (only) => reading(Effect.flatMap(Clock.currentTimeMillis, (now) => wholenessOf(now, only))),
      explain: (one, other) => reading(Effect.flatMap(Clock.currentTimeMillis, (now) => explainMatch(one, other, now)))
    })
  })
)
