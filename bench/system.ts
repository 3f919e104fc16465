// A system under the bench: a process that runs one step when told to and answers with its time.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

interface Ready {
  readonly version: string
  readonly slow: boolean
}

/** A process that speaks the line protocol: `run` gives seconds and images, `exit` the peak of its memory. */
export class System {
  readonly name: string
  readonly imagesPerSecond: number[] = []
  peakBytes = 0
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(name: string, command: string, args: readonly string[]) {
    this.name = name
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    this.#process.on('error', () => {})
    const input = this.#process.stdout as NodeJS.ReadableStream
    this.#lines = createInterface({ input })[Symbol.asyncIterator]()
  }

  async #line(limitMs = 600_000): Promise<Record<string, unknown>> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('passed ten minutes')), limitMs)
    })
    try {
      const { value, done } = await Promise.race([this.#lines.next(), late])
      if (done) throw new Error('ended by itself')
      return JSON.parse(value)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Waits for the warm-up; throws the reason when the system cannot do the case. */
  async ready(): Promise<Ready> {
    const line = await this.#line()
    if (line.unavailable) throw new Error(String(line.unavailable))
    return line as unknown as Ready
  }

  /** One timed step. */
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

/** The middle of the samples. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
