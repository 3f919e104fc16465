// The training loop of the command: steps without waiting, readings about once a second, epochs, checkpoints.
import { turn } from '../core/memory.ts'
import { autograd, type Context, gluon, metric, type NDArray, nd } from '../index.ts'
import { DeadClasses } from './deadClasses.ts'
import { type Batches, type Evaluation, evaluate } from './evaluation.ts'
import type { EpochEvent, TrainEvent } from './events.ts'
import { DivergedError } from './failures.ts'
import { Pace } from './pace.ts'

/** What a run trains with. */
export interface TrainingParts {
  readonly net: gluon.Block
  readonly context: Context
  readonly trainer: gluon.Trainer
  /** Training batches, shuffled anew each epoch; goes on where it was restored to. */
  readonly train: Batches
  readonly test: Batches
  readonly trainImages: number
  readonly testImages: number
  readonly batchSize: number
  readonly epochs: number
  readonly classes: readonly string[]
  /** What a sample of each class counts. Default 1. */
  readonly weights?: readonly number[]
}

/** Where a run stands. */
export interface Standing {
  /** Epochs done. */
  epoch: number
  /** Steps done in the epoch. */
  step: number
  /** Updates done since the beginning. */
  update: number
  /** Seconds of training before this session. */
  seconds: number
  readonly history: EpochEvent[]
}

/** What happens around the loop. */
export interface TrainingHooks {
  tell(event: TrainEvent): void
  /** Whether to save and stop. */
  stopped(): boolean
  /** Writes a checkpoint; `best` when the epoch that has just ended is the best so far. */
  save(best: boolean): Promise<void>
  /** Called after each epoch, when its evaluation is known. */
  evaluated(evaluation: Evaluation): Promise<void>
  /** Milliseconds between checkpoints within an epoch. */
  readonly saveEvery: number
}

/** Milliseconds between readings of loss and accuracy. */
const readEvery = 1000

/** One run, from where it stands to its last epoch. */
export class Training {
  readonly #parts: TrainingParts
  readonly #hooks: TrainingHooks
  readonly #criterion = new gluon.loss.SoftmaxCrossEntropyLoss()
  /** Running sums over the epoch; a checkpoint holds their states. */
  readonly loss = new metric.Loss()
  readonly accuracy = new metric.Accuracy()
  readonly dead: DeadClasses
  readonly standing: Standing
  readonly #pace = new Pace()
  readonly #startedAt = performance.now()
  readonly #stepsPerEpoch: number
  #savedAt = performance.now()
  /** Losses of the steps since the last reading, to find the one that was not finite. */
  #recent: { readonly step: number; readonly loss: NDArray }[] = []
  #reading: Promise<void> = Promise.resolve()
  #readAt = -Infinity
  #failure: unknown
  #kernelsMade = false
  #weights: NDArray | undefined

  constructor(parts: TrainingParts, standing: Standing, hooks: TrainingHooks) {
    this.#parts = parts
    this.#hooks = hooks
    this.standing = standing
    this.dead = new DeadClasses(parts.classes.length)
    this.#stepsPerEpoch = Math.ceil(parts.trainImages / parts.batchSize)
  }

  /** Names of the classes. */
  get classes(): readonly string[] {
    return this.#parts.classes
  }

  /** Seconds of training so far, over all sessions. */
  get seconds(): number {
    return this.standing.seconds + (performance.now() - this.#startedAt) / 1000
  }

  /** Trains to the end, or until it is stopped. */
  async run(): Promise<'done' | 'stopped'> {
    while (this.standing.epoch < this.#parts.epochs) {
      if (!(await this.#trainEpoch()) || !(await this.#finishEpoch())) return 'stopped'
    }
    return 'done'
  }

  /** The steps that are left of this epoch; false when it was stopped. */
  async #trainEpoch(): Promise<boolean> {
    const { standing } = this
    this.#pace.begin(Math.min(standing.step * this.#parts.batchSize, this.#parts.trainImages))
    this.#readAt = -Infinity
    this.#tell(standing.step, null, null)
    if (standing.step < this.#stepsPerEpoch) {
      for await (const [images, labels] of this.#parts.train) {
        await this.#oneStep(images, labels)
        standing.step++
        standing.update++
        if (this.#failure) throw this.#failure
        if (performance.now() - this.#readAt >= readEvery) this.#read()
        // the loader knows its place only while its pass runs, which ends by itself after the last step
        if (standing.step === this.#stepsPerEpoch) continue
        const stopped = this.#hooks.stopped()
        if (stopped || performance.now() - this.#savedAt >= this.#hooks.saveEvery) await this.#save(false)
        if (stopped) return false
      }
    }
    await this.#settle()
    return true
  }

  /** The first step of a session makes all kernels, in parts of some 100 ms: timers get a turn between them. */
  async #oneStep(images: NDArray, labels: NDArray): Promise<void> {
    const { net, context, trainer, batchSize } = this.#parts
    const breathe = this.#kernelsMade ? undefined : () => turn(context.engine)
    this.#kernelsMade = true
    const x = images.asInContext(context)
    const y = labels.asInContext(context)
    const [output, loss] = autograd.record(() => {
      const output = net(x)
      return [output, this.#criterion(output, y, this.#weightsOf(y))] as const
    })
    await breathe?.()
    loss.backward()
    await breathe?.()
    trainer.step(batchSize)
    this.loss.update(y, loss)
    this.accuracy.update(y, output)
    this.dead.update(output)
    this.#recent.push({ step: this.standing.step, loss })
    for (const array of new Set([images, labels, x, y, output])) array.dispose()
  }

  /** What each sample counts, by its class; undefined where all count alike. */
  #weightsOf(labels: NDArray): NDArray | undefined {
    const { weights, context } = this.#parts
    if (!weights) return undefined
    this.#weights ??= nd.array([...weights], { ctx: context })
    return nd.take(this.#weights, labels)
  }

  /** Queues a reading of the sums at this point, and goes on; readings are taken in by turns. */
  #read(): void {
    this.#readAt = performance.now()
    const { step } = this.standing
    const sums = Promise.all([this.loss.state(), this.accuracy.state()])
    sums.catch(() => {})
    this.#reading = this.#reading
      .then(async () => {
        if (!this.#failure) await this.#take(step, ...(await sums))
      })
      .catch((error: unknown) => {
        this.#failure ??= error
      })
  }

  async #take(step: number, loss: metric.MetricState, accuracy: metric.MetricState): Promise<void> {
    if (!Number.isFinite(loss.sum)) throw await this.#diverged(step)
    this.#forget(step)
    this.#pace.note(Math.min(step * this.#parts.batchSize, this.#parts.trainImages))
    this.#tell(step, loss.sum / loss.count, accuracy.sum / accuracy.count)
  }

  /** Waits until all steps have run and their sums are known. */
  async #settle(): Promise<void> {
    if (this.#recent.length > 0) this.#read()
    await this.#reading
    if (this.#failure) throw this.#failure
  }

  #forget(before: number): void {
    for (const { step, loss } of this.#recent) if (step < before) loss.dispose()
    this.#recent = this.#recent.filter(({ step }) => step >= before)
  }

  async #diverged(before: number): Promise<DivergedError> {
    const { epoch, update, step } = this.standing
    for (const recent of this.#recent) {
      const values = await recent.loss.toArray()
      const bad = Array.from(values).find((value) => !Number.isFinite(value))
      if (bad === undefined) continue
      const at = `in epoch ${epoch} at step ${recent.step + 1} (update ${update - step + recent.step + 1})`
      return new DivergedError(`the loss is ${bad} ${at}`)
    }
    return new DivergedError(`the sum of the losses is not finite in epoch ${epoch} by step ${before}`)
  }

  /** Evaluates, tells the epoch's numbers and saves; false when it was stopped before that. */
  async #finishEpoch(): Promise<boolean> {
    const { standing } = this
    const trainRate = this.#pace.average()
    const evaluation = this.#hooks.stopped() ? undefined : await this.evaluate()
    if (!evaluation) {
      await this.#save(false)
      return false
    }
    if (!Number.isFinite(evaluation.loss)) {
      const at = `after epoch ${standing.epoch} (update ${standing.update})`
      throw new DivergedError(`the test loss is ${evaluation.loss} ${at}`)
    }
    const [loss, accuracy] = await Promise.all([this.loss.state(), this.accuracy.state()])
    const event: EpochEvent = {
      event: 'epoch',
      epoch: standing.epoch,
      update: standing.update,
      loss: loss.sum / loss.count,
      trainAccuracy: accuracy.sum / accuracy.count,
      testLoss: evaluation.loss,
      testAccuracy: evaluation.accuracy,
      learningRate: this.#parts.trainer.learningRate,
      imagesPerSecond: trainRate,
      seconds: this.seconds,
    }
    const best = standing.history.every((earlier) => earlier.testAccuracy < evaluation.accuracy)
    standing.history.push(event)
    this.#hooks.tell(event)
    const silent = await this.dead.silent(this.#parts.classes)
    if (silent.length > 0) this.#hooks.tell({ event: 'warning', message: silenceMessage(silent, standing.epoch) })
    this.#nextEpoch()
    await this.#save(best)
    await this.#hooks.evaluated(evaluation)
    return true
  }

  #nextEpoch(): void {
    this.standing.epoch++
    this.standing.step = 0
    this.loss.reset()
    this.accuracy.reset()
    this.dead.reset()
  }

  /** Evaluates the network as it is; undefined when it was stopped. */
  async evaluate(): Promise<Evaluation | undefined> {
    const { net, test, context, classes, batchSize, testImages } = this.#parts
    const { epoch, update } = this.standing
    const steps = Math.ceil(testImages / batchSize)
    const began = performance.now()
    const onBatch = (images: number) => {
      const seconds = (performance.now() - began) / 1000
      this.#hooks.tell({
        event: 'progress',
        phase: 'test',
        epoch,
        epochs: this.#parts.epochs,
        step: Math.ceil(images / batchSize),
        steps,
        update,
        images,
        loss: null,
        accuracy: null,
        imagesPerSecond: images > 0 ? images / seconds : null,
        epochLeft: null,
        totalLeft: null,
      })
    }
    onBatch(0)
    const evaluation = await evaluate(net, test, {
      context,
      classes: classes.length,
      onBatch,
      stopped: () => this.#hooks.stopped(),
    })
    this.#pace.noteEvaluation((performance.now() - began) / 1000)
    return evaluation
  }

  async #save(best: boolean): Promise<void> {
    await this.#settle()
    await this.#hooks.save(best)
    this.#savedAt = performance.now()
  }

  #tell(step: number, loss: number | null, accuracy: number | null): void {
    const { epochs, trainImages, batchSize } = this.#parts
    const { epoch, update } = this.standing
    const images = Math.min(step * batchSize, trainImages)
    const rate = this.#pace.rate()
    this.#hooks.tell({
      event: 'progress',
      phase: 'train',
      epoch,
      epochs,
      step,
      steps: this.#stepsPerEpoch,
      update: update - this.standing.step + step,
      images,
      loss,
      accuracy,
      imagesPerSecond: rate,
      epochLeft: rate === null ? null : (trainImages - images) / rate,
      totalLeft: rate === null ? null : this.#pace.left((epochs - epoch) * trainImages - images, epochs - epoch, rate),
    })
  }
}

function silenceMessage(silent: readonly string[], epoch: number): string {
  const which =
    silent.length === 1 ? `the class map of ${silent[0]} was` : `the class maps of ${silent.join(', ')} were`
  return (
    `${which} zero for every training image of epoch ${epoch}: ` +
    'a dead ReLU cannot recover; the recipe without the last ReLU (--recipe stable) or a lower --lr avoids it'
  )
}
