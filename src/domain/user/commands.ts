/**
 * What a traveler's actor can be asked, and what it answers: like a trip's, both travel between nodes as they are, and
 * stay what they are between callers and actors of one node.
 */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { Category } from "../catalog/category.ts"
import { UserId } from "../ids.ts"
import { Onboarding } from "../persona/onboarding.ts"
import {
  Budget,
  Pace,
  PrimaryInterest,
  SignalSource,
  SignalType,
  SocialMode,
  TimeOrientation,
  TripCount
} from "../vocabulary.ts"

const dimension = <S extends Schema.Top>(value: S) =>
  Schema.Struct({ value, confidence: Schema.Finite, source: Schema.String })

const Dimensions = Schema.Struct({
  pace_preference: dimension(Pace),
  budget_sensitivity: dimension(Budget),
  cuisine_openness: dimension(Schema.Finite),
  social_mode: dimension(SocialMode),
  time_orientation: dimension(TimeOrientation),
  primary_interest: dimension(PrimaryInterest),
  trip_count: dimension(TripCount),
  category_affinities: dimension(Schema.Array(Schema.Finite))
})

/** Single precision in memory, numbers on the way: each is exactly what it was. */
const Vector = Schema.Array(Schema.Finite).pipe(
  Schema.decodeTo(Schema.instanceOf(Float32Array<ArrayBufferLike>), {
    decode: SchemaGetter.transform((numbers: ReadonlyArray<number>) => Float32Array.from(numbers)),
    encode: SchemaGetter.transform((vector: Float32Array) => Array.from(vector))
  })
)

const Persona = Schema.Struct({
  user_id: UserId,
  dimensions: Dimensions,
  vector: Vector,
  encoder_version: Schema.String,
  signal_count: Schema.Int,
  sequence: Schema.Array(
    Schema.Struct({
      node_id: Schema.String,
      accepted: Schema.Boolean,
      at: Schema.Finite,
      category: Schema.optionalKey(Category),
      swiped: Schema.optionalKey(Schema.Literal(true))
    })
  ),
  explored: Schema.optionalKey(Schema.Array(Schema.String))
})

const fact = <S extends Schema.Top>(value: S) => Schema.optionalKey(value)

const Signal = Schema.Struct({
  id: Schema.String,
  user_id: Schema.String,
  signal_type: SignalType,
  trip_id: Schema.NullOr(Schema.String),
  slot_id: Schema.NullOr(Schema.String),
  activity_node_id: Schema.NullOr(Schema.String),
  session_id: Schema.NullOr(Schema.String),
  context: Schema.StructWithRest(
    Schema.Struct({
      time_to_action_ms: fact(Schema.Finite),
      day_of_trip: fact(Schema.Finite),
      day_part: fact(Schema.String),
      group_size: fact(Schema.Finite),
      weather: fact(Schema.String),
      position: fact(Schema.Finite),
      rating: fact(Schema.Finite),
      replaced_by: fact(Schema.String),
      pivot_id: fact(Schema.String),
      intention: fact(Schema.String)
    }),
    [Schema.Record(Schema.String, Schema.Unknown)]
  ),
  source: SignalSource,
  weight: Schema.Finite,
  model_version: Schema.NullOr(Schema.String),
  occurred_at: Schema.Finite
})

/** A signal and the place it is about, where the catalog knows it. */
export const Lesson = Schema.Struct({
  signal: Signal,
  node: Schema.UndefinedOr(
    Schema.Struct({
      id: Schema.String,
      category: Category,
      price_tier: Schema.Finite,
      vibe: Schema.Array(Schema.Finite),
      /** The id of its city; a release before this field sends none. */
      city: Schema.optionalKey(Schema.String)
    })
  ),
  /** When it came in, which is the order of learning: phones that were offline send old signals late. */
  at: Schema.Finite
})
export type Lesson = typeof Lesson.Type

/** Dimensions by other means than a signal; with words where they are a reading of the onboarding. */
export const Revision = Schema.Struct({
  dimensions: Dimensions,
  words: Schema.optionalKey(
    Schema.Struct({ text: Schema.String, embedding: Schema.optionalKey(Schema.Array(Schema.Finite)) })
  )
})
export type Revision = typeof Revision.Type

export const UserCommand = Schema.Union([
  Schema.TaggedStruct("read", {}),
  Schema.TaggedStruct("observe", { lessons: Schema.Array(Lesson) }),
  Schema.TaggedStruct("onboard", { onboarding: Onboarding }),
  /** Worked out beside the actor from what it knew then: refused where it has learnt since. */
  Schema.TaggedStruct("revise", { learntUntil: Schema.Finite, revision: Revision }),
  /** So many of their trips have come to their end by now. */
  Schema.TaggedStruct("travelled", { ended: Schema.Int })
])
export type UserCommand = typeof UserCommand.Type

/** By how much a taste moved, or what a dimension was before and is now. */
const LearntChange = Schema.Union([
  Schema.Struct({ dimension: Schema.String, tag: Schema.String, change: Schema.Finite }),
  Schema.Struct({ dimension: Schema.String, from: Schema.String, to: Schema.String })
])
export type LearntChange = typeof LearntChange.Type

/** What one recent signal changed. */
const Learnt = Schema.Struct({
  signal_id: Schema.String,
  signal_type: SignalType,
  occurred_at: Schema.Finite,
  /** The place that it was about; absent where it was about none. */
  node_id: Schema.optionalKey(Schema.String),
  changes: Schema.Array(LearntChange)
})
export type Learnt = typeof Learnt.Type

export const UserReply = Schema.Struct({
  persona: Persona,
  learntUntil: Schema.Finite,
  recent: Schema.Array(Learnt)
})
export type UserReply = typeof UserReply.Type
