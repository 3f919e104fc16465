// The lock of a run's folder: one process at a time writes there; what a dead one left is taken over.
import { randomBytes } from 'node:crypto'
import { readFileSync, unlinkSync } from 'node:fs'
import { type FileHandle, link, lstat, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { parseJson } from '../../io/json.ts'
import { type Owner, runs, thisProcess } from './owner.ts'
import { type Check, number, object, orNull, text, wrongField } from './schema.ts'

/** Name of the lock in a run's folder. */
export const lockName = '.lock'

/** Milliseconds between signs of life, and after which an owner on another machine is given up. */
const beat = 20_000
const givenUp = 120_000

/** What a lock says: its owner, when it was taken, and a number that no other lock has. */
interface Held extends Owner {
  readonly since: string
  readonly nonce: string
}

/** What writing a file of a run leaves when it is killed. */
const temporary = /^\.(last|best|report\.html|metrics\.jsonl).*\.tmp$/

const nonce: Check<string> = (value, name) =>
  typeof value === 'string' && /^[0-9a-f]{16}$/.test(value) ? value : wrongField(name, value, '16 hex digits')

const heldCheck = object<Held>({
  pid: number({ whole: true, from: 1 }),
  host: text,
  boot: orNull(text),
  namespace: orNull(text),
  started: orNull(text),
  since: text,
  nonce,
})

/** Another process writes in the folder. */
export class FolderHeldError extends Error {
  override name = 'FolderHeldError'
  /** What to do about it, in words. */
  readonly advice: string

  constructor(held: Held | undefined, folder: string) {
    const here = held?.host === thisProcess().host
    const who = held
      ? `process ${held.pid}${here ? '' : ` on host ${held.host}`} (since ${held.since})`
      : `a process that its ${lockName} does not name`
    super(`[train] ${folder} is being written by ${who}`)
    this.advice = here
      ? `wait until it ends, stop it by kill ${held?.pid}`
      : `wait until it ends (where it has no time to say so, ${givenUp / 60_000} minutes longer)`
  }
}

/** A lock as it was found. */
interface Found {
  /** Undefined where the file says nothing that makes sense. */
  readonly held: Held | undefined
  /** Tells it from any other lock, also from one that makes no sense. */
  readonly mark: string
  readonly touched: number
}

async function look(path: string): Promise<Found | undefined> {
  try {
    const status = await lstat(path)
    const { ino, mtimeMs } = status
    const held = status.isFile() ? parse(await readFile(path, 'utf8')) : undefined
    return { held, mark: held?.nonce ?? `${ino.toString(16)}-${Math.floor(mtimeMs).toString(16)}`, touched: mtimeMs }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parse(content: string): Held | undefined {
  try {
    return heldCheck(parseJson(content, 1), 'lock')
  } catch {
    return undefined
  }
}

/** Removes what processes that were killed while they took or wrote something have left in a locked folder. */
async function clean(folder: string): Promise<void> {
  const { mtimeMs: now } = await stat(join(folder, lockName))
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (name.startsWith(`${lockName}.`)) {
      // a living process that looks at the lock may still need its own
      const status = await lstat(path).catch(() => undefined)
      if (status && now - status.mtimeMs >= givenUp) await rm(path, { force: true })
    } else if (temporary.test(name)) await rm(path, { force: true })
  }
}

/** Takes locks for one owner. A lock is complete from its first moment: a temporary file gets a second name. */
class Taker {
  readonly held: Held = {
    ...thisProcess(),
    since: new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
    nonce: randomBytes(8).toString('hex'),
  }
  readonly content = `${JSON.stringify(this.held)}\n`
  readonly #folder: string
  readonly #temporary: string
  /** The file system's time: clocks of several machines differ. */
  #now = 0

  constructor(folder: string) {
    this.#folder = folder
    this.#temporary = join(folder, `${lockName}.${this.held.nonce}.tmp`)
  }

  /** Takes the folder's lock. Throws FolderHeldError when a living process has it. */
  async take(): Promise<void> {
    try {
      await writeFile(this.#temporary, this.content, { flag: 'wx' })
      this.#now = (await stat(this.#temporary)).mtimeMs
      await this.#seize(join(this.#folder, lockName))
    } finally {
      await rm(this.#temporary, { force: true }).catch(() => {})
    }
  }

  /**
   * Makes the lock, or removes a dead one first. Between finding that one dead and removing it, others may do so too and
   * make theirs: so only the holder of the dead lock's own lock removes it, once it has looked again.
   */
  async #seize(path: string): Promise<void> {
    while (!(await this.#make(path))) {
      const found = await look(path)
      if (!found) continue
      if (found.mark === this.held.nonce) return // made, though the network said that it was not
      if (this.#alive(found)) throw new FolderHeldError(found.held, this.#folder)
      const claim = `${path}.${found.mark}`
      await this.#seize(claim)
      try {
        if ((await look(path))?.mark === found.mark) await rm(path, { force: true })
      } finally {
        await rm(claim, { force: true })
      }
    }
  }

  #alive({ held, touched }: Found): boolean {
    const signs = this.#now - touched < givenUp
    return held ? runs(held, signs) : signs
  }

  /** False when there is one. */
  async #make(path: string): Promise<boolean> {
    try {
      await link(this.#temporary, path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') throw error
        return writeFile(path, this.content, { flag: 'wx' }) // a file system without links
      })
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
  }
}

/** The lock of a folder, held by this process until `release` or its end. */
export class RunLock {
  readonly folder: string
  readonly #path: string
  readonly #taker: Taker
  #file: FileHandle | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  readonly #atExit = () => this.release()

  private constructor(folder: string, taker: Taker) {
    this.folder = folder
    this.#path = join(folder, lockName)
    this.#taker = taker
  }

  /** Takes a folder's lock. Throws FolderHeldError when another process, or another run of this one, has it. */
  static async take(folder: string): Promise<RunLock> {
    const taker = new Taker(folder)
    await taker.take()
    const lock = new RunLock(folder, taker)
    process.on('exit', lock.#atExit)
    lock.#file = await open(lock.#path, 'r+')
    lock.#timer = setInterval(() => lock.#live(), beat).unref()
    await clean(folder).catch((error) => {
      lock.release()
      throw error
    })
    return lock
  }

  /** A sign of life: a write, since the time of a file is then that of its system and not of this machine. */
  #live(): void {
    this.#file?.write(this.#taker.content, 0).catch(() => {})
  }

  /**
   * Throws FolderHeldError when the folder is another process's by now. A lock that somebody removed is made again; what
   * can't be read or made (no folder, no room) is left to whoever writes next and says so.
   */
  async hold(): Promise<void> {
    const { held, content } = this.#taker
    for (let tries = 0; tries < 2; tries++) {
      const found = await look(this.#path).catch(() => ({ held, mark: held.nonce }))
      if (found?.mark === held.nonce) return
      if (found) throw new FolderHeldError(found.held, this.folder)
      const file = await open(this.#path, 'wx').catch(() => undefined)
      await this.#file?.close().catch(() => {})
      this.#file = file
      await file?.writeFile(content).catch(() => {})
    }
  }

  /** Removes the lock if it is still this one; nothing to wait for, so that it can be the last act of the process. */
  release(): void {
    process.off('exit', this.#atExit)
    clearInterval(this.#timer)
    void this.#file?.close().catch(() => {})
    this.#file = undefined
    try {
      if (parse(readFileSync(this.#path, 'utf8'))?.nonce === this.#taker.held.nonce) unlinkSync(this.#path)
    } catch {
      // A folder that is gone or read-only by now: a dead owner's lock is no obstacle.
    }
  }
}
