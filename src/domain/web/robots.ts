/** robots.txt as RFC 9309 reads it: the longest rule that fits a path decides, and allowing wins a tie. */

export interface Robots {
  readonly allows: (path: string) => boolean
  /** Seconds that the host asks to be left between two requests. */
  readonly delay: number | undefined
}

/** More is not read. */
const MAX_ROBOTS_CHARS = 512 * 1024
const LONGEST_DELAY = 300

interface Rule {
  readonly allow: boolean
  readonly pattern: string
}

/** `*` is any run of letters and a `$` at the end the end; read by hand, so that no pattern can take for ever. */
const fits = (pattern: string, path: string): boolean => {
  const anchored = pattern.endsWith("$")
  const parts = (anchored ? pattern.slice(0, -1) : pattern).split("*")
  if (!path.startsWith(parts[0]!)) return false
  let at = parts[0]!.length
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i]!
    const last = i === parts.length - 1
    const found = anchored && last ? path.length - part.length : path.indexOf(part, at)
    if (found < at || !path.startsWith(part, found)) return false
    at = found + part.length
  }
  return !anchored || at === path.length
}

interface Group {
  readonly agents: Array<string>
  readonly rules: Array<Rule>
  delay: number | undefined
}

const groupsOf = (text: string): ReadonlyArray<Group> => {
  const groups: Array<Group> = []
  let naming = false
  for (const line of text.slice(0, MAX_ROBOTS_CHARS).split(/\r\n|\r|\n/)) {
    const [, name, value] = /^\s*([a-z-]+)\s*:\s*([^#]*)/i.exec(line) ?? []
    if (name === undefined) continue
    const field = name.toLowerCase()
    const said = value!.trim()
    if (field === "user-agent") {
      if (!naming) groups.push({ agents: [], rules: [], delay: undefined })
      groups.at(-1)!.agents.push(said.toLowerCase())
      naming = true
      continue
    }
    if (field !== "allow" && field !== "disallow" && field !== "crawl-delay") continue
    naming = false
    const group = groups.at(-1)
    if (group === undefined) continue
    if (field === "crawl-delay") {
      const seconds = Number(said)
      if (Number.isFinite(seconds) && seconds > 0) group.delay = Math.min(seconds, LONGEST_DELAY)
    } else if (said !== "") group.rules.push({ allow: field === "allow", pattern: said })
  }
  return groups
}

/** What the host asks of an agent of this name; of all others where it does not name it. */
export const readRobots = (text: string, agent: string): Robots => {
  const groups = groupsOf(text)
  const own = groups.filter(({ agents }) => agents.some((name) => name !== "*" && agent.toLowerCase().startsWith(name)))
  const meant = own.length > 0 ? own : groups.filter(({ agents }) => agents.includes("*"))
  const rules = meant.flatMap((group) => group.rules)
  const delays = meant.flatMap(({ delay }) => (delay === undefined ? [] : [delay]))
  return {
    allows: (path) => {
      let best: Rule | undefined
      for (const rule of rules) {
        if (!fits(rule.pattern, path)) continue
        const length = rule.pattern.length - (best?.pattern.length ?? -1)
        if (length > 0 || (length === 0 && rule.allow)) best = rule
      }
      return best?.allow ?? true
    },
    delay: delays.length === 0 ? undefined : Math.max(...delays)
  }
}

export const ALLOWS_ALL: Robots = { allows: () => true, delay: undefined }
export const ALLOWS_NOTHING: Robots = { allows: () => false, delay: undefined }
