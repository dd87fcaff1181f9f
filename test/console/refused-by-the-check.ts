import type { makeApi } from "../../console/api.js"

/** Never called: the check fails where the app could ask for something that the contract does not know. */
export const refusedByTheCheck = (api: ReturnType<typeof makeApi>) => [
  // @ts-expect-error no such answer
  api.answerCompanion("u", "perhaps"),
  // @ts-expect-error no such field of a vote
  api.castVote("t", "p", { respons: "accept" }),
  // @ts-expect-error a link of no such kind
  api.makeLink("t", { kind: "postcard" }),
  // @ts-expect-error no such operation
  api.client.call("trips.forget", { path: { id: "t" } }),
  // @ts-expect-error an invitation tells no such thing
  api.invitation("c").then(({ secret }) => secret)
]
