/** Tastes, signals, consent. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Response from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Stream from "effect/Stream"
import type { UserId } from "../../domain/ids.ts"
import { personaFromOnboarding } from "../../domain/persona/onboarding.ts"
import { modelVersion } from "../../domain/ranking.ts"
import { nodeView } from "../../domain/view/node.ts"
import { personaView } from "../../domain/view/persona.ts"
import { Catalog } from "../../services/catalog.ts"
import { Companions } from "../../services/companions.ts"
import { Discovery, SLATE_SIZE } from "../../services/discovery.ts"
import { Erasure } from "../../services/erasure.ts"
import { ModelInForce } from "../../services/model-in-force.ts"
import { type PersonaExplained, Personas } from "../../services/personas.ts"
import { SignalIntake } from "../../services/signal-intake.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { Api } from "../api/api.ts"
import { CurrentCaller } from "../api/identity.ts"
import { Unavailable, Unprocessable } from "../api/problems.ts"
import { RequestScope } from "../middleware/request-scope.ts"
import { cityOr404 } from "./cities.ts"
import { accountDeleted, journalRefused, orUnavailable } from "./refusals.ts"
import { makeCodes } from "./sign-in.ts"

const orRetry = orUnavailable

const exported = Effect.fnUntraced(function* (erasure: Erasure["Service"], userId: UserId) {
  const scope = yield* RequestScope
  const document = yield* orUnavailable(erasure.held(userId))
  // What is sent cannot be taken back: the connection is cut, so that half of it never looks whole.
  const text = Stream.tapError(document, (error) =>
    Effect.annotateLogs(Effect.logError(`An export was cut off before its end. ${error.message}`), {
      request_id: scope.id
    })
  )
  return Response.stream(Stream.encodeText(text), {
    contentType: "application/json",
    headers: {
      "content-disposition": 'attachment; filename="overplanned-export.json"',
      "cache-control": "no-store"
    }
  })
})

/** A persona as its owner reads it, with the names of the places that its lessons were about. */
const showing = (catalogs: Catalog["Service"], models: ModelInForce["Service"]) =>
  Effect.fnUntraced(function* (userId: UserId, explained: PersonaExplained) {
    const nodes = yield* catalogs.places(explained.recent.flatMap(({ node_id }) => node_id ?? []))
    return personaView({ ...explained, nodes, modelEncoderVersion: models.encodedBy(userId) })
  })

export const layer = HttpApiBuilder.group(
  Api,
  "people",
  Effect.fnUntraced(function* (group) {
    const catalogs = yield* Catalog
    const companions = yield* Companions
    const discovery = yield* Discovery
    const erased = yield* ErasedSubjects
    const erasure = yield* Erasure
    const models = yield* ModelInForce
    const personas = yield* Personas
    const signals = yield* SignalIntake
    const newCode = yield* makeCodes
    const shown = showing(catalogs, models)
    return group.handleAll({
      persona: () =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          return yield* shown(userId, yield* orRetry(personas.explain(userId)))
        }),
      onboard: ({ payload }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          const onboarded = yield* orRetry(personas.onboard(userId, payload))
          return {
            ...(yield* shown(userId, onboarded)),
            not_understood: personaFromOnboarding(payload).unknown
          }
        }),
      export: () =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          return yield* exported(erasure, userId)
        }),
      makeCode: () => Effect.flatMap(CurrentCaller, newCode),
      erase: () =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          return yield* orUnavailable(erasure.request(userId))
        }),
      discovery: ({ query }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          const catalog = yield* cityOr404(catalogs, query.city)
          const size = Math.min(SLATE_SIZE, query.limit ?? SLATE_SIZE)
          const slate = yield* discovery
            .slate(userId, catalog, size)
            .pipe(
              Effect.mapError((error) =>
                error._tag === "PersonasUnavailable"
                  ? new Unavailable({ detail: error.message, retry_after_seconds: 1 })
                  : journalRefused(error)
              )
            )
          const scope = yield* RequestScope
          scope.modelVersion = modelVersion(slate.model)
          const now = yield* Clock.currentTimeMillis
          return {
            session_id: slate.session_id,
            city: catalog.city.slug,
            nodes: slate.items.map((item, position) => ({
              position: position + 1,
              node: nodeView(catalog, item.index, now),
              score: Math.round(item.score * 10_000) / 10_000
            }))
          }
        }),
      companions: () =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          return { user_ids: yield* orUnavailable(companions.namedBy(userId)) }
        }),
      setCompanions: ({ payload }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          if (payload.user_ids.includes(userId)) {
            return yield* new Unprocessable({ detail: "user_ids names you. You may always plan with your own tastes." })
          }
          if (payload.user_ids.some((id) => erased.has(id))) {
            return yield* new Unprocessable({ detail: accountDeleted("user_ids") })
          }
          return { user_ids: yield* orUnavailable(companions.name(userId, payload.user_ids)) }
        }),
      signals: ({ payload }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          return yield* signals
            .accept(userId, payload, "app")
            .pipe(
              Effect.mapError((error) =>
                error._tag === "SignalCountRefused"
                  ? new Unprocessable({ detail: error.message })
                  : journalRefused(error)
              )
            )
        })
    })
  })
)
