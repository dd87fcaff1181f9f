/** What was known at a moment: the traveler's persona, the trip's constraints, and the state that a ranker decided in. */
import * as Schema from "effect/Schema"
import type { PersonaDimensions } from "../persona/persona.ts"
import { FIXED_KINDS, type FixedThing, type Lodging, TripConstraints } from "../plan/model.ts"
import { Budget, Pace, PrimaryInterest, SocialMode, TimeOrientation, TripCount } from "../vocabulary.ts"

const known = <A extends Schema.Top>(value: A) =>
  Schema.Struct({ value, confidence: Schema.Finite, source: Schema.String })

/** A persona's dimensions, each with how sure we were of it and who said so. */
export const PersonaSnapshot = Schema.Struct({
  pace_preference: known(Pace),
  budget_sensitivity: known(Budget),
  cuisine_openness: known(Schema.Finite),
  social_mode: known(SocialMode),
  time_orientation: known(TimeOrientation),
  primary_interest: known(PrimaryInterest),
  trip_count: known(TripCount),
  category_affinities: known(Schema.Array(Schema.Finite))
})
export type PersonaSnapshot = typeof PersonaSnapshot.Type

export const personaSnapshot: (dimensions: PersonaDimensions) => Readonly<Record<string, unknown>> =
  Schema.encodeSync(PersonaSnapshot)

/** About a kilometre: where the day begins and what lies near, and not the house. */
const COARSE = 100

const coarse = (degrees: number): number => Math.round(degrees * COARSE) / COARSE

/** What a plan goes around: when, of which kind and roughly where; what it is called is nobody's business. */
const FixedKnown = Schema.Struct({
  kind: Schema.Literals(FIXED_KINDS),
  day: Schema.Int,
  starts_at: Schema.Int,
  ends_at: Schema.Int,
  lat: Schema.optionalKey(Schema.Finite),
  lon: Schema.optionalKey(Schema.Finite)
})

/** What a trip was to keep to. It may say less than the request did, where an erasure took the rest out. */
export const ConstraintsKnown = Schema.Struct({
  ...TripConstraints.fields,
  fixed: Schema.optionalKey(Schema.Array(FixedKnown)),
  lodging: Schema.optionalKey(Schema.Struct({ lat: Schema.Finite, lon: Schema.Finite }))
})
export type ConstraintsKnown = typeof ConstraintsKnown.Type

const encodeConstraints = Schema.encodeSync(ConstraintsKnown)

/** What the travelers bring, and what they ask for. */
interface KeptTo {
  readonly constraints: TripConstraints
  readonly fixed?: ReadonlyArray<FixedThing>
  readonly lodging?: Lodging
}

export const constraintsKnown = ({ constraints, fixed = [], lodging }: KeptTo): Readonly<Record<string, unknown>> => {
  const brought = fixed.map(({ day, ends_at, kind, lat, lon, starts_at }) => ({
    kind,
    day,
    starts_at,
    ends_at,
    ...(lat === undefined || lon === undefined ? {} : { lat: coarse(lat), lon: coarse(lon) })
  }))
  return encodeConstraints({
    ...constraints,
    ...(brought.length === 0 ? {} : { fixed: brought }),
    ...(lodging === undefined ? {} : { lodging: { lat: coarse(lodging.lat), lon: coarse(lodging.lon) } })
  })
}

/** Who decided in which state: enough to compute any feature again, as of that moment. */
export const UserState = Schema.Struct({
  encoder_version: Schema.String,
  persona_vector: Schema.Array(Schema.Finite),
  dimensions: Schema.Record(Schema.String, Schema.Unknown),
  signal_count: Schema.Int,
  sequence: Schema.Array(
    Schema.Struct({
      node_id: Schema.String,
      accepted: Schema.Boolean,
      at: Schema.Finite,
      category: Schema.optionalKey(Schema.String),
      swiped: Schema.optionalKey(Schema.Literal(true))
    })
  ),
  members: Schema.Array(Schema.Struct({ user_id: Schema.String, signal_count: Schema.Int }))
})
export type UserState = typeof UserState.Type
