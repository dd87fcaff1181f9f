/**
 * Bayesian personalised ranking (Rendle et al. 2009): a vector per user, a vector and a bias per item; their product says
 * what is preferred. Learnt one comparison at a time over typed arrays.
 */
import { gaussian, type Random } from "../../../domain/basics/random.ts"

/** Vectors begin small: their products are then almost zero. */
const START = 0.1

export interface BprRates {
  readonly rate: number
  /** How strongly vectors, and biases, are drawn to zero with every comparison they take part in. */
  readonly decay: number
  readonly biasDecay: number
}

export class BprModel {
  readonly width: number
  readonly users: Float32Array
  readonly items: Float32Array
  readonly biases: Float32Array

  constructor(width: number, users: Float32Array, items: Float32Array, biases: Float32Array) {
    this.width = width
    this.users = users
    this.items = items
    this.biases = biases
  }

  static start(width: number, userCount: number, itemCount: number, random: Random): BprModel {
    const drawn = (length: number) => Float32Array.from({ length }, () => (START / Math.sqrt(width)) * gaussian(random))
    return new BprModel(width, drawn(userCount * width), drawn(itemCount * width), new Float32Array(itemCount))
  }

  copy(): BprModel {
    return new BprModel(this.width, this.users.slice(), this.items.slice(), this.biases.slice())
  }

  score(user: number, item: number): number {
    const { width, users, items } = this
    let sum = this.biases[item]!
    for (let k = 0, u = user * width, i = item * width; k < width; k++, u++, i++) sum += users[u]! * items[i]!
    return sum
  }

  /** This user prefers one item to another; gives the probability that the model gave to the contrary. */
  learn(user: number, preferred: number, other: number, weight: number, { rate, decay, biasDecay }: BprRates): number {
    const { width, users, items, biases } = this
    const u0 = user * width
    const i0 = preferred * width
    const j0 = other * width
    let margin = biases[preferred]! - biases[other]!
    for (let k = 0; k < width; k++) margin += users[u0 + k]! * (items[i0 + k]! - items[j0 + k]!)
    const surprise = 1 / (1 + Math.exp(margin))
    const step = rate * surprise * weight
    const keep = 1 - rate * decay * weight
    for (let k = 0; k < width; k++) {
      const u = users[u0 + k]!
      const i = items[i0 + k]!
      const j = items[j0 + k]!
      users[u0 + k] = keep * u + step * (i - j)
      items[i0 + k] = keep * i + step * u
      items[j0 + k] = keep * j - step * u
    }
    const keepBias = 1 - rate * biasDecay * weight
    biases[preferred] = keepBias * biases[preferred]! + step
    biases[other] = keepBias * biases[other]! - step
    return surprise
  }
}
