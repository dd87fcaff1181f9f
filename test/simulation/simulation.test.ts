/**
 * The simulation as CI runs it: the same seeds each time, so that what lands does not hang on luck. `npm run simulate` runs as many
 * others as one likes. Each run is a process of its own kind of machine: it takes the loader of Node, which can put defects into it.
 */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"
import { MUTATIONS } from "./mutations.ts"
import { FAULTS, INVARIANTS, VOTES_COUNTED } from "./tally.ts"

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url))

/** Seeds in CI, as many as fit into a minute of a machine of two cores that has nothing else to do. */
const SEEDS = Number(process.env["SIMULATION_SEEDS"] ?? 76)

/** Seeds in which groups vote. */
const VOTING_SEEDS = 6

/** How often each fault is met and each invariant looked at, at least: the rarest of them 1.3 times a seed, give or take. */
const OFTEN = Math.floor(0.8 * SEEDS)

/** Only there to end what hangs. */
const PATIENCE = 1_800_000

const run = (...args: ReadonlyArray<string>): Promise<{ readonly code: number; readonly text: string }> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { timeout: PATIENCE, maxBuffer: 64 * 1024 * 1024 },
      (failure, stdout, stderr) => {
        resolve({ code: failure === null ? 0 : 1, text: `${stdout}${stderr}` })
      }
    )
  })

const counted = (text: string, name: string): number =>
  Number(
    text
      .split("\n")
      .find((line) => line.trim().startsWith(`${name}  `))
      ?.trim()
      .slice(name.length) ?? 0
  )

/** The defect that is looked at closely: where a run with it is printed, it was noticed. */
const SHOWN = "turn-that-awaits"

describe("the simulation", () => {
  it(
    "finds nothing broken, with every kind of fault",
    async () => {
      const { code, text } = await run("--seeds", String(SEEDS))
      assert.equal(code, 0, text)
      for (const name of [...FAULTS, ...INVARIANTS]) assert.isAtLeast(counted(text, name), OFTEN, `${name}\n${text}`)
    },
    PATIENCE
  )

  it(
    "finds nothing broken where groups vote",
    async () => {
      const { code, text } = await run("--votes", "--seeds", String(VOTING_SEEDS))
      assert.equal(code, 0, text)
      assert.isAtLeast(counted(text, VOTES_COUNTED), VOTING_SEEDS, text)
    },
    PATIENCE
  )

  it(
    "does exactly the same again for the same seed",
    async () => {
      const hashOf = async () => /has the hash (\w+)/.exec((await run("--seed", "3")).text)?.[1]
      const first = await hashOf()
      assert.isDefined(first)
      assert.equal(await hashOf(), first)
    },
    PATIENCE
  )

  it(
    "prints the seed and the script of a run that fails",
    async () => {
      const mutation = ["--mutation", SHOWN, "--workers", "1"]
      const seed = /noticed by seed (\d+)/.exec((await run(...mutation, "--seeds", "50")).text)?.[1]
      assert.isDefined(seed)
      const { code, text } = await run(...mutation, "--seed", seed)
      assert.equal(code, 1, text)
      assert.include(text, `npm run simulate -- --mutation ${SHOWN} --seed ${seed} does exactly the same again`)
      assert.match(text, /BROKEN: /)
      const file = /all of it: (\S+)\)/.exec(text)![1]!
      assert.include(readFileSync(file, "utf8"), "a process has started")
    },
    PATIENCE
  )

  for (const [name, { what }] of Object.entries(MUTATIONS)) {
    if (name === SHOWN) continue
    it(
      `notices within 50 seeds where ${what}`,
      async () => {
        // A first seed or two show it: a second process would load the runtime for nothing.
        const { code, text } = await run("--mutation", name, "--seeds", "50", "--workers", "1")
        assert.equal(code, 0, text)
      },
      PATIENCE
    )
  }
})
