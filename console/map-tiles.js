/**
 * Pictures of the ground below a map, where an operator has named a source of them. They come in squares of Web Mercator; the
 * drawing is a flat piece of ground, so that each square is put where its corners belong: within one of them the two do not differ.
 */
import { svg } from "./dom.js"

/** The side of a square as it is meant to be looked at, in pixels of the page. */
const SIDE = 256
const MOST_ZOOM = 19

/** What is asked for at once; where it takes more, coarser ones are taken. */
const MOST_TILES = 40

/** Web Mercator ends there. */
const MOST_LAT = 85

const EARTH_METRES = 40_075_017

const columnOf = (lon, zoom) => ((lon + 180) / 360) * 2 ** zoom
const rowOf = (lat, zoom) => {
  const y = Math.asinh(Math.tan((Math.max(-MOST_LAT, Math.min(MOST_LAT, lat)) * Math.PI) / 180))
  return ((1 - y / Math.PI) / 2) * 2 ** zoom
}
const lonOf = (column, zoom) => (column / 2 ** zoom) * 360 - 180
const latOf = (row, zoom) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / 2 ** zoom))) * 180) / Math.PI

/** Columns go round the earth; rows end. */
const squaresOf = (north, south, zoom) => {
  const rows = [
    Math.max(0, Math.floor(rowOf(north.lat, zoom))),
    Math.min(2 ** zoom - 1, Math.floor(rowOf(south.lat, zoom)))
  ]
  const columns = [Math.floor(columnOf(north.lon, zoom)), Math.floor(columnOf(south.lon, zoom))]
  return { rows, columns, count: (rows[1] - rows[0] + 1) * (columns[1] - columns[0] + 1) }
}

/**
 * The squares that cover a piece of the drawing, each with its address and where it is drawn.
 *
 * @param {ReturnType<typeof import("./map-shapes.js").viewOf>} view
 * @param {{left: number, top: number, right: number, bottom: number}} piece in units of the drawing
 * @param {number} pixels of the page to a unit of the drawing
 * @param {string} address
 */
export const tilesOf = (view, { left, top, right, bottom }, pixels, address) => {
  const [north, south] = [view.from([left, top]), view.from([right, bottom])]
  const middle = (north.lat + south.lat) / 2
  const around = EARTH_METRES * Math.cos((middle * Math.PI) / 180)
  let zoom = Math.max(0, Math.min(MOST_ZOOM, Math.round(Math.log2((around * pixels) / (view.metres * SIDE)))))
  while (zoom > 0 && squaresOf(north, south, zoom).count > MOST_TILES) zoom--
  const { rows, columns } = squaresOf(north, south, zoom)
  const tiles = []
  for (let row = rows[0]; row <= rows[1]; row++) {
    for (let column = columns[0]; column <= columns[1]; column++) {
      const [x, y] = view.at({ lat: latOf(row, zoom), lon: lonOf(column, zoom) })
      const [endX, endY] = view.at({ lat: latOf(row + 1, zoom), lon: lonOf(column + 1, zoom) })
      const turn = 2 ** zoom
      const of = { z: zoom, x: ((column % turn) + turn) % turn, y: row }
      const href = address.replace(/\{([zxy])\}/g, (_, part) => String(of[part]))
      tiles.push({ href, key: `${zoom}/${column}/${row}`, x, y, width: endX - x, height: endY - y })
    }
  }
  return tiles
}

/** Two neighbours leave no seam between them. */
const OVERLAP = 0.2

/**
 * A layer of them: `draw` puts there what the view shows. One that does not come leaves to be seen what is drawn below it.
 *
 * @param {string} address
 */
export const makeTileLayer = (address) => {
  const part = svg("g", { class: "tiles" })
  const here = new Map()
  const imageOf = ({ href }) => {
    const image = svg("image", { href, preserveAspectRatio: "none" })
    image.addEventListener("error", () => image.remove())
    return image
  }
  const draw = (view, piece, pixels) => {
    const tiles = tilesOf(view, piece, pixels, address)
    const wanted = new Set(tiles.map(({ key }) => key))
    for (const [key, image] of here) {
      if (wanted.has(key)) continue
      image.remove()
      here.delete(key)
    }
    for (const tile of tiles) {
      const image = here.get(tile.key) ?? imageOf(tile)
      const { x, y, width, height } = tile
      for (const [name, value] of Object.entries({ x, y, width: width + OVERLAP, height: height + OVERLAP })) {
        image.setAttribute(name, value.toFixed(2))
      }
      if (here.has(tile.key)) continue
      here.set(tile.key, image)
      part.append(image)
    }
  }
  return { part, draw }
}
