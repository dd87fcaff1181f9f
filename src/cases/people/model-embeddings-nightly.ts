/**
 * Every night, after the personas, warm travelers get their taste in the words of the model in production, from all that they
 * accepted and passed: while they travel, only their newest choices are in memory. Cold ones get none, and a model that was
 * taken back leaves nothing that counts.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { UserId } from "../../domain/ids.ts"
import type { SequenceItem } from "../../domain/persona/persona.ts"
import { modelVersion } from "../../domain/ranking.ts"
import { sequenceOf } from "../../domain/user/state.ts"
import { JobFailed, type JobHandler } from "../../services/jobs.ts"
import { type ModelEmbedding, ModelEmbeddings } from "../../services/model-embeddings.ts"
import { type LessonCursor, PersonaHistory } from "../../services/persona-history.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { TrainedRankers } from "../../services/trained-rankers.ts"
import { breathe } from "../../support/slices.ts"

export const EMBED_TRAVELERS = "embed_travelers"

const PEOPLE = 100
const LESSONS = 500
/** Of one person the newest choices: who judged more is known by these. */
const MOST_CHOICES = 1_000
/** Most people of one night; the others have the next one. */
const MOST_PEOPLE = 50_000

const embedAll = (onProgress: (done: number) => void = () => {}) =>
  Effect.gen(function* () {
    const embeddings = yield* ModelEmbeddings
    const history = yield* PersonaHistory
    const erased = yield* ErasedSubjects
    const trained = yield* TrainedRankers
    yield* trained.refresh
    const encoder = trained.encoder()
    if (encoder === undefined) return { encoder_version: null, embedded: 0 }
    const encoderVersion = modelVersion(encoder.model)
    const choicesOf = Effect.fnUntraced(function* (userId: UserId, until: number) {
      let choices: ReadonlyArray<SequenceItem> = []
      let after: LessonCursor | undefined
      do {
        const lessons = yield* history.lessons({ userId, until, after, limit: LESSONS })
        choices = [...choices, ...sequenceOf(lessons)].slice(-MOST_CHOICES)
        const last = lessons.length === LESSONS ? lessons.at(-1) : undefined
        after = last && { at: last.at, id: last.signal.id }
      } while (after !== undefined)
      return choices
    })
    let embedded = 0
    let after: UserId | undefined
    do {
      const now = yield* Clock.currentTimeMillis
      const page = yield* embeddings.outdated({ encoderVersion, after, limit: PEOPLE })
      const made: Array<ModelEmbedding> = []
      for (const userId of page) {
        if (erased.has(userId)) continue
        const choices = yield* choicesOf(userId, now)
        const vibes = yield* embeddings.vibes([...new Set(choices.map(({ node_id }) => node_id))])
        yield* breathe
        made.push({ user_id: userId, embedding: encoder.embed(userId, choices, (place) => vibes.get(place)) })
      }
      if (made.length > 0) yield* embeddings.keep(encoderVersion, made, now)
      embedded += made.length
      onProgress(embedded)
      after = page.length === PEOPLE ? page.at(-1)! : undefined
    } while (after !== undefined && embedded < MOST_PEOPLE)
    return { encoder_version: encoderVersion, embedded }
  })

export const handler = Effect.map(
  Effect.context<ModelEmbeddings | PersonaHistory | ErasedSubjects | TrainedRankers>(),
  (services): JobHandler => ({
    kind: EMBED_TRAVELERS,
    run: (job) =>
      embedAll((done) => job.progress({ done })).pipe(
        Effect.mapError(({ message }) => new JobFailed({ message, retry: true })),
        Effect.provideContext(services)
      )
  })
)
