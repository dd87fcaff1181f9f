/** The test files' side of the coordinator. */
import { inject } from "vitest"
import type { Requests } from "./protocol.ts"

export const ask = async <K extends keyof Requests>(
  kind: K,
  request: Requests[K]["request"]
): Promise<Requests[K]["response"]> => {
  const response = await fetch(`${inject("harness")}/${kind}`, { method: "POST", body: JSON.stringify(request) })
  if (!response.ok) throw new Error(`The test harness could not answer ${kind}: ${await response.text()}`)
  return (await response.json()) as Requests[K]["response"]
}
