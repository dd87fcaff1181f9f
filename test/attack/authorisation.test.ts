/**
 * Who may do what: every operation of the contract, asked by everybody there is. The table is the promise (`who-may-do-what.ts`);
 * an operation without a row fails. Each cell is a request that is right but for its sender, so that only the sender decides.
 */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { openWorld, type World } from "../e2e/world.ts"
import { dayAhead, type Traveler, until } from "../support/server.ts"
import { type Contract, contractOf } from "./contract.ts"
import { device } from "./device.ts"
import { MATRIX, WHO, type Who } from "./who-may-do-what.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

/** One trip with everybody around it, made anew after what was done to it: it must not decide for the next operation. */
interface Cast {
  readonly trip: Json
  readonly people: Readonly<Record<Who, Traveler>>
}

describe("who may do what", () => {
  let world: World
  let contract: Contract
  let everybody: Readonly<Record<"nobody" | "stranger" | "admin" | "erased", Traveler>>

  const nobody = async (): Promise<Traveler> => ({
    id: randomUUID(),
    token: "",
    call: async (method, path, body) => {
      const response = await fetch(`${world.server().url}/api/v1${path}`, {
        method,
        headers: body === undefined ? {} : { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      return { status: response.status, headers: response.headers, body: await response.json() }
    }
  })

  /** Only a trip that is under way is asked for pivots. */
  const cast = async (underWay: boolean): Promise<Cast> => {
    const [owner, member, removed, invited, repeating] = await Promise.all([1, 2, 3, 4, 5].map(() => world.someone()))
    const made = await owner!.call("POST", "/trips", { city: "seattle", start_date: dayAhead(1), days: 1 })
    assert.strictEqual(made.status, 201, JSON.stringify(made.body).slice(0, 300))
    const path = `/trips/${made.body.id}`
    for (const one of [member!, removed!, repeating!]) {
      assert.strictEqual((await owner!.call("POST", `${path}/members`, { user_id: one.id })).status, 200)
      assert.strictEqual((await one.call("POST", `${path}/join`)).status, 200)
    }
    assert.strictEqual((await owner!.call("DELETE", `${path}/members/${removed!.id}`)).status, 204)
    assert.strictEqual((await owner!.call("POST", `${path}/members`, { user_id: invited!.id })).status, 200)
    for (const status of underWay ? ["confirmed", "active"] : []) {
      assert.strictEqual((await owner!.call("PATCH", path, { status })).status, 200)
    }
    return {
      trip: made.body,
      people: {
        ...everybody,
        owner: owner!,
        member: member!,
        removed: removed!,
        invited: invited!,
        repeating: repeating!
      }
    }
  }

  /** The cast that no other operation has changed; reading and being refused leave it as it is. */
  const unchanged = new Map<boolean, Cast>()
  const someCast = async (underWay: boolean): Promise<Cast> => {
    const made = unchanged.get(underWay) ?? (await cast(underWay))
    unchanged.set(underWay, made)
    return made
  }

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off", SIGN_IN_GUESSES_PER_ADDRESS: "1000" })
    contract = await contractOf(world.server().url)
    const erased = await world.someone()
    await erased.call("GET", "/users/me/persona")
    assert.strictEqual((await erased.call("DELETE", "/users/me")).status, 202)
    everybody = {
      nobody: await nobody(),
      stranger: await world.someone(),
      admin: await world.someone({ role: "admin" }),
      erased
    }
    await until("the erased are known", async () => (await erased.call("GET", "/users/me/persona")).status === 401)
  })
  afterAll(() => world?.close())

  /** An offer that there is something to choose from, whichever stop it is about. */
  const offered = async (who: Traveler, trip: Json): Promise<string> => {
    for (const { id } of trip.days.flatMap((day: Json) => day.slots)) {
      const { body } = await who.call("POST", `/trips/${trip.id}/pivot`, { trigger: "venue_closed", slot_id: id })
      if (body.options?.length > 0) return body.pivot_id
    }
    throw new Error("No stop of the plan can be replaced.")
  }

  /** A request that is right in everything but, perhaps, its sender. */
  const request = async (id: string, { trip, people }: Cast, who: Traveler): Promise<readonly [string, Json?]> => {
    const slots = trip.days.flatMap((day: Json) => day.slots)
    const first = slots[0]
    switch (id) {
      case "begin.renewToken":
        return ["/token/renew", { token: who.token }]
      // Whoever types it is signed in as the one who made it; who has none to type, or left since, is not.
      case "begin.signIn": {
        const made = await (who === people.erased ? who : people.owner).call("POST", "/users/me/sign-in-codes")
        return ["/sign-in", { code: made.body.code ?? "none that was made" }]
      }
      case "begin.enterDemo":
        return ["/demo", { as: "newcomer" }]
      case "trips.create":
        return ["/trips", { city: "seattle", start_date: dayAhead(9), days: 1 }]
      case "trips.change":
        return [`/trips/${trip.id}`, { status: "confirmed" }]
      case "trips.invite":
        return [`/trips/${trip.id}/members`, { user_id: people.stranger.id }]
      case "trips.leave":
        return [`/trips/${trip.id}/members/${who.id}`]
      case "trips.replan":
        return [`/trips/${trip.id}/replan`, {}]
      case "trips.veto":
        return [`/trips/${trip.id}/vetoes`, { node_ids: [], tags: ["lively"] }]
      case "trips.editVetoes":
        return [`/trips/${trip.id}/vetoes`, { add: { tags: ["lively"] } }]
      case "trips.changeSlot":
        return [`/trips/${trip.id}/slots/${first.id}`, { action: "lock" }]
      case "edits.add":
        return [`/trips/${trip.id}/slots`, { own: { title: "A call", minutes: 15 } }]
      case "edits.choices":
        return [`/trips/${trip.id}/slots/${first.id}/choices`]
      case "edits.reorder":
        return [`/trips/${trip.id}/days/1/order`, { slot_ids: trip.days[0].slots.map((slot: Json) => slot.id) }]
      case "edits.undo": {
        await people.owner.call("PATCH", `/trips/${trip.id}/slots/${first.id}`, { action: "lock" })
        return [`/trips/${trip.id}/undo`, {}]
      }
      case "edits.fits":
        return [`/trips/${trip.id}/fits?minutes=60`]
      case "trips.pivot":
        return [`/trips/${trip.id}/pivot`, { trigger: "venue_closed", slot_id: first.id }]
      case "votes.open":
      case "votes.cast": {
        const path = `/trips/${trip.id}/pivots/${await offered(people.owner, trip)}/vote`
        if (id === "votes.open") return [path, {}]
        await people.owner.call("POST", path, {})
        return [path, { response: "dismiss" }]
      }
      case "trips.answerPivot": {
        const asked = await people.owner.call("POST", `/trips/${trip.id}/pivot`, {
          trigger: "venue_closed",
          slot_id: first.id
        })
        return [`/trips/${trip.id}/pivots/${asked.body.pivot_id}`, { response: "dismiss" }]
      }
      case "links.make":
        return [`/trips/${trip.id}/links`, { kind: "invite" }]
      case "links.revoke":
      case "links.invitation":
      case "links.accept": {
        const made = await people.owner.call("POST", `/trips/${trip.id}/links`, { kind: "invite" })
        if (id === "links.revoke") return [`/trips/${trip.id}/links/${made.body.id}`]
        return [`/invitations/${made.body.code}${id === "links.accept" ? "/join" : ""}`]
      }
      case "shared.read": {
        const made = await people.owner.call("POST", `/trips/${trip.id}/links`, { kind: "share" })
        return [`/shared/${made.body.code}`]
      }
      case "push.subscribe":
        return ["/users/me/push-subscriptions", device(randomUUID())]
      case "push.unsubscribe": {
        const made = await people.owner.call("PUT", "/users/me/push-subscriptions", device(randomUUID()))
        return [`/users/me/push-subscriptions/${made.body.id}`]
      }
      // Only a notification has the code; that it works is tried where one is sent.
      case "pushAnswers.answer":
        return ["/push/answers", { code: "none that was sent", answer: { response: "dismiss" } }]
      case "people.onboard":
        return ["/users/me/onboarding", { tags: { pace: "slow" } }]
      case "people.setCompanions":
        return ["/users/me/companions", { user_ids: [] }]
      case "companions.open":
        return ["/users/me/companions/suggestions", { open: true }]
      // Whom nobody was shown; that answers are taken is tried where people are suggested.
      case "companions.answer":
        return [`/users/me/companions/suggestions/${randomUUID()}`, { answer: "accepted" }]
      case "people.signals":
        return [
          "/signals",
          {
            id: randomUUID(),
            signal_type: "slot_view",
            activity_node_id: first.node.id,
            occurred_at: new Date().toISOString()
          }
        ]
      case "people.discovery":
        return ["/discovery?city=seattle"]
      case "admin.seedCity":
        return ["/admin/seed-city", { city: "seattle" }]
      case "admin.putSeedFilePart":
        return [`/admin/seed-files/${randomUUID()}/parts/0`, { base64: "AAAA" }]
      case "admin.seedTrainingData":
        return ["/admin/seed-training-data", { users: 1 }]
      case "admin.train":
        return ["/admin/train", { model: "none of ours" }]
      case "admin.traffic":
        return ["/admin/model-registry/bpr/traffic", { percent: 100 }]
      case "admin.rollback":
        return ["/admin/model-registry/bpr/rollback", { reason: "a try" }]
      case "admin.cityEvent": {
        const now = Date.now()
        const window = { from: new Date(now).toISOString(), until: new Date(now + 60_000).toISOString() }
        return ["/admin/cities/seattle/events", { kind: "closure", node_id: first.node.id, ...window }]
      }
      default: {
        const { path } = contract.operations.find((one) => one.id === id)!
        const named: Record<string, string> = {
          slug: "seattle",
          name: "bpr",
          version: "0.0.0",
          kind: "trip",
          id: id.startsWith("cities.")
            ? first.node.id
            : id === "admin.job" || id === "admin.cancelJob"
              ? randomUUID()
              : trip.id
        }
        return [path.replace("/api/v1", "").replace(/\{(\w+)\}/g, (_, name) => named[name]!)]
      }
    }
  }

  /** What one of them did of these decides what the next one may: the next one has another trip, with everybody as they were. */
  const DECIDES =
    /^trips\.(change|delete|invite|join|leave|answerPivot)$|^votes\.(open|cast)$|^edits\.undo$|^links\.(revoke|accept)$/
  /** Operations whose request is about something that its owner makes first. */
  const PREPARED = /^links\.|^shared\.|undo|answerPivot|^votes\./

  it("is said of every operation that there is", () => {
    assert.sameMembers(
      contract.operations.map(({ id }) => id),
      [...MATRIX.keys()]
    )
  })

  for (const [id, row] of MATRIX) {
    it(`${id}: ${WHO.map((who, i) => `${who} ${row[i]}`).join(", ")}`, async () => {
      const { method } = contract.operations.find((one) => one.id === id)!
      const underWay = /pivot|votes/i.test(id)
      const seen: Array<string> = []
      // What is made before such a request is sent changes the trip too.
      let changed = PREPARED.test(id)
      for (const who of WHO) {
        const around = await someCast(underWay)
        // Reading leaves no receipt: of two who were removed, the one who asked before is as the other.
        const repeats = who === "repeating" && method !== "GET"
        const asked = who === "repeating" && !repeats ? "removed" : who
        const sender =
          id === "people.erase" && !["nobody", "erased"].includes(who)
            ? await world.someone(who === "admin" ? { role: "admin" } : {})
            : around.people[asked]
        const [path, body] = await request(id, around, sender)
        const key = repeats ? { "idempotency-key": randomUUID() } : {}
        if (repeats) {
          await sender.call(method, path, body, key)
          await around.people.owner.call("DELETE", `/trips/${around.trip.id}/members/${sender.id}`)
          unchanged.delete(underWay)
        }
        const answer = await sender.call(method, path, body, key)
        if (DECIDES.test(id) && (answer.status < 400 || PREPARED.test(id))) unchanged.delete(underWay)
        changed ||= method !== "GET" && answer.status < 400
        seen.push(`${who} ${answer.status}`)
        const leaks =
          answer.status >= 400 && JSON.stringify(answer.body).includes(around.trip.days[0].slots[0].node.name)
        assert.isFalse(leaks, `${who} is turned away and told of the plan all the same: ${JSON.stringify(answer.body)}`)
      }
      if (changed) unchanged.delete(underWay)
      assert.deepStrictEqual(
        seen,
        WHO.map((who, i) => `${who} ${row[i]}`)
      )
    })
  }
})
