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

const ATTRIBUTE = /([\w:.-]+)\s*=\s*("([^"]*)"|'([^']*)')/g

const attributesOf = (text) => {
  const found = {}
  for (const [, name, , double, single] of text.matchAll(ATTRIBUTE)) found[local(name)] = decode(double ?? single ?? "")
  return found
}

/** Without its prefix: files call the same things by different ones. */
const local = (name) => name.slice(name.indexOf(":") + 1)

/** A comment, a CDATA section, an instruction, a declaration, or a tag. */
const PIECE =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!([A-Za-z])|<(\/?)([^\s/>]+)((?:[^>"']|"[^"]*"|'[^']*')*?)(\/?)>/g

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
  let from = 0
  let count = 0
  for (const piece of source.matchAll(PIECE)) {
    const [whole, data, declaration, closing, name, attributes, empty] = piece
    const inside = open.at(-1) ?? root
    inside.text += decode(source.slice(from, piece.index))
    from = piece.index + whole.length
    if (declaration !== undefined) throw new Error(T.bring.declares)
    if (data !== undefined) inside.text += data
    if (name === undefined) continue
    if (closing === "/") {
      // What was never opened is passed over; what was never closed ends with the one around it.
      const at = open.findLastIndex((one) => one.name === local(name))
      if (at > 0) open.length = at
      continue
    }
    if (++count > MOST_ELEMENTS || open.length > DEEPEST) throw new Error(T.bring.tooMuch)
    const element = { name: local(name), attributes: attributesOf(attributes), children: [], text: "" }
    inside.children.push(element)
    if (empty !== "/") open.push(element)
  }
  if (root.children.length === 0) throw new Error(T.bring.unreadable)
  return root
}

/** Every element of that name, wherever it stands. */
export const allNamed = (element, names) =>
  element.children.flatMap((one) => [...(names.includes(one.name) ? [one] : []), ...allNamed(one, names)])

/** The text of the first child of that name. */
export const textOf = (element, name) => element.children.find((one) => one.name === name)?.text.trim() ?? ""
