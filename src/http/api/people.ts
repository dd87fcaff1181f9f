import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Text } from "../../domain/basics/storable.ts"
import { recordBy, wordIn } from "../../domain/basics/words.ts"
import { VibeTagWord } from "../../domain/catalog/words.ts"
import { UserId } from "../../domain/ids.ts"
import { DIMENSION_NAMES } from "../../domain/persona/dimensions.ts"
import { Onboarding } from "../../domain/persona/onboarding.ts"
import { NodeBrief } from "../../domain/pivot/model.ts"
import { SignalType } from "../../domain/vocabulary.ts"
import { Authorization } from "./identity.ts"
import { Conflict, NotFound, PayloadTooLarge, Unavailable, Unprocessable } from "./problems.ts"
import { Instant, Limit, NodeView } from "./shapes.ts"

export const PersonaView = Schema.Struct({
  user_id: UserId,
  dimensions: recordBy(
    DIMENSION_NAMES,
    Schema.Struct({ value: Schema.Unknown, confidence: Schema.Finite, source: Schema.String })
  ),
  top_vibes: Schema.Array(Schema.Struct({ tag: VibeTagWord, weight: Schema.Finite })),
  encoder_version: Schema.String,
  /** The trained model that has a taste of theirs in its own words; null where none has. */
  model_encoder_version: Schema.NullOr(Schema.String),
  state: Schema.Literals(["cold", "warm"]),
  signal_count: Schema.Int,
  signals_to_go: Schema.Int,
  /** What each recent signal changed, newest first. */
  recent: Schema.Array(
    Schema.Struct({
      signal_id: Schema.String,
      signal_type: SignalType,
      occurred_at: Instant,
      /** The place that it was about. */
      node: Schema.NullOr(NodeBrief),
      /** By how much a taste moved, or what a dimension was and is now. */
      changes: Schema.Array(
        Schema.Union([
          Schema.Struct({ dimension: wordIn(DIMENSION_NAMES), tag: VibeTagWord, change: Schema.Finite }),
          Schema.Struct({ dimension: wordIn(DIMENSION_NAMES), from: Schema.String, to: Schema.String })
        ])
      )
    })
  )
}).annotate({ identifier: "PersonaView" })

/** The taste that was made of it, and the words that nothing was made of. */
export const Onboarded = Schema.Struct({
  ...PersonaView.fields,
  not_understood: Schema.Array(Schema.String)
}).annotate({ identifier: "Onboarded" })

/** Told once: of the code only a hash is kept. */
export const SignInCode = Schema.Struct({
  code: Schema.String,
  /** Where it can be entered on this server. */
  path: Schema.String,
  expires_at: Instant
}).annotate({ identifier: "SignInCode" })

export class PeopleGroup extends HttpApiGroup.make("people")
  .add(
    HttpApiEndpoint.get("persona", "/users/me/persona", { success: PersonaView, error: Unavailable }),
    HttpApiEndpoint.put("onboard", "/users/me/onboarding", {
      payload: Onboarding,
      success: Onboarded,
      error: [Unprocessable, Unavailable]
    }),
    HttpApiEndpoint.get("companions", "/users/me/companions", {
      success: Schema.Struct({ user_ids: Schema.Array(UserId) }),
      error: Unavailable
    }),
    HttpApiEndpoint.put("setCompanions", "/users/me/companions", {
      payload: Schema.Struct({ user_ids: Schema.Array(UserId).check(Schema.isMaxLength(100)) }),
      success: Schema.Struct({ user_ids: Schema.Array(UserId) }),
      error: [Unprocessable, Unavailable]
    }),
    HttpApiEndpoint.get("export", "/users/me/export", { success: Schema.Unknown, error: Unavailable }),
    HttpApiEndpoint.delete("erase", "/users/me", {
      success: Schema.Struct({ job_id: Schema.String }).pipe(HttpApiSchema.status(202)),
      error: [Conflict, Unavailable]
    }),
    HttpApiEndpoint.post("makeCode", "/users/me/sign-in-codes", {
      success: SignInCode.pipe(HttpApiSchema.status(201)),
      error: [NotFound, Unavailable]
    }),
    HttpApiEndpoint.post("signals", "/signals", {
      /** One signal or an array of them; each item is judged by itself. */
      payload: Schema.Unknown,
      success: Schema.Struct({
        accepted: Schema.Int,
        duplicates: Schema.Int,
        rejected: Schema.Array(Schema.Struct({ index: Schema.Int, problem: Schema.String }))
      }).pipe(HttpApiSchema.status(202)),
      error: [Unprocessable, PayloadTooLarge, Unavailable]
    }),
    HttpApiEndpoint.get("discovery", "/discovery", {
      query: { city: Text(64), limit: Limit },
      success: Schema.Struct({
        session_id: Schema.String,
        city: Schema.String,
        nodes: Schema.Array(Schema.Struct({ position: Schema.Int, node: NodeView, score: Schema.Finite }))
      }),
      error: [NotFound, Unprocessable, Unavailable]
    })
  )
  .middleware(Authorization)
  .prefix("/api/v1")
  .annotateMerge(
    OpenApi.annotations({ title: "People", description: "Tastes, signals, discovery, consent, and leaving." })
  ) {}
