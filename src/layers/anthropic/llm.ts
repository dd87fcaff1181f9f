/**
 * Claude through its SDK. The SDK does one exchange at a time; deadlines, retries, the circuit breaker, the bound on
 * calls at once and the cost guard are ours, so that each of them counts what really happened.
 */
import type Anthropic from "@anthropic-ai/sdk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { isPossible, mostMicros } from "../../domain/money.ts"
import { CostGuard, type Settlement } from "../../services/cost-guard.ts"
import { Llm, type LlmQuestion, LlmUnavailable } from "../../services/llm.ts"
import { Machine } from "../../support/machine.ts"
import { converse, newExchange, usageOf } from "./exchange.ts"
import { type Failure, failureOf } from "./failures.ts"
import { fence, systemPrompt } from "./prompt.ts"
import { type AnthropicAccess, loadSdk, makeSchemas } from "./sdk.ts"

export interface AnthropicOptions extends AnthropicAccess {
  readonly models: { readonly haiku: string; readonly sonnet: string }
  readonly maxConcurrent: number
}

/** Less time than this is not worth the money: nothing comes back in it. */
const LEAST_MS = 250
/** An exchange ends itself this long before its asker leaves, so that the ledger says why it ended. */
const SETTLING_MS = 20
const MAX_ATTEMPTS = 3
const FIRST_PAUSE_MS = 200
/** Failures in a row after which nobody is sent there for a while. */
const TRIPS_AFTER = 5
const STAYS_OPEN = "15 seconds"
const CIRCUIT = "anthropic"
/** A question that was given less time than this and ran out of it says nothing about the provider's health. */
const FAIR_MS = 1_000
/** How long a stopping process waits for costs to be written; what is left stays reserved. */
const LAST_SETTLEMENTS = "2 seconds"

const unavailable = (reason: LlmUnavailable["reason"], message: string, cause?: unknown) =>
  new LlmUnavailable({ reason, message, ...(cause === undefined ? {} : { cause }) })

const tooLate = () => unavailable("timeout", "There is not enough time left to ask Claude.")

interface Allowed {
  readonly promptBytes: number
  readonly maxOutputTokens: number
}
type Exchange = ReturnType<typeof newExchange>
type Body = Omit<Anthropic.MessageCreateParamsStreaming, "stream">

const bodyOf = <A>(question: LlmQuestion<A>, model: string, schema: Record<string, unknown>): Body => ({
  model,
  max_tokens: question.maxOutputTokens,
  system: systemPrompt(question.instructions),
  messages: [{ role: "user", content: fence(question.data) }],
  output_config: { format: { type: "json_schema", schema } }
})

const settlementOf = (
  seen: Exchange,
  allowed: Allowed,
  exit: Exit.Exit<string, Failure>,
  latencyMs: number
): Settlement => {
  const failure = Exit.findErrorOption(exit)
  const refusedBeforeWork =
    failure._tag === "Some" && failure.value.error.reason === "unavailable" && seen.inputTokens === 0
  return {
    latencyMs,
    outcome: Exit.isSuccess(exit)
      ? "ok"
      : failure._tag === "None"
        ? "abandoned"
        : failure.value.error.reason === "timeout"
          ? "timeout"
          : failure.value.error.reason === "refused"
            ? "refused"
            : "error",
    // An answer with an error status is not charged for; one that broke off may be, and nobody knows how much.
    ...((seen.complete && isPossible(usageOf(seen), allowed)) || refusedBeforeWork ? { usage: usageOf(seen) } : {})
  }
}

const reserved = <A>(guard: CostGuard["Service"], question: LlmQuestion<A>, model: string, allowed: Allowed) =>
  guard
    .reserve({
      model,
      purpose: question.purpose,
      mostMicros: mostMicros(model, allowed),
      ...(question.userId === undefined ? {} : { userId: question.userId }),
      ...(question.tripId === undefined ? {} : { tripId: question.tripId }),
      ...(question.background === true ? { background: true } : {})
    })
    .pipe(
      Effect.mapError(
        (error): Failure => ({
          error: unavailable(error._tag === "BudgetSpent" ? "budget" : "unavailable", error.message, error),
          retry: false
        })
      )
    )

/** What was said, or why it is no answer. */
const textOf = (seen: Exchange): Effect.Effect<string, Failure> =>
  seen.stopReason === "refusal"
    ? Effect.fail<Failure>({
        error: unavailable("refused", "Claude declined to answer this question."),
        retry: false
      })
    : seen.stopReason === "end_turn" || seen.stopReason === "stop_sequence"
      ? Effect.succeed(seen.text)
      : Effect.fail<Failure>({
          error: unavailable("malformed", `Claude's answer ended early (${seen.stopReason ?? "no reason"}).`),
          retry: false
        })

/** What an exchange says about the provider's health. */
const classified = (exit: Exit.Exit<string, Failure>, left: number) => {
  const failure = Exit.findErrorOption(exit)
  if (failure._tag === "None") return Exit.isSuccess(exit) ? CircuitBreaker.success : CircuitBreaker.ignored
  const { error, retryAfterMs } = failure.value
  if (error.reason === "refused" || error.reason === "malformed") return CircuitBreaker.success
  if (error.reason === "budget" || (error.reason === "timeout" && left < FAIR_MS)) return CircuitBreaker.ignored
  return CircuitBreaker.failure(retryAfterMs === undefined ? undefined : { retryAfter: retryAfterMs })
}

const decode = <A>(question: LlmQuestion<A>, text: string): Effect.Effect<A, LlmUnavailable> =>
  Effect.try({
    try: () => JSON.parse(text) as unknown,
    catch: (cause) => unavailable("malformed", "Claude's answer is not JSON.", cause)
  }).pipe(
    Effect.flatMap((json) =>
      Schema.decodeUnknownEffect(question.answer)(json).pipe(
        Effect.mapError((cause) =>
          unavailable("malformed", "Claude's answer does not have the shape asked for.", cause)
        )
      )
    )
  )

const namesSomebody = <A>(question: LlmQuestion<A>): boolean =>
  [question.userId, question.tripId].some(
    (id) => id !== undefined && (question.data.includes(id) || question.instructions.includes(id))
  )

type Asked = <A>(question: LlmQuestion<A>, left: number) => Effect.Effect<string, Failure>

/** Leaves a provider alone that has failed several times in a row. */
const guardedBy =
  (breaker: CircuitBreaker.CircuitBreaker, exchange: Asked): Asked =>
  (question, left) =>
    breaker
      .execute(exchange(question, left), {
        key: CIRCUIT,
        classify: (exit) => classified(exit, left)
      })
      .pipe(
        Effect.mapError(
          (error): Failure =>
            "retry" in error
              ? error
              : {
                  error: unavailable(
                    "unavailable",
                    "Claude has failed several times in a row and is left alone for a while."
                  ),
                  retry: false
                }
        )
      )

/** Asks again where that may help, for as long as there is time. */
const retrying =
  (guarded: Asked) =>
  <A>(question: LlmQuestion<A>): Effect.Effect<string, LlmUnavailable> =>
    Effect.gen(function* () {
      for (let attempt = 1; ; attempt++) {
        const left = question.deadline - (yield* Clock.currentTimeMillis)
        const result = yield* Effect.result(guarded(question, left))
        if (result._tag === "Success") return result.success
        const { error, retry, retryAfterMs } = result.failure
        if (!retry || attempt === MAX_ATTEMPTS) return yield* error
        const jitter = 0.5 + (yield* Random.next)
        const pause = Math.max(retryAfterMs ?? 0, FIRST_PAUSE_MS * 2 ** (attempt - 1) * jitter)
        const now = yield* Clock.currentTimeMillis
        if (now + pause + LEAST_MS > question.deadline) return yield* error
        yield* Effect.sleep(pause)
      }
    })

const make = (options: AnthropicOptions) =>
  Effect.gen(function* () {
    const guard = yield* CostGuard
    const { elapsed } = yield* Machine
    const breaker = yield* CircuitBreaker.make({
      tripPolicy: CircuitBreaker.consecutive(TRIPS_AFTER),
      openDuration: STAYS_OPEN
    })
    const calls = yield* Semaphore.make(options.maxConcurrent)
    const settlements = yield* FiberSet.make<void>()
    yield* Effect.addFinalizer(() => Effect.ignore(Effect.timeout(FiberSet.awaitEmpty(settlements), LAST_SETTLEMENTS)))

    const sdk = yield* Effect.cached(loadSdk(options))
    const schemaOf = makeSchemas()

    /** One paid exchange: reserved, made, settled. */
    const exchange = <A>(question: LlmQuestion<A>): Effect.Effect<string, Failure> =>
      Effect.gen(function* () {
        const { sdk: module, client, transformJSONSchema } = yield* sdk
        const now = yield* Clock.currentTimeMillis
        const started = elapsed()
        const left = Math.min(question.deadline - now - SETTLING_MS, options.timeoutMs)
        if (left < LEAST_MS) return yield* Effect.fail<Failure>({ error: tooLate(), retry: false })
        const model = options.models[question.model]
        const body = bodyOf(question, model, schemaOf(question.answer as unknown as Schema.Top, transformJSONSchema))
        const allowed: Allowed = {
          promptBytes: Buffer.byteLength(JSON.stringify(body)),
          maxOutputTokens: question.maxOutputTokens
        }
        const seen = newExchange()
        return yield* Effect.acquireUseRelease(
          reserved(guard, question, model, allowed),
          () =>
            Effect.tryPromise({
              try: (signal) => converse(client, body, seen, signal),
              catch: (cause): Failure => failureOf(module, cause, now)
            }).pipe(
              Effect.timeoutOrElse({
                duration: left,
                orElse: () =>
                  Effect.fail<Failure>({
                    error: unavailable("timeout", `Claude did not answer within ${left} ms.`),
                    retry: false
                  })
              }),
              Effect.flatMap(() => textOf(seen))
            ),
          (reservation, exit) =>
            Effect.gen(function* () {
              if (seen.complete && !isPossible(usageOf(seen), allowed)) {
                yield* Effect.logWarning(
                  "The provider of Claude counted more tokens than the question and its answer can have, so the call is booked at the most that it can cost. Look at the provider's own bill."
                )
              }
              // Beside the path: a ledger that is down must not hold up a trip that has its answer.
              const settlement = settlementOf(seen, allowed, exit, elapsed() - started)
              yield* FiberSet.run(settlements, guard.settle(reservation, settlement))
            })
        )
      })

    const withRetries = retrying(guardedBy(breaker, exchange))

    const ask = <A>(question: LlmQuestion<A>): Effect.Effect<A, LlmUnavailable> =>
      Effect.gen(function* () {
        if (namesSomebody(question)) {
          return yield* Effect.die(new Error("A question to Claude carries the id of a person or a trip."))
        }
        const wait = question.deadline - (yield* Clock.currentTimeMillis)
        if (wait < LEAST_MS) return yield* tooLate()
        const text = yield* calls
          .withPermits(1)(withRetries(question))
          .pipe(Effect.timeoutOrElse({ duration: wait, orElse: () => Effect.fail(tooLate()) }))
        return yield* decode(question, text)
      })

    const state = breaker.state(CIRCUIT).pipe(
      Effect.map((circuit) => (circuit._tag === "Open" ? ("left_alone" as const) : ("answering" as const))),
      Effect.catchCause(() => Effect.succeed("answering" as const))
    )

    return Llm.of({ configured: true, models: options.models, state, ask })
  })

export const layer = (options: AnthropicOptions): Layer.Layer<Llm, never, CostGuard> =>
  Layer.effect(Llm, make(options)).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))
