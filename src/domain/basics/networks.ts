/** Addresses of the internet, and ranges of them as operators write them: 10.0.0.0/8, 2001:db8::/32. */
import * as IpNetwork from "effect/net/IpNetwork"
import * as NetAddress from "effect/net/NetAddress"
import * as Result from "effect/Result"

export type Network = IpNetwork.IpNetwork

const addressIn = (text: string): NetAddress.IpAddress | undefined => {
  const read = NetAddress.ipFromString(text)
  return Result.isSuccess(read) ? NetAddress.toCanonical(read.success) : undefined
}

/** A range, or one address by itself; undefined where it is neither. */
export const readNetwork = (text: string): Network | undefined => {
  const alone = addressIn(text)
  const whole =
    alone === undefined ? text : `${NetAddress.formatIp(alone)}/${NetAddress.isIpv4Address(alone) ? 32 : 128}`
  const read = IpNetwork.fromString(whole)
  return Result.isSuccess(read) ? read.success : undefined
}

/** Whether an address lies in one of these ranges; what is no address lies in none. */
export const isWithin = (networks: ReadonlyArray<Network>, text: string): boolean => {
  if (networks.length === 0) return false
  const address = addressIn(text)
  return address !== undefined && networks.some((network) => IpNetwork.contains(network, address))
}

/** A hop of `X-Forwarded-For` without the port that some proxies write behind its address: a port is nobody's own. */
export const hopAddress = (hop: string): string =>
  /^(\d+(?:\.\d+){3}):\d+$/.exec(hop)?.[1] ?? /^\[([\da-f:.]+)\](?::\d+)?$/i.exec(hop)?.[1] ?? hop
