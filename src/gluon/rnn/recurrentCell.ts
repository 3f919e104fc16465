// RecurrentCell: what goes one step, and can be unrolled over a sequence (MXNet 1.9.1, gluon/rnn/rnn_cell.py).
import type { NDArray } from '../../core/ndarray.ts'
import { within } from '../../core/ownership.ts'
import { frozenState } from '../../ops/rnn/sequence.ts'
import { HybridBlock } from '../block.ts'
import { checkStates, type StateInfo } from './arguments.ts'
import { type BeginStateOptions, makeStates } from './states.ts'
import { gathered, type Sequence, type Unrolling, type UnrollOptions, unrolling } from './unroll.ts'

/** Options with which outputs are one array. */
export type Merged = UnrollOptions &
  ({ readonly mergeOutputs: true } | { readonly validLength: NDArray; readonly mergeOutputs?: undefined })

/** Outputs, and the last states. */
export type Unrolled<Outputs> = [outputs: Outputs, states: NDArray[]]

/** Goes one step: called with inputs (N, C) and a list of states, it returns the output and the next states. */
export abstract class RecurrentCell extends HybridBlock<
  [inputs: NDArray, states: readonly NDArray[]],
  [output: NDArray, states: NDArray[]]
> {
  static override readonly className: string = 'RecurrentCell'

  /** What the states are for a batch. */
  abstract stateInfo(batchSize: number): StateInfo[]

  /** Forgets what a cell remembers besides its states. `unroll` calls it first. */
  reset(): void {
    for (const child of this.children.values()) if (child instanceof RecurrentCell) child.reset()
  }

  /** States to start from, zeros by default. */
  beginState(batchSize: number, options: BeginStateOptions = {}): NDArray[] {
    const [first] = this.collectParams().values()
    const name = `${this.className}.beginState`
    return makeStates(name, batchSize, (n) => this.stateInfo(n), options, first?.context)
  }

  /** Goes `length` steps over inputs (N, T, C), or by `layout` (T, N, C), or a list of arrays (N, C). */
  unroll(length: number, inputs: Sequence, options: Merged): Unrolled<NDArray>
  unroll(
    length: number,
    inputs: Sequence,
    options?: UnrollOptions & { mergeOutputs?: false | undefined },
  ): Unrolled<NDArray[]>
  unroll(length: number, inputs: Sequence, options?: UnrollOptions): Unrolled<NDArray | NDArray[]>
  unroll(length: number, inputs: Sequence, options: UnrollOptions = {}): Unrolled<NDArray | NDArray[]> {
    this.reset()
    return within('', 'unroll has returned', () => {
      const made = unrolling(this.className, length, inputs, options)
      const { context: ctx, dtype } = made.steps[0]
      const states = options.beginState ?? this.beginState(made.samples, { ctx, dtype })
      checkStates(this.className, states, this.stateInfo(made.samples))
      return this.unrolled(made, states, options)
    })
  }

  /** Unrolls what has been checked. */
  protected unrolled(
    made: Unrolling,
    first: readonly NDArray[],
    options: UnrollOptions,
  ): Unrolled<NDArray | NDArray[]> {
    const { steps, validLength } = made
    let states = [...first]
    const outputs = steps.map((step, t) => {
      const [output, next] = this(step, states)
      // the first step goes as it is: a sample of no steps has no state that would be right
      const last = states
      states = validLength && t > 0 ? next.map((state, i) => frozenState(state, last[i], validLength, t)) : next
      return output
    })
    return [gathered(outputs, made, options.mergeOutputs), states]
  }
}

/** A RecurrentCell built of ops alone; all of them are. */
export abstract class HybridRecurrentCell extends RecurrentCell {
  static override readonly className: string = 'HybridRecurrentCell'
}
