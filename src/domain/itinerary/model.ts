/** What an itinerary is assembled from, and what comes out. Data only. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { LiveCity } from "../city/live.ts"
import type { NodeId, SlotId } from "../ids.ts"
import type { Workspace } from "../orienteering/workspace.ts"
import type { PlacedBy, Relaxation, TripConstraints, Veto } from "../plan/model.ts"
import type { Scored } from "../ranking.ts"
import type { DayPart, Open, TimeOrientation } from "../vocabulary.ts"
import type { TravelMinutes, TripDay } from "./rules.ts"
import type { PlanWeights, Worth } from "./terms.ts"

/** What stays as it is: a slot that is booked or already lived through, or something of the travelers' own. */
export interface LockedStop {
  readonly slot_id: SlotId
  readonly day: number
  /** Position in the catalog; below -1 for what is the travelers' own. */
  readonly index: number
  readonly starts_at: number
  readonly ends_at: number
  /** Nothing is planned before somebody arrives, nor after they have left. */
  readonly bounds?: "arrival" | "departure"
  /** A table that is reserved: at a meal's hours it is that meal. */
  readonly feeds?: true
}

/** Whose tastes each day must show, and whose turn it is when stops are dealt out. Bit `m` stands for member `m`. */
export interface Coverage {
  readonly members: number
  /** The members of whom the place is a favourite: each day has one for everybody. */
  readonly serves: (index: number) => number
  /** The members who need not envy anybody for the place: over the trip everybody has about as many. */
  readonly owns: (index: number) => number
}

export interface AssemblyInput {
  readonly catalog: CityCatalog
  readonly travel: TravelMinutes
  /** Where days begin and end, as `travel` knows it: ways from there and back cost like all others. */
  readonly home?: number
  /** The ranked candidates, about 200. Nothing else is ever chosen, must-sees and bookings aside. */
  readonly scores: ReadonlyArray<Pick<Scored, "index" | "score">>
  readonly days: ReadonlyArray<TripDay>
  readonly constraints: TripConstraints
  readonly vetoes: ReadonlyArray<Pick<Veto, "node_ids" | "tags">>
  readonly orientations: ReadonlyArray<TimeOrientation>
  readonly locked: ReadonlyArray<LockedStop>
  readonly coverage?: Coverage
  /** What is announced for the city: nobody is sent where it is shut then, nor outdoors in bad weather where it can be helped. */
  readonly live?: LiveCity
  /** Nothing new begins before this instant: a trip under way is planned from now on. */
  readonly notBefore?: number
  /** What makes a day good; the shipped weights where left out. */
  readonly weights?: PlanWeights
  /** How thoroughly to search, as a share of the usual; 1 where left out. */
  readonly effort?: number
  /** Memory to work in, which nobody else works in meanwhile; memory of its own where left out. */
  readonly workspace?: Workspace
  /** Decides between equals; the same input and seed give the same trip. */
  readonly seed: number
}

/** A slot without its id. A stop that was locked carries the id it had. */
export interface PlannedStop {
  readonly slot_id?: SlotId
  readonly day: number
  readonly order: number
  readonly index: number
  readonly node_id: NodeId
  readonly day_part: DayPart
  readonly starts_at: number
  readonly ends_at: number
  readonly travel_minutes: number
  readonly locked: boolean
  readonly open: Open
  readonly score: number
  /** What it is worth, by term: why it is there. Empty for what was locked. */
  readonly worth: Worth
  /** The term by which it is furthest ahead of an ordinary place; absent for what was locked. */
  readonly placed_by?: PlacedBy
}

export interface Assembly {
  readonly stops: ReadonlyArray<PlannedStop>
  /** Constraints that were bent, each with what was done about it. */
  readonly relaxations: ReadonlyArray<Relaxation>
  /** What could not be done at all. A trip with problems is partial, and says so. */
  readonly problems: ReadonlyArray<Relaxation>
}
