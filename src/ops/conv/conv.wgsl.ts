// conv and its gradients on the GPU: matrix products whose factors find their elements in images and filters as they lie.
import { planProduct } from '../../kernel/wgsl/gemm.ts'
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { Result } from '../../kernel/wgsl/result.ts'
import { activationOf } from '../activations.ts'
import type { ConvAttributes } from './conv.ts'
import {
  filterLines,
  filterSteps,
  gradientLines,
  type Images,
  imagesX,
  imagesY,
  windowColumns,
  windowSteps,
} from './conv.wgslFactors.ts'
import { type ConvWindow, geometryOf, type SizedWindow } from './geometry.ts'

/** Result in images: rows are channels of a group, columns the pixels of all images. */
function imagesOf({ channels, height, width }: Images): Result {
  const pixels = height * width
  return {
    row: `return (group * p.rows + i) * ${pixels}u;`,
    column: `return j / ${pixels}u * ${channels * pixels}u + j % ${pixels}u;`,
  }
}

/** y[o, (n,h,w)] = activation(bias[o] + Σ weight[o, (c,i,j)] · x[(c,i,j), (n,h,w)]), for each group. */
export const convWgsl: WgslKernel<ConvAttributes> = {
  plan([x, weight, bias], attrs, _outputs, target) {
    const g = geometryOf(x.shape, weight.shape[0], attrs)
    const { N, C, O, OH, OW, groups, kernel } = g
    const { activation } = attrs
    return planProduct(
      {
        a: filterLines(g),
        b: windowColumns(g, 'forward'),
        c: {
          ...imagesOf(imagesY(g)),
          bias: bias && 'group * p.rows + row',
          activation: activation && activationOf(activation),
        },
        ...{ groups, rows: O / groups, columns: N * OH * OW, sum: (C / groups) * kernel[0] * kernel[1] },
        operands: { a: { input: 1 }, b: { input: 0 }, c: { output: 0 }, bias: bias && { input: 2 } },
      },
      target,
    )
  },
}

/** dx[c, (n,h,w)] = Σ weight[(o,i,j), c] · dy[(o,i,j), (n,h,w)], for each group. */
export const convDataWgsl: WgslKernel<SizedWindow> = {
  plan([, weight], attrs, [dx], target) {
    const g = geometryOf(dx.shape, weight.shape[0], attrs)
    const { N, C, H, W, O, groups, kernel } = g
    return planProduct(
      {
        a: filterSteps(g),
        b: windowColumns(g, 'data'),
        c: imagesOf(imagesX(g)),
        ...{ groups, rows: C / groups, columns: N * H * W, sum: (O / groups) * kernel[0] * kernel[1] },
        operands: { a: { input: 1 }, b: { input: 0 }, c: { output: 0 } },
      },
      target,
    )
  },
}

/** dweight[o, (c,i,j)] = Σ dy[o, (n,h,w)] · x[(n,h,w), (c,i,j)], for each group. */
export const convWeightWgsl: WgslKernel<ConvWindow> = {
  plan([x, dy], attrs, _outputs, target) {
    const g = geometryOf(x.shape, dy.shape[1], attrs)
    const { N, C, O, OH, OW, groups, kernel } = g
    return planProduct(
      {
        a: gradientLines(g),
        b: windowSteps(g),
        c: { row: 'return (group * p.rows + i) * p.columns;', column: 'return j;' },
        ...{ groups, rows: O / groups, columns: (C / groups) * kernel[0] * kernel[1], sum: N * OH * OW },
        operands: { a: { input: 1 }, b: { input: 0 }, c: { output: 0 } },
      },
      target,
    )
  },
}
