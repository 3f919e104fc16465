// The Python process that runs the twins of programs.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Trace } from './trace.ts'

/** The notes of a run, each a list of numbers. */
export type Notes = readonly (readonly number[])[]

/** A Python process that runs twins until it is closed. */
export class Twins {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  readonly #folder = mkdtempSync(join(tmpdir(), 'glueball-programs-'))

  constructor() {
    const python = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
    this.#process = spawn(python, ['-B', 'twin.py'], { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  /** What the twin of a program notes from the same inputs and weights, in float64 and in float32; of `models:NAME`, models.py gets NAME. */
  async run(name: string, { inputs, weights, values }: Trace): Promise<readonly [truth: Notes, single: Notes]> {
    const file = join(this.#folder, `${name.replace(':', '-')}.bin`)
    writeFileSync(file, Buffer.concat(values.map(({ buffer }) => Buffer.from(buffer))))
    this.#process.stdin.write(`${JSON.stringify({ name, inputs, weights, values: file })}\n`)
    const { value, done } = await this.#lines.next()
    rmSync(file)
    if (done) throw new Error(`the twin of ${name} ended with an error`)
    return JSON.parse(value)
  }

  close(): void {
    this.#process.stdin.end()
    rmSync(this.#folder, { recursive: true })
  }
}
