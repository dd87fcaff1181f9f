/**
 * Settings as data: each has a name, a sentence, a default and a way to read it from text. Reading collects every
 * problem at once, because an operator who fixes one variable at a time restarts five times.
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { readNetwork } from "./basics/networks.ts"

export interface Setting<A> {
  readonly doc: string
  /** As it would be written in the environment; undefined when the setting is absent by default. */
  readonly fallback: string | undefined
  readonly secret: boolean
  /** What a right value looks like, for the message about a wrong one. */
  readonly expects: string
  readonly read: (text: string) => Result.Result<A, string>
}

export interface SettingProblem {
  readonly name: string
  readonly message: string
}

type Table = Readonly<Record<string, Setting<unknown>>>

export type Values<T extends Table> = {
  readonly [K in keyof T]: T[K] extends Setting<infer A> ? A : never
}

interface Options {
  readonly default?: string
}

const make =
  <A>(expects: string, read: (text: string) => Result.Result<A, string>, secret = false) =>
  (doc: string, options: Options = {}): Setting<A> => ({ doc, fallback: options.default, secret, expects, read })

/** The setting may be left out: its value is then `undefined`. */
export const optional = <A>(setting: Setting<A>): Setting<A | undefined> => setting

const fail = (message: string) => Result.fail(message)

export const text = make("some text", (value) => Result.succeed(value))

export const secret = make("a secret", (value) => Result.succeed(Redacted.make(value)), true)

/** A secret of at least so many bytes: a shorter one can be guessed. */
export const secretOfAtLeast = (bytes: number) =>
  make(
    `a secret of at least ${bytes} bytes, such as the output of: openssl rand -hex ${bytes}`,
    (value) =>
      new TextEncoder().encode(value).length >= bytes
        ? Result.succeed(Redacted.make(value))
        : fail(`is only ${new TextEncoder().encode(value).length} bytes long`),
    true
  )

export const integer = (minimum: number, maximum: number) =>
  make(`a whole number from ${minimum} to ${maximum}`, (value) => {
    const number = Number(value)
    if (value.trim() === "" || !Number.isSafeInteger(number)) return fail(`"${value}" is not a whole number`)
    return number >= minimum && number <= maximum ? Result.succeed(number) : fail(`${value} is out of range`)
  })

export const decimal = (minimum: number, maximum: number) =>
  make(`a number from ${minimum} to ${maximum}`, (value) => {
    const number = Number(value)
    if (value.trim() === "" || !Number.isFinite(number)) return fail(`"${value}" is not a number`)
    return number >= minimum && number <= maximum ? Result.succeed(number) : fail(`${value} is out of range`)
  })

export const flag = make("true or false", (value) => {
  if (/^(true|1|on|yes)$/i.test(value)) return Result.succeed(true)
  if (/^(false|0|off|no)$/i.test(value)) return Result.succeed(false)
  return fail(`"${value}" is neither true nor false`)
})

export const oneOf = <const A extends ReadonlyArray<string>>(...values: A) =>
  make(`one of ${values.join(", ")}`, (value) =>
    values.includes(value) ? Result.succeed(value as A[number]) : fail(`"${value}" is not among them`)
  )

export const list = make("a list separated by commas", (value) =>
  Result.succeed(
    value
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "") as ReadonlyArray<string>
  )
)

/** Addresses and ranges of them, as they were written. */
export const networks = make(
  "addresses and ranges such as 10.0.0.0/8 or 2001:db8::/32, separated by commas",
  (value) => {
    const all = Result.getOrThrow(list("").read(value))
    const wrong = all.find((one) => readNetwork(one) === undefined)
    return wrong === undefined
      ? Result.succeed(all)
      : fail(`has "${wrong}" in it, which is neither an address nor a range that begins with its first address`)
  }
)

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A length of time, read as milliseconds. */
export const duration = make("a length of time such as 250ms, 30s, 5m, 24h or 7d", (value) => {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(value.trim())
  return match === null
    ? fail(`"${value}" is not a length of time`)
    : Result.succeed(Number(match[1]) * UNITS[match[2]!]!)
})

const SIZES: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** A number of bytes. */
export const bytes = make("a size such as 512KiB, 64MiB or 2GiB", (value) => {
  const match = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB)$/.exec(value.trim())
  return match === null
    ? fail(`"${value}" is not a size`)
    : Result.succeed(Math.round(Number(match[1]) * SIZES[match[2]!]!))
})

export const url = (...protocols: ReadonlyArray<string>) =>
  make(`an address that starts with ${protocols.map((p) => `${p}//`).join(" or ")}`, (value) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined
    if (parsed === undefined) return fail("is not an address")
    return protocols.includes(parsed.protocol) ? Result.succeed(value) : fail(`starts with ${parsed.protocol}//`)
  })

/** A host by its plain name or address: whatever stands here is said to browsers in the policy of a page. */
const PLAIN_ORIGIN = /^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?$/

/** Where the pictures of a map are: each part of its grid is asked for by how near it is, its column and its row. */
export const tiles = make(
  "an address with {z}, {x} and {y} in its path, such as https://tiles.example.org/{z}/{x}/{y}.png",
  (value) => {
    const parsed = /^https?:\/\/\S+$/.test(value) && URL.canParse(value) ? new URL(value) : undefined
    if (parsed === undefined) return fail(`"${value}" is not an address of the web`)
    if (!PLAIN_ORIGIN.test(parsed.origin)) return fail(`${parsed.host} is no plain name of a host`)
    if (parsed.username !== "" || parsed.password !== "") return fail("carries a password, which every page would tell")
    const missing = ["{z}", "{x}", "{y}"].filter((part) => !value.includes(part))
    return missing.length === 0 ? Result.succeed(value) : fail(`has no ${missing.join(" and no ")}`)
  }
)

/** Where a program on another machine answers: a name or an IPv4 address, or an IPv6 address in brackets, and a port. */
export const address = make("a host and a port, such as 10.0.0.5:8000", (value) =>
  /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,45}\]):[1-9]\d{0,4}$/.test(value) &&
  Number(value.split(":").at(-1)) <= 65_535
    ? Result.succeed(value)
    : fail("is no host with a port")
)

/** Like `url`, but kept from logs: such addresses carry passwords. */
export const secretUrl = (...protocols: ReadonlyArray<string>) => {
  const plain = url(...protocols)("")
  return make(plain.expects, (value) => Result.map(plain.read(value), Redacted.make<string>), true)
}

const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]!
}

const closest = (name: string, names: ReadonlyArray<string>): string | undefined => {
  const [best] = names.map((other) => [distance(name, other), other] as const).sort((a, b) => a[0] - b[0])
  return best !== undefined && best[0] <= Math.max(3, name.length / 4) ? best[1] : undefined
}

/** Reads every setting of the table; a variable that carries our prefix and is none of them is a problem too. */
export const readSettings = <const T extends Table>(
  table: T,
  environment: Readonly<Record<string, string | undefined>>,
  prefix: string
): Result.Result<Values<T>, ReadonlyArray<SettingProblem>> => {
  const problems: Array<SettingProblem> = []
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(table)) {
    const given = environment[name]
    const value = given === undefined || given === "" ? setting.fallback : given
    if (value === undefined) continue
    const read = setting.read(value)
    if (Result.isSuccess(read)) values[name] = read.success
    else {
      const problem = setting.secret ? read.failure.replace(/".*"/, "the value") : read.failure
      problems.push({ name, message: `${name} ${problem}. It takes ${setting.expects}.` })
    }
  }
  const names = Object.keys(table)
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(prefix) || names.includes(name)) continue
    const near = closest(name, names)
    const hint =
      near === undefined ? "Remove it, or see .env.example for the settings there are." : `Did you mean ${near}?`
    problems.push({ name, message: `${name} is not a setting of this version. ${hint}` })
  }
  return problems.length > 0 ? Result.fail(problems) : Result.succeed(values as Values<T>)
}
