/**
 * The closed vocabularies. One name for one thing: these words stand in the SQL checks, the JSON, the metrics
 * and the console. A word added here needs a migration that widens the matching check.
 */
import * as Schema from "effect/Schema"

export const TripStatus = Schema.Literals(["planning", "confirmed", "active", "completed", "shortened", "cancelled"])
export type TripStatus = typeof TripStatus.Type

export const DayPart = Schema.Literals(["morning", "midday", "afternoon", "evening", "night"])
export type DayPart = typeof DayPart.Type

export const Trigger = Schema.Literals(["venue_closed", "weather", "mood", "transit"])
export type Trigger = typeof Trigger.Type

/** The moods that every fallback set is prepared for; any other mood is answered by a search on demand. */
export const Mood = Schema.Literals([
  "calm",
  "energetic",
  "hungry",
  "curious",
  "romantic",
  "playful",
  "tired",
  "social"
])
export type Mood = typeof Mood.Type

export const SignalType = Schema.Literals([
  "slot_view",
  "slot_accept",
  "slot_skip",
  "slot_swap",
  "pivot_accept",
  "pivot_dismiss",
  "pivot_ignore",
  "thumbs_up",
  "thumbs_down",
  "discovery_swipe_right",
  "discovery_swipe_left",
  "post_trip_rating",
  "candidate_set_logged"
])
export type SignalType = typeof SignalType.Type

export const SignalSource = Schema.Literals(["app", "backfill"])
export type SignalSource = typeof SignalSource.Type

export const Intention = Schema.Literals([
  "fatigue",
  "weather",
  "curiosity",
  "schedule",
  "group_conflict",
  "price_mismatch",
  "other"
])
export type Intention = typeof Intention.Type

export const Surface = Schema.Literals(["itinerary", "swap", "pivot", "discovery"])
export type Surface = typeof Surface.Type

export const Open = Schema.Literals(["open", "closed", "unknown"])
export type Open = typeof Open.Type

export const Pace = Schema.Literals(["leisurely", "moderate", "packed"])
export type Pace = typeof Pace.Type

export const Budget = Schema.Literals(["low", "mid", "high"])
export type Budget = typeof Budget.Type

export const SocialMode = Schema.Literals(["solo", "couple", "family", "friends"])
export type SocialMode = typeof SocialMode.Type

export const TimeOrientation = Schema.Literals(["early_bird", "balanced", "night_owl"])
export type TimeOrientation = typeof TimeOrientation.Type

export const PrimaryInterest = Schema.Literals(["food", "culture", "outdoors", "nightlife", "shopping", "wellness"])
export type PrimaryInterest = typeof PrimaryInterest.Type

export const TripCount = Schema.Literals(["first_trip", "returning", "frequent"])
export type TripCount = typeof TripCount.Type

/** Signals that somebody must have given before a trained model may rank for them. */
export const COLD_BELOW_SIGNALS = 20

export const VIBE_DIMENSIONS = 64
export const PERSONA_DIMENSIONS = 128
