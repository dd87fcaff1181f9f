/** What the thread that trains is told, and what it says. */
import type { BprModel } from "./bpr/model.ts"
import type { Pairs, PairsRun } from "./bpr/pairs.ts"
import type { BprRun, BprSettings } from "./bpr/train.ts"
import type { MembersRun, MembersSettings, PartyRows } from "./members/train.ts"
import type { LabelledRows, PerceptronRun, PerceptronSettings } from "./perceptron/train.ts"
import type { Progress } from "./progress.ts"
import type { SasrecSettings } from "./sasrec/settings.ts"
import type { SasrecRun } from "./sasrec/train.ts"
import type { Questions, Sequences } from "./sequences.ts"
import type { Preferences, TowersRun, TowersSettings } from "./two-tower/train.ts"

interface Material {
  readonly data: Sequences
  readonly validation: Questions
}

export type TrainRequest =
  | (Material & { readonly model: "sasrec"; readonly settings: SasrecSettings })
  | (Material & { readonly model: "bpr"; readonly settings: BprSettings })
  | {
      readonly model: "perceptron"
      readonly data: LabelledRows
      readonly validation: LabelledRows
      readonly settings: PerceptronSettings
    }
  | {
      readonly model: "members"
      readonly data: PartyRows
      readonly validation: PartyRows
      readonly settings: MembersSettings
    }
  | {
      readonly model: "two_tower"
      readonly data: Preferences
      readonly validation: Preferences
      readonly settings: TowersSettings
    }
  | {
      readonly model: "bpr_pairs"
      readonly pairs: Pairs
      readonly validation: Pairs
      readonly settings: BprSettings
    }

/** The model's numbers without its methods: those do not travel between threads. */
type Numbers = Pick<BprModel, "width" | "users" | "items" | "biases">

export interface TrainResults {
  readonly perceptron: PerceptronRun
  readonly members: MembersRun
  readonly two_tower: TowersRun
  readonly bpr_pairs: Omit<PairsRun, "model"> & { readonly model: Numbers }
  readonly sasrec: SasrecRun
  readonly bpr: Omit<BprRun, "model"> & { readonly model: Numbers }
}

export type WorkerMessage =
  | { readonly progress: Progress }
  | { readonly result: TrainResults[keyof TrainResults] }
  | { readonly problem: string }

export interface WorkerSetup {
  readonly request: TrainRequest
  /** One word that both threads see; anything but 0 asks the run to end. */
  readonly cancel: SharedArrayBuffer
}
