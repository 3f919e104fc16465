// sgdUpdate in plain loops; each step is rounded to float32 where the weights are float32.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import type { SgdAttributes } from './update.ts'

/** weight and m, if there is one, after one step. */
export const sgdUpdateReference: ReferenceKernel<SgdAttributes> = (
  [weight, gradient, m],
  _attrs,
  _outputs,
  scalars,
) => {
  const w = weight.data
  const round = w instanceof Float32Array ? Math.fround : (x: number) => x
  const [lr, wd, rescale, momentum, clip] = scalars.map(round)
  for (let i = 0; i < w.length; i++) {
    const clipped = Math.max(Math.min(round(rescale * gradient.data[i]), clip), -clip)
    const step = round(lr * round(clipped + round(wd * w[i])))
    if (m) {
      m.data[i] = round(momentum * m.data[i]) - step
      w[i] += m.data[i]
    } else w[i] -= step
  }
}
