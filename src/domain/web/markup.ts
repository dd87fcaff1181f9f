/**
 * What stands in a page, found in one pass. No pattern goes over a whole page: text from outside that opens an element a
 * hundred thousand times and closes it never would have it begin anew at each of them, and hold the server for minutes.
 */

interface Found {
  readonly start: number
  readonly end: number
}

const NOWHERE: Found = { start: Number.POSITIVE_INFINITY, end: Number.POSITIVE_INFINITY }

/** Where a pattern fits next. The answer is kept for as long as it holds, so a text is gone over once, however often one asks. */
const following = (text: string, pattern: RegExp) => {
  let found: Found | undefined
  return (from: number): Found => {
    if (found === undefined || found.start < from) {
      pattern.lastIndex = from
      const match = pattern.exec(text)
      found = match === null ? NOWHERE : { start: match.index, end: pattern.lastIndex }
    }
    return found
  }
}

interface Tag extends Found {
  /** In small letters, with the slash of one that closes. */
  readonly name: string
}

/** The next tag from a position on; positions only grow. */
const tagsOf = (text: string) => {
  const ends = following(text, />/g)
  const called = /<(\/?[a-z]+[1-6]?)\b/iy
  return (from: number): Tag | undefined => {
    const start = text.indexOf("<", from)
    if (start < 0) return undefined
    const { end } = ends(start)
    if (end === NOWHERE.end) return undefined
    called.lastIndex = start
    return { start, end, name: called.exec(text)?.[1]?.toLowerCase() ?? "" }
  }
}

/** Where an element of this name is closed next. */
const closedBy = (text: string) => {
  const byName = new Map<string, (from: number) => Found>()
  return (name: string, from: number): Found => {
    const next = byName.get(name) ?? following(text, new RegExp(`</${name}\\s*>`, "gi"))
    byName.set(name, next)
    return next(from)
  }
}

/** A text without elements of these names and what is in them; one that is never closed goes on to the end. */
export const withoutElements = (text: string, names: ReadonlySet<string>): string => {
  const tags = tagsOf(text)
  const closed = closedBy(text)
  const kept: Array<string> = []
  let from = 0
  for (let tag = tags(0); tag !== undefined; ) {
    if (!names.has(tag.name)) {
      tag = tags(tag.start + 1)
      continue
    }
    kept.push(text.slice(from, tag.start))
    from = Math.min(text.length, closed(tag.name, tag.end).end)
    tag = tags(from)
  }
  return [...kept, text.slice(from)].join(" ")
}

/** What ends a line. */
const ENDS_LINE = new Set(["br", "/p", "/li", "/div", "/h1", "/h2", "/h3", "/h4", "/h5", "/h6"])
/** What nobody reads, and what somebody else said. */
const NOT_SAID = new Set(["script", "style", "aside", "blockquote"])

/** More of a page's markup is not read for what somebody says in it. */
const MOST_MARKUP = 400_000

/** Text of pages as people read it. */
export const plainText = (page: string): string => {
  const html = page.slice(0, MOST_MARKUP)
  const tags = tagsOf(html)
  const closed = closedBy(html)
  let text = ""
  let from = 0
  for (let tag = tags(0); tag !== undefined; ) {
    const end = NOT_SAID.has(tag.name) ? closed(tag.name, tag.end).end : NOWHERE.end
    const endsLine = ENDS_LINE.has(tag.name)
    const inner = html.indexOf("<", tag.start + 1)
    if (end === NOWHERE.end && !endsLine && inner >= 0 && inner < tag.end) {
      // A sign for "less than", and no tag.
      tag = tags(inner)
      continue
    }
    text += html.slice(from, tag.start) + (endsLine ? "\n" : " ")
    from = end === NOWHERE.end ? tag.end : end
    tag = tags(from)
  }
  return text + html.slice(from)
}

/** As much of a tag as is looked at for its type. */
const MOST_OF_TAG = 2_000

/** Blocks of linked data in a page, wherever they stand. */
export const linkedData = (html: string): ReadonlyArray<string> => {
  const tags = tagsOf(html)
  const closed = closedBy(html)
  const blocks: Array<string> = []
  for (let tag = tags(0); tag !== undefined; ) {
    if (tag.name !== "script") {
      tag = tags(tag.start + 1)
      continue
    }
    const { start, end } = closed("script", tag.end)
    if (end === NOWHERE.end) break
    const said = html.slice(tag.start, Math.min(tag.end, tag.start + MOST_OF_TAG))
    if (/\btype\s*=\s*["']?application\/ld\+json\b/i.test(said)) blocks.push(html.slice(tag.end, start).trim())
    tag = tags(end)
  }
  return blocks
}
