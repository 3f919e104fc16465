// One call of `train`: opens or goes on with a run, trains it, and turns its end into an exit code.
import { join, resolve } from 'node:path'
import { runtimeName, writeFileAtomic } from '#platform'
import { DeviceLostError, EngineError, MemoryLimitError } from '../../index.ts'
import { loadData, type RunData } from '../datasets.ts'
import { DivergedError } from '../failures.ts'
import {
  type Found,
  files,
  type Header,
  locateRun,
  NotFiniteError,
  readLocated,
  setAsideDamaged,
} from '../folder/checkpoint.ts'
import { cutMetrics } from '../folder/metricsLog.ts'
import { checkSameFolder, differences, resumedSettings } from '../folder/resume.ts'
import { type Folder, lockRunFolder, makeDatedFolder, makeRunFolder, RunFolder } from '../folder/runFolder.ts'
import { FolderHeldError, type RunLock } from '../folder/runLock.ts'
import { TensorBoardLog } from '../folder/tensorBoard.ts'
import { engineFacts, startEngine } from '../machine.ts'
import { nowhere, silent, withRanks } from '../ranks/rankRun.ts'
import { type Ranks, startRanks } from '../ranks/ranks.ts'
import { writeRunReport } from '../report/runReport.ts'
import { type Settings, settingsFrom, type Typed } from '../settings/settings.ts'
import { type Interruption, listenForInterruption } from '../terminal/interrupt.ts'
import { JsonLines } from '../terminal/jsonLines.ts'
import { shortPath } from '../terminal/nextSteps.ts'
import { printError } from '../terminal/printing.ts'
import { Terminal } from '../terminal/terminal.ts'
import { UsageError } from '../usage.ts'
import { largestBatch } from './batchFit.ts'
import type { Evaluation } from './evaluation.ts'
import type { Listener, TrainEvent } from './events.ts'
import { readPretrained, startFrom } from './fineTune.ts'
import { captureSession, openSession, type Session } from './session.ts'
import type { Standing, TrainingHooks } from './training.ts'

/** What was asked of `train`. */
export interface TrainRequest {
  readonly typed: Typed
  readonly out: string | undefined
  readonly resume: string | undefined
  readonly json: boolean
  /** Milliseconds between checkpoints within an epoch. */
  readonly saveEvery: number
  /** Milliseconds of training after which the run saves and stops. */
  readonly maxTime: number
  /** Seconds that ranks wait for each other; undefined for the default. */
  readonly deadline: number | undefined
  /** Whether the learning rate grows with the number of ranks. */
  readonly scaleLr: boolean
  /** Whether to write event files for TensorBoard. */
  readonly tensorBoard: boolean
  readonly stdout: NodeJS.WriteStream
}

/** What was saved last. */
interface Saved extends Pick<Standing, 'epoch' | 'step' | 'update'> {
  /** What to give to `--resume`. */
  readonly path: string
}

/** Trains; returns the exit code. */
export async function trainRun(request: TrainRequest): Promise<number> {
  const ranks = startRanks(request.deadline)
  if (ranks) return withRanks(ranks, () => trainAlone(request, ranks))
  return trainAlone(request, undefined)
}

async function trainAlone(request: TrainRequest, ranks: Ranks | undefined): Promise<number> {
  if (request.resume === undefined) return trainFrom(request, undefined, ranks)
  if (ranks && !ranks.first) {
    await ranks.store.barrier() // the first rank may set a damaged file aside
    const found = await readLocated(await locateRun(request.resume, [files.last, files.previous]))
    return trainFrom(request, { found }, ranks)
  }
  const located = await locateRun(request.resume, [files.last, files.previous])
  const lock = await lockRunFolder(resolve(located.folder), 'then resume')
  try {
    const found = await readLocated(located)
    checkSameFolder(request.out, found)
    await setAsideDamaged(found)
    await ranks?.store.barrier()
    return await trainFrom(request, { found, lock }, ranks)
  } finally {
    lock.release()
  }
}

/** A run that goes on: where from, in a folder that is locked. */
interface Reopened {
  readonly found: Found
  /** Of the rank that writes. */
  readonly lock?: RunLock
}

function settingsOf({ typed, scaleLr }: TrainRequest, header: Header | undefined, ranks: Ranks | undefined): Settings {
  if (header && scaleLr) throw new UsageError('[train] --scale-lr is for the start of a run: its rate is kept')
  if (header) return resumedSettings(header, typed)
  const settings = settingsFrom(typed)
  return scaleLr && ranks ? { ...settings, lr: settings.lr * ranks.size } : settings
}

async function trainFrom(
  request: TrainRequest,
  reopened: Reopened | undefined,
  ranks: Ranks | undefined,
): Promise<number> {
  const header = reopened?.found.header
  const settings = settingsOf(request, header, ranks)
  const prints = !ranks || ranks.first
  const listener = !prints
    ? silent
    : request.json
      ? new JsonLines(request.stdout)
      : new Terminal(request.stdout, header?.history ?? [])
  const interruption = listenForInterruption((what) => {
    listener.close()
    if (!prints) return
    if (typeof what === 'string') printError('stopping after this step and saving; Ctrl-C again ends it at once')
    else if (what.message) printError(`error: ${what.message}; stopping after this step and saving`)
  })
  const run = new Run(request, settings, listener, interruption, reopened, ranks)
  try {
    return await run.go()
  } finally {
    run.release()
    listener.close()
    interruption.end()
  }
}

/** A run from its first line to its last. */
class Run {
  readonly #request: TrainRequest
  readonly #settings: Settings
  readonly #listener: Listener
  readonly #interruption: Interruption
  readonly #found: Found | undefined
  #lock: RunLock | undefined
  readonly #ranks: Ranks | undefined
  #folder!: Folder
  #session!: Session
  #out = ''
  /** When training started in this session. */
  #startedAt = Infinity
  /** Where `--resume` would go on. */
  #saved: Saved | undefined

  constructor(
    request: TrainRequest,
    settings: Settings,
    listener: Listener,
    interruption: Interruption,
    reopened: Reopened | undefined,
    ranks: Ranks | undefined,
  ) {
    const found = reopened?.found
    this.#ranks = ranks
    this.#request = request
    this.#settings = settings
    this.#listener = listener
    this.#interruption = interruption
    this.#found = found
    this.#lock = reopened?.lock
    if (found && request.resume) this.#saved = { ...found.header, path: request.resume }
  }

  async go(): Promise<number> {
    if (this.#found?.notice) this.#warn(this.#found.notice)
    const weights = this.#found ? undefined : await readPretrained(this.#settings)
    await startEngine(this.#settings, this.#found?.header.rung)
    const data = await loadData(this.#settings, 'both')
    for (const notice of data.notices) this.#warn(notice)
    this.#folder = this.#ranks && !this.#ranks.first ? nowhere : await this.#openRunFolder()
    this.#session = openSession(this.#settings, data, this.#hooks(), this.#found, this.#ranks)
    if (weights) startFrom(this.#session.network, weights, this.#settings)
    this.#begin(data)
    if (!this.#found) await this.#save(false)
    const end = await this.#train()
    return end === 'stopped' ? this.#stopped() : this.#finish()
  }

  async #openRunFolder(): Promise<RunFolder> {
    const lock = await this.#openFolder()
    this.#out = shortPath(lock.folder)
    const warn = (message: string) => this.#warn(message)
    const folder = new RunFolder(lock.folder, warn, writeFileAtomic, () => lock.hold())
    if (this.#request.tensorBoard) folder.addLog(new TensorBoardLog(lock.folder, this.#found?.header.update ?? 0))
    return folder
  }

  async #openFolder(): Promise<RunLock> {
    const { out } = this.#request
    const { model } = this.#settings
    this.#lock ??= out === undefined ? await makeDatedFolder(model, new Date()) : await makeRunFolder(out)
    const { folder } = this.#lock
    if (this.#found) await cutMetrics(join(folder, files.metrics), this.#found.header.update, this.#found.header.epoch)
    return this.#lock
  }

  /** Lets others write in the folder. */
  release(): void {
    this.#lock?.release()
  }

  #begin(data: RunData): void {
    const { network } = this.#session
    const facts = engineFacts(network.context)
    this.#tell({
      event: 'start',
      resumed: this.#found !== undefined,
      runtime: runtimeName(),
      engine: facts.text,
      threads: facts.threads,
      ...(this.#ranks && { ranks: this.#ranks.size }),
      data: data.text,
      ...(data.pictures && { pictures: data.pictures }),
      trainImages: data.train.length,
      testImages: data.test.length,
      parameters: network.size,
      classes: data.classes,
      settings: this.#settings,
      out: this.#out,
    })
    if (!this.#found) return
    const now = {
      engine: facts.name,
      rung: facts.rung,
      planVersion: facts.planVersion,
      edition: data.edition,
      trainImages: data.train.length,
      ranks: this.#ranks?.size ?? 1,
    }
    for (const line of differences(this.#found.header, this.#settings, now)) this.#warn(line)
  }

  #hooks(): TrainingHooks {
    return {
      tell: (event) => this.#tell(event),
      stopped: () => this.#interruption.asked || this.#timeIsOver(),
      save: (best) => this.#save(best),
      evaluated: (evaluation) => this.#report(evaluation),
      saveEvery: this.#request.saveEvery,
    }
  }

  #timeIsOver(): boolean {
    return performance.now() - this.#startedAt >= this.#request.maxTime
  }

  async #train(): Promise<'done' | 'stopped'> {
    const { training } = this.#session
    this.#startedAt = performance.now()
    const finished = training.standing.epoch >= this.#settings.epochs
    try {
      if (!finished) return await training.run()
      this.#warn(`all ${this.#settings.epochs} epochs are done: give more by --epochs to go on`)
      const evaluation = await training.evaluate()
      if (evaluation) await this.#report(evaluation)
      return evaluation ? 'done' : 'stopped'
    } catch (error) {
      if (error instanceof MemoryLimitError && !this.#ranks) throw await this.#tooLarge(error)
      if (error instanceof EngineError) throw this.#broken(error)
      if (!(error instanceof DivergedError)) throw error
      throw new DivergedError(
        `[train] ${error.message}; the last good checkpoint is kept in ${this.#out}. Begin anew with a lower --lr`,
      )
    }
  }

  /** The error with the batch that would fit, where that can still be found out. */
  async #tooLarge(error: MemoryLimitError): Promise<MemoryLimitError> {
    const { batchSize } = this.#settings
    const fits = await largestBatch(this.#session).catch(() => batchSize)
    if (fits >= batchSize) return error
    return new MemoryLimitError(
      `${error.message.split('\n', 1)[0]} A batch of ${fits} would fit instead of ${batchSize}`,
    )
  }

  /** The error with the way to go on. */
  #broken(error: EngineError): EngineError {
    const what =
      error instanceof DeviceLostError
        ? `[gpu] the device was lost (${error.reason}), and with it what was not saved`
        : error.message.split('\n', 1)[0]
    if (!this.#saved) return new EngineError(`${what}; nothing was saved`)
    const { epoch, step, update, path } = this.#saved
    return new EngineError(
      `${what}. Go on after step ${step} of epoch ${epoch} (update ${update}) with: glueball train --resume ${path}`,
    )
  }

  async #save(best: boolean): Promise<void> {
    const { epoch, step, update } = this.#session.training.standing
    try {
      const path = await this.#folder.save(await captureSession(this.#session), best)
      if (!path) return
      this.#saved = { epoch, step, update, path: this.#out }
      this.#tell({ event: 'checkpoint', path: shortPath(path), epoch, step, update })
    } catch (error) {
      if (error instanceof FolderHeldError)
        throw new Error(`${error.message} by now: this run stops, and leaves the folder as it is`)
      if (!(error instanceof NotFiniteError)) throw error
      throw new DivergedError(`${error.message} in epoch ${epoch} by step ${step} (update ${update})`)
    }
  }

  async #report(evaluation: Evaluation): Promise<void> {
    if (this.#folder !== nowhere) await writeRunReport(this.#folder, this.#session, evaluation)
  }

  async #stopped(): Promise<number> {
    const { epoch, step, update } = this.#session.training.standing
    const reason = this.#interruption.asked ? 'asked' : 'time'
    this.#tell({ event: 'stopped', epoch, step, update, reason, out: this.#out })
    return this.#end()
  }

  async #finish(): Promise<number> {
    const { history } = this.#session.training.standing
    const latest = history[history.length - 1]
    const best = history.reduce((a, b) => (b.testAccuracy > a.testAccuracy ? b : a))
    this.#tell({
      event: 'end',
      testAccuracy: latest.testAccuracy,
      bestAccuracy: best.testAccuracy,
      bestEpoch: best.epoch,
      seconds: this.#session.training.seconds,
      out: this.#out,
    })
    return this.#end()
  }

  async #end(): Promise<number> {
    await this.#folder.close()
    const { failure } = this.#folder
    // ranks that end with another code than 0 are ended by mpirun, the one that writes among them
    if (failure === undefined) return this.#ranks ? 0 : this.#interruption.exitCode
    printError(`error: ${failure}`)
    return 1
  }

  #tell(event: TrainEvent): void {
    this.#listener.tell(event)
    this.#folder?.tell(event)
  }

  #warn(message: string): void {
    this.#tell({ event: 'warning', message })
  }
}
