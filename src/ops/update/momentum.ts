// Updates of NAG and Signum: steps along the gradient or its sign, with momentum (MXNet 1.9.1, optimizer_op-inl.h).
import type { Formula } from '../../kinds/formula/formula.ts'
import { clipped, clippedThenDecayed } from './update.ts'

/**
 * g = clip(rescale · gradient) + wd · w; m ← momentum · m − lr · g; w ← w + momentum · m − lr · g. The momentum of the
 * next step is thus taken beforehand (Y. Nesterov, 1983).
 */
export const nag: Formula = {
  name: 'nagUpdate',
  floats: true,
  compute(m, weight, gradient, moved, lr, wd, rescale, clip, momentum) {
    const step = m.mul(lr, clippedThenDecayed(m, weight, gradient, wd, rescale, clip))
    const next = m.sub(m.mul(momentum, moved), step)
    return [m.add(weight, m.sub(m.mul(momentum, next), step)), next]
  },
}

/**
 * m ← momentum · m − (1 − momentum) · (wd · w + clip(rescale · gradient)); w ← kept · w + lr · sign(m), where kept is
 * 1 − lr · wdLh (J. Bernstein et al.: signSGD, 2018).
 */
export const signum: Formula = {
  name: 'signumUpdate',
  floats: true,
  compute(m, weight, gradient, moved, lr, wd, rescale, clip, momentum, rest, kept) {
    const g = m.add(m.mul(wd, weight), clipped(m, m.mul(rescale, gradient), clip))
    const next = m.sub(m.mul(momentum, moved), m.mul(rest, g))
    return [m.add(m.mul(kept, weight), m.mul(lr, m.sign(next))), next]
  },
}

/** w ← kept · w − lr · sign(gradient), where kept is 1 − lr · wd. */
export const signSgd: Formula = {
  name: 'signumUpdate',
  floats: true,
  compute: (m, weight, gradient, lr, kept) => m.sub(m.mul(kept, weight), m.mul(lr, m.sign(gradient))),
}
