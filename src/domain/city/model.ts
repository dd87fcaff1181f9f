/** What is going on in a city right now, as far as it can touch a plan. Times are Unix milliseconds. */
import * as Schema from "effect/Schema"
import { StorableNumber, Text } from "../basics/storable.ts"
import { CityId, NodeId, Uuid } from "../ids.ts"

export const WeatherCondition = Schema.Literals(["rain", "heat", "cold", "storm", "snow", "wind"])
export type WeatherCondition = typeof WeatherCondition.Type

export const Severity = Schema.Literals(["minor", "moderate", "severe"])
export type Severity = typeof Severity.Type

/** A circle on the map; a transit disruption without one concerns the whole city. */
export const Area = Schema.Struct({
  lat: StorableNumber,
  lon: StorableNumber,
  radius_metres: Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 200_000 }))
})
export type Area = typeof Area.Type

const window = { from: Schema.Int, until: Schema.Int }

export const CityEvent = Schema.Union([
  Schema.Struct({
    kind: Schema.tag("weather"),
    id: Uuid,
    ...window,
    condition: WeatherCondition,
    severity: Severity
  }),
  Schema.Struct({ kind: Schema.tag("closure"), id: Uuid, ...window, node_id: NodeId }),
  Schema.Struct({
    kind: Schema.tag("transit"),
    id: Uuid,
    ...window,
    delay_minutes: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1440 })),
    line: Schema.optionalKey(Text(120)),
    area: Schema.optionalKey(Area)
  })
])
export type CityEvent = typeof CityEvent.Type

/** The events that are on or ahead, oldest first, and the catalog they speak of. Shared by every trip of the city. */
export const CityConditions = Schema.Struct({
  city_id: CityId,
  version: Schema.Int,
  events: Schema.Array(CityEvent)
})
export type CityConditions = typeof CityConditions.Type

export const calm = (cityId: CityId): CityConditions => ({ city_id: cityId, version: 0, events: [] })

/** Whether the venue is known to be shut by an event at that instant, whatever its hours say. */
export const shutByEvent = (conditions: CityConditions, nodeId: string, at: number): boolean =>
  conditions.events.some(
    (event) => event.kind === "closure" && event.node_id === nodeId && event.from <= at && at < event.until
  )
