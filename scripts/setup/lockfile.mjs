// Compares what npm installed with what the lockfile says, for this machine. npm keeps its own record of an
// installation in node_modules; reading that is a thousand times faster than asking npm.

const numbers = (version) => version.split(".").map((part) => Number.parseInt(part, 10) || 0)

const compare = (a, b) => {
  for (let i = 0; i < 3; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) - (b[i] ?? 0)
  return 0
}

const holds = (version, part) => {
  const match = /^(>=|<=|>|<|\^|~|=)?v?(\d+(?:\.\d+)*|\*|x)/.exec(part)
  if (match === null || match[2] === "*" || match[2] === "x") return true
  const [operator, bound] = [match[1] ?? "=", numbers(match[2])]
  const order = compare(version, bound)
  if (operator === ">=") return order >= 0
  if (operator === "<=") return order <= 0
  if (operator === ">") return order > 0
  if (operator === "<") return order < 0
  if (operator === "^") return order >= 0 && version[0] === bound[0]
  if (operator === "~") return order >= 0 && version[0] === bound[0] && version[1] === bound[1]
  return match[2].split(".").every((_, i) => version[i] === bound[i])
}

/** Whether a version lies in a range of the simple forms that `engines` uses. */
export const satisfies = (version, range) =>
  range.split("||").some((choice) =>
    choice
      .trim()
      .replace(/(>=|<=|>|<|\^|~|=)\s+/g, "$1")
      .split(/\s+/)
      .every((part) => holds(numbers(version), part))
  )

const allows = (list, value) => {
  if (list === undefined || list.length === 0) return true
  if (list.includes(`!${value}`)) return false
  return list.every((entry) => entry.startsWith("!")) || list.includes(value)
}

const listOf = (value) => (value === undefined ? undefined : [value].flat())

const belongs = (entry, machine) =>
  allows(listOf(entry.os), machine.platform) &&
  allows(listOf(entry.cpu), machine.arch) &&
  (machine.platform !== "linux" || allows(listOf(entry.libc), "glibc")) &&
  (entry.engines?.node === undefined || satisfies(machine.node, entry.engines.node))

/** The packages that the lockfile asks for on this machine and that are not installed exactly so. */
export const missing = (lock, installed, machine, withDev) =>
  Object.entries(lock.packages)
    .filter(([path, entry]) => {
      if (path === "" || entry.link) return false
      if (!withDev && (entry.dev || entry.devOptional)) return false
      // What is optional and not made for a platform may stay out; what is made for this one is one of our binaries.
      if (entry.optional && (entry.cpu === undefined || !belongs(entry, machine))) return false
      const found = installed.packages?.[path]
      return found?.version !== entry.version || (entry.integrity ?? found.integrity) !== found.integrity
    })
    .map(([path]) => path.replace(/^.*node_modules\//, ""))
