import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { accepted, trip } from "./work.ts"

const Slot = Schema.Struct({ id: Schema.String, order: Schema.Int, starts_at: Schema.String, locked: Schema.Boolean })
const Trip = Schema.Struct({
  id: Schema.String,
  city: Schema.String,
  status: Schema.Literals(["planning", "active", "completed"]),
  state_version: Schema.Int,
  slots: Schema.Array(Slot)
})
const Signal = Schema.Struct({
  id: Schema.String,
  signal_type: Schema.Literals(["slot_view", "slot_tap", "slot_confirm", "slot_skip"]),
  trip_id: Schema.String,
  occurred_at: Schema.String,
  context: Schema.Struct({ position: Schema.Int, time_to_action_ms: Schema.Int })
})
const Accepted = Schema.Struct({ accepted: Schema.Int, id: Schema.String })

const Api = HttpApi.make("bench").add(
  HttpApiGroup.make("bench").add(
    HttpApiEndpoint.get("trip", "/trips/:id", { params: { id: Schema.String }, success: Trip }),
    HttpApiEndpoint.post("signal", "/signals", { payload: Signal, success: Accepted })
  )
)

const handlers = HttpApiBuilder.group(Api, "bench", (handlers) =>
  handlers
    .handle("trip", ({ params }) => Effect.succeed(trip(params.id)))
    .handle("signal", ({ payload }) => Effect.succeed(accepted(payload.id)))
)

/** The same API on whichever server is provided. */
export const application = HttpRouter.serve(HttpApiBuilder.layer(Api).pipe(Layer.provide(handlers)), {
  disableLogger: true,
  disableListenLog: true
}).pipe(Layer.provide(HttpServer.layerServices))
