// The critic of a Wasserstein GAN, whose gradient's norm is pulled towards 1 (Gulrajani et al., 2017).
import { autograd, gluon, type NDArray, nn } from 'glueball'
import type { Program } from './trace.ts'

/** (‖∂ critic(x) ÷ ∂x‖ − 1)², the mean over the samples. */
function penalty(critic: nn.Sequential, x: NDArray): NDArray {
  const [gradient] = autograd.grad(critic(x), [x], null, { createGraph: true })
  const norm = gradient.square().sum({ axis: 1 }).add(1e-12).sqrt()
  return norm.subtract(1).square().mean()
}

export const gradientPenalty: Program = {
  title: 'gradient penalty',
  async run(trace) {
    const critic = new nn.Sequential()
    critic.add(new nn.Dense(32, { activation: 'tanh' }), new nn.Dense(32, { activation: 'softrelu' }), new nn.Dense(1))
    critic.initialize()
    const real = trace.uniform('real', [16, 6], 0, 2)
    const fake = trace.uniform('fake', [16, 6], -1, 1)
    const share = trace.uniform('share', [16, 1])
    critic(real)
    await trace.start(critic.collectParams())
    const trainer = new gluon.Trainer(critic.collectParams(), 'sgd', { learningRate: 0.05, momentum: 0.5 })
    const between = share.multiply(real).add(share.multiply(-1).add(1).multiply(fake))
    between.attachGrad()
    for (let step = 0; step < 4; step++) {
      const l = autograd.record(() =>
        critic(fake).mean().subtract(critic(real).mean()).add(penalty(critic, between).multiply(10)),
      )
      l.backward()
      trainer.step(1)
      await trace.note(`loss of step ${step + 1}`, l)
    }
    await trace.note('critic', critic(real))
  },
}
