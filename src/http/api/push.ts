import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Text } from "../../domain/basics/storable.ts"
import { Uuid } from "../../domain/ids.ts"
import { QuietHours } from "../../domain/push/quiet.ts"
import { VoteAnswer } from "../../domain/trip/vote.ts"
import { Authorization } from "./identity.ts"
import { NotFound, Unavailable, Unprocessable } from "./problems.ts"
import { Instant } from "./shapes.ts"
import { tripProblems } from "./trips.ts"

export const PushSubscription = Schema.Struct({
  id: Uuid,
  /** The host of the browser's push service. */
  service: Schema.String,
  quiet: Schema.NullOr(QuietHours),
  created_at: Instant
}).annotate({ identifier: "PushSubscription" })

const Base64Url = (bytes: string, characters: number) =>
  Schema.String.check(
    Schema.isPattern(new RegExp(`^[A-Za-z0-9_-]{${characters}}=*$`), { message: `must be ${bytes} bytes in base64url` })
  )

export class PushGroup extends HttpApiGroup.make("push")
  .add(
    HttpApiEndpoint.get("key", "/push/key", {
      success: Schema.Struct({ public_key: Schema.String }),
      error: Unavailable
    }),
    HttpApiEndpoint.get("mine", "/users/me/push-subscriptions", {
      success: Schema.Struct({ subscriptions: Schema.Array(PushSubscription) }),
      error: Unavailable
    }),
    HttpApiEndpoint.put("subscribe", "/users/me/push-subscriptions", {
      /** As the browser's `PushSubscription.toJSON()` has it. */
      payload: Schema.Struct({
        endpoint: Text(2_000),
        keys: Schema.Struct({ p256dh: Base64Url("65", 87), auth: Base64Url("16", 22) }),
        quiet: Schema.optionalKey(Schema.NullOr(QuietHours))
      }),
      success: PushSubscription,
      error: [Unprocessable, Unavailable]
    }),
    HttpApiEndpoint.delete("unsubscribe", "/users/me/push-subscriptions/:subscription_id", {
      params: { subscription_id: Uuid },
      success: HttpApiSchema.NoContent,
      error: [NotFound, Unavailable]
    })
  )
  .middleware(Authorization)
  .prefix("/api/v1")
  .annotateMerge(
    OpenApi.annotations({
      title: "Push",
      description:
        "Being told of offers while the app is closed, by Web Push: only who asks for it, and never in their quiet hours."
    })
  ) {}

/** The worker of a page has no token: the secret of the notification stands for its person and that one offer. */
export class PushAnswersGroup extends HttpApiGroup.make("pushAnswers")
  .add(
    HttpApiEndpoint.post("answer", "/push/answers", {
      payload: Schema.Struct({ code: Text(64), answer: VoteAnswer }),
      success: Schema.Struct({ state_version: Schema.Int, voted: Schema.Boolean }),
      error: tripProblems
    })
  )
  .prefix("/api/v1")
  .annotateMerge(
    OpenApi.annotations({ title: "Push answers", description: "Answering an offer from its notification." })
  ) {}
