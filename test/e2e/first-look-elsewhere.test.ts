/** Two servers share a database, and the one that a traveler asks is not the one that has their trip: who they are is known all the same. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { portToComeBackTo } from "../harness/port.ts"
import { offeredFor } from "../support/offers.ts"
import { personId } from "../support/person-ids.ts"
import {
  dayAhead,
  type Json,
  ok,
  type Server,
  scratchFolder,
  startServer,
  type Traveler,
  traveler,
  until
} from "../support/server.ts"
import { freshDatabase, openRows } from "./world.ts"

describe("the first look and the first offer of a trip", () => {
  const folders = [scratchFolder(), scratchFolder()]
  const servers: Array<Server> = []
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let asked: ReturnType<typeof openRows>

  const start = async (n: number) => {
    const port = await portToComeBackTo()
    servers[n] = await startServer(
      {
        DATABASE_URL: database.url,
        PORT: String(port),
        NODE_ADDRESS: `127.0.0.1:${port}`,
        RATE_LIMIT: "off",
        OVERPLANNED_NODE_ID: `server-${n}`
      },
      folders[n]!.path
    )
  }
  const owner = async (n: number): Promise<string> => {
    const ready = (await (await fetch(`${servers[n]!.url}/ready`)).json()) as Json
    return ready.dependencies.find((one: Json) => one.name === "nodes").detail
  }

  beforeAll(async () => {
    database = await freshDatabase()
    asked = openRows(database.url)
    await start(0)
    await start(1)
  })
  afterAll(async () => {
    for (const server of servers) await server?.stop("SIGKILL")
    await asked?.close()
    await database?.drop()
    for (const folder of folders) folder.remove()
  })

  /** Somebody with a taste, who only ever asks the second server; and a trip of theirs that is under way. */
  const travels = async () => {
    const who = await traveler(() => servers[1]!, { id: personId() })
    ok(await who.call("PUT", "/users/me/onboarding", { tags: { food: ["ramen"], interest: "culture" } }))
    const trip = ok(await who.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 3 }), 201)
    return { who, trip }
  }

  const looks = async (who: Traveler, trip: Json): Promise<void> => {
    const stops: ReadonlyArray<Json> = trip.days.slice(1).flatMap(({ slots }: Json) => slots)
    const { choices } = ok(await who.call("GET", `/trips/${trip.id}/slots/${stops[0].id}/choices`))
    assert.isNotEmpty(choices)
    ok(await who.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
    await offeredFor(who, trip.id, stops)
  }

  /** By what was logged of each decision; `late`: a server that begins may have to answer before the database has told who they are. */
  const isKnown = async (who: Traveler, { id }: Json, { late = false } = {}): Promise<void> => {
    const decisions = await until("what they were shown", async () => {
      const found = await asked.rows(
        (
          sql
        ) => sql`select d.surface, d.user_state, p.options from ranking_events d left join pivot_events p on p.pivot_id = d.id
          where d.trip_id = ${id} and d.surface in ('swap', 'pivot')`
      )
      return new Set(found.map(({ surface }) => surface)).size === 2 && found
    })
    for (const { options, surface, user_state } of decisions) {
      const unknown = late && user_state.members.length === 0
      if (!unknown) assert.deepEqual(user_state.members, [{ user_id: who.id, signal_count: 0 }], surface)
      for (const { features } of options ?? []) {
        if (unknown) assert.doesNotHaveAnyKeys(features, ["affinity", "affinity_planned"])
        else assert.containsAllKeys(features, ["affinity", "affinity_planned"])
      }
    }
  }

  it("know the traveler who asks a server that does not have the trip", async () => {
    assert.match(await owner(1), /owned by "server-0"/)
    const { trip, who } = await travels()
    await looks(who, trip)
    await isKnown(who, trip)
  })

  it("know them, or say that they do not, on the server that takes over between the plan and the look", async () => {
    const { trip, who } = await travels()
    const stopped = servers[0]!.stop("SIGTERM")
    await looks(who, trip)
    assert.strictEqual(await stopped, 0)
    assert.match(await owner(1), /this server owns the trips/)
    await isKnown(who, trip, { late: true })
  })
})
