/** Tables of a feed: comma-separated text with a line of names, quoted where it must be, read row by row from pieces of bytes. */

/** No row of a feed is longer; what is, is broken. */
const LONGEST_ROW = 1_000_000

const cellsOf = (line: string): ReadonlyArray<string> => {
  if (!line.includes('"')) return line.split(",")
  const cells: Array<string> = []
  let at = 0
  while (at <= line.length) {
    if (line[at] === '"') {
      let cell = ""
      let from = at + 1
      for (;;) {
        const close = line.indexOf('"', from)
        if (close < 0) return [...cells, line.slice(at + 1)]
        cell += line.slice(from, close)
        if (line[close + 1] !== '"') {
          at = close + 1
          break
        }
        cell += '"'
        from = close + 2
      }
      const comma = line.indexOf(",", at)
      cells.push(cell)
      at = comma < 0 ? line.length + 1 : comma + 1
    } else {
      const comma = line.indexOf(",", at)
      const end = comma < 0 ? line.length : comma
      cells.push(line.slice(at, end))
      at = end + 1
    }
  }
  return cells
}

const quotes = (text: string): number => {
  let count = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++
  return count
}

/** Lines, where a line break within quotes is none. */
async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<ReadonlyArray<string>> {
  const decoder = new TextDecoder()
  let rest = ""
  let open = ""
  const whole = (line: string, out: Array<string>) => {
    const text = open === "" ? line : `${open}\n${line}`
    if (text.includes('"') && quotes(text) % 2 === 1) {
      if (text.length > LONGEST_ROW) throw new Error("a quote has no end")
      open = text
      return
    }
    open = ""
    out.push(text.endsWith("\r") ? text.slice(0, -1) : text)
  }
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n")
    rest = lines.pop()!
    if (rest.length > LONGEST_ROW) throw new Error("a line has no end")
    const out: Array<string> = []
    for (const line of lines) whole(line, out)
    if (out.length > 0) yield out
  }
  const out: Array<string> = []
  if (rest !== "") whole(rest, out)
  if (open !== "") out.push(open)
  if (out.length > 0) yield out
}

/** Calls `row` with the cells of these columns, of every row; a column that the table lacks is "". */
export const readTable = async (
  pieces: AsyncIterable<Uint8Array>,
  columns: ReadonlyArray<string>,
  row: (cells: ReadonlyArray<string>) => void
): Promise<number> => {
  let places: ReadonlyArray<number> | undefined
  let count = 0
  for await (const lines of linesOf(pieces)) {
    for (const line of lines) {
      if (line === "") continue
      const cells = cellsOf(line)
      if (places === undefined) {
        const names = cells.map((name) => name.trim().replace(/^\uFEFF/, ""))
        places = columns.map((column) => names.indexOf(column))
        continue
      }
      count++
      row(places.map((at) => (at < 0 ? "" : (cells[at] ?? "").trim())))
    }
  }
  return count
}
