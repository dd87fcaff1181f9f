/** What the frames of the stream are for. */
export const FRAMES: Readonly<Record<string, { readonly summary: string }>> = {
  PivotFrame: { summary: "Something went wrong: asks for ways to go on. Answered by an offer with the same id." },
  RespondFrame: {
    summary: "Accepts an option or dismisses the offer. Answered by an ack once it is on disk, or by an error."
  },
  SignalFrame: { summary: "Tells what the traveler did. Answered by an ack once it is on disk." },
  AuthFrame: { summary: "Goes on with a renewed token of the same traveler, without a new connection." },
  PingFrame: { summary: "Asks whether somebody is there; answered by a pong with the same id." },
  HelloFrame: { summary: "The first frame: where the trip stands, and whether all that was missed follows." },
  OfferFrame: {
    summary: "Ways to go on: asked for, with the id of the question, or pushed when something happens to the city."
  },
  AckFrame: { summary: "Done, and on disk." },
  ErrorFrame: { summary: "Not done, with a problem as HTTP would answer it." },
  PongFrame: { summary: "Somebody is there." },
  SlotChangedFrame: { summary: "Stops were swapped, removed, locked, done, or replaced by an accepted option." },
  TripChangedFrame: { summary: "The trip was made or planned anew, or has new dates, a new status, or other vetoes." },
  MemberChangedFrame: { summary: "Somebody was invited, joined or left, or an invitation was closed." },
  PresenceFrame: { summary: "Somebody opened their first stream of this trip, or closed their last." },
  OfferClosedFrame: { summary: "An offer was dismissed, or nobody answered it in time." },
  SharedFrame: { summary: "Where the shared trip stands: whoever has an older version reads it anew over HTTP." },
  VoteChangedFrame: {
    summary: "A vote on an offer was begun, or somebody voted. What it comes to is told with the offer's answer."
  },
  DrainFrame: { summary: "The server is stopping: come back in a moment, to where you are." }
}

export const STREAM = {
  summary: "Everything that happens to one trip, in order, and the quick way to ask it for something.",
  about:
    "A WebSocket for each trip that is shown. Frames are JSON objects with a `type`. What happens to the trip is numbered by `seq`, which rises by one; whoever comes back with `epoch` and `since` is given what was missed, or the whole trip where that cannot be proven complete: never a silent gap. Frames that ask for something carry an `id` of your choice, the answer repeats it, and the same id again is answered as before. HTTP has its own document: /openapi.json.",
  say: "Strictly read: a field that nobody knows is refused by name. More frames than a person sends close the stream with 1008.",
  follow: "One frame for each event, told to every member who listens. `seq` is the trip's `state_version` after it.",
  hear: "Answers, offers that are pushed, who comes and goes, and the server's own goodbye. They have no number and are not given again.",
  shared:
    "For whoever holds a link to read a plan: says when it has changed. Nothing is said on it; the plan itself is read by `shared.read`.",
  sharedProtocol:
    "`overplanned.v1` and the secret of the link as `share.<secret>` beside it. The secret never stands in the address.",
  sharedCloses:
    "Closed with 4404 and a sentence when the link is revoked, has run out, or its maker has left the trip; with 4401 where no secret was offered, 1001 and 1013 to come back.",
  since: "The `seq` of the last frame that you have, together with the `epoch` that came with it.",
  protocol:
    "`overplanned.v1` and, where no Authorization header can be set, `bearer.<token>` beside it. The token is never echoed and never stands in the address; who offers it alone is answered 400 with a problem document that says what is missing.",
  bearer:
    "A bearer token, in the Authorization header or as the subprotocol `bearer.<token>`. When it runs out the stream closes with 4401; renew it before with an auth frame."
} as const

export const CLOSES =
  "Closed with 1001 when the server stops (come back), 1008 for too much at once, or a `since` or `epoch` that is none, 1009 for a frame that is too large, 1013 to come back in a moment, 4401 for a token that is missing, has expired or is not ours, 4404 where there is no such trip for you, 4008 where frames were not read fast enough (come back to recover)."
