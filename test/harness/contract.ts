/**
 * One suite, every implementation of a service. What an implementation needs is looked for when the file is loaded,
 * so a missing backend shows as a skipped suite with its reason, here and in the closing table.
 */
import { type Vitest, layer as withLayer } from "@effect/vitest"
import type * as Layer from "effect/Layer"
import { afterAll, afterEach, describe, it } from "vitest"
import { ask } from "./ask.ts"
import type { Found, ServiceName } from "./protocol.ts"

export type Available = Extract<Found, { available: true }>

export type Implementation<R, E> =
  | { readonly layer: Layer.Layer<R, E>; readonly backend?: string }
  | {
      readonly needs: ServiceName
      /** Why the service that was found will not do, if it will not. */
      readonly unless?: (service: Available) => string | undefined
      readonly layer: (service: Available) => Layer.Layer<R, E>
    }

interface Resolved<R, E> {
  readonly layer: Layer.Layer<R, E>
  readonly detail: string
}

const resolve = async <R, E>(implementation: Implementation<R, E>): Promise<Resolved<R, E> | { skipped: string }> => {
  if (!("needs" in implementation)) {
    return { layer: implementation.layer, detail: implementation.backend ?? "in process" }
  }
  const found = await ask("find", { service: implementation.needs })
  if (!found.available) return { skipped: found.reason }
  const unfit = implementation.unless?.(found)
  return unfit === undefined ? { layer: implementation.layer(found), detail: found.backend } : { skipped: unfit }
}

/**
 * Declares the suite once per implementation. Use it at the top of a test file, awaited:
 *
 *     await contractSuite("VectorIndex", {
 *       memory: { layer: VectorIndexMemory.layer },
 *       qdrant: { needs: "qdrant", layer: ({ url }) => VectorIndexQdrant.layer({ url }) }
 *     }, (it) => {
 *       it.effect("finds the nearest first", () => Effect.gen(function* () { … }))
 *     })
 */
export const contractSuite = async <R, E>(
  service: string,
  implementations: Readonly<Record<string, Implementation<R, E>>>,
  suite: (it: Vitest.MethodsNonLive<R>, implementation: string) => void,
  options: { readonly timeout?: number } = {}
): Promise<void> => {
  for (const [name, implementation] of Object.entries(implementations)) {
    const resolved = await resolve(implementation)
    if ("skipped" in resolved) {
      await ask("record", { suite: service, implementation: name, outcome: "skipped", detail: resolved.skipped })
      describe(`${service}: ${name}`, () => it.skip(`every promise (${resolved.skipped})`, () => {}))
      continue
    }
    describe(`${service}: ${name}`, () => {
      const states: Array<string | undefined> = []
      afterEach(({ task }) => void states.push(task.result?.state))
      afterAll(async () => {
        if (states.length === 0) return
        const outcome = states.includes("fail") ? "failed" : "passed"
        await ask("record", { suite: service, implementation: name, outcome, detail: resolved.detail })
      })
      withLayer(resolved.layer, { excludeTestServices: true, ...options })((methods) => suite(methods, name))
    })
  }
}
