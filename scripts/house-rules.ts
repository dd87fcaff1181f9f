// The rules of the house that a linter cannot know, checked over the whole tree:
// who may import whom, that the domain stays pure, that effect is imported by submodule (a barrel costs
// 50 MB of resident memory), and that a file stays short enough to read at one sitting.
import { readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { LAST_ALONE, saysContracted } from "../src/layers/postgres/migration-files.ts"

const root = resolve(import.meta.dirname, "..")

/** Longest file that still counts as one sitting. */
const MAX_LINES = 350

/** Written by a script: nobody reads them at one sitting. */
const GENERATED: ReadonlySet<string> = new Set(["client/contract.ts"])

/** Which top-level folders of `src/` a folder may import from, besides itself. */
const MAY_IMPORT: Record<string, ReadonlyArray<string>> = {
  domain: [],
  services: ["domain"],
  support: ["services", "domain"],
  layers: ["support", "services", "domain"],
  actors: ["support", "services", "domain"],
  cases: ["support", "services", "domain"],
  http: ["cases", "support", "services", "domain", "actors", "layers"],
  cli: ["cases", "support", "services", "domain", "actors", "layers"],
  training: ["cases", "support", "services", "domain", "actors", "layers"],
  sources: ["cases", "support", "services", "domain", "actors", "layers"]
}

/** In the domain a plan stands below what changes it, and that below the trip that holds it: no way leads back up. */
const NEVER_UP: Record<string, ReadonlyArray<string>> = {
  plan: ["itinerary", "pivot", "trip"],
  itinerary: ["pivot", "trip"],
  pivot: ["trip"]
}

const IMPURE: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bDate\.now\(|\bnew Date\(\)/, "reads the clock: take the instant as an argument"],
  [/\bMath\.random\(|\bcrypto\.randomUUID\(/, "is random: take the random bytes or a seeded generator as an argument"],
  [/\bprocess\.|\bfetch\(/, "touches the outside world: that belongs in layers/"],
  [/from "node:/, "imports a Node module: the domain does no I/O"]
]

/**
 * What the domain keeps between calls: what follows from a few hundred names alone and is worked out from tables that change
 * with a release. Each has its bound where it stands. WeakMaps need no place here: they go with what they are about.
 */
const KEPT_IN_DOMAIN: Record<string, ReadonlyArray<string>> = {
  // A zone's rules, read out of the runtime's tables: some milliseconds for each of 600 names.
  "src/domain/time/zone.ts": ["zones"],
  // A country's public holidays of a year, asked for every day that opening hours name them.
  "src/domain/catalog/hours/holidays.ts": ["holidays"]
}

/** At the level of a module: what can be given another value, and what can be filled. Constants in capitals are filled once. */
const MODULE_STATE =
  /^(?:export )?(?:let (\w+)|const ([a-z]\w*)(?:: (?!Readonly)[^=]+)? = (?:new (?!WeakMap)\w*(?:Map|Set|Array)\b|\[\]|\{\}))/

/** What of that list was found: an entry that nothing needs any more would let the next one in unseen. */
const foundKept = new Set<string>()

const problems: Array<string> = []

const filesBelow = (folder: string): Array<string> => {
  try {
    return readdirSync(folder).flatMap((name) => {
      const path = join(folder, name)
      if (statSync(path).isDirectory()) return name === "node_modules" ? [] : filesBelow(path)
      return /\.(ts|mts|mjs|tsx)$/.test(name) ? [path] : []
    })
  } catch {
    return []
  }
}

const importsOf = (text: string): Array<string> =>
  [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\s[^"'`;]*?from\s+"([^"]+)"|import\("([^"]+)"\)|(?:^|\n)import "([^"]+)"/g
    )
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? "")

const checkBoundary = (file: string, target: string) => {
  const [place, area, sub] = relative(root, file).split("/")
  const [top, targetArea, targetSub] = relative(root, resolve(dirname(file), target)).split("/")
  // What runs in pages and in other people's programs stands on nothing but itself.
  if (place === "client" && top !== "client") {
    problems.push(`${relative(root, file)}: client/ may not import ${relative(root, resolve(dirname(file), target))}`)
  }
  // Tests and benchmarks see everything.
  if (place !== "src" || top !== "src" || area === undefined || targetArea === undefined) return
  const name = relative(root, file)
  if (!(area in MAY_IMPORT)) return // main.ts, config.ts: the composition root and the settings
  if (targetArea === "config.ts") return
  if (targetArea === "main.ts") problems.push(`${name}: imports main.ts; only the entry point may`)
  else if (targetArea !== area && !MAY_IMPORT[area]!.includes(targetArea)) {
    problems.push(
      `${name}: ${area}/ may not import ${targetArea}/ (allowed: ${MAY_IMPORT[area]!.join(", ") || "nothing of ours"})`
    )
  } else if (area === "domain" && targetArea === "domain" && NEVER_UP[sub ?? ""]?.includes(targetSub ?? "")) {
    problems.push(`${name}: domain/${sub} stands below domain/${targetSub} and may not import it`)
  } else if (area === "layers" && targetArea === "layers" && sub !== targetSub) {
    problems.push(`${name}: layers/${sub} may not import layers/${targetSub}; one technology does not know another`)
  }
}

/** Files of ours that a file leans on, by name. */
const leansOn = new Map<string, ReadonlySet<string>>()

/** Two files that need each other are one file in two places, or share something that stands below both. */
const checkCircles = () => {
  for (const [file, others] of leansOn) {
    for (const other of others) {
      if (file < other && leansOn.get(other)?.has(file)) {
        problems.push(`${file} and ${other} import each other; what both need belongs below them`)
      }
    }
  }
}

for (const file of ["src", "test", "bench", "scripts", "client"].flatMap((folder) => filesBelow(join(root, folder)))) {
  const text = readFileSync(file, "utf8")
  const name = relative(root, file)
  const lines = text.split("\n").length - 1
  if (lines > MAX_LINES && !GENERATED.has(name))
    problems.push(`${name}: ${lines} lines; more than ${MAX_LINES} do not fit one sitting, split it`)
  const ours = importsOf(text).filter((target) => target.startsWith("."))
  leansOn.set(name, new Set(ours.map((target) => relative(root, resolve(dirname(file), target)))))
  for (const target of importsOf(text)) {
    if (target.startsWith(".")) checkBoundary(file, target)
    if (
      name.startsWith("src/") &&
      /^effect(\/(http|http-api|sql|schema|observability|persistence|cli|cluster|process|socket|workflow))?$/.test(
        target
      )
    ) {
      problems.push(`${name}: imports the barrel "${target}"; name the module, as in "effect/Effect"`)
    }
    if (name.startsWith("src/") && target === "@effect/platform-node") {
      problems.push(
        `${name}: imports the barrel "${target}"; name the module, as in "@effect/platform-node/NodeRuntime"`
      )
    }
  }
  if (name.startsWith("client/") && importsOf(text).some((target) => !target.startsWith(".")))
    problems.push(`${name}: imports a package; client/ has no dependencies`)
  // An interface that brings its own implementation hides who does the work, and a default that does nothing hides that nobody does.
  if (name.startsWith("src/services/")) {
    if (/from "effect\/Layer"/.test(text))
      problems.push(
        `${name}: builds a layer; services/ holds interfaces, what implements them lives in cases/ or layers/`
      )
    if (/Context\.Reference\b/.test(text))
      problems.push(`${name}: a Context.Reference can be forgotten without a type error; make it a service`)
  }
  if (name.startsWith("src/domain/")) {
    text.split("\n").forEach((line, index) => {
      const [, changing, filled] = MODULE_STATE.exec(line) ?? []
      const kept = changing ?? filled
      const listed = changing === undefined && kept !== undefined && KEPT_IN_DOMAIN[name]?.includes(kept) === true
      if (listed) foundKept.add(`${name} ${kept}`)
      else if (kept !== undefined)
        problems.push(
          `${name}:${index + 1}: keeps ${kept} for the whole process; pass it along, or name it in KEPT_IN_DOMAIN with a bound where it stands`
        )
      if (/^\s*(\*|\/\/)/.test(line)) return
      for (const [pattern, reason] of IMPURE) if (pattern.test(line)) problems.push(`${name}:${index + 1}: ${reason}`)
    })
  }
}

for (const [name, kept] of Object.entries(KEPT_IN_DOMAIN)) {
  for (const one of kept)
    if (!foundKept.has(`${name} ${one}`))
      problems.push(`${name}: keeps no ${one} any more; take it out of KEPT_IN_DOMAIN`)
}

/** What a server of the release before would stumble over while it runs on beside the new schema. */
const contracts = (sql: string): boolean =>
  sql
    .replace(/--.*$/gm, "")
    .split(/[,;]/)
    .some(
      (part) =>
        /\bdrop\s+(?:table|column|view)\b|\brename\s+(?:to|column)\b/i.test(part) ||
        /\balter\s+column\s+\w+\s+(?:type|set\s+not\s+null)\b/i.test(part) ||
        (/\badd\s+column\b/i.test(part) && /\bnot\s+null\b/i.test(part) && !/\bdefault\b/i.test(part))
    )

const numbered = new Map<string, string>()
for (const name of readdirSync(join(root, "sql")).sort()) {
  const number = name.slice(0, 4)
  const other = numbered.get(number)
  if (other !== undefined) problems.push(`sql/${name}: has the number of sql/${other}; take the next free one`)
  const text = readFileSync(join(root, "sql", name), "utf8")
  if (Number(number) > LAST_ALONE && contracts(text) && !saysContracted(text)) {
    problems.push(
      `sql/${name}: takes something away that the release before may use while both run; add first, and take away one release later, with a line "-- contracts: <number of the newest migration of the programs that needed it>"`
    )
  }
  numbered.set(number, name)
}

checkCircles()

if (problems.length > 0) {
  console.error(problems.join("\n"))
  console.error(`house rules: ${problems.length} broken`)
  process.exit(1)
}
console.log("house rules: kept")
