/**
 * Reads XML that strangers wrote, as far as places and ways need it: names, attributes, text. It knows no entities but
 * XML's own five, so nothing in a file can grow.
 */
import { T } from "./messages.js"

const DEEPEST = 64
const MOST_ELEMENTS = 200_000

const NAMED = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" }

const LAST_CODE_POINT = 0x10ffff

const decode = (text) =>
  text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]+);/gi, (whole, name) => {
    if (!name.startsWith("#")) return NAMED[name] ?? whole
    const code = name[1] === "x" || name[1] === "X" ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= LAST_CODE_POINT ? String.fromCodePoint(code) : ""
  })

/** A name with its value, or a word that has none and is passed over whole: nothing is looked at twice. */
const ATTRIBUTE = /([\w:.-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/g

const attributesOf = (text) => {
  const found = {}
  for (const [, name, double, single] of text.matchAll(ATTRIBUTE)) {
    const value = double ?? single
    if (value !== undefined) found[local(name)] = decode(value)
  }
  return found
}

/** Without its prefix: files call the same things by different ones. */
const local = (name) => name.slice(name.indexOf(":") + 1)

/** What stands between these is no tag; only what stands in a CDATA section is text. */
const BETWEEN = [
  { begin: "<!--", end: "-->", isText: false },
  { begin: "<![CDATA[", end: "]]>", isText: true },
  { begin: "<?", end: "?>", isText: false }
]

/** Where a tag ends that begins there: at the first ">" outside of quotes; -1 where it does not end. */
const endOfTag = (source, from) => {
  for (let at = from; at < source.length; at++) {
    const character = source[at]
    if (character === ">") return at
    if (character !== '"' && character !== "'") continue
    at = source.indexOf(character, at + 1)
    if (at < 0) return -1
  }
  return -1
}

/** The name that a tag begins with: no blank, no slash. */
const NAME = /[^\s/>]*/y

/**
 * A tag in its parts, without "<" and ">"; one that has no name is none.
 *
 * @param {string} inside
 */
const tagOf = (inside) => {
  const isClosing = inside.startsWith("/")
  NAME.lastIndex = isClosing ? 1 : 0
  const name = NAME.exec(inside)?.[0] ?? ""
  const isEmpty = inside.endsWith("/") && inside.length > 1
  return { name: local(name), isClosing, isEmpty, attributes: inside.slice(NAME.lastIndex) }
}

/**
 * The pieces of a document in their order, each character looked at once: who waits for an end that never comes reads no
 * further, and does not begin anew behind each "<".
 *
 * @param {string} source
 * @returns {Generator<{text: string, tag?: undefined} | {text?: undefined, tag: ReturnType<typeof tagOf>}>}
 */
function* piecesOf(source) {
  let from = 0
  for (let at = source.indexOf("<"); at >= 0; at = source.indexOf("<", at)) {
    const between = BETWEEN.find(({ begin }) => source.startsWith(begin, at))
    if (between === undefined && /[A-Za-z]/.test(source[at + 2] ?? "") && source[at + 1] === "!") {
      throw new Error(T.bring.declares)
    }
    const begin = at + (between?.begin.length ?? 1)
    const end = between === undefined ? endOfTag(source, begin) : source.indexOf(between.end, begin)
    if (end < 0) return
    const inside = source.slice(begin, end)
    const tag = between === undefined ? tagOf(inside) : undefined
    // A "<" that begins nothing is text.
    if (tag?.name === "") {
      at++
      continue
    }
    yield { text: decode(source.slice(from, at)) + (between?.isText ? inside : "") }
    if (tag !== undefined) yield { tag }
    at = from = end + (between?.end.length ?? 1)
  }
}

/**
 * The document as elements with their name, attributes, children and own text.
 *
 * @typedef {{name: string, attributes: Record<string, string>, children: Array<Element>, text: string}} Element
 * @param {string} source
 * @returns {Element}
 */
export const readXml = (source) => {
  /** @type {Element} */
  const root = { name: "", attributes: {}, children: [], text: "" }
  const open = [root]
  let count = 0
  for (const { text, tag } of piecesOf(source)) {
    const inside = open.at(-1) ?? root
    if (tag === undefined) {
      inside.text += text
      continue
    }
    if (tag.isClosing) {
      // What was never opened is passed over; what was never closed ends with the one around it.
      const at = open.findLastIndex((one) => one.name === tag.name)
      if (at > 0) open.length = at
      continue
    }
    if (++count > MOST_ELEMENTS || open.length > DEEPEST) throw new Error(T.bring.tooMuch)
    const element = { name: tag.name, attributes: attributesOf(tag.attributes), children: [], text: "" }
    inside.children.push(element)
    if (!tag.isEmpty) open.push(element)
  }
  if (root.children.length === 0) throw new Error(T.bring.unreadable)
  return root
}

/** Every element of that name, wherever it stands. */
export const allNamed = (element, names) =>
  element.children.flatMap((one) => [...(names.includes(one.name) ? [one] : []), ...allNamed(one, names)])

/** The text of the first child of that name. */
export const textOf = (element, name) => element.children.find((one) => one.name === name)?.text.trim() ?? ""
