/**
 * A loopback stand-in for Qdrant: the routes that we use, over the real client, with requests and answers typed by the
 * OpenAPI schema that the client ships. It is not Qdrant: it says nothing about Qdrant's own search, only that we speak
 * its protocol. It misbehaves on command.
 */
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import type { Schemas } from "@qdrant/js-client-rest"
import * as Effect from "effect/Effect"

interface Stored {
  readonly vector: ReadonlyArray<number>
  readonly payload: Readonly<Record<string, unknown>>
}
interface StoredCollection {
  readonly size: number
  readonly indexed: Record<string, Schemas["PayloadIndexInfo"]>
  readonly points: Map<string, Stored>
}

export type QdrantTrouble = { readonly status: number } | { readonly hang: true } | { readonly drop: true }

interface Answer {
  readonly status: number
  readonly body: object
}
const ok = <A>(result: A): Answer => ({ status: 200, body: { result, status: "ok", time: 0.001 } })
const bad = (status: number, error: string): Answer => ({ status, body: { status: { error }, time: 0.001 } })

type Condition = Schemas["Condition"]
const conditions = (one: Condition | ReadonlyArray<Condition> | null | undefined): ReadonlyArray<Condition> =>
  one === undefined || one === null ? [] : Array.isArray(one) ? one : [one as Condition]

const holds = (condition: Condition, id: string, { payload }: Stored): boolean => {
  if ("has_id" in condition) return condition.has_id.map(String).includes(id)
  if ("key" in condition && condition.match) {
    const value = payload[condition.key]
    const values = Array.isArray(value) ? value : [value]
    const { match } = condition
    if ("any" in match) return values.some((one) => (match.any as ReadonlyArray<unknown>).includes(one))
    if ("value" in match) return values.includes(match.value)
  }
  throw new Error(`a condition that the stand-in does not know: ${JSON.stringify(condition)}`)
}

const passes = (filter: Schemas["Filter"] | null | undefined, id: string, stored: Stored): boolean =>
  conditions(filter?.must).every((condition) => holds(condition, id, stored)) &&
  !conditions(filter?.must_not).some((condition) => holds(condition, id, stored))

const unit = (vector: ReadonlyArray<number>) => {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0))
  return vector.map((x) => (length === 0 ? 0 : x / length))
}

const done: Schemas["UpdateResult"] = { operation_id: 1, status: "completed" }

const onCollection = (collection: StoredCollection, verb: string, body: unknown): Answer => {
  switch (verb) {
    case "PUT index": {
      const { field_name, field_schema } = body as Schemas["CreateFieldIndex"]
      if (field_schema !== "keyword") return bad(400, "only keyword here")
      collection.indexed[field_name] = { data_type: "keyword", points: collection.points.size }
      return ok(done)
    }
    case "PUT points": {
      const { points } = body as Schemas["PointsList"]
      for (const { id, vector, payload } of points) {
        if (!Array.isArray(vector) || vector.length !== collection.size) return bad(400, "wrong vector size")
        if (!/^[0-9a-f-]{36}$/.test(String(id))) return bad(400, `${id} is not a valid point ID`)
        collection.points.set(String(id), { vector: unit(vector as ReadonlyArray<number>), payload: payload ?? {} })
      }
      return ok(done)
    }
    case "POST points/delete": {
      const selector = body as Schemas["PointsSelector"]
      if ("points" in selector) for (const id of selector.points) collection.points.delete(String(id))
      else {
        for (const [id, stored] of collection.points)
          if (passes(selector.filter, id, stored)) collection.points.delete(id)
      }
      return ok(done)
    }
    case "POST points/count": {
      const { filter } = body as Schemas["CountRequest"]
      const result: Schemas["CountResult"] = {
        count: [...collection.points].filter(([id, stored]) => passes(filter, id, stored)).length
      }
      return ok(result)
    }
    case "POST points/query": {
      const { query, filter, limit } = body as Schemas["QueryRequest"]
      if (!Array.isArray(query) || query.length !== collection.size) return bad(400, "wrong vector size")
      const wanted = unit(query as ReadonlyArray<number>)
      const result: Schemas["QueryResponse"] = {
        points: [...collection.points]
          .filter(([id, stored]) => passes(filter, id, stored))
          .map(([id, { vector }]) => ({ id, version: 1, score: vector.reduce((sum, x, i) => sum + x * wanted[i]!, 0) }))
          .sort((a, b) => b.score - a.score)
          .slice(0, limit ?? 10)
      }
      return ok(result)
    }
    default:
      return bad(404, `no such route: ${verb}`)
  }
}

const infoOf = (collection: StoredCollection): Schemas["CollectionInfo"] => ({
  status: "green",
  optimizer_status: "ok",
  segments_count: 1,
  points_count: collection.points.size,
  config: {
    params: { vectors: { size: collection.size, distance: "Cosine" } },
    hnsw_config: { m: 16, ef_construct: 100, full_scan_threshold: 10_000 },
    optimizer_config: {
      deleted_threshold: 0.2,
      vacuum_min_vector_number: 1000,
      default_segment_number: 0,
      flush_interval_sec: 5
    }
  },
  payload_schema: collection.indexed
})

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const parts: Array<Buffer> = []
  for await (const part of request) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString("utf8")
  return text === "" ? undefined : JSON.parse(text)
}

/** A stand-in of the test's own, closed with the scope. */
export const fakeQdrant = Effect.acquireRelease(
  Effect.promise(async () => {
    const collections = new Map<string, StoredCollection>()
    const requests: Array<{ readonly verb: string; readonly key: string | undefined }> = []
    const troubles: Array<QdrantTrouble> = []
    let always: QdrantTrouble | undefined

    const answer = (method: string, path: string, body: unknown): Answer => {
      const [, , name = "", ...rest] = path.split("/").map(decodeURIComponent)
      const collection = collections.get(name)
      if (rest[0] === "exists") {
        const result: Schemas["CollectionExistence"] = { exists: collection !== undefined }
        return ok(result)
      }
      if (rest.length === 0 && method === "PUT") {
        if (collection !== undefined) return bad(409, `Collection ${name} already exists!`)
        const { vectors } = body as Schemas["CreateCollection"]
        const { size, distance } = vectors as Schemas["VectorParams"]
        if (distance !== "Cosine") return bad(400, "only Cosine here")
        collections.set(name, { size, indexed: {}, points: new Map() })
        return ok(true)
      }
      if (collection === undefined) return bad(404, `Not found: Collection ${name} doesn't exist!`)
      if (rest.length === 0) return ok(infoOf(collection))
      return onCollection(collection, `${method} ${rest.join("/")}`, body)
    }

    const server = createServer(async (request, response) => {
      const url = new URL(request.url!, "http://x")
      const body = await bodyOf(request)
      requests.push({
        verb: `${request.method} ${url.pathname.split("/").slice(3).join("/")}`,
        key: request.headers["api-key"] as string | undefined
      })
      const trouble = troubles.shift() ?? always
      if (trouble !== undefined && "hang" in trouble) return
      if (trouble !== undefined && "drop" in trouble) return void request.socket.destroy()
      const { status, body: result } =
        trouble !== undefined ? bad(trouble.status, "on command") : answer(request.method!, url.pathname, body)
      response.writeHead(status, { "content-type": "application/json" })
      response.end(JSON.stringify(result))
    })
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      requests,
      collections,
      /** What happens to the next requests, one each. */
      next: (...all: ReadonlyArray<QdrantTrouble>) => {
        troubles.push(...all)
      },
      always: (trouble: QdrantTrouble | undefined) => {
        always = trouble
      },
      close: () => {
        server.closeAllConnections()
        server.close()
      }
    }
  }),
  (server) => Effect.sync(server.close)
)
