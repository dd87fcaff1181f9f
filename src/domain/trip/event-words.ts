import type { TripEvent } from "./events.ts"

/** What a group's vote came to, where that is lost: which of the two events it was, nobody needs to know. */
export const VOTE_COUNTED = "vote_counted"

/** What a lost change is written down as. */
export const lossOf = (event: TripEvent): string =>
  "vote" in event && event._tag !== "vote_opened" ? VOTE_COUNTED : event._tag

/** What happened to a trip, in words for people, by kind of event. */
export const EVENT_WORDS: Readonly<Record<string, string>> = {
  trip_rescheduled: "new dates",
  trip_replanned: "a new plan",
  status_changed: "a new status",
  slot_swapped: "a swapped stop",
  slot_removed: "a removed stop",
  slot_added: "an added stop",
  slot_moved: "a stop that was moved",
  day_reordered: "another order of a day",
  fixed_changed: "something of your own that came, moved or went",
  plan_undone: "a change that was taken back",
  slot_locked: "a stop that was locked or unlocked",
  slot_done: "a stop that was done",
  member_invited: "an invitation",
  invitation_closed: "an invitation that was closed",
  member_joined: "somebody who joined",
  member_left: "somebody who left",
  vetoes_set: "somebody's vetoes",
  pivot_accepted: "an offer that was accepted",
  pivot_dismissed: "an offer that was dismissed",
  pivot_ignored: "an offer that nobody answered",
  vote_opened: "the beginning of a vote",
  vote_cast: "somebody's vote",
  [VOTE_COUNTED]: "what a vote came to"
}
