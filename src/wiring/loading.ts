/**
 * The server's program, loaded part by part. All of it at once takes a second of computing in which the event loop stands still:
 * nobody who asks for `/health` would be answered meanwhile, for many seconds on a busy machine. A part that is missing here is
 * loaded with what needs it; the order is from below to above, so that none brings all the others along.
 */
import * as Effect from "effect/Effect"

const PARTS: ReadonlyArray<() => Promise<unknown>> = [
  () => import("../layers/postgres/client.ts"),
  () => import("./foundation.ts"),
  () => import("../http/api/shapes.ts"),
  () => import("../http/api/api.ts"),
  () => import("../http/gateway.ts"),
  () => import("../domain/trip/plan-engine.ts"),
  () => import("../actors/trip/local.ts"),
  () => import("../layers/postgres/catalog.ts"),
  () => import("../sources/seed-city.ts"),
  () => import("../sources/city-files.ts"),
  () => import("../sources/city-seeder.ts"),
  () => import("./catalogs.ts"),
  () => import("./journal.ts"),
  () => import("../training/datasets/build.ts"),
  () => import("../training/population/seed.ts"),
  () => import("./models.ts"),
  () => import("./jobs.ts"),
  () => import("../http/handlers/edits.ts"),
  () => import("../http/handlers/trips.ts"),
  () => import("./server.ts")
]

const turnOfTheLoop = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

export const loadInParts = Effect.forEach(PARTS, (part) => Effect.andThen(Effect.promise(part), turnOfTheLoop), {
  discard: true
})
