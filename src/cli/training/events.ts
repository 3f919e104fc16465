// What a training run tells: typed events, which the terminal, `--json` and metrics.jsonl each show in their way.
import type { Settings } from '../settings/settings.ts'

/** What was found in a folder of pictures. */
export interface PictureReport {
  /** Files that may be pictures. */
  readonly files: number
  readonly classes: readonly { readonly name: string; readonly train: number; readonly test: number }[]
  /** What a sample of each class counts; absent where classes are even. */
  readonly weights?: readonly number[]
  /** Folders without a picture that could be read. */
  readonly empty: readonly string[]
  readonly unreadable: readonly { readonly name: string; readonly reason: string }[]
  /** Files that are no pictures. */
  readonly others: readonly string[]
  /** Width and height by area. */
  readonly sizes: Readonly<Record<'smallest' | 'median' | 'largest', readonly [width: number, height: number]>>
  /** The share of pictures for tests, about. */
  readonly testShare: number
  /** Pictures that were taken from the cache. */
  readonly cached: number
}

/** What is known before the first step. */
export interface StartEvent {
  readonly event: 'start'
  readonly resumed: boolean
  /** `Node 26.10.0`. */
  readonly runtime: string
  /** The machine that computes, in words. */
  readonly engine: string
  readonly threads: number
  /** Processes that train together; absent where it is one. */
  readonly ranks?: number
  /** The data set, its edition and where it came from, in words. */
  readonly data: string
  /** Of a folder of pictures alone. */
  readonly pictures?: PictureReport
  readonly trainImages: number
  readonly testImages: number
  readonly parameters: number
  readonly classes: readonly string[]
  readonly settings: Settings
  /** Folder of the checkpoints, metrics.jsonl and report.html. */
  readonly out: string
}

/** Where a run stands, counted over the epoch. */
export interface Progress {
  readonly event: 'progress'
  readonly epoch: number
  readonly epochs: number
  readonly phase: 'train' | 'test'
  /** Steps that have finished in this phase of the epoch. */
  readonly step: number
  readonly steps: number
  /** Updates since the beginning of the run. */
  readonly update: number
  /** Images seen by the finished steps. */
  readonly images: number
  /** Mean loss so far; null before the first step has finished. */
  readonly loss: number | null
  readonly accuracy: number | null
  readonly imagesPerSecond: number | null
  /** Seconds until the epoch's training ends, and until all is done. */
  readonly epochLeft: number | null
  readonly totalLeft: number | null
}

/** The result of an epoch, counted by images. */
export interface EpochEvent {
  readonly event: 'epoch'
  readonly epoch: number
  readonly update: number
  readonly loss: number
  readonly trainAccuracy: number
  readonly testLoss: number
  readonly testAccuracy: number
  readonly learningRate: number
  readonly imagesPerSecond: number
  /** Seconds of training so far, over all sessions. */
  readonly seconds: number
}

/** A checkpoint was written. */
export interface CheckpointEvent {
  readonly event: 'checkpoint'
  readonly path: string
  readonly epoch: number
  readonly step: number
  readonly update: number
}

/** Something the user should know; the run goes on. */
export interface WarningEvent {
  readonly event: 'warning'
  readonly message: string
}

/** The run has stopped before its end. */
export interface StoppedEvent {
  readonly event: 'stopped'
  readonly epoch: number
  readonly step: number
  readonly update: number
  /** Why: a signal or a lost output asked for it, or `--max-time` is over. */
  readonly reason: 'asked' | 'time'
  /** Folder to give to `--resume`. */
  readonly out: string
}

/** The run is over. */
export interface EndEvent {
  readonly event: 'end'
  readonly testAccuracy: number
  readonly bestAccuracy: number
  readonly bestEpoch: number
  readonly seconds: number
  readonly out: string
}

/** All that a training run tells. */
export type TrainEvent = StartEvent | Progress | EpochEvent | CheckpointEvent | WarningEvent | StoppedEvent | EndEvent

/** Who shows events. */
export interface Listener {
  tell(event: TrainEvent): void
  /** Ends what is drawn in place, before other text. */
  close(): void
}
