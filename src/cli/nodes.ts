import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type JournalRow, Leases, type NodeRow } from "../services/leases.ts"
import { Refused } from "./refused.ts"

const line = (node: NodeRow): string => {
  const what = [
    node.owns ? `owns the trips (epoch ${node.epoch})` : undefined,
    node.awaited ? "its journal is awaited: nothing is written before that is stored" : undefined,
    node.state === "silent" ? `silent for ${node.silent_seconds} s` : node.state
  ]
  const where = node.address === null ? "" : ` at ${node.address}`
  return `${node.name} (${node.role}, ${node.release})${where}: ${what.filter((one) => one !== undefined).join(", ")}; directory ${node.directory}`
}

const journalLine = (one: JournalRow): string =>
  `  journal ${one.journal}: stored up to ${one.stored_bytes}, ${one.closed ? "closed" : `open, last stored ${one.updated_seconds} s ago`}`

const describe = (nodes: ReadonlyArray<NodeRow>, journals: ReadonlyArray<JournalRow>): string =>
  nodes.length === 0
    ? "No server has worked on this database yet."
    : nodes
        .flatMap((node) => [line(node), ...journals.filter((one) => one.directory === node.directory).map(journalLine)])
        .join("\n")

/** Shows the servers of this database, or gives up the journal of one that is lost. */
export const nodes = Command.make(
  "nodes",
  {
    giveUp: Flag.String("give-up").pipe(
      Flag.withDescription(
        "Gives up the journal that was in this data directory: what was acknowledged there and not stored is lost, whoever follows a trip gets it whole, and writes go on."
      ),
      Flag.withSchema(Schema.String.check(Schema.isUUID())),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ giveUp, json }) {
    const leases = yield* Leases
    if (Option.isSome(giveUp)) {
      const known = (yield* leases.nodes).find(({ directory }) => directory === giveUp.value)
      if (known?.state === "alive") {
        return yield* new Refused({
          message: `The server "${known.name}" works on that directory and is alive: it stores its journal itself. Stop it first if it must be given up.`
        })
      }
      const trips = yield* leases.giveUp(giveUp.value)
      if (trips === undefined) {
        return yield* new Refused({
          message:
            'Nobody awaits the journal of that directory: there is nothing to give up. "nodes" shows who is awaited.'
        })
      }
      const said = `Given up. Whoever follows one of ${trips} trips gets the whole trip when they come back.`
      return yield* Console.log(json ? JSON.stringify({ given_up: giveUp.value, trips }) : said)
    }
    const [all, journals] = yield* Effect.all([leases.nodes, leases.journals])
    yield* Console.log(json ? JSON.stringify({ nodes: all, journals }) : describe(all, journals))
  })
).pipe(Command.withDescription("Shows the servers of this database: who owns the trips, and whose journal is awaited."))
