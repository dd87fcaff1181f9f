/**
 * Runs once per `npm test`, in vitest's own process. It starts nothing by itself: the first test file that asks for a
 * service makes it look for one, and all files share what was found. At the end everything it started is stopped and
 * a table says what each contract suite ran against.
 */
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import type { TestProject } from "vitest/node"
import { makeDatabases } from "./databases.ts"
import { findPostgres, findQdrant, findRedis } from "./find.ts"
import type { Found, Requests, Running, ServiceName, SuiteRecord } from "./protocol.ts"
import { makeScratch } from "./scratch.ts"
import { summary } from "./summary.ts"

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scratch = makeScratch()
  const records: Array<SuiteRecord> = []
  const running = new Map<ServiceName, Promise<Running>>()
  const finders: Record<ServiceName, (folder: string) => Promise<Running>> = {
    postgres: findPostgres,
    redis: findRedis,
    qdrant: findQdrant
  }
  const find = (service: ServiceName): Promise<Running> => {
    let found = running.get(service)
    if (found === undefined) {
      found = finders[service](scratch.folder)
      running.set(service, found)
    }
    return found
  }
  const foundOf = async (service: ServiceName): Promise<Found> => (await find(service)).found
  const databases = makeDatabases(() => foundOf("postgres"))

  const answer: { [K in keyof Requests]: (request: Requests[K]["request"]) => Promise<Requests[K]["response"]> } = {
    find: ({ service }) => foundOf(service),
    createDatabase: ({ empty }) => databases.create(empty),
    dropDatabase: ({ url }) => databases.drop(url).then(() => null),
    record: async (record) => {
      records.push(record)
      return null
    }
  }
  const server = createServer((request, response) => {
    const kind = request.url?.slice(1) as keyof Requests
    bodyOf(request)
      .then((body) => (answer[kind] as (request: unknown) => Promise<unknown>)(JSON.parse(body)))
      .then((value) => response.end(JSON.stringify(value)))
      .catch((cause) => {
        response.statusCode = 500
        response.end(cause instanceof Error ? cause.message : String(cause))
      })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  project.provide("harness", `http://127.0.0.1:${(server.address() as AddressInfo).port}`)

  return async () => {
    server.closeAllConnections()
    server.close()
    await databases.close()
    const services = await Promise.all([...running].map(async ([name, found]) => [name, await found] as const))
    await Promise.all(services.map(([, service]) => service.stop()))
    scratch.remove()
    process.stdout.write(
      summary(
        records,
        services.map(([name, service]) => [name, service.found])
      )
    )
  }
}
