// CheckpointHandler: files of parameters and of the trainer's state (MXNet 1.9.1, estimator/event_handler.py).
import { joinPath, makeDir, readDir, removeFile } from '#platform'
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../../core/errors.ts'
import { checkMonitor, watched } from './earlyStopping.ts'
import type { Estimator } from './estimator.ts'
import type { EventHandler } from './handler.ts'
import { betterBy, type Mode, type TrainingMetric } from './metrics.ts'
import { checkCount, type PriorityOptions } from './updates.ts'

/** Options of CheckpointHandler. */
export interface CheckpointOptions extends PriorityOptions {
  /** What the names of files start with. Default 'model'. */
  readonly modelPrefix?: string
  /** The metric whose best value `saveBest` keeps. */
  readonly monitor?: TrainingMetric | null
  /** 1 for a line to the logger about each checkpoint. Default 0. */
  readonly verbose?: number
  /** Keeps the best checkpoint too, as `model-best`. Default false. */
  readonly saveBest?: boolean
  /** Which way `monitor` is better. Default 'auto': lower for losses, higher for accuracies. */
  readonly mode?: Mode
  /** Epochs between checkpoints; null for none. Default 1. */
  readonly epochPeriod?: number | null
  /** Batches between checkpoints; null for none. Default null. */
  readonly batchPeriod?: number | null
  /** Older ones are removed. Default 5. */
  readonly maxCheckpoints?: number
  /** Goes on from the latest checkpoint in the folder, and trains what is left. Default false. */
  readonly resumeFromCheckpoint?: boolean
}

const checkpointOptions: OptionNames<CheckpointOptions> = {
  priority: 'number',
  modelPrefix: 'string',
  monitor: true,
  verbose: 'number',
  saveBest: 'boolean',
  mode: true,
  epochPeriod: 'number',
  batchPeriod: 'number',
  maxCheckpoints: 'number',
  resumeFromCheckpoint: 'boolean',
}

const op = 'CheckpointHandler'

/** Writes `model-epoch0batch469.params` and `.states` after each few epochs or batches. */
export class CheckpointHandler implements EventHandler {
  readonly priority: number
  readonly #folder: string
  readonly #options: CheckpointOptions
  readonly #prefix: string
  readonly #better: ((value: number, best: number) => boolean) | undefined
  #best: number | undefined
  #epoch = 0
  #batch = 0
  /** Names without their ends, oldest first. */
  #saved: string[] = []

  constructor(modelDir: string, options: CheckpointOptions = {}) {
    if (typeof modelDir !== 'string') throw new OpError(op, `takes a folder, got ${nameOfKind(modelDir)}`)
    checkOptions(op, options, '{ epochPeriod: 1 }', checkpointOptions)
    const { monitor, saveBest = false, mode = 'auto', epochPeriod, batchPeriod, maxCheckpoints } = options
    for (const [name, value] of Object.entries({ epochPeriod, batchPeriod, maxCheckpoints }))
      checkCount(op, name, value)
    if (saveBest) checkMonitor(op, monitor as TrainingMetric)
    if (saveBest && monitor) this.#better = betterBy(op, mode, monitor)
    this.priority = options.priority ?? 0
    this.#folder = modelDir
    this.#options = options
    this.#prefix = options.modelPrefix ?? 'model'
  }

  async trainBegin(estimator: Estimator): Promise<void> {
    this.#epoch = 0
    this.#batch = 0
    this.#best = undefined
    this.#saved = []
    await makeDir(this.#folder)
    if (this.#options.resumeFromCheckpoint) await this.#resume(estimator)
  }

  async batchEnd(estimator: Estimator): Promise<void> {
    const { batchPeriod } = this.#options
    if ((this.#batch + 1) % (batchPeriod ?? Infinity) === 0) await this.#save(estimator)
    this.#batch++
  }

  async epochEnd(estimator: Estimator): Promise<void> {
    const { epochPeriod = 1 } = this.#options
    if ((this.#epoch + 1) % (epochPeriod ?? Infinity) === 0) await this.#save(estimator)
    this.#epoch++
  }

  async #save(estimator: Estimator): Promise<void> {
    const { maxCheckpoints = 5, verbose = 0, monitor } = this.#options
    const name = `${this.#prefix}-epoch${this.#epoch}batch${this.#batch}`
    await this.#write(estimator, name)
    if (verbose > 0) estimator.logger?.(`[Epoch ${this.#epoch}] CheckpointHandler: saved ${name} in ${this.#folder}`)
    this.#saved = [...this.#saved.filter((other) => other !== name), name]
    for (const old of this.#saved.splice(0, Math.max(0, this.#saved.length - maxCheckpoints))) {
      for (const end of ends) await removeFile(joinPath(this.#folder, old + end))
    }
    if (!this.#better || !monitor) return
    const value = await watched(op, monitor)
    if (Number.isNaN(value) || (this.#best !== undefined && !this.#better(value, this.#best))) return
    this.#best = value
    await this.#write(estimator, `${this.#prefix}-best`)
    if (verbose > 0) estimator.logger?.(`[Epoch ${this.#epoch}] CheckpointHandler: ${monitor.name} is best: ${value}`)
  }

  async #write({ net, trainer }: Estimator, name: string): Promise<void> {
    const path = joinPath(this.#folder, name)
    await Promise.all([net.saveParameters(path + ends[0]), trainer.saveStates(path + ends[1])])
  }

  /** Loads the latest checkpoint, and has `fit` train what is left of its epochs or batches. */
  async #resume(estimator: Estimator): Promise<void> {
    const found = await this.#found()
    const latest = found[found.length - 1]
    if (!latest) {
      estimator.logger?.(`${op}: no checkpoint is in ${this.#folder}: training from scratch`)
      return
    }
    this.#saved = found.map(({ name }) => name)
    const path = joinPath(this.#folder, latest.name)
    await estimator.net.loadParameters(path + ends[0], { ctx: estimator.context })
    await estimator.trainer.loadStates(path + ends[1])
    const { maxEpoch, maxBatch } = estimator
    if (maxEpoch !== undefined) {
      this.#checkLeft(maxEpoch, latest.epoch + 1, 'epochs')
      estimator.maxEpoch = maxEpoch - latest.epoch - 1
      this.#epoch = latest.epoch + 1
      this.#batch = latest.batch
    }
    if (maxBatch !== undefined) {
      this.#checkLeft(maxBatch, latest.batch + 1, 'batches')
      estimator.maxBatch = maxBatch - latest.batch - 1
      this.#epoch = latest.epoch
      this.#batch = latest.batch + 1
    }
    estimator.logger?.(`${op}: goes on from ${latest.name}`)
  }

  #checkLeft(most: number, done: number, what: 'epochs' | 'batches'): void {
    const { epochPeriod = 1, batchPeriod = null } = this.#options
    const [own, other] = what === 'epochs' ? [epochPeriod, batchPeriod] : [batchPeriod, epochPeriod]
    if (own === null || other !== null) {
      const right = what === 'epochs' ? '{ epochPeriod: 1 }' : '{ batchPeriod: 100, epochPeriod: null }'
      throw new OpError(op, `to go on with a training by ${what}, save by ${what} alone, as ${right}`)
    }
    if (done < most) return
    throw new OpError(op, `${done} ${what} are done in ${this.#folder}, and fit was asked for ${most}: give it more`)
  }

  async #found(): Promise<{ name: string; epoch: number; batch: number }[]> {
    const start = `${this.#prefix}-epoch`
    const names = (await readDir(this.#folder)).filter((name) => name.startsWith(start) && name.endsWith(ends[0]))
    return names
      .flatMap((file) => {
        const name = file.slice(0, -ends[0].length)
        const places = /^(\d+)batch(\d+)$/.exec(name.slice(start.length))
        return places ? [{ name, epoch: Number(places[1]), batch: Number(places[2]) }] : []
      })
      .sort((a, b) => a.epoch - b.epoch || a.batch - b.batch)
  }
}

/** How the two files of a checkpoint end. */
const ends = ['.params', '.states'] as const
