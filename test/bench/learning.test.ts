import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { NotMeasured } from "../../bench/benchmark.ts"
import { benchmark } from "../../bench/learning/index.ts"
import { randomStream } from "../../src/domain/basics/random.ts"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "overplanned-learning-"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const given = (text: string) => writeFileSync(join(folder, "interactions.txt"), text)
const run = (...args: ReadonlyArray<string>) => benchmark.run(["--data", folder, "--out", folder, ...args])

/** Fifty people who walk round a circle of forty items. */
const walks = () => {
  const random = randomStream("bench")
  return Array.from({ length: 50 }, (_, user) => {
    const from = Math.floor(random() * 40)
    return Array.from({ length: 9 }, (_, i) => `${user * 7} ${1000 + ((from + i) % 40)}`).join("\n")
  }).join("\n")
}

describe("bench learning", () => {
  it("judges every model, and its ranks are enough to work the figures out again", async () => {
    given(`${walks()}\n`)
    const { figures } = await run("--models", "popularity,markov,sasrec", "--minutes", "0.02")
    const models = figures!["models"] as ReadonlyArray<{ name: string; hr10: number; ndcg10: number; cpu_s: number }>
    expect(models.map(({ name }) => name)).toEqual(["popularity", "markov", "sasrec"])
    const [head, ...lines] = readFileSync(join(folder, "ranks.csv"), "utf8").trim().split("\n")
    expect(head).toBe("model,user,rank")
    for (const { name, hr10, ndcg10, cpu_s } of models) {
      const ranks = lines.filter((line) => line.startsWith(`${name},`)).map((line) => Number(line.split(",")[2]))
      expect(ranks).toHaveLength(50)
      expect(ranks.filter((rank) => rank <= 10).length / 50).toBeCloseTo(hr10, 6)
      const gains = ranks.map((rank) => (rank <= 10 ? 1 / Math.log2(1 + rank) : 0))
      expect(gains.reduce((a, b) => a + b) / 50).toBeCloseTo(ndcg10, 6)
      expect(cpu_s).toBeGreaterThanOrEqual(0)
    }
    expect(models[1]!.hr10).toBeGreaterThan(models[0]!.hr10)
    expect(readFileSync(join(folder, "learning-sasrec.svg"), "utf8")).toContain("</svg>")
    expect(readFileSync(join(folder, "learning-sasrec.onnx")).length).toBeGreaterThan(1000)
  })

  it("says in one sentence what is wrong with a file", async () => {
    const refused = async (text: string, words: RegExp) => {
      given(text)
      await expect(run()).rejects.toThrow(NotMeasured)
      await expect(run()).rejects.toThrow(words)
    }
    await refused("1 2\n1 3\n1\n", /^Line 3 of .* is "1"; each line holds a user and an item/)
    await refused("1 2\nanna 3\n", /^Line 2 of /)
    await refused("1 2 3\n", /^Line 1 of /)
    await refused("1 -2\n", /^Line 1 of /)
    await refused("", /^No user has 3 items or more/)
    await refused("1 1\n1 2\n1 3\n", /^No user has 3 items or more and leaves others over/)
    rmSync(join(folder, "interactions.txt"))
    await expect(run()).rejects.toThrow(/^There is no .*interactions.txt/)
    await expect(benchmark.run([])).rejects.toThrow(/^Say where the data is/)
    given(walks())
    await expect(run("--models", "bpr,magic")).rejects.toThrow(/^There is no model "magic"/)
  })
})
