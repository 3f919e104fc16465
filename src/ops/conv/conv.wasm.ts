// conv and its gradients on the command stream: which algorithm runs which sizes.
import { blockOf, outerProduct } from '../../kernel/wasm/outerProduct.ts'
import {
  type Address,
  type Order,
  orderless,
  type Plan,
  type PlannedArray,
  type WasmKernel,
} from '../../kernel/wasm/plan.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { activationOf } from '../activations.ts'
import type { ConvAttributes } from './conv.ts'
import { type ConvWindow, type Geometry, geometryOf, type SizedWindow } from './geometry.ts'
import type { Correlation } from './wasm/correlation.ts'
import { isDepthwise, orderTaken } from './wasm/depthwise/blocks.ts'
import { correlateDepthwise, filtersOfPanel } from './wasm/depthwise/correlate.ts'
import { depthwiseWeightPlan } from './wasm/depthwise/weight.ts'
import { foldPlan, folds } from './wasm/fold.ts'
import { correlate } from './wasm/forward.ts'
import { gatheredBytes, gatheredOrder, gatherPixels, isGathered, isPixelwise } from './wasm/gather.ts'
import { dataPanels, depthwisePanels, forwardPanels } from './wasm/pack.ts'
import { pixelProduct } from './wasm/pixels.ts'
import { weightPlan } from './wasm/weight.ts'
import { correlateTiles } from './wasm/winograd/correlate.ts'
import { transformedFilters } from './wasm/winograd/filters.ts'
import { type Pass, winograd } from './wasm/winograd/sizes.ts'
import { weightTiles } from './wasm/winograd/weight.ts'

/** y = activation(bias + Σ x · weight). */
export const convWasm: WasmKernel<ConvAttributes> = {
  orders: ([x, weight], attrs) => {
    const g = geometryOf(x.shape, weight.shape[0], attrs)
    return { inputs: [isPixelwise(g) ? x.order : orderOf(x, g), 'plain', 'plain'], outputs: ['channelsLast'] }
  },
  plan([x, weight, bias], attrs, _outputs, rung, strict) {
    const g = geometryOf(x.shape, weight.shape[0], attrs)
    const { groups, C, H, W, O, OH, OW, kernel, strides, dilation, padding } = g
    const { activation } = attrs
    const formula = activation && activationOf(activation)
    const shape: Correlation = {
      ...{ rung, groups, C, H, W, O, OH, OW, kernel, strides, dilation },
      ...{ before: padding, spread: [1, 1], bias: bias !== undefined, activation: formula },
    }
    if (isPixelwise(g) && x.order === 'plain' && !orderless(x.shape)) return plainPixels(shape, g)
    return correlation(shape, g, x.order, 'forward', strict)
  },
}

/** y = activation(bias + Σ x · weight) of single pixels, whose channels lie apart: sums in the same order as elsewhere. */
function plainPixels(s: Correlation, g: Geometry): Plan {
  const derived = [forwardPanels(g, s.rung)]
  const bias = s.bias && { bias: { input: 2 } }
  const operands = { x: { input: 0 }, filters: { derived: 0 }, y: { output: 0 }, ...bias }
  if (!isGathered(g)) {
    const { rung, C: K, O: columns, activation } = s
    const shape = { rung, K, columns, bias: s.bias, activation, pixels: s.H * s.W }
    return { derived, ...pixelProduct(shape, g.N, operands) }
  }
  const rows = { workspace: 0 }
  const dense: Correlation = { ...s, H: s.OH, W: s.OW, strides: [1, 1] }
  const { phases, note, scratch } = correlate(dense, g.N, { ...operands, x: rows })
  const gather = gatherPixels(g, 'plain', operands.x, rows)
  return {
    derived,
    scratch,
    workspace: gatheredBytes(g),
    phases: [gather, ...phases],
    note: `${note}, pixels gathered`,
  }
}

/**
 * dx = Σ dy · weight: the correlation of dy, set apart by the strides, with the filters flipped and transposed. Strides
 * make dense correlations of it, one for each phase of the pixels.
 */
export const convDataWasm: WasmKernel<SizedWindow> = {
  orders: ([dy, weight], attrs, [dx]) => ({
    inputs: [orderOf(dy, geometryOf(dx.shape, weight.shape[0], attrs)), 'plain'],
    outputs: ['channelsLast'],
  }),
  plan([dy, weight], attrs, [dx], rung, strict) {
    const g = geometryOf(dx.shape, weight.shape[0], attrs)
    const { groups, C, H, W, O, OH, OW, kernel, strides, dilation, padding } = g
    if (!isDepthwise(g) && folds(g)) return foldPlan(g, rung)
    const shape: Correlation = {
      ...{ rung, groups, kernel, dilation, strides: [1, 1], spread: strides },
      ...{ C: O, H: OH, W: OW, O: C, OH: H, OW: W },
      before: [dilation[0] * (kernel[0] - 1) - padding[0], dilation[1] * (kernel[1] - 1) - padding[1]],
      ...{ bias: false, activation: undefined },
    }
    return correlation(shape, g, dy.order, 'data', strict)
  },
}

/** The order in which an image or a gradient is taken: channels last, or any where each channel has a filter of its own. */
const orderOf = (array: PlannedArray, g: Geometry): Order => (isDepthwise(g) ? orderTaken(array, g) : 'channelsLast')

/** Input 0 correlated with the filters made of input 1. */
function correlation(s: Correlation, g: Geometry, order: Order, pass: Exclude<Pass, 'weight'>, strict: boolean): Plan {
  const operands = { x: { input: 0 }, filters: { derived: 0 }, y: { output: 0 }, ...(s.bias && { bias: { input: 2 } }) }
  if (isDepthwise(g)) {
    return {
      derived: [depthwisePanels(g, s.rung, filtersOfPanel(s), pass === 'data')],
      ...correlateDepthwise(s, order, g.N, operands),
    }
  }
  const w = strict || s.spread.some((n) => n > 1) ? undefined : winograd(s, g.N, pass)
  if (w) return { derived: [transformedFilters(w, pass)], ...correlateTiles(w, g.N, operands, s, pass) }
  const panels = pass === 'forward' ? forwardPanels(g, s.rung) : dataPanels(s)
  return { derived: [panels], ...correlate(s, g.N, operands) }
}

/** dweight = Σ x · dy. */
export const convWeightWasm: WasmKernel<ConvWindow> = {
  orders([x, dy], attrs) {
    const g = geometryOf(x.shape, dy.shape[1], attrs)
    return { inputs: [isGathered(g) ? x.order : orderOf(x, g), orderOf(dy, g)], outputs: ['plain'] }
  },
  plan([x, dy], attrs, _outputs, rung, strict) {
    const g = geometryOf(x.shape, dy.shape[1], attrs)
    if (isDepthwise(g)) return depthwiseWeightPlan(g, [x.order, dy.order], rung)
    if (isPixelwise(g)) return matrixPlan(g, x, rung)
    const w = strict ? undefined : winograd({ rung, ...g, before: g.padding }, g.N, 'weight')
    return w ? weightTiles(w, g.N) : weightPlan(g, rung)
  },
}

/** Each pixel meets one filter element only, so that pixels are the sums of an outer product; those that count are gathered. */
function matrixPlan(g: Geometry, x: PlannedArray, rung: Rung): Plan {
  const { N, C, O, OH, OW } = g
  const gathered = isGathered(g)
  const bytes = gathered ? gatheredBytes(g) : 0
  const b: Address = gathered ? { workspace: 0 } : { input: 0 }
  const shape = { M: O, N: C, rung, block: blockOf(OH * OW) }
  const product = outerProduct(shape, N * OH * OW, { a: { input: 1 }, b, c: { output: 0 } }, bytes)
  const first = gathered ? [gatherPixels(g, gatheredOrder(x), { input: 0 }, b)] : []
  return {
    ...product,
    workspace: bytes + product.workspace,
    phases: [...first, ...product.phases],
    note: `outer product ${O} x ${C} over ${gathered ? 'gathered ' : ''}pixels`,
  }
}
