/** What a trainer is given, and what it makes of it. */
import type { Category } from "../../domain/catalog/category.ts"
import type { Evidence } from "../../domain/learning/promotion.ts"
import type { TrainableModel } from "../../services/trainers.ts"
import type { Evaluation } from "../judge/judge.ts"
import type { Progress } from "../learn/progress.ts"
import type { PublishedDataset } from "./dataset.ts"

/** What is known of a place besides its vibe. */
export interface PlaceFacts {
  readonly category: Category
  readonly priceTier: number
  readonly lat: number
  readonly lon: number
  /** Locals think better of it than visitors do; undefined where either has said nothing. */
  readonly localPick: boolean | undefined
}

export interface Material {
  readonly datasetsDir: string
  /** The vibe of every place there is. */
  readonly vibesOf: () => Promise<ReadonlyMap<string, ArrayLike<number>>>
  readonly placesOf: () => Promise<ReadonlyMap<string, PlaceFacts>>
  /** The newest registered version of another model that learnt nothing from then on, with its file as it was registered. */
  readonly newest: (model: TrainableModel, from: number) => Promise<{ readonly version: string; readonly file: string }>
  readonly watch: (progress: Progress) => void
  readonly signal: AbortSignal
}

export interface Trained {
  readonly dataset: PublishedDataset
  /** The file that serves, among `files`. */
  readonly file: string
  readonly files: Readonly<Record<string, string | Uint8Array>>
  readonly modelType: string
  /** It says where people and places stand: under a name of its own, because vectors of different versions do not compare. */
  readonly encodes?: true
  readonly description: string
  readonly rows: Readonly<Record<string, number>>
  /** Accept and skip pairs of travelers behind it: not what was made up, nor what was merely not taken. */
  readonly pairs: number
  /** Nothing that happened from then on was learnt from, in Unix milliseconds; absent where its rows have no time. */
  readonly learntUntil?: number
  /** The version of `FEATURES` that it takes; absent where it takes none. */
  readonly featuresVersion?: string
  readonly epochs: number
  readonly evaluation: Evaluation
  /** When the time begins that it was judged by; absent where its rows have no time. */
  readonly judgedFrom?: number
  readonly required: Evidence["required"]
  /** What it is, for people, in lines. */
  readonly card: ReadonlyArray<string>
  readonly notes: ReadonlyArray<string>
}

export type Judged = Pick<Trained, "dataset" | "evaluation" | "judgedFrom" | "required">

/** Both end in `TrainingRefused` or `TrainingFailed`, each one sentence. */
export interface Trainer {
  readonly train: (material: Material) => Promise<Trained>
  /** Judges a model's file on the newest dataset. */
  readonly evaluate: (material: Material, file: string) => Promise<Judged>
}

/** Of what is judged by, what travelers did and nobody made up; all of it, saying whose it is, where there is nothing of them. */
export const ofTravelers = <A>(all: ReadonlyArray<A>, isReal: (one: A) => boolean) => {
  const real = all.filter(isReal)
  return real.length === 0 ? { rows: all, whose: "made-up people" } : { rows: real, whose: "travelers" }
}
