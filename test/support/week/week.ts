/** A scripted week: starts a server by a moved clock, lets travelers act through its public API, and has it build its data sets. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DATASETS, type DatasetName } from "../../../src/services/datasets.ts"
import { startPushService } from "../../fakes/push-service.ts"
import { command, type Environment, type Server, startServer, until } from "../server.ts"
import { type Cast, DAY, HOUR } from "./cast.ts"
import { MovedClock } from "./clock.ts"
import { WeekRecord } from "./record.ts"
import { type Json, Stage, type Traveler } from "./stage.ts"
import { cast } from "./stories.ts"

/**
 * Midnight in Seattle before the first Monday in May of next year: far enough from any change of the clocks, and ahead of the real
 * clock. A signal that arrives while the moved clock is being read makes PostgreSQL read the real one, once: were that later, all
 * limits of statements and transactions would be over at that instant.
 */
const MIDNIGHT = (() => {
  const first = new Date(Date.UTC(new Date().getUTCFullYear() + 1, 4, 1, 7))
  return first.getTime() + ((8 - first.getUTCDay()) % 7) * DAY
})()
const FIRST_HOUR = 8

export interface WeekOptions {
  /** Holds everything: clock, data of the server, record. */
  readonly folder: string
  readonly people: number
  readonly days: number
  readonly plansAhead: number
  /** Calls that are under way at once. */
  readonly atOnce: number
  /** Cities that are there beside the first. */
  readonly cities?: ReadonlyArray<string>
  readonly environment?: Environment
}

export interface BuiltDataset {
  readonly name: DatasetName
  readonly published: boolean
  readonly folder: string
  readonly said: string
}

export interface Week {
  readonly record: WeekRecord
  readonly stage: Stage
  readonly server: Server
  readonly build: (name: DatasetName) => Promise<BuiltDataset>
  readonly metrics: () => Promise<string>
  readonly stop: () => Promise<void>
}

/** What goes on in the city, told by an operator. */
const announce = async (stage: Stage, admin: Traveler, days: number): Promise<void> => {
  const tell = (event: Json) => stage.ask(admin, "POST", "/admin/cities/seattle/events", event)
  const at = (day: number, hour: number) => new Date(MIDNIGHT + day * DAY + hour * HOUR).toISOString()
  const conditions = ["rain", "heat", "storm", "cold", "rain", "snow"]
  for (let day = 1; day <= days; day++) {
    const condition = conditions[(day - 1) % conditions.length]
    await tell({ kind: "weather", from: at(day, 12), until: at(day, 18), condition, severity: "moderate" })
  }
}

/** Seeds further cities, one after another. */
const seed = async (stage: Stage, admin: Traveler, cities: ReadonlyArray<string>): Promise<void> => {
  for (const city of cities) {
    const { body } = await stage.ask(admin, "POST", "/admin/seed-city", { city })
    await until(
      `${city} to be seeded`,
      async () => (await stage.ask(admin, "GET", `/admin/jobs/${body.job_id}`)).body.state === "done"
    )
  }
}

const places = async (stage: Stage, record: WeekRecord, who: Traveler, city: string): Promise<void> => {
  let cursor = ""
  do {
    const { body } = await stage.ask(who, "GET", `/cities/${city}/nodes?limit=200${cursor}`)
    for (const node of body.nodes) {
      record.places.push({
        node: node.id,
        name: node.name,
        category: node.category,
        neighbourhood: node.neighbourhood,
        source: node.source,
        tags: node.vibe_tags
      })
    }
    cursor = body.next_cursor === null ? "" : `&cursor=${encodeURIComponent(body.next_cursor)}`
  } while (cursor !== "")
}

const ready = async (server: Server): Promise<Json> => (await fetch(`${server.url}/ready`)).json()

/** Nothing is on its way into the database any more, and nobody waits to be forgotten. */
const settled = (server: Server): Promise<unknown> =>
  until("a journal that is drained, and nobody who waits to be forgotten", async () => {
    const { dependencies } = await ready(server)
    const detail = (name: string): string => dependencies.find((one: Json) => one.name === name).detail
    return / 0 records ahead/.test(detail("journal")) && /^nobody waits/.test(detail("erasure"))
  })

const metricsOf = async (server: Server): Promise<string> => (await fetch(`${server.url}/metrics`)).text()

/** No kind of trip waits for its rankings to be warmed up. */
const warmedUp = (server: Server): Promise<unknown> =>
  until(
    "the rankings that are being warmed up",
    async () => !/^\w*ranking_warmings_waiting(\{[^}]*\})? [1-9]/m.test(await metricsOf(server))
  )

export const runWeek = async (options: WeekOptions): Promise<Week> => {
  const { folder, people, days, plansAhead, atOnce } = options
  const data = join(folder, "data")
  mkdirSync(data, { recursive: true })
  const clock = new MovedClock(folder, MIDNIGHT + FIRST_HOUR * HOUR)
  const datasets = join(folder, "datasets")
  const push = await startPushService()
  const environment: Environment = {
    RATE_LIMIT: "off",
    PUSH_SERVICES: push.host,
    PUSH_CONTACT: "mailto:ops@example.org",
    ...clock.environment,
    ...options.environment
  }
  const server = await startServer(environment, data)
  const stage = new Stage(server, clock, atOnce)
  const record = new WeekRecord()
  const admin = stage.traveler("admin")
  await announce(stage, admin, days)
  const { cities = [] } = options
  await seed(stage, admin, cities)
  for (const city of ["seattle", ...cities]) await places(stage, record, admin, city)
  const world: Cast = { stage, record, midnight: MIDNIGHT, days, plansAhead, operator: admin, push }
  await stage.tell(await cast(world, people), () => warmedUp(server))
  clock.moveTo(MIDNIGHT + (days + 1) * DAY + 1 * HOUR)
  await settled(server)
  writeFileSync(join(folder, "record.json"), JSON.stringify(record, null, 1))
  return {
    record,
    stage,
    server,
    metrics: () => metricsOf(server),
    build: async (name) => {
      // The server builds its own at night, whenever it finds that one has passed.
      const apart = { ...environment, DATASETS_DIR: datasets }
      const { code, said } = await command(["build-dataset", name, "--keep-refused"], apart, data)
      const day = new Date(clock.now()).toISOString().slice(0, 10)
      const published = join(datasets, name, day)
      return { name, published: code === 0, folder: existsSync(published) ? published : `${published}.refused`, said }
    },
    stop: async () => {
      await server.stop()
      push.close()
    }
  }
}

export const buildAll = async (week: Week): Promise<ReadonlyArray<BuiltDataset>> => {
  const built: Array<BuiltDataset> = []
  for (const name of DATASETS) built.push(await week.build(name))
  return built
}
