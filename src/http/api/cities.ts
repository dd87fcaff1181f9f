import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Text } from "../../domain/basics/storable.ts"
import { Attribution } from "../../domain/catalog/attribution.ts"
import { NEEDS } from "../../domain/catalog/fits.ts"
import { Voice } from "../../domain/catalog/node.ts"
import { CategoryWord, VibeTagWord } from "../../domain/catalog/words.ts"
import { NodeId } from "../../domain/ids.ts"
import { EvidenceLine } from "../../domain/pivot/model.ts"
import { Authorization } from "./identity.ts"
import { NotFound, Unavailable, Unprocessable } from "./problems.ts"
import { MomentOrDay, NodeView, page } from "./shapes.ts"

export const CityView = Schema.Struct({
  slug: Schema.String,
  name: Schema.String,
  country: Schema.String,
  time_zone: Schema.String,
  languages: Schema.Array(Schema.String),
  currency: Schema.NullOr(Schema.String),
  nodes: Schema.Int,
  catalog_version: Schema.Int
}).annotate({ identifier: "CityView" })

export class CitiesGroup extends HttpApiGroup.make("cities")
  .add(
    HttpApiEndpoint.get("list", "/", {
      success: Schema.Struct({ cities: Schema.Array(CityView) }),
      error: Unavailable
    }),
    HttpApiEndpoint.get("nodes", "/:slug/nodes", {
      params: { slug: Text(64) },
      query: {
        ...page(/^\d{1,9}$/),
        category: Schema.optionalKey(CategoryWord),
        tag: Schema.optionalKey(VibeTagWord),
        neighbourhood: Schema.optionalKey(Text(100)),
        /** Only places that are known to be fit for this need. */
        fits: Schema.optionalKey(Schema.Literals(NEEDS)),
        setting: Schema.optionalKey(Schema.Literals(["indoor", "outdoor", "mixed"])),
        /** A part of any of its names; accents, case, blanks and signs do not matter. */
        q: Schema.optionalKey(Text(100)),
        /** For when it is asked whether they are open: now, where this is left out. */
        at: Schema.optionalKey(MomentOrDay)
      },
      success: Schema.Struct({
        city: Schema.String,
        catalog_version: Schema.Int,
        nodes: Schema.Array(NodeView),
        attribution: Schema.Array(Attribution),
        next_cursor: Schema.NullOr(Schema.String)
      }),
      error: [NotFound, Unprocessable, Unavailable]
    })
  )
  .add(
    HttpApiEndpoint.get("evidence", "/:slug/nodes/:id/evidence", {
      params: { slug: Text(64), id: NodeId },
      success: Schema.Struct({
        node_id: NodeId,
        evidence: Schema.Array(EvidenceLine),
        overrated: Schema.NullOr(Schema.Boolean),
        overrated_by: Schema.NullOr(Schema.Literals(["editor", "sources"])),
        /** Why it is called so or not, or why that is left open. */
        overrated_because: Schema.Array(Schema.String),
        /** The newest posts that are counted. */
        documents: Schema.Array(
          Schema.Struct({
            source: Schema.String,
            voice: Voice,
            posted_on: Schema.NullOr(Schema.String),
            url: Schema.NullOr(Schema.String)
          })
        )
      }),
      error: [NotFound, Unavailable]
    })
  )
  .middleware(Authorization)
  .prefix("/api/v1/cities")
  .annotateMerge(OpenApi.annotations({ title: "Cities", description: "The catalogs, and the evidence in them." })) {}
