// Draws console/icon.svg as the pictures that home screens ask for, since not every system takes an SVG:
// `node scripts/icons.ts` writes them anew after the drawing was changed. It knows the shapes that the drawing has: a
// rounded ground, one line of curves, and dots.
import { readFileSync, writeFileSync } from "node:fs"
import { crc32, deflateSync } from "node:zlib"

type Point = readonly [x: number, y: number]
type Colour = readonly [red: number, green: number, blue: number]

interface Drawing {
  readonly side: number
  readonly corner: number
  readonly ground: Colour
  readonly line: ReadonlyArray<Point>
  readonly lineWidth: number
  readonly dots: ReadonlyArray<{ readonly at: Point; readonly radius: number }>
  readonly ink: Colour
}

export interface Picture {
  readonly file: string
  readonly size: number
  /** Whether the ground fills the corners as well: for systems that cut the shape themselves. */
  readonly isFull: boolean
  /** How large the sign is on the ground, beside how the drawing has it. */
  readonly scale: number
}

/** Of a maskable picture only a circle of four fifths is sure to be seen. */
export const PICTURES: ReadonlyArray<Picture> = [
  { file: "icon-192.png", size: 192, isFull: false, scale: 1 },
  { file: "icon-512.png", size: 512, isFull: false, scale: 1 },
  { file: "icon-maskable-512.png", size: 512, isFull: true, scale: 0.8 },
  { file: "icon-apple-180.png", size: 180, isFull: true, scale: 1 }
]

/** Points on each curve of the line. */
const STEPS = 24

const colourOf = (hex: string): Colour => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as never

const curve = (from: Point, one: Point, two: Point, to: Point): Array<Point> =>
  Array.from({ length: STEPS }, (_, step) => {
    const t = (step + 1) / STEPS
    const s = 1 - t
    const at = (side: 0 | 1) =>
      s ** 3 * from[side] + 3 * s * s * t * one[side] + 3 * s * t * t * two[side] + t ** 3 * to[side]
    return [at(0), at(1)]
  })

/** A path of M, C and S with absolute numbers, as points. */
const pointsOf = (path: string): ReadonlyArray<Point> => {
  const points: Array<Point> = []
  let before: Point = [0, 0]
  for (const [, command, rest] of path.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const numbers = rest!
      .trim()
      .split(/[\s,]+/)
      .map(Number)
    const [a, b, c] = [0, 2, 4].map((at): Point => [numbers[at]!, numbers[at + 1]!]) as [Point, Point, Point]
    const here = points.at(-1) ?? a
    if (command === "M") points.push(a)
    else if (command === "C") {
      points.push(...curve(here, a, b, c))
      before = b
    } else if (command === "S") {
      points.push(...curve(here, [2 * here[0] - before[0], 2 * here[1] - before[1]], a, b))
      before = a
    } else
      throw new Error(
        `The drawing has a line with ${command}, which this script cannot draw: teach it, or draw with M, C and S.`
      )
  }
  return points
}

/** What the drawing says. */
export const drawingOf = (svg: string): Drawing => {
  const tag = (name: string): ReadonlyArray<Record<string, string>> =>
    [...svg.matchAll(new RegExp(`<${name}\\s([^>]*?)/?>`, "g"))].map(([, given]) =>
      Object.fromEntries([...given!.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]))
    )
  const [[picture], [ground], [line]] = [tag("svg"), tag("rect"), tag("path")] as never as [
    [Record<string, string>],
    [Record<string, string>],
    [Record<string, string>]
  ]
  return {
    side: Number(picture["viewBox"]!.split(" ")[2]),
    corner: Number(ground["rx"]),
    ground: colourOf(ground["fill"]!),
    line: pointsOf(line["d"]!),
    lineWidth: Number(line["stroke-width"]),
    dots: tag("circle").map(({ cx, cy, r }) => ({ at: [Number(cx), Number(cy)], radius: Number(r) })),
    ink: colourOf(line["stroke"]!)
  }
}

const toSegment = ([x, y]: Point, [fromX, fromY]: Point, [toX, toY]: Point): number => {
  const [alongX, alongY] = [toX - fromX, toY - fromY]
  const share = ((x - fromX) * alongX + (y - fromY) * alongY) / (alongX ** 2 + alongY ** 2)
  const t = Math.max(0, Math.min(1, share))
  return Math.hypot(x - fromX - t * alongX, y - fromY - t * alongY)
}

/** How far outside of the rounded ground it is; less than nothing within it. */
const toGround = ({ side, corner }: Drawing, [x, y]: Point): number => {
  const [beyondX, beyondY] = [x, y].map((one) => Math.abs(one - side / 2) - (side / 2 - corner)) as [number, number]
  const within = Math.min(Math.max(beyondX, beyondY), 0)
  return Math.hypot(Math.max(beyondX, 0), Math.max(beyondY, 0)) + within - corner
}

/** The same of the line and the dots. */
const toInk = ({ dots, line, lineWidth }: Drawing, at: Point): number => {
  let least = Number.POSITIVE_INFINITY
  for (const dot of dots) least = Math.min(least, Math.hypot(at[0] - dot.at[0], at[1] - dot.at[1]) - dot.radius)
  for (let nth = 1; nth < line.length; nth++)
    least = Math.min(least, toSegment(at, line[nth - 1]!, line[nth]!) - lineWidth / 2)
  return least
}

/** How much of a pixel lies within an edge that far from its middle. */
const share = (distance: number, pixel: number): number => Math.max(0, Math.min(1, 0.5 - distance / pixel))

/** Red, green, blue and how much there is of them, pixel by pixel, each row after a zero, as PNG has them. */
export const rowsOf = (drawing: Drawing, { isFull, scale, size }: Picture): Uint8Array => {
  const { ground, ink, side } = drawing
  const rows = new Uint8Array(size * (1 + size * 4))
  const [middle, pixel] = [side / 2, side / size]
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [x, y] = [(column + 0.5) * pixel, (row + 0.5) * pixel]
      const seen = isFull ? 1 : share(toGround(drawing, [x, y]), pixel)
      const sign: Point = [middle + (x - middle) / scale, middle + (y - middle) / scale]
      const inked = share(toInk(drawing, sign) * scale, pixel)
      const colour = ground.map((one, nth) => Math.round(one + (ink[nth]! - one) * inked))
      rows.set([...colour, Math.round(seen * 255)], row * (1 + size * 4) + 1 + column * 4)
    }
  }
  return rows
}

const chunk = (name: string, data: Uint8Array): Buffer => {
  const named = Buffer.concat([Buffer.from(name, "latin1"), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

/** Eight bits for each of four parts of a colour. */
const pngOf = (size: number, rows: Uint8Array): Buffer => {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  head.set([8, 6, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0))
  ])
}

const FOLDER = new URL("../console/", import.meta.url)

if (import.meta.main) {
  const drawing = drawingOf(readFileSync(new URL("icon.svg", FOLDER), "utf8"))
  for (const picture of PICTURES) {
    writeFileSync(new URL(picture.file, FOLDER), pngOf(picture.size, rowsOf(drawing, picture)))
  }
}
