/**
 * An answer of Overpass taken apart as its bytes come: `{ …, "elements": [ …, … ], "remark": … }`. One element after the other is
 * handed over as text, so that nobody holds an answer of hundreds of megabytes whole.
 */

/** An outline of a hundred thousand points has some megabytes; what is longer is passed over. */
const LONGEST_ELEMENT = 16 * 1024 * 1024
/** Names of fields, and remarks: as much as one reads. */
const LONGEST_TEXT = 200

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a]
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d]
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** What is wrong with an answer whose end is missing. */
export const CUT_OFF = "it ends in the middle"

export interface AnswerEnd {
  /** Why it is no whole answer, where it is none. */
  readonly problem: string | undefined
  /** Overpass says here when it ran out of time or memory: what follows is missing without another sign. */
  readonly remark: string | undefined
}

export class AnswerScan {
  readonly #take: (element: string | undefined) => void
  readonly #decoder = new TextDecoder()
  #depth = 0
  #begun = false
  #isNoJson = false
  #inString = false
  #escaped = false
  /** Of the outermost object: the text that is being read, and the field that it is the value of. */
  #text = ""
  #field: string | undefined
  #inElements = false
  #hasElements = false
  #remark: string | undefined
  #capturing = false
  #parts: Array<Uint8Array> = []
  #held = 0

  /** `take` is given each element as it stands there; undefined for one that is longer than any is. */
  constructor(take: (element: string | undefined) => void) {
    this.#take = take
  }

  push(bytes: Uint8Array): void {
    let from = 0
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (this.#inString) {
        this.#inText(byte)
        continue
      }
      if (isSpace(byte)) continue
      if (!this.#begun) {
        // A mark of byte order is none of it.
        if (byte === 0xef || byte === 0xbb || byte === 0xbf) continue
        this.#begun = true
        this.#isNoJson = byte !== OPEN_BRACE
      } else if (this.#depth === 0) this.#isNoJson = true
      if (this.#isNoJson) return
      if (this.#inElements && this.#depth === 2) {
        if (byte === COMMA || byte === CLOSE_BRACKET) {
          if (this.#capturing) this.#hand(bytes.subarray(from, at))
        } else if (!this.#capturing) {
          this.#capturing = true
          from = at
        }
      }
      this.#structure(byte)
    }
    if (this.#capturing) this.#hold(bytes.slice(from))
  }

  end(): AnswerEnd {
    const problem =
      !this.#begun || this.#isNoJson
        ? "it is no JSON"
        : this.#depth > 0 || this.#inString
          ? CUT_OFF
          : this.#hasElements
            ? undefined
            : "it has no list of elements"
    return { problem, remark: this.#remark }
  }

  #inText(byte: number): void {
    if (this.#escaped) this.#escaped = false
    else if (byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) {
      this.#inString = false
      if (this.#depth === 1 && this.#field === "remark") this.#remark = this.#text
      return
    }
    if (this.#depth === 1 && this.#text.length < LONGEST_TEXT) this.#text += String.fromCharCode(byte)
  }

  #structure(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.#inString = true
        this.#text = ""
        break
      case COLON:
        if (this.#depth === 1) this.#field = this.#text
        break
      case COMMA:
        if (this.#depth === 1) this.#field = undefined
        break
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (this.#depth === 1 && this.#field === "elements" && byte === OPEN_BRACKET) {
          this.#inElements = true
          this.#hasElements = true
        }
        this.#depth++
        break
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        this.#depth--
        if (this.#depth === 1) this.#inElements = false
        break
    }
  }

  #hold(part: Uint8Array): void {
    this.#held += part.length
    if (this.#held <= LONGEST_ELEMENT) this.#parts.push(part)
    else this.#parts = []
  }

  #hand(last: Uint8Array): void {
    this.#capturing = false
    this.#hold(last)
    const isWhole = this.#held <= LONGEST_ELEMENT
    const text = isWhole ? this.#joined() : undefined
    this.#parts = []
    this.#held = 0
    this.#take(text)
  }

  #joined(): string {
    if (this.#parts.length === 1) return this.#decoder.decode(this.#parts[0]!)
    const whole = new Uint8Array(this.#held)
    let at = 0
    for (const part of this.#parts) {
      whole.set(part, at)
      at += part.length
    }
    return this.#decoder.decode(whole)
  }
}
