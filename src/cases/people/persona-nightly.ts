/**
 * Every night, each persona that changed is worked out again from its whole history, and must agree with the one that
 * was learnt online. Where it does not (a crash between two writes, a catalog that describes a place anew), the actor is
 * given the derived one, unless it has learnt since. Travelers whose signals nobody learnt from are woken up to it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { UserId } from "../../domain/ids.ts"
import { isCold } from "../../domain/persona/persona.ts"
import { TRIPS_SOURCE } from "../../domain/persona/trips.ts"
import { distance, rederivation } from "../../domain/user/rederive.ts"
import { JobFailed, type JobHandler } from "../../services/jobs.ts"
import { type LessonCursor, PersonaHistory, type StoredPersona } from "../../services/persona-history.ts"
import { Personas } from "../../services/personas.ts"
import { ErasedSubjects } from "../../services/tokens.ts"

/** Two nights: one that did not happen is made up for. */
const LOOK_BACK_MS = 48 * 3_600_000

/** Most that any of the 128 numbers of a unit vector may differ before it is put right. */
export const TOLERANCE = 0.02

const PEOPLE = 100
/** A page is learnt from in about a millisecond, and then the event loop is given back. */
const LESSONS = 200

export const PERSONA_NIGHTLY = "rederive_personas"

export interface NightlyResult {
  readonly looked_at: number
  readonly agreed: number
  readonly corrected: number
  /** They learnt something while this was worked out: the next night looks again. */
  readonly moved_on: number
  /** Signals waited for somebody to learn from them. */
  readonly woken: number
  /** Claude has read them again, from what they have done by now. */
  readonly read: number
  /** Nothing tells where they began: imported, say. They stay as they are. */
  readonly without_base: number
}

/** Most people who are read again in a night: the budget for work that nobody waits for ends most nights earlier. */
const MOST_READINGS = 500

/** Readings that fail one after another before the night is given up: the budget is spent, or nobody can read. */
const VAIN_READINGS = 3

const LEARNT = new Set(["default", "signals", TRIPS_SOURCE])

/** Without an onboarding only what signals taught can be derived. */
const isDerivable = ({ base, dimensions }: StoredPersona): boolean =>
  base !== undefined || Object.values(dimensions).every(({ source }) => LEARNT.has(source))

export const rederive = Effect.fn("rederivePersona")(function* (stored: StoredPersona) {
  const history = yield* PersonaHistory
  const run = rederivation(stored.user_id, stored.base, stored.tripsEnded)
  let after: LessonCursor | undefined
  do {
    const lessons = yield* history.lessons({
      userId: stored.user_id,
      until: stored.learntUntil,
      after,
      limit: LESSONS
    })
    run.learn(lessons)
    const last = lessons.length === LESSONS ? lessons.at(-1) : undefined
    after = last && { at: last.at, id: last.signal.id }
  } while (after !== undefined)
  return run.persona()
})

export const rederiveAll = (onProgress: (done: number) => void = () => {}) =>
  Effect.gen(function* () {
    const history = yield* PersonaHistory
    const personas = yield* Personas
    const erased = yield* ErasedSubjects
    const since = (yield* Clock.currentTimeMillis) - LOOK_BACK_MS
    const result = { looked_at: 0, agreed: 0, corrected: 0, moved_on: 0, woken: 0, read: 0, without_base: 0 }
    let tried = 0
    let vain = 0
    let after: UserId | undefined
    do {
      const page = yield* history.changed({ since, after, limit: PEOPLE })
      for (const stored of page) {
        // Erased while this runs: nothing of them may be written again.
        if (erased.has(stored.user_id)) continue
        result.looked_at++
        if (stored.behind) {
          yield* personas.of(stored.user_id)
          result.woken++
        }
        if (!isDerivable(stored)) {
          result.without_base++
          continue
        }
        const derived = yield* rederive(stored)
        if (distance(derived, stored.dimensions) <= TOLERANCE) result.agreed++
        else {
          const taken = yield* personas.correct(stored.user_id, stored.learntUntil, derived.dimensions)
          result[taken ? "corrected" : "moved_on"]++
        }
        const more = stored.learntUntil > (stored.base?.learntUntil ?? 0)
        if (!more || isCold(derived) || tried === MOST_READINGS || vain === VAIN_READINGS) continue
        tried++
        const read = yield* personas.readAgain(stored.user_id)
        vain = read ? 0 : vain + 1
        if (read) result.read++
      }
      after = page.length === PEOPLE ? page.at(-1)!.user_id : undefined
      onProgress(result.looked_at)
    } while (after !== undefined)
    if (result.corrected > 0) {
      yield* Effect.logWarning(
        `${result.corrected} of ${result.looked_at} personas differed from their history and were put right.`
      )
    }
    return result satisfies NightlyResult
  })

export const handler = Effect.map(
  Effect.context<PersonaHistory | Personas | ErasedSubjects>(),
  (services): JobHandler => ({
    kind: PERSONA_NIGHTLY,
    run: (job) =>
      rederiveAll((done) => job.progress({ done })).pipe(
        Effect.mapError((error) => new JobFailed({ message: error.message, retry: true })),
        Effect.provideContext(services)
      )
  })
)
