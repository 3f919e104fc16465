// PyTorch's names of a block's parameters: what a state dict calls them.
import type { AnyBlock } from './block.ts'
import { PReLU } from './nn/activations.ts'
import { Norm } from './nn/norm.ts'

/** The block's name of each name in a file; null for what the block has no place for. */
export type ParameterNames = Readonly<Record<string, string | null>>

/**
 * PyTorch's names of a block's parameters, each with the structural name here, for a block whose layers have the paths of
 * PyTorch's modules: `net.loadParameters('model.safetensors', { names: io.torchNames(net) })`. Norms call gamma and beta
 * weight and bias, and count their batches, which is passed over.
 */
export function torchNames(block: AnyBlock): ParameterNames {
  const names: Record<string, string | null> = {}
  for (const [path, found] of block.walk()) {
    const at = path ? `${path}.` : ''
    const keys = [...found.ownParameters].map(([key]) => key)
    for (const key of keys) names[at + torchName(found, key)] = at + key
    if (keys.includes('running_mean')) names[`${at}num_batches_tracked`] = null
  }
  return names
}

const ofNorm: Readonly<Record<string, string>> = { gamma: 'weight', beta: 'bias' }

/** Recurrent parameters: `l0_i2h_weight` is weight_ih_l0, `r0_h2h_bias` bias_hh_l0_reverse, a cell's `i2h_weight` weight_ih. */
const recurrent = /^(?:([lr])(\d+)_)?([ih])2h_(weight|bias)$/

function torchName(block: AnyBlock, key: string): string {
  if (block instanceof Norm) return ofNorm[key] ?? key
  if (block instanceof PReLU && key === 'alpha') return 'weight'
  const match = recurrent.exec(key)
  if (!match) return key
  const [, direction, layer, from, kind] = match
  const place = layer === undefined ? '' : `_l${layer}${direction === 'r' ? '_reverse' : ''}`
  return `${kind}_${from}h${place}`
}
