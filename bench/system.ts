// A system under the bench: a process that runs a step when told to and answers with its time.
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { SystemName } from './cases.ts'
import { startChild } from './children.ts'

/** How to start a system. */
export interface Launch {
  readonly name: SystemName
  /** What tells it apart from others of its name: PyTorch's layout. */
  readonly variant?: string
  readonly command: string
  readonly args: readonly string[]
}

/** What a system says of itself when it has warmed up. */
export interface Ready {
  readonly version: string
  readonly note?: string
  /** Whether it is too slow to take turns. */
  readonly slow: boolean
  /** Numbers of each result, which must be the same for every system: of a network the first image's first outputs. */
  readonly check: readonly (readonly number[])[] | null
  /** Of product.py alone: the best GFLOP/s of a small product. */
  readonly bestProduct?: number
}

/** What a system may spend in all, as long as others wait for it: ten minutes. */
const SYSTEM_LIMIT_MS = 600_000

/** A process that speaks the line protocol: `run` gives seconds and images, `exit` the peak of its memory. */
export class System {
  readonly launch: Launch
  readonly imagesPerSecond: number[] = []
  about: Ready | undefined
  peakBytes = 0
  #leftMs: number
  #errors = ''
  #deadline: number
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #end: Promise<string>

  /** Starts it; past `deadline`, in milliseconds as `Date.now` counts, it is given up whatever it has spent. */
  constructor(launch: Launch, deadline: number, limitMs = SYSTEM_LIMIT_MS) {
    this.#leftMs = limitMs
    this.launch = launch
    this.#deadline = deadline
    this.#process = startChild(launch.command, launch.args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#end = new Promise((resolve) => {
      this.#process.on('error', ({ message }) => resolve(message))
      this.#process.on('close', (code, signal) => resolve(this.#reason(code, signal)))
    })
    this.#process.stdin?.on('error', () => {}) // it has ended: the next line says so
    this.#process.stderr?.on('data', (text) => (this.#errors = (this.#errors + text).slice(-4000)))
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]()
  }

  /** The name with its variant. */
  get label(): string {
    const { name, variant } = this.launch
    return variant ? `${name} (${variant})` : name
  }

  /** Moves the deadline. */
  allowUntil(deadline: number): void {
    this.#deadline = deadline
  }

  #reason(code: number | null, signal: string | null): string {
    const lines = this.#errors.split('\n').map((line) => line.trim())
    const told = lines.findLast((line) => /error/i.test(line)) ?? lines.findLast((line) => line !== '')
    return `ended by itself (${signal ?? `exit code ${code}`})${told ? `: ${told}` : ''}`
  }

  /** The next line that is an object; libraries may print others. */
  async #answer(): Promise<Record<string, unknown>> {
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done) throw new Error(await this.#end)
      if (value.startsWith('{')) return JSON.parse(value)
    }
  }

  async #line(): Promise<Record<string, unknown>> {
    const start = Date.now()
    const own = start + this.#leftMs
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const over = own <= this.#deadline ? 'it passed ten minutes' : "the bench's 25 minutes were nearly over"
      timer = setTimeout(
        () => reject(new Error(`stopped: ${over}`)),
        Math.max(1, Math.min(own, this.#deadline) - start),
      )
    })
    try {
      return await Promise.race([this.#answer(), late])
    } finally {
      clearTimeout(timer)
      this.#leftMs -= Date.now() - start
    }
  }

  /** Waits for the warm-up; throws the reason when the system cannot do the case. */
  async ready(): Promise<Ready> {
    const line = await this.#line()
    if (line.unavailable) throw new Error(String(line.unavailable))
    this.about = line as unknown as Ready
    return this.about
  }

  /** One timed sample: a step, or enough short ones that the clock's resolution does not matter. */
  async run(): Promise<void> {
    this.#process.stdin?.write('run\n')
    const { seconds, images } = (await this.#line()) as { seconds: number; images: number }
    this.imagesPerSecond.push(images / seconds)
  }

  /** Ends it and keeps its peak. */
  async exit(): Promise<void> {
    this.#process.stdin?.write('exit\n')
    this.peakBytes = Number((await this.#line()).peakBytes)
  }

  /** Stops it at once. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }
}
