// conv and its gradients on the command stream: which algorithm runs which sizes.
import type { Plan, WasmKernel } from '../../kernel/plan.ts'
import type { Rung } from '../../kernel/rung.ts'
import { activations } from '../activations.ts'
import { type Correlation, correlate } from './conv.forward.ts'
import { dataPanels, forwardPanels } from './conv.pack.ts'
import type { ConvAttributes } from './conv.ts'
import { type Geometry, geometryOf, type SizedWindow } from './geometry.ts'

/** y = activation(bias + Σ x · weight). */
export const convWasm: WasmKernel<ConvAttributes> = {
  orders: () => ({ inputs: ['channelsLast', 'plain', 'plain'], outputs: ['channelsLast'] }),
  plan([x, weight, bias], attrs, _outputs, rung) {
    const g = geometryOf(x.shape, weight.shape[0], attrs)
    return forward(g, bias !== undefined, attrs.activation, rung)
  },
}

function forward(g: Geometry, bias: boolean, activation: ConvAttributes['activation'], rung: Rung): Plan {
  const { groups, C, H, W, O, OH, OW, kernel, strides, dilation, padding } = g
  const formula = activation && { name: activation, formula: activations[activation].forward }
  const shape: Correlation = {
    ...{ rung, groups, C, H, W, O, OH, OW, kernel, strides, dilation },
    ...{ before: padding, spread: [1, 1], bias, activation: formula },
  }
  const operands = { x: { input: 0 }, filters: { derived: 0 }, y: { output: 0 }, ...(bias && { bias: { input: 2 } }) }
  return { derived: [forwardPanels(g, rung)], ...correlate(shape, g.N, operands) }
}

/** dx = Σ dy · weight: the correlation of dy, set apart by the strides, with the filters flipped and transposed. */
export const convDataWasm: WasmKernel<SizedWindow> = {
  orders: () => ({ inputs: ['channelsLast', 'plain'], outputs: ['channelsLast'] }),
  plan([, weight], attrs, [dx], rung) {
    const g = geometryOf(dx.shape, weight.shape[0], attrs)
    const { groups, C, H, W, O, OH, OW, kernel, strides, dilation, padding } = g
    const shape: Correlation = {
      ...{ rung, groups, kernel, dilation, strides: [1, 1], spread: strides },
      ...{ C: O, H: OH, W: OW, O: C, OH: H, OW: W },
      before: [dilation[0] * (kernel[0] - 1) - padding[0], dilation[1] * (kernel[1] - 1) - padding[1]],
      ...{ bias: false, activation: undefined },
    }
    const operands = { x: { input: 0 }, filters: { derived: 0 }, y: { output: 0 } }
    return { derived: [dataPanels(g, rung)], ...correlate(shape, g.N, operands) }
  },
}
