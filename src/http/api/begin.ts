import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Text } from "../../domain/basics/storable.ts"
import { wordIn } from "../../domain/basics/words.ts"
import { DIETS, NEEDS } from "../../domain/catalog/fits.ts"
import { TAG_GROUPS } from "../../domain/catalog/taxonomy.ts"
import { AvoidableWord, CategoryWord, VibeTagWord } from "../../domain/catalog/words.ts"
import { UserId } from "../../domain/ids.ts"
import { Budget, Mood, Pace, PrimaryInterest, SocialMode, Trigger } from "../../domain/vocabulary.ts"
import { NotFound, TooManyRequests, Unauthorized, Unavailable } from "./problems.ts"
import { Instant } from "./shapes.ts"

/** What a client may offer and send, as it stands in the schemas: nobody has to copy it. */
export const Vocabularies = Schema.Struct({
  tags: Schema.Array(Schema.Struct({ tag: VibeTagWord, group: wordIn(TAG_GROUPS), means: Schema.String })),
  categories: Schema.Array(CategoryWord),
  avoidable: Schema.Array(AvoidableWord),
  needs: Schema.Array(Schema.Literals(NEEDS)),
  diets: Schema.Array(Schema.Literals(DIETS)),
  moods: Schema.Array(Mood),
  triggers: Schema.Array(Trigger),
  paces: Schema.Array(Pace),
  budgets: Schema.Array(Budget),
  companions: Schema.Array(SocialMode),
  interests: Schema.Array(PrimaryInterest)
}).annotate({ identifier: "Vocabularies" })

export const SignedIn = Schema.Struct({
  user_id: UserId,
  token: Schema.String,
  expires_at: Instant
}).annotate({ identifier: "SignedIn" })

export const MapTiles = Schema.Struct({ address: Schema.String, credit: Schema.String }).annotate({
  identifier: "MapTiles"
})

export class BeginGroup extends HttpApiGroup.make("begin")
  .add(
    HttpApiEndpoint.get("vocabularies", "/vocabularies", { success: Vocabularies }),
    HttpApiEndpoint.get("map", "/map", { success: Schema.Struct({ tiles: Schema.NullOr(MapTiles) }) }),
    HttpApiEndpoint.get("demo", "/demo", { success: Schema.Struct({ available: Schema.Boolean }) }),
    HttpApiEndpoint.post("enterDemo", "/demo", {
      payload: Schema.Struct({
        /** A new traveler of one's own, or the one whose trip is under way. */
        as: Schema.Literals(["newcomer", "under_way"])
      }),
      success: SignedIn.pipe(HttpApiSchema.status(201)),
      error: NotFound
    }),
    HttpApiEndpoint.post("renewToken", "/token/renew", {
      payload: Schema.Struct({ token: Text(8192) }),
      success: SignedIn,
      error: Unauthorized
    }),
    HttpApiEndpoint.post("signIn", "/sign-in", {
      payload: Schema.Struct({ code: Text(64) }),
      success: SignedIn,
      error: [Unauthorized, TooManyRequests, Unavailable]
    })
  )
  .prefix("/api/v1")
  .annotateMerge(
    OpenApi.annotations({
      title: "Begin",
      description:
        "What needs no token in the header: the words that the contract understands, a new token for one that runs out, a code in place of a token, and the way in of a demo, which is open on the machine itself only."
    })
  ) {}
