/** Which addresses are nobody else's business: a request that is led to one of them would look behind our own walls. */

const v4 = (address: string): number | undefined => {
  const parts = address.split(".").map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

const BLOCKS: ReadonlyArray<readonly [network: string, bits: number]> = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3]
]

const inner4 = (address: number): boolean =>
  BLOCKS.some(([network, bits]) => {
    const size = 2 ** (32 - bits)
    return Math.floor(address / size) === Math.floor(v4(network)! / size)
  })

/** Loopback, private, link-local, multicast and reserved addresses; also where one of them hides in a longer one. */
export const isInnerAddress = (address: string): boolean => {
  const plain = v4(address)
  if (plain !== undefined) return inner4(plain)
  const text = address.toLowerCase().replace(/%.*$/, "")
  const mapped = /(?:^|:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (mapped !== null) return isInnerAddress(mapped[1]!)
  const first = Number.parseInt(text.split(":")[0] || "0", 16)
  // Only 2000::/3 is the public internet; of it, tunnels and documentation are not.
  if (first < 0x2000 || first > 0x3fff) return true
  return first === 0x2002 || /^2001:(0{0,3}0?:|db8:|0?:)/.test(text)
}
