/** Where things lie on a map of a day: projection, neighbourhoods drawn round their places, labels that do not overlap. Pure. */

const METRES_PER_DEGREE = 111_320

/** A day in one street is still shown with the quarters around it. */
const LEAST_METRES = 2400

/** Round the outermost stops, as a share of the way between them. */
const MARGIN = 0.18

/** Of fewer places none lies far off. */
const LEAST_PLACES = 3

/** A place this many times further off than is usual for its neighbourhood is no part of its shape. */
const STRAY = 3

/** Letters of a label are about this wide, in units of the drawing. */
const LETTER = 6.2
const LINE = 14

/**
 * A flat view of these points: `at` gives where a point is drawn, `from` which point is drawn there, `metres` how long a unit
 * of the drawing is.
 *
 * @param {Array<{lat: number, lon: number}>} points
 * @param {number} width
 * @param {number} height
 * @param {number} [zoom]
 * @param {[number, number]} [shift] how far the ground is moved, in units of the drawing
 * @returns {{metres: number, at: (point: {lat: number, lon: number}) => [number, number], from: (spot: [number, number]) => {lat: number, lon: number}}}
 */
export const viewOf = (points, width, height, zoom = 1, [right, down] = [0, 0]) => {
  const lats = points.map(({ lat }) => lat)
  const lons = points.map(({ lon }) => lon)
  const middle = {
    lat: (Math.min(...lats) + Math.max(...lats)) / 2,
    lon: (Math.min(...lons) + Math.max(...lons)) / 2
  }
  const eastMetres = METRES_PER_DEGREE * Math.cos((middle.lat * Math.PI) / 180)
  const across = (Math.max(...lons) - Math.min(...lons)) * eastMetres
  const along = (Math.max(...lats) - Math.min(...lats)) * METRES_PER_DEGREE
  const room = 1 + 2 * MARGIN
  const metres = Math.max((across * room) / width, (along * room) / height, LEAST_METRES / height) / zoom
  return {
    metres,
    at: ({ lat, lon }) => [
      width / 2 + right + ((lon - middle.lon) * eastMetres) / metres,
      height / 2 + down - ((lat - middle.lat) * METRES_PER_DEGREE) / metres
    ],
    from: ([x, y]) => ({
      lat: middle.lat - ((y - height / 2 - down) * metres) / METRES_PER_DEGREE,
      lon: middle.lon + ((x - width / 2 - right) * metres) / eastMetres
    })
  }
}

/** Pushes that many times at most; a crowd that is still one then stays one. */
const MOST_PUSHES = 12

/**
 * The same points, those that lie on each other moved apart by as little as it takes to be so far from each other.
 *
 * @param {Array<[number, number]>} points
 * @param {number} least
 * @returns {Array<[number, number]>}
 */
export const apart = (points, least) => {
  /** @type {Array<[number, number]>} */
  const out = points.map(([x, y]) => [x, y])
  for (let push = 0, isMoved = true; push < MOST_PUSHES && isMoved; push++) {
    isMoved = false
    for (const [i, a] of out.entries()) {
      for (const b of out.slice(i + 1)) {
        const [x, y] = [b[0] - a[0], b[1] - a[1]]
        const off = Math.hypot(x, y)
        if (off >= least) continue
        isMoved = true
        // Where two are at one place, the later one goes to the right.
        const [right, down] = off === 0 ? [1, 0] : [x / off, y / off]
        const by = (least - off) / 2 + 0.01
        a[0] -= right * by
        a[1] -= down * by
        b[0] += right * by
        b[1] += down * by
      }
    }
  }
  return out
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]

/** The smallest convex shape round the points, counter-clockwise. */
export const hull = (points) => {
  const sorted = [...points].sort(([ax, ay], [bx, by]) => ax - bx || ay - by)
  const half = (list) => {
    const line = []
    for (const [x, y] of list) {
      while (line.length > 1) {
        const [[ax, ay], [bx, by]] = line.slice(-2)
        if ((bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0) break
        line.pop()
      }
      line.push([x, y])
    }
    return line.slice(0, -1)
  }
  return sorted.length < 3 ? sorted : [...half(sorted), ...half(sorted.reverse())]
}

/** Neighbourhoods as the catalog knows them: by their places, without the ones that lie far off. */
export const neighbourhoods = (places) => {
  const groups = Map.groupBy(
    places.filter(({ neighbourhood }) => neighbourhood !== ""),
    ({ neighbourhood }) => neighbourhood
  )
  return [...groups].map(([name, members]) => {
    const middle = { lat: median(members.map(({ lat }) => lat)), lon: median(members.map(({ lon }) => lon)) }
    const off = (one) => Math.hypot(one.lat - middle.lat, one.lon - middle.lon)
    const usual = median(members.map(off))
    return { name, middle, places: members.filter((one) => off(one) <= STRAY * usual || members.length < LEAST_PLACES) }
  })
}

/** A label that cannot stand in the middle may stand above or below it, so many lines away. */
const PLACES_OF_LABELS = [0, -1.4, 1.4, -2.4, 2.4]

/** Labels that fit: the neighbourhoods with most places first, none over another one or over what is `taken`. */
export const labelsThatFit = (hoods, view, width, height, taken = []) => {
  const boxes = taken.map(([x, y]) => [x - 12, y - 12, x + 12, y + 12])
  const chosen = []
  for (const { name, middle } of [...hoods].sort((a, b) => b.places.length - a.places.length)) {
    const [x, centre] = view.at(middle)
    const half = (name.length * LETTER) / 2
    const fits = (y) => {
      const box = [x - half, y - LINE / 2, x + half, y + LINE / 2]
      const isInside = box[0] >= 0 && box[2] <= width && box[1] >= 0 && box[3] <= height
      return isInside && boxes.every((one) => box[2] < one[0] || box[0] > one[2] || box[3] < one[1] || box[1] > one[3])
    }
    const y = PLACES_OF_LABELS.map((lines) => centre + lines * LINE).find(fits)
    if (y === undefined) continue
    boxes.push([x - half, y - LINE / 2, x + half, y + LINE / 2])
    chosen.push({ name, x, y })
  }
  return chosen
}

/**
 * A round length for the scale, as long as fits into so many units of the drawing, in the largest measure that fits.
 *
 * @param {number} metres
 * @param {number} units
 * @param {Array<[string, number]>} measures the longest first: what each is called, and its metres
 */
export const scaleOf = (metres, units, measures) => {
  const most = metres * units
  const [unit, long] = measures.find(([, one]) => one <= most) ?? measures[measures.length - 1]
  const power = 10 ** Math.floor(Math.log10(most / long))
  const count = [5, 2].map((step) => step * power).find((one) => one * long <= most) ?? power
  return { units: (count * long) / metres, count, unit }
}
