/**
 * The fields of a record where they lie: a payload is one JSON object, and of most of its fields nothing is wanted but their
 * bytes in another place. Reading it into an object first would make a dozen strings of every record, by the million.
 */

const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const COLON = 58
const OPEN = 123
const CLOSE = 125
const OPEN_LIST = 91
const CLOSE_LIST = 93
/** The first letter of `null`. */
const N = 110

const malformed = (what: string): never => {
  throw new SyntaxError(`it is no JSON object: ${what}`)
}

const pastSpace = (bytes: Uint8Array, at: number): number => {
  let end = at
  while (bytes[end]! <= 32) end++
  return end
}

/** Behind the string that begins at `at`. */
const pastString = (bytes: Uint8Array, at: number): number => {
  let end = at + 1
  for (; end < bytes.length; end++) {
    const byte = bytes[end]!
    if (byte === QUOTE) return end + 1
    if (byte === BACKSLASH) end++
  }
  return malformed("a text does not end")
}

/** Behind the value that begins at `at`, whatever is in it. */
const pastValue = (bytes: Uint8Array, at: number): number => {
  let end = at
  let depth = 0
  while (end < bytes.length) {
    const byte = bytes[end]!
    if (byte === QUOTE) {
      end = pastString(bytes, end)
      if (depth === 0) return end
      continue
    }
    if (byte === OPEN || byte === OPEN_LIST) depth++
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      if (depth === 0) return end
      if (--depth === 0) return end + 1
    } else if (depth === 0 && (byte === COMMA || byte <= 32)) return end
    end++
  }
  return malformed("it does not end")
}

/** One reader for many records: it holds the positions of the fields of the one read last. */
export class RecordFields {
  bytes: Buffer = Buffer.alloc(0)
  readonly #keys: ReadonlyArray<Uint8Array>
  readonly #from: Int32Array
  readonly #to: Int32Array

  constructor(names: ReadonlyArray<string>) {
    this.#keys = names.map((name) => Buffer.from(name))
    this.#from = new Int32Array(names.length)
    this.#to = new Int32Array(names.length)
  }

  read(bytes: Buffer): void {
    this.bytes = bytes
    this.#from.fill(-1)
    let at = pastSpace(bytes, 0)
    if (bytes[at] !== OPEN) malformed("it does not begin as one")
    // Records have their fields in one order, which is nearly that of the names.
    let likely = 0
    at = pastSpace(bytes, at + 1)
    while (bytes[at] !== CLOSE) {
      if (bytes[at] !== QUOTE) malformed("a name is missing")
      const end = pastString(bytes, at)
      const field = this.#named(at + 1, end - 1, likely)
      at = pastSpace(bytes, end)
      if (bytes[at] !== COLON) malformed("a value is missing")
      at = pastSpace(bytes, at + 1)
      const after = pastValue(bytes, at)
      if (after === at) malformed("a value is missing")
      if (field >= 0) {
        this.#from[field] = at
        this.#to[field] = after
        likely = field + 1
      }
      at = pastSpace(bytes, after)
      if (bytes[at] === COMMA) at = pastSpace(bytes, at + 1)
      else if (bytes[at] !== CLOSE) malformed("it does not end")
    }
  }

  #named(from: number, to: number, likely: number): number {
    if (likely < this.#keys.length && this.#is(likely, from, to)) return likely
    for (let field = 0; field < this.#keys.length; field++) if (this.#is(field, from, to)) return field
    return -1
  }

  #is(field: number, from: number, to: number): boolean {
    const key = this.#keys[field]!
    if (key.length !== to - from) return false
    for (let i = 0; i < key.length; i++) if (key[i] !== this.bytes[from + i]) return false
    return true
  }

  from(field: number): number {
    return this.#from[field]!
  }

  to(field: number): number {
    return this.#to[field]!
  }

  /** Whether the field is not there, or is null. */
  absent(field: number): boolean {
    const from = this.#from[field]!
    return from < 0 || this.bytes[from] === N
  }

  /** A field as JSON. */
  json(field: number): string {
    return this.bytes.toString("utf8", this.#from[field]!, this.#to[field]!)
  }

  /** The field's text is between its quotes as it is: nothing in it is escaped. */
  isPlainText(field: number): boolean {
    const from = this.#from[field]!
    const to = this.#to[field]!
    if (this.bytes[from] !== QUOTE) return false
    for (let i = from + 1; i < to - 1; i++) if (this.bytes[i] === BACKSLASH) return false
    return true
  }

  value(field: number): unknown {
    return JSON.parse(this.json(field))
  }
}
