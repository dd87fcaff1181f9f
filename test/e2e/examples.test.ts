/**
 * The example of every operation of `/openapi.json`, sent to a running server as it stands there and answered as it says
 * there. Only what an example cannot know is put in its place: ids, codes, days, and the number of a trip's last change.
 * What has to be there first is made of other examples, as far as they make it.
 */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { EXAMPLE, EXAMPLE_DAY } from "../../src/http/contract/examples.ts"
import { PARAMETERS } from "../../src/http/contract/operations.ts"
import { TOGETHER } from "../../src/http/contract/operations-together.ts"
import { type Contract, contractOf, misfit, type Operation } from "../attack/contract.ts"
import { type PushService, pushDevice, startPushService } from "../fakes/push-service.ts"
import { openToSuggestions, SUGGESTIONS, wholePerson } from "../support/companion.ts"
import { registerFactors } from "../support/factors-model.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

/** What stands for the words of an example, and who sends it. */
interface Stage {
  readonly who: Traveler
  readonly real: Readonly<Record<string, string>>
}

/** What stands for the first day of the example's trip: it is planned and asked of as one that is ahead. */
const FIRST_DAY = dayAhead(2)
/** The version whose example is let further. */
const MODEL_VERSION = "3"
const SHARE_CODE = String(PARAMETERS["shared.read.code"]![1])
const ANSWER_CODE = (TOGETHER["pushAnswers.answer"]!.body as Json).code

const slotsOf = (trip: Json): ReadonlyArray<Json> => trip.days.flatMap(({ slots }: Json) => slots)

describe("the example of every operation", () => {
  let world: World
  let service: PushService
  let contract: Contract
  let admin: Traveler

  const replaced = (value: unknown, real: Stage["real"]): string => {
    let text = typeof value === "string" ? value : JSON.stringify(value)
    for (const [word, one] of Object.entries({ [EXAMPLE_DAY]: FIRST_DAY, ...real })) text = text.replaceAll(word, one)
    return text
  }

  const ofName = (id: string): Operation => {
    const found = contract.operations.find((one) => one.id === id)
    assert.isDefined(found, `There is no operation ${id} any more`)
    return found
  }

  const headersOf = async ({ parameters }: Operation, { real, who }: Stage) => {
    const headers: Record<string, string> = {}
    for (const { example, in: where, name } of parameters) {
      if (where !== "header") continue
      if (name === "idempotency-key") headers[name] = randomUUID()
      else if (name !== "if-match") headers[name] = String(example)
      else headers[name] = String(ok(await who.call("GET", `/trips/${real[EXAMPLE.trip]}`)).state_version)
    }
    return headers
  }

  /** Sends the example; its answer is of the status that the document gives to success, and has the form that it gives. */
  const sent = async (id: string, stage: Stage): Promise<Json> => {
    const operation = ofName(id)
    const lacking = operation.parameters.filter(({ example }) => example === undefined).map(({ name }) => name)
    assert.deepStrictEqual(lacking, [], "parameters without an example")
    assert.isTrue(operation.body === undefined || operation.example !== undefined, "its body has no example")
    const [success] = [...operation.answers.keys()].filter((status) => status >= 200 && status < 300)
    const of = (where: string) => operation.parameters.filter((one) => one.in === where)
    const path = operation.path
      .replace("/api/v1", "")
      .replace(/\{(\w+)\}/g, (_, name) =>
        encodeURIComponent(replaced(of("path").find((one) => one.name === name)!.example, stage.real))
      )
    const query = new URLSearchParams(of("query").map(({ example, name }) => [name, replaced(example, stage.real)]))
    const body = operation.example === undefined ? undefined : replaced(operation.example, stage.real)
    const headers = await headersOf(operation, stage)
    const call = () =>
      stage.who.call(
        operation.method,
        query.size === 0 ? path : `${path}?${query}`,
        body === undefined ? undefined : JSON.parse(body),
        headers
      )
    // Where a busy machine's database does not answer in time, the server says so and when to come back: the same request, under the same key.
    const answer = await until(`an answer to ${operation.method} ${path}`, async () => {
      const given = await call()
      return given.status === 503 ? false : given
    })
    const said = `${operation.method} ${path} ${body ?? ""} answered ${answer.status} ${JSON.stringify(answer.body)}`
    assert.strictEqual(answer.status, success, said.slice(0, 900))
    const schema = operation.answers.get(answer.status)
    if (schema !== undefined) assert.isUndefined(misfit(contract, schema, answer.body), said.slice(0, 900))
    return answer.body
  }

  const alone = async (): Promise<Stage> => ({ who: await world.someone(), real: {} })
  const asAdmin = async (): Promise<Stage> => ({ who: admin, real: {} })

  /** Made when it is needed first, and the same from then on. */
  const once = <A>(make: () => Promise<A>): (() => Promise<A>) => {
    let made: Promise<A> | undefined
    return () => {
      made ??= make()
      return made
    }
  }

  /** Somebody with the trip of the example. */
  const planned = async () => {
    const who = await world.someone()
    const trip = await sent("trips.create", { who, real: {} })
    const [first] = slotsOf(trip)
    const real = { [EXAMPLE.trip]: trip.id, [EXAMPLE.slot]: first.id, [EXAMPLE.node]: first.node.id }
    return { who, real, trip }
  }
  /** One for all that leave it a trip that is planned. */
  const somebodys = once(planned)

  /** Of the first day two stops are left, and none of the second. */
  const emptied = once(async (): Promise<Stage> => {
    const { who, real, trip } = await planned()
    const [next, last, ...others] = trip.days[0].slots
    for (const { id } of [...others, ...trip.days[1].slots]) {
      ok(await who.call("PATCH", `/trips/${trip.id}/slots/${id}`, { action: "remove" }))
    }
    // The example names them in the order in which they stand already: that holds, whatever they are.
    return { who, real: { ...real, [EXAMPLE.nextSlot]: next.id, [EXAMPLE.slot]: last.id } }
  })

  const invited = async (to = somebodys) => {
    const { who, real: known, trip } = await to()
    const companion = await world.someone()
    const real = { ...known, [EXAMPLE.companion]: companion.id }
    await sent("trips.invite", { who, real })
    return { who, real, companion, trip }
  }

  const underWay = async () => {
    const { companion, who, real, trip } = await invited(planned)
    await sent("trips.join", { who: companion, real })
    await sent("trips.change", { who, real })
    ok(await who.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
    return { who, companion, real, trip }
  }
  const travelers = once(underWay)

  /** With an offer that there is something to choose from, whichever stop it is about. */
  const offered = async (to = travelers) => {
    const { trip, ...stage } = await to()
    for (const { id } of slotsOf(trip)) {
      const asked = await stage.who.call("POST", `/trips/${trip.id}/pivot`, { trigger: "venue_closed", slot_id: id })
      if (asked.status !== 200 || asked.body.options.length === 0) continue
      const { options, pivot_id } = asked.body
      return { ...stage, real: { ...stage.real, [EXAMPLE.pivot]: pivot_id, [EXAMPLE.option]: options[0].option_id } }
    }
    throw new Error("No stop of the plan can be replaced.")
  }

  /** The group votes, and whoever was not there when it began was told by a notification. */
  const votedOn = once(async () => {
    const stage = await offered()
    const phone = pushDevice(service)
    ok(await stage.companion.call("PUT", "/users/me/push-subscriptions", phone.subscription))
    await sent("votes.open", stage)
    return {
      ...stage,
      told: async () => JSON.parse(phone.read(await until("a call", () => service.to(phone.path)[0])))
    }
  })

  const linked = once(async (): Promise<Stage> => {
    const { who, real } = await somebodys()
    const { code, id } = await sent("links.make", { who, real })
    return { who, real: { ...real, [EXAMPLE.link]: id, [EXAMPLE.code]: code } }
  })

  const withJob = async (): Promise<Stage> => {
    const { job_id } = await sent("admin.seedTrainingData", { who: admin, real: {} })
    return { who: admin, real: { [EXAMPLE.job]: job_id } }
  }

  /** The example's model in production. */
  const inProduction = once(async (): Promise<Stage> => {
    ok(await admin.call("POST", `/admin/model-registry/bpr/${MODEL_VERSION}/promote?to=production&force=an+example`))
    return asAdmin()
  })

  const adminOf = async (): Promise<Stage> => ({ who: admin, real: (await somebodys()).real })

  /** What has to be there before the example makes sense; every other operation needs nothing, or a trip that its path names. */
  const STAGES: Readonly<Record<string, () => Promise<Stage>>> = {
    "begin.renewToken": async () => {
      const { who } = await alone()
      return { who, real: { [EXAMPLE.token]: who.token } }
    },
    "begin.signIn": async () => {
      const { who } = await alone()
      return { who, real: { [EXAMPLE.signInCode]: (await sent("people.makeCode", { who, real: {} })).code } }
    },
    "trips.list": somebodys,
    "trips.change": planned,
    "trips.delete": planned,
    "trips.replan": planned,
    "trips.changeSlot": planned,
    "trips.invite": async () => {
      const { who, real } = await somebodys()
      return { who, real: { ...real, [EXAMPLE.companion]: (await world.someone()).id } }
    },
    "trips.join": async () => {
      const { companion, real } = await invited()
      return { who: companion, real }
    },
    "trips.leave": () => invited(),
    "trips.pivot": travelers,
    "trips.answerPivot": () => offered(),
    "edits.add": emptied,
    "edits.reorder": emptied,
    "edits.undo": async () => {
      const stage = await planned()
      await sent("trips.changeSlot", stage)
      return stage
    },
    "votes.open": () => offered(underWay),
    "votes.cast": votedOn,
    "votes.read": votedOn,
    "links.mine": linked,
    "links.revoke": async () => {
      const { who, real } = await somebodys()
      const { id } = await sent("links.make", { who, real })
      return { who, real: { ...real, [EXAMPLE.link]: id } }
    },
    "links.invitation": linked,
    "links.accept": async () => ({ who: await world.someone(), real: (await linked()).real }),
    "shared.read": async () => {
      const { who, real } = await somebodys()
      const { code } = ok(await who.call("POST", `/trips/${real[EXAMPLE.trip]}/links`, { kind: "share" }), 201)
      return { who, real: { [SHARE_CODE]: code } }
    },
    "companions.answer": async () => {
      const [who, other] = [await wholePerson(world, 34, ["food"]), await wholePerson(world, 35, ["food"])]
      for (const one of [who, other]) await openToSuggestions(one)
      await until("a suggestion", async () =>
        ok(await who.call("GET", SUGGESTIONS)).suggestions.some(({ user_id }: Json) => user_id === other.id)
      )
      return { who, real: { [EXAMPLE.traveler]: other.id } }
    },
    "push.unsubscribe": async () => {
      const { who } = await alone()
      const { id } = await sent("push.subscribe", { who, real: {} })
      return { who, real: { [EXAMPLE.link]: id } }
    },
    "pushAnswers.answer": async () => {
      const { companion, told } = await votedOn()
      const { answer, option_id } = await told()
      return { who: companion, real: { [ANSWER_CODE]: answer, [EXAMPLE.option]: option_id } }
    },
    // What is told has happened by now.
    "people.signals": async () => {
      const { who, real } = await somebodys()
      return { who, real: { ...real, [EXAMPLE_DAY]: dayAhead(-1), [EXAMPLE.signal]: randomUUID() } }
    },
    "cities.evidence": somebodys,
    "admin.putSeedFilePart": async () => {
      const { file_id } = await sent("admin.beginSeedFile", { who: admin, real: {} })
      return { who: admin, real: { [EXAMPLE.file]: file_id } }
    },
    "admin.job": withJob,
    "admin.cancelJob": async () => {
      // It waits, so that it is not done before it is cancelled.
      await world.rows(
        (sql) => sql`create function not_yet() returns trigger language plpgsql as
          $$ begin new.run_after := now() + interval '1 hour'; return new; end $$`
      )
      await world.rows(
        (sql) => sql`create trigger not_yet before insert on jobs for each row execute function not_yet()`
      )
      const stage = await withJob()
      await world.rows((sql) => sql`drop function not_yet cascade`)
      return stage
    },
    "admin.traffic": inProduction,
    "admin.rollback": inProduction,
    "admin.actor": adminOf,
    "admin.interrupt": adminOf
  }

  const stageOf = ({ id, path }: Operation): Promise<Stage> => {
    const stage = STAGES[id]
    if (stage !== undefined) return stage()
    if (id.startsWith("admin.")) return asAdmin()
    return path.startsWith("/api/v1/trips/{id}") ? somebodys() : alone()
  }

  beforeAll(async () => {
    service = await startPushService()
    world = await openWorld({
      RATE_LIMIT: "off",
      OVERPLANNED_DEMO: "true",
      PUSH_SERVICES: `fcm.googleapis.com,${service.host}`,
      PUSH_CONTACT: "mailto:ops@example.org"
    })
    contract = await contractOf(world.server().url)
    admin = await world.someone({ role: "admin" })
    const { nodes } = ok(await admin.call("GET", "/cities/seattle/nodes?limit=100"))
    await registerFactors(
      world,
      MODEL_VERSION,
      nodes.map(({ id }: Json) => id)
    )
  })
  afterAll(async () => {
    await world?.close()
    service?.close()
  })

  it("is there, and no stage is set for what is gone", () => {
    const ids = contract.operations.map(({ id }) => id)
    assert.deepStrictEqual(
      Object.keys(STAGES).filter((id) => !ids.includes(id)),
      []
    )
    assert.isAbove(ids.length, 60)
  })

  it("is answered with the success that the document tells of", async () => {
    const failed: Array<string> = []
    for (const operation of contract.operations) {
      try {
        await sent(operation.id, await stageOf(operation))
      } catch (cause) {
        failed.push(`${operation.id}: ${(cause as Error).message}`)
      }
    }
    assert.deepStrictEqual(failed, [])
  })
})
