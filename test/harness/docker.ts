/** Containers through testcontainers, where a Docker engine answers. Loaded only then: it is a large library. */
import { request } from "node:http"
import type { Running } from "./protocol.ts"

export interface Container {
  readonly image: string
  readonly port: number
  readonly environment: Readonly<Record<string, string>>
  readonly ready: { readonly log: RegExp; readonly times: number }
  readonly url: (host: string, port: number) => string
}

const target = (): { socketPath: string } | { host: string; port: number } | undefined => {
  const address = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock"
  const url = URL.parse(address)
  if (url?.protocol === "unix:") return { socketPath: url.pathname }
  return url === null ? undefined : { host: url.hostname, port: Number(url.port || 2375) }
}

let answer: Promise<boolean> | undefined

/** Whether an engine answers; asked once per run. */
export const dockerAnswers = (): Promise<boolean> => {
  answer ??= new Promise((resolve) => {
    const where = target()
    if (where === undefined) return resolve(false)
    const ping = request({ ...where, path: "/_ping", timeout: 2000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    ping.on("timeout", () => ping.destroy())
    ping.on("error", () => resolve(false))
    ping.end()
  })
  return answer
}

export const startContainer = async (container: Container): Promise<Running | undefined> => {
  try {
    const { GenericContainer, Wait } = await import("testcontainers")
    const started = await new GenericContainer(container.image)
      .withExposedPorts(container.port)
      .withEnvironment({ ...container.environment })
      .withWaitStrategy(Wait.forLogMessage(container.ready.log, container.ready.times))
      .start()
    const url = container.url(started.getHost(), started.getMappedPort(container.port))
    return {
      found: { available: true, backend: `Docker ${container.image}`, url },
      stop: async () => {
        await started.stop()
      }
    }
  } catch (cause) {
    // An engine without the image and without a network is like no engine: the next place is tried.
    process.stderr.write(`Docker could not start ${container.image}: ${(cause as Error).message}\n`)
    return undefined
  }
}
