/** Hosts whose pages carry data in the words of schema.org, with what has to be known before one reads them. */

export interface KnownHost {
  /** The host and all below it. */
  readonly host: string
  readonly speaks: "local" | "tourist"
  readonly perMinute: number
  readonly terms: string
}

const KNOWN_HOSTS: ReadonlyArray<KnownHost> = [
  {
    host: "tabelog.com",
    speaks: "local",
    perMinute: 4,
    terms: "Its terms forbid automated reading without a contract."
  },
  {
    host: "naver.com",
    speaks: "local",
    perMinute: 4,
    terms: "Its terms and robots.txt forbid automated reading of most of it without permission."
  },
  {
    host: "dianping.com",
    speaks: "local",
    perMinute: 2,
    terms: "Its terms forbid automated reading without a contract."
  }
]

export const knownHost = (host: string): KnownHost | undefined =>
  KNOWN_HOSTS.find((one) => host === one.host || host.endsWith(`.${one.host}`))
