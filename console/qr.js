/**
 * QR codes (ISO/IEC 18004) of short texts, as rows of dark and light: bytes, error correction L, versions 1 to 5, which
 * have a single block and carry an address of up to 106 bytes. Pure.
 */

/** By version: bytes of data, bytes of error correction, where the alignment pattern's middle is. */
const VERSIONS = [
  [19, 7, undefined],
  [34, 10, 18],
  [55, 15, 22],
  [80, 20, 26],
  [108, 26, 30]
]

/** The field of 256 elements over x⁸+x⁴+x³+x²+1. */
const times = (a, b) => {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d)
    product ^= ((b >> bit) & 1) * a
  }
  return product
}

/** What is left of the data when it is divided by the generator of that degree. */
const correction = (data, degree) => {
  const divisor = new Uint8Array(degree)
  divisor[degree - 1] = 1
  let root = 1
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) divisor[j] = times(divisor[j], root) ^ (j + 1 < degree ? divisor[j + 1] : 0)
    root = times(root, 2)
  }
  const rest = Array.from({ length: degree }, () => 0)
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0)
    rest.push(0)
    for (let i = 0; i < degree; i++) rest[i] ^= times(divisor[i], factor)
  }
  return rest
}

const codewords = (bytes, capacity) => {
  const bits = []
  const push = (value, length) => {
    for (let i = length - 1; i >= 0; i--) bits.push((value >> i) & 1)
  }
  push(4, 4)
  push(bytes.length, 8)
  for (const byte of bytes) push(byte, 8)
  push(0, Math.min(4, capacity * 8 - bits.length))
  while (bits.length % 8 !== 0) bits.push(0)
  const data = []
  for (let i = 0; i < bits.length; i += 8) data.push(Number.parseInt(bits.slice(i, i + 8).join(""), 2))
  for (let pad = 0xec; data.length < capacity; pad ^= 0xec ^ 0x11) data.push(pad)
  return data
}

const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0
]

/** Patterns that every code of the size has; `fixed` says where no data goes. */
const frame = (size, alignment) => {
  const dark = Array.from({ length: size }, () => Array(size).fill(false))
  const fixed = Array.from({ length: size }, () => Array(size).fill(false))
  const set = (x, y, isDark) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return
    dark[y][x] = isDark
    fixed[y][x] = true
  }
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0)
    set(i, 6, i % 2 === 0)
  }
  for (const [cx, cy] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4]
  ]) {
    for (let dy = -4; dy <= 4; dy++) {
      for (let dx = -4; dx <= 4; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy))
        set(cx + dx, cy + dy, ring !== 2 && ring !== 4)
      }
    }
  }
  for (let dy = -2; alignment !== undefined && dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) set(alignment + dx, alignment + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1)
  }
  return { dark, fixed, set }
}

/** Which level and mask was used, twice, so that one copy may be hidden. */
const drawFormat = (size, mask, set) => {
  const level = (1 << 3) | mask
  let rest = level
  for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537)
  const bits = ((level << 10) | rest) ^ 0x5412
  const bit = (i) => ((bits >> i) & 1) === 1
  for (let i = 0; i <= 5; i++) set(8, i, bit(i))
  set(8, 7, bit(6))
  set(8, 8, bit(7))
  set(7, 8, bit(8))
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i))
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i))
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i))
  set(8, size - 8, true)
}

const fill = (size, { dark, fixed }, bytes, mask) => {
  let at = 0
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < size; step++) {
      const isUp = ((right + 1) & 2) === 0
      const y = isUp ? size - 1 - step : step
      for (const x of [right, right - 1]) {
        if (fixed[y][x]) continue
        const isDark = at < bytes.length * 8 && ((bytes[at >> 3] >> (7 - (at & 7))) & 1) === 1
        dark[y][x] = isDark !== MASKS[mask](x, y)
        at++
      }
    }
  }
}

/** Long runs of one colour are hard to read. */
const runs = (rows) => {
  let penalty = 0
  for (const row of [...rows, ...rows.map((_, x) => rows.map((line) => line[x]))]) {
    let length = 1
    for (let i = 1; i <= row.length; i++) {
      if (row[i] === row[i - 1]) length++
      else {
        if (length >= 5) penalty += length - 2
        length = 1
      }
    }
  }
  return penalty
}

/** Rows of dark (true) and light; undefined where the text is too long. */
export const qrCode = (text) => {
  const bytes = new TextEncoder().encode(text)
  const version = VERSIONS.findIndex(([capacity = 0]) => bytes.length + 2 <= capacity)
  if (version < 0) return undefined
  const [capacity, degree, alignment] = VERSIONS[version]
  const data = codewords(bytes, capacity)
  const all = [...data, ...correction(data, degree)]
  const size = 21 + 4 * version
  const drawn = MASKS.map((_, mask) => {
    const made = frame(size, alignment)
    drawFormat(size, mask, made.set)
    fill(size, made, all, mask)
    return made.dark
  })
  return drawn.sort((a, b) => runs(a) - runs(b))[0]
}
