import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Settings, settings } from "../config.ts"
import type { DependencyHealth } from "../services/health.ts"
import { Refused } from "./refused.ts"

interface SettingLine {
  readonly name: string
  readonly value: string
  readonly source: "environment" | "default" | "unset"
}

const shown = (value: unknown): string => {
  if (Redacted.isRedacted(value)) return "(set, hidden)"
  if (Array.isArray(value)) return value.join(",")
  return String(value)
}

const settingLines = (config: Settings, environment: Readonly<Record<string, string | undefined>>) =>
  Object.entries(settings).map(([name, setting]): SettingLine => {
    const given = environment[name]
    const value = config[name as keyof Settings]
    if (value === undefined) return { name, value: "", source: "unset" }
    const source = given === undefined || given === "" ? "default" : "environment"
    return { name, value: source === "default" ? (setting.fallback ?? "") : shown(value), source }
  })

const MARK = { up: "ok", degraded: "!!", down: "XX" } as const

/** What is configured, reachable and degraded, and what to do about each. */
export const doctor = <E, R>(
  inspect: Effect.Effect<
    {
      readonly config: Settings
      readonly environment: Readonly<Record<string, string | undefined>>
      readonly dependencies: ReadonlyArray<DependencyHealth>
    },
    E,
    R
  >
) =>
  Command.make(
    "doctor",
    { json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false)) },
    Effect.fnUntraced(function* ({ json }) {
      const { config, environment, dependencies } = yield* inspect
      const lines = settingLines(config, environment)
      if (json) yield* Console.log(JSON.stringify({ dependencies, settings: lines }))
      else {
        yield* Console.log("Dependencies")
        for (const one of dependencies) {
          yield* Console.log(`  ${MARK[one.status]}  ${one.name.padEnd(12)} ${one.status.padEnd(9)} ${one.detail}`)
          if (one.fix !== undefined) yield* Console.log(`      ${"".padEnd(12)} ${"".padEnd(9)} -> ${one.fix}`)
        }
        yield* Console.log("\nSettings")
        for (const line of lines) {
          yield* Console.log(`  ${line.name.padEnd(32)} ${line.source.padEnd(12)} ${line.value}`)
        }
      }
      const down = dependencies.filter((one) => one.status === "down")
      if (down.length > 0) {
        return yield* new Refused({ message: `${down.map((one) => one.name).join(", ")} cannot be used; see above.` })
      }
    })
  ).pipe(Command.withDescription("Prints what is configured, reachable and degraded, and how to fix it."))
