// Adam from scratch on a linear regression (d2l, "Adam").
import { autograd, type NDArray, nd } from 'glueball'
import type { Program } from './trace.ts'

type States = readonly (readonly [v: NDArray, s: NDArray])[]

function adam(params: readonly NDArray[], states: States, hyperparams: { lr: number; t: number }): void {
  const [beta1, beta2, eps] = [0.9, 0.999, 1e-6]
  for (const [i, p] of params.entries()) {
    const [v, s] = states[i]
    const grad = p.grad!
    v.set(v.multiply(beta1).add(grad.multiply(1 - beta1)))
    s.set(s.multiply(beta2).add(grad.square().multiply(1 - beta2)))
    const vBiasCorr = v.divide(1 - beta1 ** hyperparams.t)
    const sBiasCorr = s.divide(1 - beta2 ** hyperparams.t)
    p.isubtract(vBiasCorr.multiply(hyperparams.lr).divide(sBiasCorr.sqrt().add(eps)))
  }
  hyperparams.t += 1
}

export const adamScratch: Program = {
  title: 'Adam from scratch',
  async run(trace) {
    const features = trace.uniform('features', [40, 5], -2, 2)
    const labels = trace.uniform('labels', [40], -1, 3)
    const w = nd.random.normal({ scale: 0.01, shape: [5, 1] })
    const b = nd.zeros([1])
    await trace.start([w, b])
    for (const param of [w, b]) param.attachGrad()
    const states = [w, b].map((p) => [nd.zerosLike(p), nd.zerosLike(p)] as const)
    const hyperparams = { lr: 0.01, t: 1 }
    for (let step = 0; step < 8; step++) {
      const l = autograd.record(() => {
        const difference = nd
          .dot(features, w)
          .add(b)
          .subtract(labels.reshape([-1, 1]))
        return difference.square().divide(2).mean()
      })
      l.backward()
      adam([w, b], states, hyperparams)
      await trace.note(`loss of step ${step + 1}`, l)
    }
    await trace.note('w', w)
    await trace.note('b', b)
  },
}
