// The program of docs/optimizers.md: an optimizer of one's own.
import { autograd, gluon, loss, type NDArray, nd, nn, optimizer } from 'glueball'

interface LionOptions extends optimizer.OptimizerOptions {
  readonly beta1?: number
  readonly beta2?: number
}

/** Both results in one pass. d = β₁m + (1 − β₁)g; w ← w − lr·(sign(d) + wd·w); m ← β₂m + (1 − β₂)g. */
const step = nd.formula(
  (m, weight, gradient, mean, lr, wd, beta1, beta2) => {
    const mixed = (beta: typeof mean) => m.add(m.mul(beta, mean), m.mul(m.sub(1, beta), gradient))
    const direction = m.add(m.sign(mixed(beta1)), m.mul(wd, weight))
    return [m.sub(weight, m.mul(lr, direction)), mixed(beta2)]
  },
  { name: 'lion' },
)

/** Lion (X. Chen et al., 2023). */
class Lion extends optimizer.Optimizer {
  static override readonly className = 'Lion'
  readonly stateCount = 1
  readonly #betas: readonly [number, number]

  constructor({ beta1 = 0.9, beta2 = 0.99, ...options }: LionOptions = {}) {
    super(options, 0.0001)
    this.#betas = [beta1, beta2]
  }

  update(
    weight: NDArray,
    gradient: NDArray,
    [mean]: readonly NDArray[],
    { lr, wd, rescale }: optimizer.UpdateNumbers,
  ): void {
    const rescaled = gradient.multiply(rescale)
    const clip = this.clipGradient // 0 for none
    const bounded = clip > 0 ? rescaled.clip(-clip, clip) : rescaled
    const [nextWeight, nextMean] = step(weight, bounded, mean, lr, wd, ...this.#betas)
    weight.set(nextWeight)
    mean.set(nextMean)
  }
}

optimizer.register(Lion)

const net = new nn.Dense(1)
net.initialize()
const trainer = new gluon.Trainer(net.collectParams(), 'lion', { learningRate: 0.05, wd: 0.01 })
const squares = new loss.L2Loss()
const x = nd.random.normal({ shape: [64, 3] })
const y = x.sum({ axis: 1 })
for (let epoch = 0; epoch < 40; epoch++) {
  const error = autograd.record(() => squares(net(x), y))
  error.backward()
  trainer.step(64)
  if (epoch % 13 === 0) console.log(`epoch ${epoch}, loss ${await error.mean().asscalar()}`)
}
