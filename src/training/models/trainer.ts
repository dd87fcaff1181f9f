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
  /** The newest registered version of another model, with its file as it was registered. */
  readonly newest: (model: TrainableModel) => Promise<{ readonly version: string; readonly file: string }>
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
  /** Accept and skip pairs behind it. */
  readonly pairs: number
  readonly epochs: number
  readonly evaluation: Evaluation
  readonly required: Evidence["required"]
  /** What it is, for people, in lines. */
  readonly card: ReadonlyArray<string>
  readonly notes: ReadonlyArray<string>
}

/** Both end in `TrainingRefused` or `TrainingFailed`, each one sentence. */
export interface Trainer {
  readonly train: (material: Material) => Promise<Trained>
  /** Judges a model's file on the newest dataset. */
  readonly evaluate: (material: Material, file: string) => Promise<Pick<Trained, "dataset" | "evaluation" | "required">>
}
