// Ten steps of training with batch norm, then a prediction, beside PyTorch's.
import { afterAll, test } from 'vitest'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { autograd, Context, gluon, nn, reference } from '../../src/index.ts'
import { drawn, expectClose, listOf, placed, python } from './beside.ts'

const engine = makeCpuEngine({ threads: 2 })
afterAll(() => engine.close())
const contexts = [new Context('cpu', 0, () => engine), reference()]

/**
 * Linear, batch norm, relu, linear; ten steps of SGD with momentum; then a prediction. PyTorch's layer would keep the
 * unbiased variance, n ÷ (n − 1) times MXNet's: the running statistics are kept by hand here.
 */
const trainingScript = `
def run(case, dtype):
    w1, gamma, beta, w2 = leaves = [tensor(case[name], dtype).requires_grad_() for name in ('w1', 'gamma', 'beta', 'w2')]
    mean, variance = torch.zeros(gamma.shape, dtype=dtype), torch.ones(gamma.shape, dtype=dtype)
    optimizer = torch.optim.SGD(leaves, lr=0.05, momentum=0.9)
    for given in case['batches']:
        x, label = tensor(given['x'], dtype), tensor(given['label'], dtype)
        h = x @ w1.T
        with torch.no_grad():
            mean = 0.9 * mean + 0.1 * h.mean(0)
            variance = 0.9 * variance + 0.1 * h.var(0, unbiased=False)
        y = F.relu(F.batch_norm(h, None, None, gamma, beta, training=True)) @ w2.T
        loss = (0.5 * (y - label) ** 2).mean(1).sum() / len(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        x = tensor(case['batches'][0]['x'], dtype)
        y = F.relu(F.batch_norm(x @ w1.T, mean, variance, gamma, beta, training=False)) @ w2.T
    return [t.detach().flatten().tolist() for t in (y, mean, variance, gamma, beta, w1, w2)]
`

test.each(contexts)('ten steps of training, then prediction, on %s', async (ctx) => {
  const [rows, inputs, hidden, outputs] = [9, 5, 7, 3]
  const given = {
    w1: drawn([hidden, inputs], 1),
    gamma: drawn([hidden], 2, 0.5, 1.5),
    beta: drawn([hidden], 3),
    w2: drawn([outputs, hidden], 4),
    batches: Array.from({ length: 10 }, (_, i) => {
      return { x: drawn([rows, inputs], 10 + i), label: drawn([rows, outputs], 30 + i) }
    }),
  }
  const norm = new nn.BatchNorm()
  const [first, last] = [hidden, outputs].map((units) => new nn.Dense(units, { useBias: false }))
  const net = new nn.HybridSequential()
  net.add(first, norm, new nn.Activation('relu'), last)
  net.initialize({ ctx })
  autograd.predictMode(() => net(placed(given.batches[0].x, ctx)))
  first.weight.setData(placed(given.w1, ctx))
  norm.gamma.setData(placed(given.gamma, ctx))
  norm.beta.setData(placed(given.beta, ctx))
  last.weight.setData(placed(given.w2, ctx))
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.05, momentum: 0.9 })
  const loss = new gluon.loss.L2Loss()
  for (const { x, label } of given.batches) {
    autograd.record(() => loss(net(placed(x, ctx)), placed(label, ctx))).backward()
    trainer.step(rows)
  }
  const y = net(placed(given.batches[0].x, ctx))
  const parameters = [norm.runningMean, norm.runningVar, norm.gamma, norm.beta, first.weight, last.weight]
  const names = ['prediction', 'running mean', 'running variance', 'gamma', 'beta', 'first weight', 'last weight']
  const [{ truth, float }] = python(trainingScript, [given])
  for (const [i, array] of [y, ...parameters.map((parameter) => parameter.data())].entries()) {
    expectClose(await listOf(array), truth[i], float[i], names[i])
  }
})
