import { createRequire } from "node:module"
import { accepted, trip } from "../work.ts"
import { ready } from "./control.ts"

// Installed beside the benchmark only; see bench/peers.
const require = createRequire(new URL("../../peers/package.json", import.meta.url))
interface Fastify {
  readonly get: (
    path: string,
    options: object,
    handler: (request: { readonly params: { readonly id: string } }) => unknown
  ) => void
  readonly post: (
    path: string,
    options: object,
    handler: (request: { readonly body: { readonly id: string } }) => unknown
  ) => void
  readonly listen: (options: object) => Promise<string>
  readonly server: { readonly address: () => { readonly port: number } }
}
const app = (require("fastify") as (options: object) => Fastify)({ logger: false })

const string = { type: "string" }
const integer = { type: "integer" }
const object = (properties: Record<string, object>) => ({
  type: "object",
  required: Object.keys(properties),
  properties
})

app.get(
  "/trips/:id",
  {
    schema: {
      response: {
        200: object({
          id: string,
          city: string,
          status: { type: "string", enum: ["planning", "active", "completed"] },
          state_version: integer,
          slots: {
            type: "array",
            items: object({ id: string, order: integer, starts_at: string, locked: { type: "boolean" } })
          }
        })
      }
    }
  },
  async (request) => trip(request.params.id)
)
app.post(
  "/signals",
  {
    schema: {
      body: object({
        id: string,
        signal_type: { type: "string", enum: ["slot_view", "slot_tap", "slot_confirm", "slot_skip"] },
        trip_id: string,
        occurred_at: string,
        context: object({ position: integer, time_to_action_ms: integer })
      }),
      response: { 200: object({ accepted: integer, id: string }) }
    }
  },
  async (request) => accepted(request.body.id)
)
await app.listen({ host: "127.0.0.1", port: 0 })
ready(app.server.address().port)
