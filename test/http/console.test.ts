import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import * as System from "../../src/http/handlers/system.ts"
import { Health } from "../../src/services/health.ts"
import { serve } from "./uws/harness.ts"

const FOLDER = join(import.meta.dirname, "../../console")

const CLIENT = join(import.meta.dirname, "../../client")

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  webmanifest: "application/manifest+json"
}

/** What the pages are checked with is not served. */
const files = readdirSync(FOLDER).filter((file) => file !== "tsconfig.json")
const text = (file: string): string => readFileSync(join(FOLDER, file), "utf8")
const pages = files.filter((file) => file.endsWith(".html"))
const scripts = files.filter((file) => file.endsWith(".js"))

const health = Layer.succeed(Health, { register: () => Effect.void, report: Effect.succeed([]) })

const servingWith = (mapTiles?: string) =>
  Effect.gen(function* () {
    const options = {
      version: "test",
      consoleFolder: FOLDER,
      clientFolder: CLIENT,
      mapTiles,
      sampleMetrics: Effect.void
    }
    const app = yield* HttpRouter.toHttpEffect(System.layer(options).pipe(Layer.provide(health)))
    const { url } = yield* serve(app)
    return (path: string, init?: RequestInit) => Effect.promise(() => fetch(`${url}${path}`, init))
  })

const serving = servingWith()

/** What a page or a script asks the server for. */
const references = (file: string): ReadonlyArray<string> =>
  file.endsWith(".html")
    ? [...text(file).matchAll(/(?:href|src)="([^"]+)"/g)]
        .map((match) => match[1]!)
        .filter((address) => !address.startsWith("#") && !address.startsWith("data:"))
    : [...text(file).matchAll(/from "(\.\.?\/[^"]+)"/g)].map(
        (match) => new URL(match[1]!, "http://page.test/console/").pathname
      )

/** The most that the first view may weigh, packed: somebody opens it on the road for the first time. */
const FIRST_VIEW_BYTES = 120 * 1024

/** What a script loads before it runs: what it asks for later, as the view wants it, is no part of the first one. */
const loadedBefore = (path: string, script: string): ReadonlyArray<string> =>
  [...script.matchAll(/^(?:import|export)\b(?:[^"`;=(]*\bfrom)?\s*"([^"]+)"/gm)].map(
    (match) => new URL(match[1]!, `http://page.test${path}`).pathname
  )

describe("the console's pages", () => {
  it.live("are served with their types under a policy that lets nothing else run", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const ask = yield* serving
        for (const [path, file] of [
          ["/", "index.html"],
          ["/docs", "docs.html"],
          ...files.filter((one) => !one.endsWith(".html")).map((one) => [`/console/${one}`, one] as const)
        ] as const) {
          const response = yield* ask(path)
          assert.strictEqual(response.status, 200, path)
          assert.strictEqual(response.headers.get("content-type"), TYPES[file.split(".").at(-1)!], path)
          const policy = response.headers.get("content-security-policy") ?? ""
          assert.include(policy, "default-src 'none'", path)
          assert.include(policy, "script-src 'self'", path)
          assert.notInclude(policy, "unsafe", path)
          assert.strictEqual(response.headers.get("x-content-type-options"), "nosniff", path)
          assert.strictEqual(yield* Effect.promise(() => response.text()), text(file), path)
        }
      })
    )
  )

  it.live("load pictures of the operator's source where the map is, and from nowhere else", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const policyOf = (response: Response) => response.headers.get("content-security-policy") ?? ""
        const [plain, tiled] = [
          yield* serving,
          yield* servingWith("https://tiles.example.org:8443/a/{z}/{x}/{y}.png?k=1")
        ]
        const [without, at] = [policyOf(yield* plain("/")), policyOf(yield* tiled("/"))]
        assert.include(without, "; img-src 'self' data:;")
        assert.strictEqual(at, without.replace("data:;", "data: https://tiles.example.org:8443;"))
        for (const path of ["/docs", "/sw.js", "/console/map.js"])
          assert.strictEqual(policyOf(yield* tiled(path)), without)
        assert.strictEqual((yield* tiled("/")).headers.get("referrer-policy"), "strict-origin")
      })
    )
  )

  it.live("find everything that they refer to", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const ask = yield* serving
        const wanted = new Set([...pages, ...scripts].flatMap(references))
        wanted.delete("/openapi.json") // served by the contract, beside these routes
        assert.isAtLeast(wanted.size, 10)
        for (const path of wanted) assert.strictEqual((yield* ask(path)).status, 200, path)
      })
    )
  )

  it.live("weigh little until the first view stands", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const ask = yield* serving
        const weights = new Map<string, number>()
        // The picture for a home screen is asked for by who puts the app there.
        const isShown = (path: string) => path.startsWith("/console/") && !path.endsWith(".png")
        const waiting = ["/", ...references("index.html").filter(isShown)]
        for (const path of waiting) {
          if (weights.has(path)) continue
          const answer = yield* ask(path)
          const served = yield* Effect.promise(() => answer.text())
          weights.set(path, Number(answer.headers.get("content-length")))
          if (path.endsWith(".js") || path.endsWith(".ts")) waiting.push(...loadedBefore(path, served))
        }
        const sum = [...weights.values()].reduce((all, one) => all + one, 0)
        const largest = [...weights]
          .sort(([, a], [, b]) => b - a)
          .slice(0, 8)
          .map(([path, bytes]) => `${path} ${bytes}`)
        assert.includeMembers([...weights.keys()], ["/console/trip.js", "/client/index.ts", "/console/trip.css"])
        assert.isAtMost(sum, FIRST_VIEW_BYTES, `the largest of ${weights.size} files: ${largest.join(", ")}`)
      })
    )
  )

  it.live("travel packed to whoever can unpack them, and not at all to whoever has them", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const ask = yield* serving
        const facts = (path: string, headers: Record<string, string>) =>
          Effect.gen(function* () {
            const response = yield* ask(path, { headers })
            const { byteLength: length } = yield* Effect.promise(() => response.arrayBuffer())
            const said = (name: string) => response.headers.get(name)
            assert.strictEqual(said("vary"), "accept-encoding", path)
            return { status: response.status, packed: said("content-encoding"), etag: said("etag")!, length }
          })
        for (const path of ["/", "/console/map.js", "/client/http.ts"]) {
          const packed = yield* facts(path, { "accept-encoding": "br;q=1.0, gzip;q=0.8" })
          const plain = yield* facts(path, { "accept-encoding": "gzip;q=0, *" })
          assert.deepInclude(packed, { status: 200, packed: "gzip" }, path)
          assert.deepInclude(plain, { status: 200, packed: null }, path)
          assert.notStrictEqual(packed.etag, plain.etag, path)
          const known = { "accept-encoding": "gzip", "if-none-match": `"other", W/${packed.etag}` }
          assert.deepInclude(yield* facts(path, known), { status: 304, length: 0, etag: packed.etag }, path)
          const others = { "accept-encoding": "identity", "if-none-match": packed.etag }
          assert.deepInclude(yield* facts(path, others), { status: 200, etag: plain.etag }, path)
        }
        assert.deepInclude(yield* facts("/console/icon-512.png", { "accept-encoding": "gzip" }), { packed: null })
      })
    )
  )

  it.live("give away no other file of their folder, or around it", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const ask = yield* serving
        for (const path of ["/console/../package.json", "/console/%2e%2e/package.json", "/console/nothing.js"]) {
          assert.strictEqual((yield* ask(path)).status, 404, path)
        }
      })
    )
  )

  for (const file of pages) {
    it(`${file} has no script, style or listener of its own, which the policy would refuse`, () => {
      assert.notMatch(text(file), /<script(?![^>]*\ssrc=)/)
      assert.notMatch(text(file), /<style|\sstyle=|\son[a-z]+=|javascript:/)
    })
  }

  /** Names that look like addresses: constants that no request is made of. */
  const NAMES = "namespaces.js"
  const named = [NAMES, "icon.svg"]
  const isPicture = (file: string) => file.endsWith(".png")

  it(`${NAMES} holds names and nothing else`, () => {
    assert.match(text(NAMES), /^(\/\*\*.*\*\/\n)?(export const [A-Z]+ = "[^"]+"\n)+$/)
  })

  for (const file of files.filter((one) => !named.includes(one) && !isPicture(one))) {
    it(`${file} loads nothing from elsewhere`, () => {
      assert.notMatch(text(file), /(?:https?:|wss?:)?\/\/[a-z0-9-]+\.[a-z]/i)
    })
  }

  /** The contract's pages are for who writes programs. */
  for (const file of scripts.filter((one) => !["messages.js", "docs.js"].includes(one))) {
    it(`${file} says nothing itself: its sentences stand in messages.js, where a translator finds them`, () => {
      const code = text(file).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")
      assert.deepStrictEqual(code.match(/(["'`])[A-Z][a-z]+,? [a-z][^"'`\n]*\1/g) ?? [], [])
    })
  }

  for (const file of scripts) {
    it(`${file} never reads text as markup or as code`, () => {
      assert.notMatch(
        text(file),
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|\beval\(|new Function/
      )
    })
  }
})
