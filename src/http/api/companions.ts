import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { UserId } from "../../domain/ids.ts"
import { COMPANION_ANSWERS } from "../../services/companion-seekers.ts"
import { Authorization } from "./identity.ts"
import { NotFound, Unavailable } from "./problems.ts"

export const MOST_SUGGESTIONS = 10

export const CompanionSuggestion = Schema.Struct({
  user_id: UserId,
  /** 0–1. */
  score: Schema.Finite,
  interests: Schema.Array(Schema.String)
}).annotate({ identifier: "CompanionSuggestion" })

export const MutualCompanion = Schema.Struct({
  user_id: UserId,
  interests: Schema.Array(Schema.String)
}).annotate({ identifier: "MutualCompanion" })

export class CompanionsGroup extends HttpApiGroup.make("companions")
  .add(
    HttpApiEndpoint.get("suggestions", "/suggestions", {
      success: Schema.Struct({
        open: Schema.Boolean,
        /** What is not known of you yet, without which nobody can be suggested. */
        missing: Schema.Array(Schema.String),
        suggestions: Schema.Array(CompanionSuggestion),
        /** Who said yes to you as you did to them. */
        mutual: Schema.Array(MutualCompanion)
      }),
      error: Unavailable
    }),
    HttpApiEndpoint.put("open", "/suggestions", {
      payload: Schema.Struct({ open: Schema.Boolean }),
      success: Schema.Struct({ open: Schema.Boolean }),
      error: Unavailable
    }),
    HttpApiEndpoint.put("answer", "/suggestions/:suggested_id", {
      params: { suggested_id: UserId },
      payload: Schema.Struct({ answer: Schema.Literals(COMPANION_ANSWERS) }),
      success: Schema.Struct({ mutual: Schema.Boolean }),
      error: [NotFound, Unavailable]
    })
  )
  .middleware(Authorization)
  .prefix("/api/v1/users/me/companions")
  .annotateMerge(
    OpenApi.annotations({
      title: "Companions",
      description: "Who might travel well with you, among those who want to be asked. Nobody else is ever suggested."
    })
  ) {}
