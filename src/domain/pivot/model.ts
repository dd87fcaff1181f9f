/** A disruption, and the answers to it. `Offer` is the wire shape of the contract. */
import * as Schema from "effect/Schema"
import { Text } from "../basics/storable.ts"
import { wordOfOrOwn } from "../basics/words.ts"
import { Expected } from "../catalog/expectation.ts"
import { EvidenceKind, Voice } from "../catalog/node.ts"
import { CategoryWord, VibeTagWord } from "../catalog/words.ts"
import { NodeId, OptionId, PivotId, SlotId } from "../ids.ts"
import { Mood, Trigger } from "../vocabulary.ts"

export const PivotDetail = Schema.Struct({
  mood: Schema.optionalKey(wordOfOrOwn(Mood.literals)),
  tags: Schema.optionalKey(Schema.Array(VibeTagWord).check(Schema.isMaxLength(16))),
  delay_minutes: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1440 }))),
  line: Schema.optionalKey(Text(120)),
  /** With `venue_closed`: a neighbourhood that cannot be entered, as the catalog names it. */
  district: Schema.optionalKey(Text(120)),
  condition: Schema.optionalKey(Schema.Literals(["rain", "heat", "cold", "storm", "snow", "wind"])),
  /** When the disruption begins, where that is still ahead, and when it ends. */
  from: Schema.optionalKey(Text(40)),
  until: Schema.optionalKey(Text(40))
}).annotate({ identifier: "PivotDetail" })
export type PivotDetail = typeof PivotDetail.Type

export const PivotRequest = Schema.Struct({
  trigger: Trigger,
  slot_id: Schema.optionalKey(SlotId),
  detail: Schema.optionalKey(PivotDetail)
}).annotate({ identifier: "PivotRequest" })
export type PivotRequest = typeof PivotRequest.Type

export const EvidenceLine = Schema.Struct({
  kind: EvidenceKind,
  voice: Voice,
  source: Schema.String,
  /** How many rows of the source stand behind it; null for an editor, who is one person with an opinion. */
  count: Schema.NullOr(Schema.Int),
  licence: Schema.NullOr(Schema.String),
  /** The same in a sentence. */
  text: Schema.String
}).annotate({ identifier: "EvidenceLine" })
export type EvidenceLine = typeof EvidenceLine.Type

export const NodeBrief = Schema.Struct({
  id: NodeId,
  name: Schema.String,
  category: CategoryWord,
  lat: Schema.Finite,
  lon: Schema.Finite,
  neighbourhood: Schema.String,
  vibe_tags: Schema.Array(VibeTagWord)
}).annotate({ identifier: "NodeBrief" })
export type NodeBrief = typeof NodeBrief.Type

/**
 * What to know of a place before one goes there: its hours as written, its price from 0 (free) to 4, a booking, and what is usual
 * where nobody knows whether it is open. Programs that are older leave them out.
 */
export const BEFORE_ONE_GOES = {
  opening_hours: Schema.optionalKey(Schema.NullOr(Schema.String)),
  price_tier: Schema.optionalKey(Schema.Int),
  price_known: Schema.optionalKey(Schema.Boolean),
  booking_needed: Schema.optionalKey(Schema.Boolean),
  expected: Schema.optionalKey(Schema.NullOr(Expected))
}

/** One slot's part in an option. Times are RFC 3339 in UTC. */
export const Change = Schema.Struct({
  slot_id: SlotId,
  action: Schema.Literals(["replace", "move", "shorten", "drop"]),
  node: Schema.optionalKey(NodeBrief),
  starts_at: Schema.String,
  ends_at: Schema.String,
  open: Schema.Literals(["open", "unknown"]),
  travel_minutes: Schema.Int,
  /** Of the place that comes in. */
  ...BEFORE_ONE_GOES,
  /** The day of the trip that the stop moves to, where that is another one. */
  day: Schema.optionalKey(Schema.Int)
}).annotate({ identifier: "Change" })
export type Change = typeof Change.Type

/**
 * What an option is beside the others: one answer for all that is left of the day; a place for one stop, the closest in taste,
 * the closest on foot, or another kind of place; or, where no place passes, to wait, to leave the stop out, to go on another day.
 */
export const OptionKind = Schema.Literals([
  "rest_of_day",
  "closest_in_taste",
  "closest_on_foot",
  "different_idea",
  "wait",
  "skip",
  "another_day"
])
export type OptionKind = typeof OptionKind.Type

export const OfferOption = Schema.Struct({
  option_id: OptionId,
  /** Absent where it is just one more place. */
  kind: Schema.optionalKey(OptionKind),
  changes: Schema.Array(Change),
  unchanged: Schema.Int,
  score: Schema.Finite,
  why: Schema.Array(Schema.String),
  evidence: Schema.Array(EvidenceLine)
}).annotate({ identifier: "OfferOption" })
export type OfferOption = typeof OfferOption.Type

/** Why nothing (or not more) could be offered, with how many places fell to each reason. */
export const NoPivotReason = Schema.Struct({
  reason: Schema.String,
  message: Schema.String,
  places: Schema.Int
}).annotate({ identifier: "NoPivotReason" })
export type NoPivotReason = typeof NoPivotReason.Type

export const Offer = Schema.Struct({
  pivot_id: PivotId,
  trigger: Trigger,
  slot_id: Schema.NullOr(SlotId),
  options: Schema.Array(OfferOption),
  reasons: Schema.optionalKey(Schema.Array(NoPivotReason)),
  computed_at: Schema.String,
  expires_at: Schema.String,
  state_version: Schema.Int,
  model: Schema.Struct({ name: Schema.String, version: Schema.String }),
  source: Schema.Literals(["precomputed", "on_demand"]),
  catalog_version: Schema.Int
}).annotate({ identifier: "Offer" })
export type Offer = typeof Offer.Type

/** An offer as JSON. It is written once, when it is made, and most who handle it never look inside. */
export const OfferText = Schema.String.pipe(Schema.brand("OfferText"))
export type OfferText = typeof OfferText.Type

export const offerText = (offer: Offer): OfferText => JSON.stringify(offer) as OfferText

export const readOffer = (text: OfferText): Offer => JSON.parse(text)
