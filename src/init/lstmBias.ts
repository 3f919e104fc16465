// LSTMBias: zeros, but ones for the forget gate, so that a new LSTM remembers (MXNet 1.9.1, initializer.py).
import { checkOptions, GlueballError, nameOfKind } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { within } from '../core/ownership.ts'
import { formatShape } from '../core/shape.ts'
import { fill } from '../ops/fill/fill.ts'
import { sliceAxis } from '../ops/view/slice.ts'
import { Initializer, registerInitializer } from './initializer.ts'

/** Options of LSTMBias. */
export interface LSTMBiasOptions {
  /** The bias of the forget gate. Default 1. */
  readonly forgetBias?: number
}

/** For a bias of an LSTM, (4 · H,): zeros, but `forgetBias` for the forget gate, the second of i, f, c, o. */
export class LSTMBias extends Initializer {
  readonly forgetBias: number

  constructor(options: LSTMBiasOptions = {}) {
    super()
    checkOptions('LSTMBias', options, '{ forgetBias: 1 }', { forgetBias: true })
    const { forgetBias = 1 } = options
    if (typeof forgetBias !== 'number') {
      throw new GlueballError(`LSTMBias takes a forgetBias, a number, got ${nameOfKind(forgetBias)}`)
    }
    this.forgetBias = forgetBias
  }

  initialize(name: string, array: NDArray): void {
    const units = array.size / 4
    if (array.ndim !== 1 || !Number.isInteger(units)) {
      const got = formatShape(array.shape)
      throw new GlueballError(`LSTMBias cannot initialize ${name}: it needs 4 values for each unit, got ${got}`)
    }
    fill(array.shape, 0, { out: array })
    within('', 'LSTMBias has returned', () => {
      fill([units], this.forgetBias, { out: sliceAxis(array, 0, units, 2 * units) })
    })
  }
}

registerInitializer(['lstmbias'], () => new LSTMBias())
