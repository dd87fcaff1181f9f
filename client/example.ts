/**
 * A whole trip in some lines: `node client/example.ts http://127.0.0.1:8000 <token>`. Without a token it comes in by the
 * demo, which is open on the machine of the server itself.
 */
import { makeClient, newId, Problem, type ServerFrame } from "./index.ts"

const [origin = "http://127.0.0.1:8000", given] = process.argv.slice(2)

const tokenOf = async (): Promise<string> => {
  if (given !== undefined) return given
  return (await makeClient({ origin }).call("begin.enterDemo", { body: { as: "newcomer" }, key: null })).token
}

const client = makeClient({ origin, token: await tokenOf() })

await client.call("people.onboard", { body: { tags: { food: ["ramen", "coffee"], pace: "slow" } } })
const trip = await client.call("trips.create", {
  body: { city: "seattle", start_date: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10), days: 2 }
})
const stops = trip.days.flatMap(({ slots }) => slots)
console.log(`Planned ${stops.length} stops in ${trip.city}: ${stops.map(({ node }) => node.name).join(", ")}.`)

let known = trip.state_version
const changed = Promise.withResolvers<ServerFrame>()
const live = Promise.withResolvers<void>()
const stream = client.stream({
  tripId: trip.id,
  since: () => known,
  onState: (state) => state === "live" && live.resolve(),
  onFrame: (frame) => {
    if ("seq" in frame && frame.type !== "hello") known = frame.seq
    if (frame.type === "slot_changed") changed.resolve(frame)
  }
})
await live.promise
for (const status of ["confirmed", "active"] as const) {
  await client.call("trips.change", { path: { id: trip.id }, body: { status } })
}

try {
  const offer = await stream.request({ type: "pivot", id: newId(), trigger: "mood", detail: { mood: "curious" } })
  if (offer.type === "error") throw new Problem(offer.problem, offer.problem.status)
  if (offer.type !== "offer") throw new Error(`A pivot was answered with ${offer.type}.`)
  const [best] = offer.options
  if (best === undefined) console.log(`Nothing to offer: ${offer.reasons?.map(({ message }) => message).join(" ")}`)
  else {
    console.log(`Offered ${best.changes.map(({ node, action }) => node?.name ?? action).join(", ")}.`)
    const { pivot_id } = offer
    await stream.request({ type: "respond", id: newId(), pivot_id, response: "accept", option_id: best.option_id })
    await changed.promise
    console.log(`Taken: the trip is at version ${known}.`)
  }
} catch (error) {
  if (!(error instanceof Problem)) throw error
  console.log(error.message)
} finally {
  stream.close()
}
