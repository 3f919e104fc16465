// Cells made of cells: one after the other, in both directions, or changed in one respect.
import { checkOptions, nameOfKind, OpError, type OptionNames } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape } from '../../core/shape.ts'
import { mode } from '../../core/tape.ts'
import { onesLike, zerosLike } from '../../nd/creation.ts'
import { concat } from '../../ops/concat/concat.ts'
import { stack } from '../../ops/concat/stack.ts'
import { dropout } from '../../ops/dropout/dropout.ts'
import { add, where } from '../../ops/elementwise/elementwise.ts'
import { reversedSteps } from '../../ops/rnn/sequence.ts'
import { type BlockOptions, blockOptions } from '../block.ts'
import { checkPositions } from '../nn/arguments.ts'
import type { StateInfo } from './arguments.ts'
import { HybridRecurrentCell, RecurrentCell, type Unrolled } from './recurrentCell.ts'
import { gathered, type Unrolling, type UnrollOptions, unrolling } from './unroll.ts'

function checkCell(op: string, cell: RecurrentCell): RecurrentCell {
  if (cell instanceof RecurrentCell) return cell
  throw new OpError(op, `takes recurrent cells, got ${nameOfKind(cell)}`)
}

/** Cells one after the other: each takes the output of the one before. The states are those of all. */
export class SequentialRNNCell extends RecurrentCell {
  static override readonly className: string = 'SequentialRNNCell'
  readonly #cells: RecurrentCell[] = []

  constructor(options: BlockOptions = {}) {
    checkOptions(new.target.className, options, "{ prefix: 'stack_' }", blockOptions)
    super(options)
  }

  /** Adds a cell at the end. */
  add(...cells: RecurrentCell[]): void {
    for (const cell of cells) {
      this.registerChild(checkCell(this.className, cell), String(this.#cells.length))
      this.#cells.push(cell)
    }
  }

  /** Number of cells. */
  override get length(): number {
    return this.#cells.length
  }

  /** The cell at a position; a negative one counts from the end. */
  at(index: number): RecurrentCell {
    const cell = this.#cells.at(index)
    if (cell) return cell
    throw new OpError(this.className, `no cell at ${index}: it has ${this.#cells.length}`)
  }

  stateInfo(batchSize: number): StateInfo[] {
    return this.#cells.flatMap((cell) => cell.stateInfo(batchSize))
  }

  forward(inputs: NDArray, states: readonly NDArray[]): [NDArray, NDArray[]] {
    let output = inputs
    const next = this.#inTurn(inputs.shape[0], states, (cell, own) => {
      const [made, after] = cell(output, own)
      output = made
      return after
    })
    return [output, next]
  }

  protected override unrolled(made: Unrolling, states: readonly NDArray[], options: UnrollOptions) {
    const { axis, samples, steps, validLength } = made
    const layout = axis === 0 ? 'TNC' : 'NTC'
    let outputs: NDArray | readonly NDArray[] = steps
    const next = this.#inTurn(samples, states, (cell, beginState, last) => {
      const mergeOutputs = last ? options.mergeOutputs : undefined
      const [made, after] = cell.unroll(steps.length, outputs, { beginState, layout, validLength, mergeOutputs })
      outputs = made
      return after
    })
    return [outputs, next] as Unrolled<NDArray | NDArray[]>
  }

  override toString(): string {
    const cells = this.#cells.map((cell, i) => `(${i}): ${String(cell).replaceAll('\n', '\n  ')}`)
    return `${this.className}(\n${cells.join('\n')}\n)`
  }

  /** Calls back for each cell with its states; returns the next ones of all. */
  #inTurn(
    samples: number,
    states: readonly NDArray[],
    run: (cell: RecurrentCell, own: readonly NDArray[], last: boolean) => readonly NDArray[],
  ): NDArray[] {
    let first = 0
    return this.#cells.flatMap((cell, i) => {
      const own = states.slice(first, (first += cell.stateInfo(samples).length))
      return run(cell, own, i === this.#cells.length - 1)
    })
  }
}

/** A SequentialRNNCell of HybridRecurrentCells. */
export class HybridSequentialRNNCell extends SequentialRNNCell {
  static override readonly className: string = 'HybridSequentialRNNCell'
}

/** One cell from the first step to the last and one back; it can be unrolled alone, and outputs have both features. */
export class BidirectionalCell extends RecurrentCell {
  static override readonly className: string = 'BidirectionalCell'
  readonly #cells: readonly [RecurrentCell, RecurrentCell]

  constructor(lCell: RecurrentCell, rCell: RecurrentCell, options: BlockOptions = {}) {
    checkOptions('BidirectionalCell', options, "{ prefix: 'both_' }", blockOptions)
    super({ prefix: '', ...options })
    this.#cells = [checkCell('BidirectionalCell', lCell), checkCell('BidirectionalCell', rCell)]
    this.registerChild(lCell, 'l_cell')
    this.registerChild(rCell, 'r_cell')
  }

  stateInfo(batchSize: number): StateInfo[] {
    return this.#cells.flatMap((cell) => cell.stateInfo(batchSize))
  }

  forward(): never {
    throw new OpError('BidirectionalCell', 'cannot go one step, as it also comes from the end: use unroll')
  }

  protected override unrolled(made: Unrolling, states: readonly NDArray[], options: UnrollOptions) {
    const { axis, samples, steps, validLength } = made
    const [left, right] = this.#cells
    const layout = axis === 0 ? 'TNC' : 'NTC'
    const count = left.stateInfo(samples).length
    const both = { layout, validLength, mergeOutputs: false } as const
    const back = (list: readonly NDArray[]) => reversed(list, validLength)
    const { length } = steps
    const [forward, ofLeft] = left.unroll(length, steps, { ...both, beginState: states.slice(0, count) })
    const [backward, ofRight] = right.unroll(length, back(steps), { ...both, beginState: states.slice(count) })
    const turned = back(backward)
    const outputs = forward.map((output, t) => concat(output, turned[t], { dim: 1 }))
    return [gathered(outputs, made, options.mergeOutputs), [...ofLeft, ...ofRight]] as Unrolled<NDArray | NDArray[]>
  }

  override toString(): string {
    const [left, right] = this.#cells
    return `BidirectionalCell(forward=${left}, backward=${right})`
  }
}

/** Steps from the last to the first; of each sample, where they have several lengths. */
function reversed(steps: readonly NDArray[], validLength: NDArray | undefined): readonly NDArray[] {
  if (!validLength) return steps.toReversed()
  const turned = reversedSteps(stack(...steps), validLength)
  return unrolling('BidirectionalCell', steps.length, turned, { layout: 'TNC' }).steps
}

/** Options of DropoutCell. */
export interface DropoutCellOptions extends BlockOptions {
  /** Axes along which one mask value is shared. */
  readonly axes?: readonly number[]
}

const dropoutCellOptions: OptionNames<DropoutCellOptions> = { ...blockOptions, axes: true }

/** Dropout of the input; it has no states. */
export class DropoutCell extends HybridRecurrentCell {
  static override readonly className: string = 'DropoutCell'
  static override readonly hint: string | undefined = 'dropout'
  readonly rate: number
  readonly axes: readonly number[]

  constructor(rate: number, options: DropoutCellOptions = {}) {
    checkPositions('DropoutCell', ['rate'], rate, dropoutCellOptions)
    checkOptions('DropoutCell', options, '{ axes: [1] }', dropoutCellOptions)
    super(options)
    checkRate('DropoutCell', 'the rate', rate)
    this.rate = rate
    this.axes = options.axes ?? []
  }

  stateInfo(_batchSize: number): StateInfo[] {
    return []
  }

  forward(inputs: NDArray, states: readonly NDArray[]): [NDArray, NDArray[]] {
    const drops = mode.training && this.rate > 0
    return [drops ? dropout(inputs, this.rate, { axes: this.axes }) : inputs, [...states]]
  }

  override describe(): string {
    return `DropoutCell(rate=${this.rate}, axes=${formatShape(this.axes)})`
  }
}

function checkRate(op: string, name: string, rate: number): void {
  if (rate >= 0 && rate < 1) return
  throw new OpError(op, `${name} must be from 0 to below 1, got ${nameOfKind(rate)}`)
}

/** Base of cells that change another cell in one respect; states and parameters are that cell's. */
export abstract class ModifierCell extends HybridRecurrentCell {
  static override readonly className: string = 'ModifierCell'
  readonly #base: RecurrentCell

  protected constructor(name: string, hint: string, base: RecurrentCell) {
    super({ prefix: checkCell(name, base).prefix + hint })
    if (base instanceof BidirectionalCell) {
      throw new OpError(name, `a BidirectionalCell can't go one step: put ${name} around each of its cells`)
    }
    this.#base = base
    this.registerChild(base, 'base_cell')
  }

  /** The cell that is changed. */
  get baseCell(): RecurrentCell {
    return this.#base
  }

  stateInfo(batchSize: number): StateInfo[] {
    return this.#base.stateInfo(batchSize)
  }

  override toString(): string {
    return `${this.className}(${this.#base})`
  }
}

/** Adds the input to the output of a cell; both must have the same number of features (Y. Wu et al., 2016). */
export class ResidualCell extends ModifierCell {
  static override readonly className: string = 'ResidualCell'

  constructor(baseCell: RecurrentCell) {
    super('ResidualCell', 'residual', baseCell)
  }

  forward(inputs: NDArray, states: readonly NDArray[]): [NDArray, NDArray[]] {
    const [output, next] = this.baseCell(inputs, states)
    return [add(output, inputs), next]
  }
}

/** Options of ZoneoutCell. */
export interface ZoneoutCellOptions {
  /** Share of the outputs that stay as they were in training. Default 0. */
  readonly zoneoutOutputs?: number
  /** Share of the states that stay as they were in training. Default 0. */
  readonly zoneoutStates?: number
}

/** Keeps some outputs and states of a cell from one step to the next in training (D. Krueger et al., 2016). */
export class ZoneoutCell extends ModifierCell {
  static override readonly className: string = 'ZoneoutCell'
  readonly zoneoutOutputs: number
  readonly zoneoutStates: number
  /** The output of the step before. */
  private previous: NDArray | null = null

  constructor(baseCell: RecurrentCell, options: ZoneoutCellOptions = {}) {
    const known: OptionNames<ZoneoutCellOptions> = { zoneoutOutputs: 'number', zoneoutStates: 'number' }
    checkOptions('ZoneoutCell', options, '{ zoneoutStates: 0.1 }', known)
    super('ZoneoutCell', 'zoneout', baseCell)
    const { zoneoutOutputs = 0, zoneoutStates = 0 } = options
    checkRate('ZoneoutCell', 'zoneoutOutputs', zoneoutOutputs)
    checkRate('ZoneoutCell', 'zoneoutStates', zoneoutStates)
    this.zoneoutOutputs = zoneoutOutputs
    this.zoneoutStates = zoneoutStates
  }

  override reset(): void {
    super.reset()
    this.previous = null
  }

  forward(inputs: NDArray, states: readonly NDArray[]): [NDArray, NDArray[]] {
    const [made, next] = this.baseCell(inputs, states)
    const { zoneoutOutputs, zoneoutStates } = this
    const output = zoned(made, zoneoutOutputs, () => this.previous ?? zerosLike(made))
    if (zoneoutOutputs > 0) this.previous = output
    return [output, next.map((state, i) => zoned(state, zoneoutStates, () => states[i]))]
  }

  override toString(): string {
    return `ZoneoutCell(p_out=${this.zoneoutOutputs}, p_state=${this.zoneoutStates}, ${this.baseCell})`
  }
}

/** In training a share of the elements stays as it was. */
function zoned(next: NDArray, rate: number, last: () => NDArray): NDArray {
  return mode.training && rate > 0 ? where(dropout(onesLike(next), rate), next, last()) : next
}
