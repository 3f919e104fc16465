// The oracle: a Python process that says what each call gives, by NumPy and PyTorch.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { DType } from '../../src/core/dtype.ts'
import { type Arg, type Case, isTensor } from './cases.ts'

/** A result that is wanted: its values, how far each may be off, and whether the sign of a zero is left open. */
export interface Want {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly values: Float64Array
  /** Absolute; 0 for the same bits, Infinity for anything. */
  readonly slack: Float64Array
  readonly zeros: boolean
}

/** What a call gives: results, or a refusal, by the rule that it breaks. */
export type Answer = { readonly outputs: readonly Want[] } | { readonly refused: string }

interface Line {
  /** How a rule failed, which is a fault of the rule. */
  readonly fault?: string
  readonly refused?: string
  readonly outputs?: readonly (Omit<Want, 'values' | 'slack'> & { readonly at: number })[]
}

/** A Python process that answers until it is closed. */
export class Oracle {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #ended: Promise<never>
  readonly #chunks: Buffer[] = []
  #held = 0
  #heard = () => {}

  constructor() {
    const python = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
    const program = join(import.meta.dirname, 'oracle/main.py')
    this.#process = spawn(python, ['-B', program], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#ended = new Promise((_, reject) => {
      this.#process.on('error', reject)
      this.#process.on('close', (code) => reject(new Error(`the oracle ended with ${code}`)))
    })
    this.#ended.catch(() => {})
    this.#process.stdin.on('error', () => {}) // `close` reports the end
    this.#process.stdout.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#held += chunk.length
      this.#heard()
    })
  }

  /** The answers to some cases, in order; one question at a time. */
  async ask(cases: readonly Case[]): Promise<Answer[]> {
    const values: number[] = []
    const questions = cases.map(({ op, args, gradient }) => ({ op, args: encoded(args, values), gradient }))
    const text = Buffer.from(JSON.stringify(questions))
    const blob = Float64Array.from(values)
    this.#process.stdin.write(Buffer.concat([lengthOf(text), text, lengthOf(blob), Buffer.from(blob.buffer)]))
    const lines = JSON.parse((await this.#frame()).toString()) as Line[]
    const answered = Uint8Array.from(await this.#frame()).buffer
    return lines.map(({ fault, refused, outputs = [] }, i) => {
      if (fault !== undefined) throw new Error(`the oracle failed at ${JSON.stringify(cases[i])}: ${fault}`)
      if (refused !== undefined) return { refused }
      return { outputs: outputs.map((output) => wanted(output, answered)) }
    })
  }

  close(): void {
    this.#process.stdin.end()
  }

  async #frame(): Promise<Buffer> {
    return this.#take((await this.#take(4)).readUInt32LE())
  }

  async #take(bytes: number): Promise<Buffer> {
    while (this.#held < bytes) {
      const more = new Promise<void>((resolve) => {
        this.#heard = resolve
      })
      await Promise.race([more, this.#ended])
    }
    const all = Buffer.concat(this.#chunks)
    this.#chunks.splice(0, this.#chunks.length, all.subarray(bytes))
    this.#held -= bytes
    return all.subarray(0, bytes)
  }
}

function lengthOf(part: Uint8Array | Float64Array): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(part.byteLength)
  return bytes
}

/** Arguments as JSON: values of arrays by their place in `values`, numbers as text, which knows NaN and −0. */
function encoded(args: readonly Arg[], values: number[]): unknown[] {
  return args.map((arg) => {
    if (!isTensor(arg)) return arg
    if ('number' in arg) return { number: Object.is(arg.number, -0) ? '-0' : String(arg.number) }
    const at = values.length
    for (const value of arg.data) values.push(value)
    return { dtype: arg.dtype, shape: arg.shape, at }
  })
}

function wanted({ shape, dtype, zeros, at }: Omit<Want, 'values' | 'slack'> & { at: number }, blob: ArrayBuffer): Want {
  const size = shape.reduce((product, n) => product * n, 1)
  const part = (start: number) => new Float64Array(blob, start * 8, size)
  return { shape, dtype, zeros, values: part(at), slack: part(at + size) }
}
