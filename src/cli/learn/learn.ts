import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { GATE } from "../../domain/learning/promotion.ts"
import { Refused } from "../refused.ts"
import { demo } from "./demo.ts"
import { CIRCLES, TAKES_LOVED, TAKES_OTHERS } from "./people.ts"
import { openTown } from "./town.ts"

const TRAVELERS = 60
/**
 * Nine in ten decide in the time that is judged, and most of them find something there: of fewer, too few stand behind the gate, or there is
 * too little to judge by even where the gate is overruled or has to stay shut.
 */
const LEAST_TRAVELERS = { whole: 45, part: 40 } as const

/** `root` is where the program lies: the demo starts servers and commands of its own. */
export const learn = (root: string) =>
  Command.make(
    "learn",
    {
      demo: Flag.Boolean("demo").pipe(
        Flag.withDescription("Goes through all of it on a server of its own, on data that is thrown away."),
        Flag.withDefault(false)
      ),
      travelers: Flag.Int("travelers").pipe(
        Flag.withDescription("How many made-up travelers decide."),
        Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000 }))),
        Flag.withDefault(TRAVELERS)
      ),
      shuffled: Flag.Boolean("shuffled").pipe(
        Flag.withDescription("What travelers take is chance: a model that seems better all the same has looked ahead."),
        Flag.withDefault(false)
      ),
      small: Flag.Boolean("small").pipe(
        Flag.withDescription("Two days in the shadow instead of two weeks; the gate is then overruled with a reason."),
        Flag.withDefault(false)
      ),
      json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))
    },
    Effect.fnUntraced(function* ({ demo: wanted, json, shuffled, small, travelers }) {
      if (!wanted) {
        return yield* new Refused({
          message:
            "learn goes through the whole of learning as a demo: run learn --demo. With your own data it is build-dataset, train, promote, report shadow, traffic, rollback."
        })
      }
      const least = small || shuffled ? LEAST_TRAVELERS.part : LEAST_TRAVELERS.whole
      if (travelers < least) {
        return yield* new Refused({
          message: `${travelers} travelers are too few: the gate wants ${GATE.leastPeople} people behind the decisions that are held out, and not everybody decides something then. Take --travelers ${least} or more.`
        })
      }
      const say = (line: string) => (json ? Console.error(line) : Console.log(line))
      yield* say(
        `Places belong to one of ${CIRCLES} circles that nobody can see; everybody takes ${100 * TAKES_LOVED} % of one of them and ${100 * TAKES_OTHERS} % of the rest.`
      )
      const done = yield* Effect.gen(function* () {
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-learn-"))),
          (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
        )
        return yield* demo(yield* openTown(root, folder), { travelers, shuffled, small, say })
      }).pipe(Effect.scoped)
      if (json) yield* Console.log(JSON.stringify(done))
    })
  ).pipe(
    Command.withDescription(
      "Shows how models are learnt: from decisions to a model that ranks and back, with time moved by weeks."
    )
  )
