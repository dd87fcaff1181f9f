/**
 * Where everything begins. The composition root is this file and what it loads from `wiring/`: nobody else picks
 * layers. A plain `serve` does without the command parser, which costs a fifth of a second and some megabytes that a
 * server would carry for ever.
 */
import { existsSync } from "node:fs"
import { inspect } from "node:util"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import { Config } from "./config.ts"
import * as Logging from "./layers/files/logging.ts"

if (existsSync(".env")) process.loadEnvFile(".env")

const config = Config.layer(process.env)
const format = process.env["LOG_FORMAT"]

const [command, ...rest] = process.argv.slice(2)

const program: Effect.Effect<void, unknown, Layer.Success<typeof config>> = command === "serve" && rest.length === 0
  ? Effect.flatMap(
      Effect.promise(() => import("./wiring/run-server.ts")),
      ({ runServer }) => runServer("all")
    )
  : Effect.flatMap(
      Effect.promise(() => import("./wiring/commands.ts")),
      ({ run }) => run
    )

/** What a person reads when a command fails: the sentences of the failure, never a stack. */
const tell = (cause: Cause.Cause<unknown>) =>
  Effect.sync(() => {
    if (Cause.hasInterruptsOnly(cause)) return
    for (const reason of cause.reasons) {
      if (reason._tag === "Fail") {
        const message = reason.error instanceof Error ? reason.error.message : String(reason.error)
        if (message !== "") console.error(Logging.lastLine(message, format))
      } else if (reason._tag === "Die" && format === "json") {
        console.error(Logging.lastLine(`This should not have happened: ${inspect(reason.defect)}`, format))
      } else if (reason._tag === "Die") console.error("This should not have happened:", reason.defect)
    }
  })

program.pipe(Effect.provide(Logging.layer.pipe(Layer.provideMerge(config))), Effect.tapCause(tell), (effect) =>
  NodeRuntime.runMain(effect, {
    disableErrorReporting: true,
    // Told to stop, and stopped: that is no failure.
    teardown: (exit, onExit) =>
      exit._tag === "Failure" && Cause.hasInterruptsOnly(exit.cause) ? onExit(0) : Runtime.defaultTeardown(exit, onExit)
  })
)
