/** Travelers in this process: `Personas` for everybody, `MemberPersonas` for trips, and the ear for durable signals. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import type { ActorError } from "../../domain/actor-errors.ts"
import type { UserId } from "../../domain/ids.ts"
import { isCold } from "../../domain/persona/persona.ts"
import type { ReadSignal } from "../../domain/persona/reading.ts"
import type { Lesson, Revision, UserCommand, UserReply } from "../../domain/user/commands.ts"
import { Catalog } from "../../services/catalog.ts"
import { Journal } from "../../services/journal.ts"
import { type EncodedPersona, PersonaEncoder, type PersonaToEncode } from "../../services/persona-encoder.ts"
import { type PersonaExplained, Personas, PersonasUnavailable } from "../../services/personas.ts"
import { ProvenSignals } from "../../services/proven-signals.ts"
import { SignalListener } from "../../services/signal-listener.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { TripEndings } from "../../services/trip-endings.ts"
import { MemberPersonas } from "../../services/trip-helpers.ts"
import { UserStorage } from "../../services/user-storage.ts"
import { Machine } from "../../support/machine.ts"
import { Pending } from "../engine/cell.ts"
import type { Limits } from "../engine/kind.ts"
import { make } from "../engine/make.ts"
import { userKind } from "./kind.ts"
import { TasteNews } from "./taste-news.ts"
import { WaitingLessons } from "./waiting-lessons.ts"

/** Members of a trip that are woken up at the same time. */
const CONCURRENCY = 8

/** Onboardings that are read at the same time. */
const READINGS = 4

/** Beyond this many that wait to be read, an onboarding stays with what its tags say by rule. */
const MAX_WAITING = 1_000

const unavailable = (error: ActorError) =>
  new PersonasUnavailable({ message: error.message, retryAfterMillis: error._tag === "MailboxFull" ? 100 : 1_000 })

const explained = ({ persona, recent }: UserReply): PersonaExplained => ({ persona, recent: recent.toReversed() })

/** The place that a signal is about, as far as learning cares. */
const lessonsPlace =
  (placeOf: Catalog["Service"]["place"]) =>
  (nodeId: string): Lesson["node"] => {
    const found = placeOf(nodeId)
    if (found === undefined) return undefined
    const { category, price_tier, vibe_embedding } = found.node
    return { id: nodeId, category, price_tier, vibe: vibe_embedding, city: found.city.id }
  }

/** The engine of this process's travelers. */
const makeTravelers = Effect.fnUntraced(function* (limits: Partial<Limits>) {
  const clock = yield* Clock.Clock
  const storage = yield* UserStorage
  const journal = yield* Journal
  const nodeOf = lessonsPlace((yield* Catalog).place)
  const listeners = new Set<(user: UserId) => void>()
  const tell = (user: string) => {
    for (const listener of listeners) listener(user as UserId)
  }
  const news = new TasteNews(tell, yield* Machine)
  yield* Effect.addFinalizer(() => Effect.sync(() => news.stop()))
  const kind = userKind({
    journal,
    storage,
    nodeOf,
    changed: (user, learnt) => (learnt ? news.moved(user) : news.changed(user)),
    now: () => clock.currentTimeMillisUnsafe()
  })
  const engine = yield* make(kind, limits)
  const stopLosses = journal.onLost((key) => (key === undefined ? engine.interruptAll : undefined))
  yield* Effect.addFinalizer(() => Effect.sync(stopLosses))
  return { engine, listeners, nodeOf, storage }
})

type Travelers = Effect.Success<ReturnType<typeof makeTravelers>>

/** What signals teach: at once where a traveler is in memory and a turn is free, and whoever is not learns when they wake up. */
const teaching = Effect.fnUntraced(function* (
  { engine, nodeOf }: Travelers,
  warmed: (userId: UserId, coldBefore: boolean) => (outcome: UserReply | ActorError) => void
) {
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const teach = (userId: string, received: () => ReadonlyArray<Pick<Lesson, "signal" | "at">>): void => {
    const before = engine.peek(userId)?.persona
    if (engine.residency.get(userId) === undefined) return
    // In the order of the database, which knows one instant for all that came together.
    const inOrder = received().toSorted((a, b) => a.at - b.at || (a.signal.id < b.signal.id ? -1 : 1))
    const lessons = inOrder.map(
      ({ at, signal }): Lesson => ({
        signal,
        node: signal.activity_node_id === null ? undefined : nodeOf(signal.activity_node_id),
        at
      })
    )
    const outcome = engine.askSync(userId, { _tag: "observe", lessons })
    const look = warmed(userId as UserId, before !== undefined && isCold(before))
    if (outcome instanceof Pending) outcome.onSettled(look)
    else look(outcome)
  }
  const untaught = (cause: unknown) =>
    void fork(Effect.logError("What a traveler's signals teach could not be taken up.", cause))
  const lessons = new WaitingLessons((userId, received) => teach(userId, () => received), untaught, yield* Machine)
  yield* Effect.addFinalizer(() => Effect.sync(() => lessons.all()))

  const proven = yield* ProvenSignals
  const stopProving = proven.onProven((signals) => {
    for (const [userId, theirs] of Map.groupBy(signals, ({ user_id }) => user_id)) {
      lessons.of(userId)
      try {
        teach(userId, () =>
          theirs.map(({ read }) => {
            const { received_at, signal } = read()
            return { signal, at: received_at }
          })
        )
      } catch (cause) {
        untaught(cause)
      }
    }
  })
  yield* Effect.addFinalizer(() => Effect.sync(stopProving))
  return lessons
})

/** How travelers are asked and put right. `caughtUp` has what waits to be learnt learnt first. */
const asking = ({ engine }: Travelers, erased: ErasedSubjects["Service"], caughtUp: (userId: UserId) => void) => {
  /** Whoever was told that a signal is taken finds it learnt. */
  const ask = (userId: UserId, command: UserCommand) =>
    Effect.suspend(() => {
      caughtUp(userId)
      return engine.ask(userId, command)
    })
  const read = (userId: UserId) => ask(userId, { _tag: "read" })
  const revise = (userId: UserId, learntUntil: number, revision: Revision) =>
    erased.has(userId) ? read(userId) : ask(userId, { _tag: "revise", learntUntil, revision })
  return { ask, read, revise }
}

type Asking = ReturnType<typeof asking>

/** Counts the trips that came to their end for those who travelled. */
const countEndings = Effect.fnUntraced(function* (
  { storage }: Travelers,
  { ask }: Asking,
  erased: ErasedSubjects["Service"]
) {
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const counted = Effect.fnUntraced(
    function* (tripIds: ReadonlyArray<string>) {
      const travellers = yield* storage.travellers(tripIds)
      yield* Effect.forEach(
        travellers,
        ({ user_id, ended }) =>
          erased.has(user_id) ? Effect.void : ask(user_id as UserId, { _tag: "travelled", ended }),
        { concurrency: CONCURRENCY, discard: true }
      )
    },
    Effect.catch((error) => Effect.logDebug(`Trips are counted at night: ${error.message}`))
  )
  const endings = yield* TripEndings
  const stopCounting = endings.onEnded((tripIds) => void fork(counted(tripIds)))
  yield* Effect.addFinalizer(() => Effect.sync(stopCounting))
})

type Encode = (input: PersonaToEncode) => Effect.Effect<EncodedPersona | undefined>

/** Readings of travelers by whoever encodes them: a few at a time, and nobody waits for one. */
const makeReadings = Effect.fnUntraced(function* (engine: Travelers["engine"], revise: Asking["revise"]) {
  const reading = yield* Semaphore.make(READINGS)
  let waiting = 0

  /** Gives whether what was read counts: not where somebody learnt or said something meanwhile. */
  const takeIn = Effect.fnUntraced(function* (
    userId: UserId,
    { learntUntil, persona, recent }: UserReply,
    encode: Encode
  ) {
    const { dimensions, sequence, signal_count: signalCount } = persona
    const signals = recent.map(
      ({ changes, signal_type }): ReadSignal => ({
        signal_type,
        tags: changes.flatMap((change) => ("tag" in change ? [change.tag] : []))
      })
    )
    const read = yield* encode({ userId, dimensions, sequence, signalCount, signals })
    if (read === undefined) return false
    // Onboarded anew meanwhile, or taught by a signal: then this reading is of somebody who is no more.
    const now = engine.peek(userId)?.persona.vector
    if (now?.some((x, i) => x !== persona.vector[i])) return false
    const { dimensions: as, text, text_embedding: embedding } = read
    const words = { text, ...(embedding === undefined ? {} : { embedding: Array.from(embedding) }) }
    return (yield* revise(userId, learntUntil, { dimensions: as, words })).learntUntil === learntUntil
  })

  /** A reading comes later than what it is of: nobody waits for it. */
  const readIn = (userId: UserId, reply: UserReply, encode: Encode) => {
    if (waiting >= MAX_WAITING) return Effect.void
    waiting++
    return reading
      .withPermits(1)(takeIn(userId, reply, encode))
      .pipe(
        Effect.catch((error) => Effect.logDebug(`A traveler was not read: ${error.message}`)),
        Effect.ensuring(Effect.sync(() => void waiting--))
      )
  }
  return { readIn, takeIn }
})

const membersOf = ({ listeners }: Travelers, personas: Personas["Service"]) =>
  MemberPersonas.of({
    of: (users) =>
      Effect.map(
        Effect.forEach(users, (user) => Effect.option(personas.of(user)), { concurrency: CONCURRENCY }),
        (found) => found.flatMap((one) => (one._tag === "Some" ? [one.value] : []))
      ),
    resident: (users) => users.flatMap((user) => personas.resident(user) ?? []),
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  })

export const layer = (limits: Partial<Limits> = {}) =>
  Layer.effectContext(
    Effect.gen(function* () {
      const encoder = yield* PersonaEncoder
      const erased = yield* ErasedSubjects
      const scope = yield* Effect.scope
      const travelers = yield* makeTravelers(limits)
      const { engine } = travelers
      const fork = Effect.runForkWith(yield* Effect.context<never>())
      const asks = asking(travelers, erased, (userId) => lessons.of(userId))
      const { ask, read, revise } = asks
      const { readIn, takeIn } = yield* makeReadings(engine, revise)
      // Who turns warm has said more than at the start: what was read then is read again.
      const lessons: WaitingLessons = yield* teaching(travelers, (userId, coldBefore) => (outcome) => {
        if (!coldBefore || "_tag" in outcome || isCold(outcome.persona)) return
        fork(Effect.forkIn(readIn(userId, outcome, encoder.readAgain), scope))
      })
      yield* countEndings(travelers, asks, erased)

      const personas = Personas.of({
        of: (userId) => Effect.mapBoth(read(userId), { onSuccess: (reply) => reply.persona, onFailure: unavailable }),
        resident: (userId) => engine.peek(userId)?.persona,
        explain: (userId) => Effect.mapBoth(read(userId), { onSuccess: explained, onFailure: unavailable }),
        forget: (userId) => Effect.asVoid(engine.interrupt(userId)),
        correct: (userId, learntUntil, dimensions) =>
          Effect.mapBoth(revise(userId, learntUntil, { dimensions }), {
            onSuccess: (reply) => reply.learntUntil === learntUntil,
            onFailure: unavailable
          }),
        readAgain: (userId) =>
          Effect.flatMap(read(userId), (reply) => takeIn(userId, reply, encoder.readAgain)).pipe(
            Effect.mapError(unavailable)
          ),
        onboard: (userId, onboarding) =>
          ask(userId, { _tag: "onboard", onboarding }).pipe(
            Effect.tap((reply) => Effect.forkIn(readIn(userId, reply, encoder.encode), scope)),
            Effect.mapBoth({ onSuccess: explained, onFailure: unavailable })
          )
      })
      return Context.make(Personas, personas).pipe(
        Context.add(MemberPersonas, membersOf(travelers, personas)),
        Context.add(SignalListener, {
          durable: (userId, signals, receivedAt) => lessons.add(userId, signals, receivedAt)
        })
      )
    })
  )
