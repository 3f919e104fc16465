// SymbolBlock: a block whose forward is a network read from a file. The reader is imported when it is needed.
import type { NDArray } from '../core/ndarray.ts'
import { type BlockOptions, HybridBlock } from './block.ts'
import type { Contexts } from './contexts.ts'
import type { Parameter } from './parameter.ts'

/** Options of SymbolBlock.fromOnnx. */
export interface OnnxImportOptions extends BlockOptions {
  /** Where the parameters live: a context, or a list of one. Default the current context. */
  readonly ctx?: Contexts
}

/** Options of SymbolBlock.imports. */
export interface SymbolImportOptions extends BlockOptions {
  /** Where the parameters live: a context, or a list of one. Default the current context. */
  readonly ctx?: Contexts
  /** Leaves parameters that the .params file does not have to `initialize`. Default false. */
  readonly allowMissing?: boolean
  /** Passes over what the symbol does not have. Default false. */
  readonly ignoreExtra?: boolean
}

/** What a file says: its parameters by structural names, and what it computes. */
export interface SymbolProgram {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** Makes the parameters; `make` gives one of a name its full name. */
  readonly parameters: ReadonlyMap<string, (fullName: string) => Parameter>
  run(inputs: readonly NDArray[], parameters: ReadonlyMap<string, Parameter>): NDArray[]
}

/**
 * A network read from a file: it predicts, is trained, saved and exported like any block. A file with one output gives an
 * array, one with several a list.
 */
export class SymbolBlock<Output extends NDArray | NDArray[] = NDArray> extends HybridBlock<NDArray[], Output> {
  static override readonly className: string = 'SymbolBlock'
  readonly #program: SymbolProgram
  readonly #parameters: ReadonlyMap<string, Parameter>

  constructor(program: SymbolProgram, options: BlockOptions = {}) {
    super(options)
    this.#program = program
    this.#parameters = new Map([...program.parameters].map(([name, make]) => [name, make(this.prefix + name)]))
  }

  /**
   * The network of an ONNX file's bytes: `await gluon.SymbolBlock.fromOnnx(bytes)`. Weights of layers, and arrays of
   * floats that are multiplied or added, are trained; other arrays of floats are parameters whose gradReq is 'null'. Throws with all operators
   * that the import does not have.
   */
  static async fromOnnx<Output extends NDArray | NDArray[] = NDArray>(
    bytes: Uint8Array,
    options: OnnxImportOptions = {},
  ): Promise<SymbolBlock<Output>> {
    const { importOnnx } = await import('./onnx/import/import.ts')
    const { program, block } = importOnnx(bytes, options)
    return new SymbolBlock<Output>(program, block)
  }

  /**
   * The network of MXNet's files, by their paths or bytes: `await gluon.SymbolBlock.imports('nin-symbol.json', 'data',
   * 'nin-0000.params')`. `inputNames` are the variables that forward takes; all others are parameters under the names of
   * the file. Throws with all operators that the import does not have.
   */
  static async imports<Output extends NDArray | NDArray[] = NDArray>(
    symbolFile: string | Uint8Array,
    inputNames: string | readonly string[],
    paramFile: string | Uint8Array | null = null,
    options: SymbolImportOptions = {},
  ): Promise<SymbolBlock<Output>> {
    const { importSymbol } = await import('./symbol/import.ts')
    const { program, block } = await importSymbol(symbolFile, inputNames, paramFile, options)
    return new SymbolBlock<Output>(program, block)
  }

  /** Names of the file's inputs, in the order of forward's. */
  get inputNames(): readonly string[] {
    return this.#program.inputNames
  }

  /** Names of the file's outputs, in the order of forward's. */
  get outputNames(): readonly string[] {
    return this.#program.outputNames
  }

  override get ownParameters(): ReadonlyMap<string, Parameter> {
    return this.#parameters
  }

  forward(...inputs: NDArray[]): Output {
    const outputs = this.#program.run(inputs, this.#parameters)
    return (outputs.length === 1 ? outputs[0] : outputs) as Output
  }
}
