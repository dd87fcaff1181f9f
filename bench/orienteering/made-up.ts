/** Instances of our own, of the kinds that the literature has: small and tight, large and long, scattered, clustered. */
import { between, gaussian, type Random, randomStream, whole } from "../../src/domain/basics/random.ts"
import type { Instance, Point } from "./instance.ts"

interface Kind {
  readonly name: string
  readonly points: number
  readonly horizon: number
  readonly clusters: number
  /** The share of the points that lie in clusters, and of those with a window at all. */
  readonly clustered: number
  readonly windowed: number
  readonly width: readonly [number, number]
  readonly stay: readonly [number, number]
  /** Coordinates with fractions, on a plane of 200 × 200. */
  readonly wide?: boolean
}

const KINDS: ReadonlyArray<Kind> = [
  {
    name: "short",
    points: 100,
    horizon: 235,
    clusters: 8,
    clustered: 0.3,
    windowed: 0.75,
    width: [10, 60],
    stay: [10, 10]
  },
  {
    name: "scattered",
    points: 100,
    horizon: 1000,
    clusters: 1,
    clustered: 0,
    windowed: 1,
    width: [60, 180],
    stay: [10, 10]
  },
  {
    name: "mixed",
    points: 100,
    horizon: 960,
    clusters: 8,
    clustered: 0.5,
    windowed: 0.75,
    width: [60, 480],
    stay: [10, 10]
  },
  {
    name: "loose",
    points: 100,
    horizon: 1000,
    clusters: 8,
    clustered: 0.5,
    windowed: 0.5,
    width: [200, 600],
    stay: [10, 10]
  },
  {
    name: "slow",
    points: 100,
    horizon: 3390,
    clusters: 10,
    clustered: 1,
    windowed: 0.75,
    width: [160, 640],
    stay: [90, 90]
  },
  {
    name: "plane",
    points: 144,
    horizon: 1000,
    clusters: 6,
    clustered: 0.7,
    windowed: 1,
    width: [90, 180],
    stay: [1, 25],
    wide: true
  },
  {
    name: "plain",
    points: 240,
    horizon: 1000,
    clusters: 6,
    clustered: 0.7,
    windowed: 1,
    width: [180, 360],
    stay: [1, 25],
    wide: true
  },
  {
    name: "vast",
    points: 288,
    horizon: 1000,
    clusters: 6,
    clustered: 0.7,
    windowed: 1,
    width: [90, 360],
    stay: [1, 25],
    wide: true
  }
]

/** Larger and longer ones, none of which the solver was ever tuned on: two to four hundred points, routes of thirty to a hundred stops. */
const UNSEEN: ReadonlyArray<Kind> = [
  {
    name: "far-scattered",
    points: 200,
    horizon: 2000,
    clusters: 1,
    clustered: 0,
    windowed: 1,
    width: [120, 480],
    stay: [10, 10],
    wide: true
  },
  {
    name: "far-clustered",
    points: 200,
    horizon: 4000,
    clusters: 20,
    clustered: 1,
    windowed: 0.8,
    width: [200, 800],
    stay: [30, 60],
    wide: true
  },
  {
    name: "far-mixed",
    points: 300,
    horizon: 2500,
    clusters: 12,
    clustered: 0.5,
    windowed: 0.75,
    width: [60, 900],
    stay: [5, 20],
    wide: true
  },
  {
    name: "far-many",
    points: 400,
    horizon: 1800,
    clusters: 16,
    clustered: 0.6,
    windowed: 0.9,
    width: [100, 400],
    stay: [5, 15],
    wide: true
  },
  {
    name: "far-loose",
    points: 400,
    horizon: 3000,
    clusters: 10,
    clustered: 0.4,
    windowed: 0.5,
    width: [400, 1500],
    stay: [10, 30],
    wide: true
  }
]

const pointOf = (
  random: Random,
  kind: Kind,
  centres: ReadonlyArray<readonly [number, number]>,
  depot: Point
): Point => {
  const span = kind.wide === true ? 200 : 100
  const digits = (value: number) =>
    kind.wide === true ? Math.round(value * 1000) / 1000 : Math.max(0, Math.min(span, Math.round(value)))
  const centre = centres[Math.floor(random() * centres.length)]!
  const near = random() < kind.clustered
  const x = digits(near ? centre[0] + gaussian(random) * span * 0.06 : random() * span)
  const y = digits(near ? centre[1] + gaussian(random) * span * 0.06 : random() * span)
  const stay = whole(random, kind.stay[0], kind.stay[1])
  const away = Math.ceil(Math.hypot(x - depot.x, y - depot.y))
  const latest = Math.floor(kind.horizon - away - stay)
  const profit = kind.stay[0] === 90 ? 10 * whole(random, 1, 5) : whole(random, 1, kind.wide === true ? 25 : 41)
  if (random() >= kind.windowed) return { x, y, stay, profit, opens: 0, closes: Math.max(1, latest) }
  const width = whole(random, kind.width[0], kind.width[1])
  const centreAt = between(random, away, Math.max(away + 1, latest))
  const opens = Math.max(0, Math.round(centreAt - width / 2))
  return { x, y, stay, profit, opens, closes: Math.max(opens + 1, Math.min(latest, Math.round(centreAt + width / 2))) }
}

const instanceOf = (kind: Kind, number: number): Instance => {
  const random = randomStream("orienteering", kind.name, number)
  const span = kind.wide === true ? 200 : 100
  const depot: Point = { x: span / 2, y: span / 2, stay: 0, profit: 0, opens: 0, closes: kind.horizon }
  const centres = Array.from({ length: kind.clusters }, () => [random() * span, random() * span] as const)
  return {
    name: `${kind.name}-${number}`,
    points: [depot, ...Array.from({ length: kind.points }, () => pointOf(random, kind, centres, depot))]
  }
}

/** Those that nothing was tuned on. */
export const unseen = (each: number): ReadonlyArray<Instance> =>
  UNSEEN.flatMap((kind) => Array.from({ length: each }, (_, number) => instanceOf(kind, number + 1)))

/** `each` instances of every kind. The same ones on every machine. */
export const madeUp = (each: number): ReadonlyArray<Instance> =>
  KINDS.flatMap((kind) => Array.from({ length: each }, (_, number) => instanceOf(kind, number + 1)))
