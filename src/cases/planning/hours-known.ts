/** Of how many planned stops somebody confirmed the hours: what "verified" rests on. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import type { TripState } from "../../domain/trip/model.ts"

const planned = Metric.counter("planned_stops", {
  description: "Stops that were planned, by city and by whether their hours are confirmed at that time",
  incremental: true
})

export const countHours = (
  catalog: CityCatalog,
  slots: ReadonlyArray<Pick<TripState["slots"][number], "node_id" | "starts_at">>
) =>
  Effect.forEach(
    slots,
    ({ node_id, starts_at }) => {
      const index = catalog.indexOf(node_id)
      const hours = index === undefined || catalog.openAt(index, starts_at) === "unknown" ? "unknown" : "confirmed"
      return Metric.update(Metric.withAttributes(planned, { hours, city: catalog.city.slug }), 1)
    },
    { discard: true }
  )
