/** A file that is too large for one request is handed in by parts, becomes a city, and leaves nothing behind, whatever happens to it. */
import { connect } from "node:net"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { openCityElements } from "../support/open-city.ts"
import { type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const PATIENCE_MS = 180_000
const PART_BYTES = 700 * 1024
const MOST_BYTES = 4 * 2 ** 20

/** A city among so many houses that no single request could bring it. */
const extract = Buffer.from(
  JSON.stringify({
    version: 0.6,
    elements: [
      ...openCityElements(),
      ...Array.from({ length: 20_000 }, (_, i) => ({
        type: "node",
        id: 1_000_000 + i,
        lat: 45.76,
        lon: 4.84,
        tags: { building: "yes" }
      }))
    ]
  })
)
const parts = Array.from({ length: Math.ceil(extract.length / PART_BYTES) }, (_, i) =>
  extract.subarray(i * PART_BYTES, (i + 1) * PART_BYTES).toString("base64")
)

describe("a file in parts", () => {
  let world: World
  let operator: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off", SEED_FILE_MAX: "4MiB" })
    operator = await world.someone({ role: "admin" })
  })
  afterAll(() => world?.close())

  const begin = async (): Promise<string> => ok(await operator.call("POST", "/admin/seed-files"), 201).file_id
  const put = (id: string, part: number, bytes: string) =>
    operator.call("PUT", `/admin/seed-files/${id}/parts/${part}`, { base64: bytes })
  const seed = (upload: string, more: object = {}) =>
    operator.call("POST", "/admin/seed-city", { city: "lyon", source: "osm", name: "Lyon", upload, ...more })
  const ended = (id: string) =>
    until(
      "the end of the job",
      async () => {
        const job = ok(await operator.call("GET", `/admin/jobs/${id}`))
        return (job.state === "done" || job.state === "failed") && (job as Json)
      },
      PATIENCE_MS
    )
  const kept = () =>
    world.rows(
      (sql) =>
        sql`select part, octet_length(p.bytes) as size from seed_files f left join seed_file_parts p on p.file_id = f.id`
    )

  it("becomes a city, whatever the order of its parts, and is forgotten with its job", async () => {
    assert.isAbove(extract.length, 1024 * 1024)
    const id = await begin()
    ok(await put(id, 0, "AAAA"))
    for (const [part, bytes] of [...parts.entries()].reverse()) ok(await put(id, part, bytes))
    const { job_id } = ok(await seed(id, { upload_bytes: extract.length }), 202)
    const job = await ended(job_id)
    assert.strictEqual(job.state, "done", job.error)
    assert.isAbove(job.result.new, 100)
    assert.deepStrictEqual(job.result.broken, [])
    assert.deepStrictEqual(await kept(), [])
  })

  it("is refused in a sentence where it is not whole, too large, used twice or unknown", async () => {
    const refused = async (answer: Promise<Json>, status: number, detail: RegExp) => {
      const { body, status: said } = await answer
      assert.strictEqual(said, status, JSON.stringify(body))
      assert.match(body.detail, detail)
    }
    const id = await begin()
    await refused(seed(id), 422, /Parts are missing: 0/)
    ok(await put(id, 1, parts[1]!))
    await refused(seed(id), 422, /Parts are missing: 1 of 2/)
    ok(await put(id, 0, parts[0]!))
    await refused(seed(id, { upload_bytes: extract.length }), 422, /not \d+: a part is missing/)
    await refused(seed(id, { source: "curated" }), 422, /reads no file/)
    await refused(seed(id, { file: "AAAA" }), 422, /not both/)
    await refused(put(id, 10_000, "AAAA"), 400, /./)
    for (let part = 2; part < 5; part++) ok(await put(id, part, parts[0]!))
    await refused(put(id, 5, parts[0]!), 422, new RegExp(`${MOST_BYTES} bytes at most \\(SEED_FILE_MAX\\)`))
    assert.lengthOf(await kept(), 5, "the part that was too much is not kept")
    ok(await seed(id, { source: "geojson" }), 202)
    await refused(seed(id), 409, /belongs to a job/)
    await refused(put(id, 0, "AAAA"), 409, /belongs to a job/)
    await until("the end of its job", async () => (await kept()).length === 0, PATIENCE_MS)
    await refused(put(id, 0, "AAAA"), 404, /begin a new one/)
  })

  it("leaves nothing behind where the server is killed in the middle and nobody comes back", async () => {
    const id = await begin()
    ok(await put(id, 0, parts[0]!))
    const { hostname, port } = new URL(world.server().url)
    const body = JSON.stringify({ base64: parts[1] })
    const socket = connect(Number(port), hostname)
    socket.on("error", () => undefined)
    await new Promise<void>((sent) =>
      socket.write(
        `PUT /api/v1/admin/seed-files/${id}/parts/1 HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${operator.token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, body.length / 2)}`,
        () => sent()
      )
    )
    await world.restart("SIGKILL")
    socket.destroy()
    assert.deepStrictEqual(await kept(), [{ part: 0, size: PART_BYTES }], "what was sent whole is there, to go on from")
    await world.rows((sql) => sql`update seed_files set created_at = now() - interval '25 hours' where id = ${id}`)
    await world.rows(
      (sql) => sql`
        insert into jobs (id, kind, payload, state, run_after, max_attempts)
        values (gen_random_uuid(), 'purge_seed_files', 'null', 'queued', now(), 1)`
    )
    await until("the purge", async () => (await kept()).length === 0, PATIENCE_MS)
  })
})
