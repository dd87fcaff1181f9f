/** Judges signals, recognises repeated ones, and journals the good ones. */
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import { RecentIds } from "../../domain/basics/recent-ids.ts"
import { contentHash, ownSignalRecord, SIGNAL, signalRecord } from "../../domain/records/signal.ts"
import {
  type Attribution,
  atStop,
  attributed,
  inTheirWords,
  judgeSignal,
  lacksPlace,
  MAX_SIGNALS,
  type Signal,
  type SignalRules
} from "../../domain/signal.ts"
import type { SignalSource, SignalType } from "../../domain/vocabulary.ts"
import { Journal, type JournalError, type JournalRecord, type JournalWriteFailed } from "../../services/journal.ts"
import type { KnownStop } from "../../services/resident-trips.ts"
import { ShownSlates } from "../../services/shown-slates.ts"
import { SignalCountRefused, SignalIntake, type SignalReceipt } from "../../services/signal-intake.ts"
import { SignalListener } from "../../services/signal-listener.ts"
import { SignalReferences, type TripStanding } from "../../services/signal-references.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { breathe } from "../../support/slices.ts"

export interface SignalIntakeOptions {
  readonly maxAheadMillis: number
  readonly maxAgeMillis: number
  /** How many ids are remembered to recognise duplicates; twice as many at most. About 50 bytes each. */
  readonly rememberedIds: number
  /** Longest that a first look at a trip may take before its signals go in to be verified when they are stored. */
  readonly lookUpMillis: number
}

const outcomes = Metric.counter("signals_total", { description: "Signals by what became of them", incremental: true })

const accepted = Metric.withAttributes(outcomes, { outcome: "accepted" })

const duplicated = Metric.withAttributes(outcomes, { outcome: "duplicate" })

const refused = Metric.withAttributes(outcomes, { outcome: "rejected" })

/** Signals of one call that are judged before the event loop is given back: about half a millisecond. */
const SLICE = 64

/** Most signals that are taken on the caller's stack: what an app that was offline sends at once, in about a millisecond. */
const MOST_AT_ONCE = 100

/** Look-ups that may be under way: past them a signal's trip is verified when it is stored. */
const MOST_LOOK_UPS = 1_000

const SWIPES: ReadonlySet<SignalType> = new Set(["discovery_swipe_left", "discovery_swipe_right"])

const NOT_YOURS = "trip_id names no trip of yours"

const ACCOUNT_DELETED = "this account was deleted: nothing is kept for it any more"

const OTHER_CONTENT = "id was used before with other content"

interface Judged {
  readonly index: number
  readonly signal: Signal
  readonly hash: string
}
type Rejected = SignalReceipt["rejected"][number]

type References = SignalReferences["Service"]
type Slates = ShownSlates["Service"]

/** Standings of the trips that these signals name; undefined where nobody can say now. */
const makeStandings = Effect.fnUntraced(function* (references: References, lookUpMillis: number) {
  const scope = yield* Effect.scope
  let lookingUp = 0

  return Effect.fnUntraced(function* (userId: string, signals: ReadonlyArray<Signal>) {
    const known = new Map<string, TripStanding>()
    const unknown = new Set<string>()
    for (const { trip_id } of signals) {
      if (trip_id === null || known.has(trip_id) || unknown.has(trip_id)) continue
      const standing = references.trip(userId, trip_id)
      if (standing === undefined) unknown.add(trip_id)
      else known.set(trip_id, standing)
    }
    if (unknown.size > 0 && lookingUp < MOST_LOOK_UPS) {
      lookingUp++
      // In a fiber of its own, which nobody interrupts: to interrupt a statement is to ask the server to cancel it,
      // and a database that hangs does not answer that either.
      const looking = yield* references
        .lookUp(userId, [...unknown])
        .pipe(Effect.ensuring(Effect.sync(() => lookingUp--)), Effect.forkIn(scope))
      const found = yield* Fiber.join(looking).pipe(Effect.timeoutOption(lookUpMillis))
      if (found._tag === "Some") for (const [id, standing] of found.value) known.set(id, standing)
    }
    return known
  })
})

const referenceProblem = (
  references: References,
  signal: Signal,
  standing: TripStanding | undefined
): string | undefined => {
  if (standing?.visible === false) return NOT_YOURS
  if (signal.activity_node_id === null) return undefined
  if (references.hasNode(signal.activity_node_id, standing?.city_id) !== false) return undefined
  return standing === undefined
    ? "activity_node_id names no place of any city"
    : "activity_node_id names no place of the trip's city"
}

/**
 * The decision that a signal answers: the offer, the stop or the slate that it names. What memory does not have exactly is left to
 * whoever stores it: an offer that is not here is looked for there before its stop, what names a trip may be about that, and a place that
 * does not stand at its stop is one that did.
 */
const decisionOf = (
  references: References,
  slates: Slates,
  signal: Signal,
  stop: KnownStop | undefined
): Attribution | undefined => {
  const { activity_node_id, context, session_id, slot_id, trip_id, user_id } = signal
  if (context.pivot_id !== undefined) return references.offer(user_id, context.pivot_id, trip_id)
  if (slot_id !== null) {
    const stands = activity_node_id === null || activity_node_id === stop?.activity_node_id
    return stands ? (stop?.decision ?? undefined) : undefined
  }
  const namesSlate = trip_id === null && (session_id !== null || SWIPES.has(signal.signal_type))
  return activity_node_id !== null && namesSlate ? slates.answered(user_id, activity_node_id, session_id) : undefined
}

/** A signal says as little as its sender's app knew: trips and slates in memory know the rest. */
const placed = (references: References, slates: Slates, signal: Signal): Signal => {
  const { occurred_at, slot_id, trip_id, user_id } = signal
  const stop = slot_id === null ? undefined : references.stop(user_id, slot_id, occurred_at, trip_id)
  const there = stop !== undefined && lacksPlace(signal) ? atStop(signal, stop) : signal
  const decision = decisionOf(references, slates, signal, stop)
  return decision === undefined ? there : attributed(there, decision)
}

const namesTrip = (item: unknown): item is { readonly trip_id: string } =>
  typeof item === "object" && item !== null && "trip_id" in item && typeof item.trip_id === "string"

/** Judges the items of one call, one after another. */
const judging = (references: References, slates: Slates, rules: SignalRules, userId: string, source: SignalSource) => {
  const judged: Array<Judged> = []
  const rejected: Array<Rejected> = []
  let index = 0
  const add = (item: unknown) => {
    const sent = judgeSignal(item, userId, source, rules)
    if ("problem" in sent) rejected.push({ index, problem: sent.problem })
    else {
      const signal = placed(references, slates, inTheirWords(sent))
      // Of what the client sent, which says the same each time it is sent.
      judged.push({ index, signal, hash: contentHash(sent) })
    }
    index++
  }
  return { add, judged, rejected }
}

interface TakingParts {
  readonly context: Context.Context<never>
  readonly erased: ErasedSubjects["Service"]
  readonly journal: Journal["Service"]
  readonly listener: SignalListener["Service"]
  readonly now: () => number
  readonly recent: RecentIds
  readonly references: References
}

/** Nothing in here waits: two calls with the same id cannot both find it new. */
const taker =
  ({ context, erased, journal, listener, now, recent, references }: TakingParts) =>
  (
    userId: string,
    judged: ReadonlyArray<Judged>,
    malformed: ReadonlyArray<Rejected>,
    standingOf: (tripId: string) => TripStanding | undefined,
    settled: (outcome: SignalReceipt | JournalWriteFailed) => void
  ) => {
    const receivedAt = now()
    const rejected = [...malformed]
    const fresh: Array<string> = []
    /** Those of them of which it is known what and whose they are: others teach once they are stored. */
    const certain: Array<Signal> = []
    const records: Array<JournalRecord> = []
    const gone = erased.has(userId)
    let duplicates = 0
    for (const { index, signal, hash } of judged) {
      const standing = signal.trip_id === null ? undefined : standingOf(signal.trip_id)
      const problem = gone ? ACCOUNT_DELETED : referenceProblem(references, signal, standing)
      if (problem !== undefined) {
        rejected.push({ index, problem })
        continue
      }
      const before = recent.get(signal.id)
      if (before === undefined) {
        recent.set(signal.id, hash)
        fresh.push(signal.id)
        const unverified = signal.trip_id === null ? signal.slot_id !== null : standing === undefined
        if (!(unverified || lacksPlace(signal))) certain.push(signal)
        records.push(signalRecord({ signal, received_at: receivedAt, content_hash: hash, unverified }))
      } else if (recent.same(signal.id, hash)) duplicates++
      else rejected.push({ index, problem: OTHER_CONTENT })
    }
    rejected.sort((a, b) => a.index - b.index)
    /** What did not become durable is forgotten, so that sending it again counts. */
    const forget = () => {
      for (const id of fresh) recent.delete(id)
    }
    // Also with nothing new: a duplicate is acknowledged only when the first one of it is durable.
    const outcome = journal.append("signal", records, (failure) => {
      if (failure !== undefined) {
        forget()
        return settled(failure)
      }
      if (fresh.length > 0) accepted.updateUnsafe(fresh.length, context)
      if (certain.length > 0) listener.durable(userId, certain, receivedAt)
      if (duplicates > 0) duplicated.updateUnsafe(duplicates, context)
      if (rejected.length > 0) refused.updateUnsafe(rejected.length, context)
      settled({ accepted: fresh.length, duplicates, rejected })
    })
    if (outcome._tag === "AppendTicket") return undefined
    forget()
    return outcome
  }

export const layer = (
  options: SignalIntakeOptions
): Layer.Layer<SignalIntake, never, Journal | SignalReferences | SignalListener | ShownSlates | ErasedSubjects> =>
  Layer.effect(
    SignalIntake,
    Effect.gen(function* () {
      const journal = yield* Journal
      const references = yield* SignalReferences
      const listener = yield* SignalListener
      const slates = yield* ShownSlates
      const erased = yield* ErasedSubjects
      const clock = yield* Clock.Clock
      const context = yield* Effect.context<never>()
      const recent = new RecentIds(options.rememberedIds, yield* Random.nextInt)

      // What an earlier process acknowledged, and no database has yet: it is known by its hash as if it had come to this one.
      yield* journal
        .backlog(options.rememberedIds, (entries) => {
          for (const { id, payload, type } of entries) {
            if (type !== SIGNAL.type || recent.get(id) !== undefined) continue
            recent.set(id, SIGNAL.decode(payload).content_hash)
          }
        })
        .pipe(
          Effect.catch((error) =>
            Effect.logWarning(`Signals of before the start are recognised when they are stored: ${error.message}`)
          )
        )

      const now = () => clock.currentTimeMillisUnsafe()
      const standings = yield* makeStandings(references, options.lookUpMillis)
      const judge = (userId: string, source: SignalSource) =>
        judging(
          references,
          slates,
          { now: now(), maxAheadMillis: options.maxAheadMillis, maxAgeMillis: options.maxAgeMillis },
          userId,
          source
        )
      const take = taker({ context, erased, journal, listener, now, recent, references })

      const accept = Effect.fnUntraced(function* (userId: string, input: unknown, source: SignalSource) {
        const items: ReadonlyArray<unknown> = Array.isArray(input) ? input : [input]
        if (items.length === 0 || items.length > MAX_SIGNALS) {
          return yield* new SignalCountRefused({
            message: `A call takes 1 to ${MAX_SIGNALS} signals; this one has ${items.length}. Send them in parts.`
          })
        }
        const { add, judged, rejected } = judge(userId, source)
        for (let from = 0; from < items.length; from += SLICE) {
          if (from > 0) yield* breathe
          for (const one of items.slice(from, from + SLICE)) add(one)
        }
        const trips = yield* standings(
          userId,
          judged.map(({ signal }) => signal)
        )
        return yield* Effect.callback<SignalReceipt, JournalError>((resume) => {
          const settled = (outcome: SignalReceipt | JournalWriteFailed) =>
            resume("_tag" in outcome ? Effect.fail(outcome) : Effect.succeed(outcome))
          const refusal = take(userId, judged, rejected, (id) => trips.get(id), settled)
          if (refusal !== undefined) resume(Effect.fail(refusal))
        })
      })

      const acceptNow: (typeof SignalIntake.Service)["acceptNow"] = (userId, input, source, settled) => {
        const items: ReadonlyArray<unknown> = Array.isArray(input) ? input : [input]
        if (items.length === 0 || items.length > MOST_AT_ONCE) return false
        const standingOf = (tripId: string) => references.trip(userId, tripId)
        // First of all: what is left to `accept` is judged there, and once is enough.
        if (items.some((item) => namesTrip(item) && standingOf(item.trip_id) === undefined)) return false
        const { add, judged, rejected } = judge(userId, source)
        for (const one of items) add(one)
        return take(userId, judged, rejected, standingOf, settled) === undefined
      }

      return SignalIntake.of({
        accept,
        acceptNow,
        record: (signals) =>
          Effect.suspend(() => {
            const at = now()
            return Effect.andThen(
              journal.commit(
                "trip",
                signals.map((signal) => ownSignalRecord(signal, at))
              ),
              Effect.sync(() => {
                for (const signal of signals) listener.durable(signal.user_id, [signal], at)
              })
            )
          })
      })
    })
  )
