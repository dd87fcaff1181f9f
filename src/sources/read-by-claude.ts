/**
 * Kept posts, read by Claude in batches where there is a key: answers that have come are taken in, then what waits is asked. Rules
 * have read each post before, so that nothing waits for it; what Claude's answer does not prove stays as the rules have read it.
 * A pass that is killed is simply done again: what was asked is written before it is sent.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import {
  believed,
  candidatesOf,
  INSTRUCTIONS,
  mostOutputTokens,
  PostAnswer,
  questionOf,
  readerName
} from "../domain/catalog/reading/by-claude.ts"
import { LOCAL_VOICE } from "../domain/catalog/reading/mention.ts"
import { startNamesIndex } from "../domain/catalog/reading/names-index.ts"
import { CatalogStore, type ReadPost } from "../services/catalog-store.ts"
import { type AskedPost, ClaudeReadings, type OpenBatch } from "../services/claude-readings.ts"
import { CostGuard } from "../services/cost-guard.ts"
import { type BatchAnswer, LlmBatches, type QuestionBatch } from "../services/llm-batches.ts"
import { VectorIndex } from "../services/vector-index.ts"
import { newId } from "../support/new-id.ts"
import { inSlices } from "../support/slices.ts"
import { indexPoints } from "./seed-city.ts"

/** Between our clock and the provider's. */
const CLOCKS_APART_MS = 10 * 60_000
/** Cities that are asked about in one pass. */
const MOST_CITIES = 20

const outcomes = Metric.counter("posts_read_by_claude", {
  description: "Posts that Claude has read, and answers that were not believed",
  incremental: true
})

export interface ClaudePass {
  readonly asked: number
  readonly read: number
  /** Answers of which nothing was believed: what rules have read stands. */
  readonly unusable: number
  /** The provider failed or ran out of time; asked once more later. */
  readonly again: number
  /** Batches that are not answered yet. */
  readonly open: number
  /** Why no more was asked, where something held it up. */
  readonly held_up: string | null
}

/** Our batch's id begins the id of each of its questions, by which a batch is known again. */
const questionId = (batchId: string, number: number) => `${batchId.replaceAll("-", "")}_${number}`
const numberOf = (batchId: string, id: string): number | undefined => {
  const prefix = questionId(batchId, 0).slice(0, -1)
  return id.startsWith(prefix) ? Number(id.slice(prefix.length)) : undefined
}

/** What the answers of a batch come to: posts as they are read now, and those that are not. */
const judge = Effect.fnUntraced(function* (batch: OpenBatch, answers: ReadonlyArray<BatchAnswer>) {
  const readings = yield* ClaudeReadings
  const store = yield* CatalogStore
  const places = new Set((yield* store.known(batch.cityId)).map(({ id }) => id))
  const byNumber = new Map(answers.map((answer) => [numberOf(batch.id, answer.id), answer]))
  const read: Array<ReadPost> = []
  const again: Array<string> = []
  const unusable: Array<string> = []
  for (const { asked, post } of yield* readings.posts(batch.id)) {
    const answer = byNumber.get(asked.number)
    if (answer === undefined || answer.kind === "again") again.push(post.id)
    else if (answer.kind === "unusable") unusable.push(post.id)
    else {
      const heard = believed(answer.text, post.raw_text, asked.places, post.local_score)
      if (Result.isFailure(heard)) unusable.push(post.id)
      else {
        const { found: _, ...row } = post
        const { local_score, mentions } = heard.success
        read.push({
          ...row,
          local_score,
          tourist_flag: local_score < LOCAL_VOICE,
          extractor: batch.reader,
          // A place may have gone since it was asked about.
          mentions: mentions.filter((one) => places.has(one.activity_node_id))
        })
      }
    }
  }
  return { read, again, unusable }
})

const usageOf = (answers: ReadonlyArray<BatchAnswer>) =>
  answers.reduce(
    (sum, one) =>
      one.kind === "again"
        ? sum
        : {
            inputTokens: sum.inputTokens + one.usage.inputTokens,
            outputTokens: sum.outputTokens + one.usage.outputTokens,
            cachedTokens: sum.cachedTokens + one.usage.cachedTokens,
            cacheWriteTokens: sum.cacheWriteTokens + (one.usage.cacheWriteTokens ?? 0)
          },
    { inputTokens: 0, outputTokens: 0, cachedTokens: 0, cacheWriteTokens: 0 }
  )

/** Takes in the answers of a batch that has ended: first the readings, then the end, so that a kill between them repeats it. */
const takeIn = Effect.fnUntraced(function* (batch: OpenBatch, providerId: string) {
  const readings = yield* ClaudeReadings
  const store = yield* CatalogStore
  const index = yield* VectorIndex
  const guard = yield* CostGuard
  const answers = yield* (yield* LlmBatches).answers(providerId)
  const { read, again, unusable } = yield* judge(batch, answers)
  if (read.length > 0) {
    const saved = yield* store.savePosts(batch.cityId, read)
    if (saved.embedded.length > 0) yield* index.upsert("vibe_embedding", indexPoints(batch.slug, saved.embedded))
    yield* store.close(batch.cityId)
  }
  const now = yield* Clock.currentTimeMillis
  yield* guard.settle(batch.reservation, {
    usage: usageOf(answers),
    outcome: "ok",
    latencyMs: Math.max(0, now - batch.createdAt)
  })
  yield* readings.end(batch.id, "read", { again, unusable })
  yield* Metric.update(Metric.withAttributes(outcomes, { outcome: "read" }), read.length)
  yield* Metric.update(Metric.withAttributes(outcomes, { outcome: "unusable" }), unusable.length)
  return { read: read.length, again: again.length, unusable: unusable.length }
})

const NOT_ASKED = { usage: usageOf([]), outcome: "error" as const, latencyMs: 0 }
const NOTHING_LEFT = { again: [], unusable: [] }

/** A batch of which it is not known whether it arrived: looked for among the provider's, by the ids of its questions. */
const findAgain = Effect.fnUntraced(function* (batch: OpenBatch) {
  const readings = yield* ClaudeReadings
  const batches = yield* LlmBatches
  const newest = (yield* batches.newest).filter(({ createdAt }) => createdAt >= batch.createdAt - CLOCKS_APART_MS)
  const ours = yield* readings.ours(newest.map(({ providerId }) => providerId))
  const strangers = newest.filter(({ providerId }) => !ours.has(providerId))
  for (const { providerId, ended } of strangers) {
    // What it asks shows only in its answers.
    if (!ended) return "waiting" as const
    const [first] = yield* batches.answers(providerId)
    if (first === undefined || numberOf(batch.id, first.id) === undefined) continue
    yield* readings.sent(batch.id, providerId)
    return providerId
  }
  return "never_sent" as const
})

const takeInAll = Effect.gen(function* () {
  const readings = yield* ClaudeReadings
  const batches = yield* LlmBatches
  const guard = yield* CostGuard
  const total = { read: 0, again: 0, unusable: 0, open: 0 }
  for (const batch of yield* readings.open) {
    const found = batch.providerId ?? (yield* findAgain(batch))
    if (found === "waiting") {
      total.open++
      continue
    }
    if (found === "never_sent") {
      yield* guard.settle(batch.reservation, NOT_ASKED)
      yield* readings.end(batch.id, "never_sent", NOTHING_LEFT)
      continue
    }
    const state = yield* batches.look(found)
    if (state === undefined) {
      // Nobody knows what it cost: the reservation stands.
      yield* guard.settle(batch.reservation, { outcome: "abandoned", latencyMs: 0 })
      const left = (yield* readings.posts(batch.id)).map(({ post }) => post.id)
      yield* readings.end(batch.id, "gone", { again: left, unusable: [] })
    } else if (state.ended) {
      const taken = yield* takeIn(batch, found)
      total.read += taken.read
      total.again += taken.again
      total.unusable += taken.unusable
    } else total.open++
  }
  return total
})

/** Asks about the posts of one city; gives how many, or `undefined` where none waits. */
const askOne = Effect.fnUntraced(function* (reader: string, most: number) {
  const readings = yield* ClaudeReadings
  const batches = yield* LlmBatches
  const store = yield* CatalogStore
  const guard = yield* CostGuard
  const unread = yield* readings.unread(reader, most)
  if (unread === undefined) return undefined
  const known = yield* store.known(unread.cityId)
  const byId = new Map(known.map((place) => [place.id, place]))
  const names = startNamesIndex(known, (yield* store.city(unread.slug))?.name)
  yield* inSlices(names.places, names.step)
  const index = names.result()
  const id = newId(yield* Clock.currentTimeMillis)
  const asked: Array<AskedPost> = []
  const silent: Array<string> = []
  const questions: Array<QuestionBatch["questions"][number]> = []
  for (const { id: postId, raw_text, found } of unread.posts) {
    const candidates = candidatesOf(index, byId, raw_text, found)
    if (candidates.length === 0) silent.push(postId)
    else {
      const number = asked.length + 1
      asked.push({ number, postId, places: candidates.map((place) => place.id) })
      const numbered = candidates.map((place) => ({ ...place, category: byId.get(place.id)!.category }))
      questions.push({
        id: questionId(id, number),
        data: questionOf(raw_text, numbered),
        maxOutputTokens: mostOutputTokens(candidates.length)
      })
    }
    yield* Effect.yieldNow
  }
  if (silent.length > 0) yield* readings.passOver(reader, silent)
  if (asked.length === 0) return 0
  const batch: QuestionBatch = { instructions: INSTRUCTIONS, answer: PostAnswer, questions }
  const reservation = yield* guard.reserve({
    model: batches.ledgerModel,
    purpose: "read",
    mostMicros: yield* batches.mostMicros(batch),
    background: true
  })
  const claimed = yield* readings.begin({ id, cityId: unread.cityId, reader, reservation }, asked)
  const mine = questions.filter((_, n) => claimed.has(asked[n]!.postId))
  if (mine.length === 0) {
    yield* guard.settle(reservation, NOT_ASKED)
    yield* readings.end(id, "never_sent", NOTHING_LEFT)
    return 0
  }
  // A question that fails may have arrived all the same: the next pass looks for it.
  yield* readings.sent(id, yield* batches.send({ ...batch, questions: mine }))
  return mine.length
})

/** One pass: what has come, then what waits. `most` is the size of a batch. */
export const readByClaude = Effect.fn("readByClaude")(function* (most: number) {
  const batches = yield* LlmBatches
  const reader = readerName(batches.model)
  const taken = yield* takeInAll
  let asked = 0
  let sent = 0
  let held_up: string | null = null
  for (let city = 0; city < MOST_CITIES; city++) {
    const one = yield* Effect.result(askOne(reader, most))
    if (Result.isFailure(one)) {
      // A database that is away is a failed job; a spent budget or a provider that is away only holds it up.
      if (one.failure._tag === "CatalogStoreError") return yield* one.failure
      held_up = one.failure.message
      break
    }
    if (one.success === undefined) break
    asked += one.success
    if (one.success > 0) sent++
  }
  const pass: ClaudePass = { asked, ...taken, open: taken.open + sent, held_up }
  if (asked + taken.read + taken.unusable + taken.again > 0)
    yield* Effect.logInfo(
      `Claude was asked about ${asked} posts and has read ${taken.read}; of ${taken.unusable} answers nothing was believed, ${taken.again} are asked again.`
    )
  if (held_up !== null) yield* Effect.logWarning(`Claude is not asked about more posts for now: ${held_up}`)
  return pass
})
