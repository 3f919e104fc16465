// Options of hybridize, which Gluon's programs pass: all without effect, since a block computes the same either way.
import { checkOptions, type OptionNames } from '../core/errors.ts'

/** Options of `hybridize`. */
export interface HybridizeOptions {
  readonly active?: boolean
  readonly staticAlloc?: boolean
  readonly staticShape?: boolean
  readonly inlineLimit?: number
  readonly forwardBulkSize?: number | null
  readonly backwardBulkSize?: number | null
}

const names: OptionNames<HybridizeOptions> = {
  active: 'boolean',
  staticAlloc: 'boolean',
  staticShape: 'boolean',
  inlineLimit: 'number',
  forwardBulkSize: 'number',
  backwardBulkSize: 'number',
}

/** Throws for what is neither true, nor false, nor options. */
export function checkHybridize(options: boolean | HybridizeOptions): void {
  if (typeof options !== 'boolean') checkOptions('hybridize', options, '{ staticAlloc: true }', names)
}
