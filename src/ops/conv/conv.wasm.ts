// conv and its gradients on the command stream: which algorithm runs which sizes.
import { blockOf, outerProduct } from '../../kernel/outerProduct.ts'
import type { Plan, WasmKernel } from '../../kernel/plan.ts'
import type { Rung } from '../../kernel/rung.ts'
import { activations } from '../activations.ts'
import type { Correlation } from './conv.correlation.ts'
import { correlate } from './conv.forward.ts'
import { dataPanels, forwardPanels } from './conv.pack.ts'
import type { ConvAttributes } from './conv.ts'
import { weightPlan } from './conv.weight.ts'
import { type ConvWindow, type Geometry, geometryOf, type SizedWindow } from './geometry.ts'

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

/** dweight = Σ x · dy. */
export const convWeightWasm: WasmKernel<ConvWindow> = {
  orders: () => ({ inputs: ['channelsLast', 'channelsLast'], outputs: ['plain'] }),
  plan([x, dy], attrs, _outputs, rung) {
    const g = geometryOf(x.shape, dy.shape[1], attrs)
    return isMatrix(g) ? matrixPlan(g, rung) : weightPlan(g, rung)
  },
}

/** Whether each pixel meets one filter element only, so that pixels are the sums of an outer product. */
function isMatrix({ kernel, strides, padding, groups }: Geometry): boolean {
  return [...kernel, ...strides].every((n) => n === 1) && padding.every((n) => n === 0) && groups === 1
}

function matrixPlan({ N, C, O, H, W }: Geometry, rung: Rung): Plan {
  const operands = { a: { input: 1 }, b: { input: 0 }, c: { output: 0 } }
  const shape = { M: O, N: C, rung, block: blockOf(H * W) }
  return { ...outerProduct(shape, N * H * W, operands), note: `outer product ${O} x ${C} over pixels` }
}
