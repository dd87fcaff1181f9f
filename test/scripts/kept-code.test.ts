/** What is kept of the sources between two starts never changes what a program does. */
import { execFile } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"

const SCRIPT = join(import.meta.dirname, "../../scripts/setup/kept-code.mjs")

describe("what is kept of the sources", () => {
  let root: string
  const kept = () => join(root, "node_modules/.cache/overplanned")
  const place = () => join(kept(), "src+word.ts")
  const write = (word: string) =>
    writeFileSync(join(root, "src/word.ts"), `export const word: string = ${JSON.stringify(word)} // é\n`)
  const run = async () => {
    const { stderr, stdout } = await promisify(execFile)(process.execPath, [
      ...["--import", join(root, "scripts/setup/kept-code.mjs")],
      join(root, "src/main.ts")
    ])
    return stdout + stderr
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "overplanned kept "))
    for (const folder of ["src", "scripts/setup", "node_modules"]) mkdirSync(join(root, folder), { recursive: true })
    cpSync(SCRIPT, join(root, "scripts/setup/kept-code.mjs"))
    writeFileSync(join(root, "package.json"), '{ "type": "module" }')
    writeFileSync(join(root, "src/main.ts"), 'import { word } from "./word.ts"\nprocess.stdout.write(word as string)\n')
    write("one")
  })
  afterEach(() => {
    rmSync(root, { recursive: true, force: true })
  })

  it("serves the next start, without a word", async () => {
    assert.strictEqual(await run(), "one")
    assert.includeMembers(readdirSync(kept()), ["src+main.ts", "src+word.ts"])
    // Proof that the kept one is what runs: its parts and their checksums, exchanged for another answer's.
    const one = readFileSync(place())
    write("two")
    assert.strictEqual(await run(), "two")
    const [head, ...two] = readFileSync(place(), "utf8").split("\n")
    write("one")
    const stripped = head!.split(" ").slice(-2).join(" ")
    const source = one.toString().split("\n")[0]!.split(" ").slice(0, -2).join(" ")
    writeFileSync(place(), [`${source} ${stripped}`, ...two].join("\n"))
    assert.strictEqual(await run(), "two")
  })

  it("gives way to an edited source, also of the same length", async () => {
    assert.strictEqual(await run(), "one")
    write("two")
    assert.strictEqual(await run(), "two")
    assert.include(readFileSync(place(), "utf8"), "two")
    assert.lengthOf(
      readdirSync(kept()).filter((name) => name.startsWith("src+")),
      2
    )
  })

  it("is not taken where it is cut short or damaged", async () => {
    await run()
    const whole = readFileSync(place())
    for (const damaged of [
      whole.subarray(0, -9),
      whole.subarray(0, 12),
      Buffer.from(whole.toString().replace("one", "six"))
    ]) {
      writeFileSync(place(), damaged)
      assert.strictEqual(await run(), "one")
    }
  })

  it("looks for what is imported where Node does, and says which source is missing", async () => {
    const file = (path: string, text: string) => {
      mkdirSync(join(root, path, ".."), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const exported = JSON.stringify({
      name: "thing",
      exports: { "./part": { import: "./esm.mjs", default: "./cjs.js" } }
    })
    for (const [folder, word] of [
      ["", "outer"],
      ["node_modules/other/", "inner"]
    ] as const) {
      file(`${folder}node_modules/thing/package.json`, exported)
      file(`${folder}node_modules/thing/esm.mjs`, `export const part = "${word} module"`)
      file(`${folder}node_modules/thing/cjs.js`, `exports.part = "${word} script"`)
    }
    file("node_modules/other/package.json", '{ "name": "other", "type": "module", "exports": "./other.js" }')
    file("node_modules/other/other.js", 'export { part } from "./beside.js"')
    file("node_modules/other/beside.js", 'export { part } from "thing/part"')
    file("src/data.json", '{ "word": "data" }')
    file("src/deep/low.ts", 'import { part } from "thing/part"\nexport const low: string = "low " + (part as string)\n')
    const asked = [
      'import { createRequire } from "node:module"',
      'import { part } from "thing/part"',
      'import { part as inner } from "other"',
      'import data from "./data.json" with { type: "json" }',
      'import { low } from "./deep/low.ts"',
      'import { word } from "../src/word.ts"',
      'const required = createRequire(import.meta.url)("thing/part").part',
      "console.log([part, inner, data.word, low, word, required].join())"
    ]
    file("src/main.ts", asked.join("\n"))
    for (let i = 0; i < 2; i++) {
      assert.strictEqual(await run(), "outer module,inner module,data,low outer module,one,outer script\n")
    }
    file("src/main.ts", 'import "./gone.ts"')
    const said = await run().then(assert.fail, (error: Error) => error.message)
    assert.match(said, /gone\.ts/)
  })

  it("is nothing where nothing can be written, and the program runs", async () => {
    // A file stands where the folder would be: that stops also who may write everywhere.
    writeFileSync(join(root, "node_modules/.cache"), "")
    assert.strictEqual(await run(), "one")
  })
})
