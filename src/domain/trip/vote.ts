/** A group's vote on an offer: what it is, how it goes on, and how it is counted. */
import * as Schema from "effect/Schema"
import { NodeId, OptionId, PivotId, SlotId, UserId } from "../ids.ts"
import { OfferText, PivotRequest } from "../pivot/model.ts"

/** What somebody says to an offer: one of its options, or to go on as planned. */
export const VoteAnswer = Schema.Union([
  Schema.Struct({ response: Schema.Literal("accept"), option_id: OptionId }),
  Schema.Struct({ response: Schema.Literal("dismiss") })
])
export type VoteAnswer = typeof VoteAnswer.Type

/** Everything that is needed to honour what comes of it, also after a restart: offers themselves are kept in memory only. */
export const Vote = Schema.Struct({
  pivot_id: PivotId,
  offer: OfferText,
  request: PivotRequest,
  model: Schema.Struct({ name: Schema.String, version: Schema.String }),
  slot_id: Schema.NullOr(SlotId),
  /** Marks of the city's events that the offer answers. */
  about: Schema.optionalKey(Schema.Array(Schema.String)),
  offered_at: Schema.Int,
  /** The stops that the offer changes, as they were when the vote began. */
  basis: Schema.Array(Schema.Struct({ id: SlotId, node_id: NodeId, starts_at: Schema.Int })),
  /** Nobody, where they have left the trip since. */
  opened_by: Schema.NullOr(UserId),
  opened_at: Schema.Int,
  closes_at: Schema.Int,
  /** What is done where nobody votes, or as many want one thing as another. */
  default: VoteAnswer,
  ballots: Schema.Array(Schema.Struct({ user_id: UserId, answer: VoteAnswer }))
})
export type Vote = typeof Vote.Type

/** What a vote came to. Who wanted what is not part of it. */
export const VoteResult = Schema.Struct({
  tally: Schema.Array(
    Schema.Struct({
      response: Schema.Literals(["accept", "dismiss"]),
      option_id: Schema.NullOr(OptionId),
      votes: Schema.Int
    })
  ),
  /** How many could have voted. */
  members: Schema.Int,
  /** Nobody voted, or as many wanted one thing as another: the default decided. */
  by_default: Schema.Boolean,
  /** Why what was chosen could not be done any more. */
  problem: Schema.NullOr(Schema.String)
}).annotate({ identifier: "VoteResult" })
export type VoteResult = typeof VoteResult.Type

interface Voters {
  readonly members: ReadonlyArray<{ readonly user_id: UserId }>
}

const keyOf = (answer: VoteAnswer): string => (answer.response === "accept" ? answer.option_id : "")

const same = (a: VoteAnswer, b: VoteAnswer): boolean => keyOf(a) === keyOf(b)

/** Only who travels counts: whoever has left takes their vote with them. */
const counted = ({ ballots }: Vote, { members }: Voters) =>
  ballots.filter((one) => members.some(({ user_id }) => user_id === one.user_id))

export const answerOfVoter = (vote: Vote, userId: string): VoteAnswer | undefined =>
  vote.ballots.find((one) => one.user_id === userId)?.answer

export const votersOf = (vote: Vote, trip: Voters): ReadonlyArray<UserId> =>
  counted(vote, trip).map(({ user_id }) => user_id)

/** Who wanted that; nobody, where only the default did. */
export const votersFor = (vote: Vote, answer: VoteAnswer): ReadonlyArray<UserId> =>
  vote.ballots.filter((one) => same(one.answer, answer)).map(({ user_id }) => user_id)

const countOf = (vote: Vote, trip: Voters) => {
  const answers: Array<{ readonly answer: VoteAnswer; votes: number }> = []
  for (const { answer } of counted(vote, trip)) {
    const known = answers.find((one) => same(one.answer, answer))
    if (known === undefined) answers.push({ answer, votes: 1 })
    else known.votes++
  }
  return answers.sort((a, b) => b.votes - a.votes || (keyOf(a.answer) < keyOf(b.answer) ? -1 : 1))
}

/** The answer with the most votes; the default where there is none, or more than one. */
export const resultOf = (
  vote: Vote,
  trip: Voters
): { readonly answer: VoteAnswer; readonly result: Omit<VoteResult, "problem"> } => {
  const count = countOf(vote, trip)
  const isTied = count[0] === undefined || count[0].votes === count[1]?.votes
  const tally = count.map(({ answer, votes }) => ({
    response: answer.response,
    option_id: answer.response === "accept" ? answer.option_id : null,
    votes
  }))
  return {
    answer: isTied ? vote.default : count[0]!.answer,
    result: { tally, members: trip.members.length, by_default: isTied }
  }
}

/** When the vote is counted: at its deadline, or at once where no vote that is missing could change it. */
export const countedAt = (vote: Vote, trip: Voters): number => {
  const [first] = countOf(vote, trip)
  const voted = counted(vote, trip).length
  const isSettled = voted === trip.members.length || (first?.votes ?? 0) * 2 > trip.members.length
  return isSettled ? vote.opened_at : vote.closes_at
}

export const withBallot = (vote: Vote, user_id: UserId, answer: VoteAnswer): Vote => ({
  ...vote,
  ballots: [...vote.ballots.filter((one) => one.user_id !== user_id), { user_id, answer }]
})

export const withoutVoter = (vote: Vote, userId: UserId): Vote => ({
  ...vote,
  opened_by: vote.opened_by === userId ? null : vote.opened_by,
  ballots: vote.ballots.filter((one) => one.user_id !== userId)
})
