/** The operator's list of a city's places: what the detector says of each, and why. */
import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { foldName } from "../domain/catalog/names.ts"
import type { ActivityNode } from "../domain/catalog/node.ts"
import { verdictSaying } from "../domain/catalog/sayings.ts"
import { detectorView, evidenceLines } from "../domain/view/node.ts"
import { Catalog } from "../services/catalog.ts"

const FLAGS = { yes: true, no: false, open: null } as const

const told = (node: ActivityNode) => ({
  id: node.id,
  name: node.name,
  category: node.category,
  ...detectorView(node),
  evidence: evidenceLines(node).map(({ text }) => text)
})

const lines = (node: ActivityNode): string => {
  const { evidence, id, name, overrated_because } = told(node)
  return [
    `${name} (${id})`,
    `  ${[verdictSaying(node), ...overrated_because].join(" ")}`,
    ...evidence.map((text) => `  ${text}`)
  ].join("\n")
}

const SHOWN = 20

/** Places of a city that are on offer, with their evidence as the catalog holds it. */
export const places = Command.make(
  "places",
  {
    city: Flag.String("city").pipe(Flag.withDescription("The city's slug, such as seattle.")),
    named: Flag.String("named").pipe(
      Flag.withDescription("Those alone whose name has this in it."),
      Flag.withDefault("")
    ),
    overrated: Flag.Literals("overrated", ["yes", "no", "open"]).pipe(
      Flag.withDescription("Those alone that are called overrated, that are not, or of which that is left open."),
      Flag.optional
    ),
    limit: Flag.Int("limit").pipe(Flag.withDescription("List at most this number."), Flag.withDefault(SHOWN)),
    json: Flag.Boolean("json").pipe(Flag.withDescription("A JSON object per line."), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ city, json, limit, named, overrated }) {
    const catalog = yield* Effect.flatMap(Catalog, (catalogs) => catalogs.city(city))
    const wanted = foldName(named)
    const flag = Option.map(overrated, (one) => FLAGS[one])
    const found = catalog.nodes.filter(
      (node, index) =>
        !catalog.retired(index) &&
        foldName(node.name).includes(wanted) &&
        (Option.isNone(flag) || node.overrated_flag === flag.value)
    )
    for (const node of found.slice(0, limit)) yield* Console.log(json ? JSON.stringify(told(node)) : lines(node))
    if (!json) yield* Console.log(`${Math.min(limit, found.length)} of ${found.length} places.`)
  })
).pipe(
  Command.withDescription(
    "Lists places of a city: whether each is called overrated and why, or why that is left open, and who speaks for it."
  )
)
