// Optimizers beside PyTorch's in float64, ten steps, where the two agree: without decay, or with ε below all that counts.
// NAdam is left out: PyTorch 1.13 multiplies its schedule by μₜ twice.
import { spawnSync } from 'node:child_process'
import { autograd, gluon, nd, type optimizer } from 'glueball'
import { expect, test } from 'vitest'
import { generator } from '../ops/cases.ts'

const script = `
import json, sys, torch
data = json.load(sys.stdin)
results = []
for c in data['cases']:
    w = torch.tensor(data['start'], dtype=torch.float64, requires_grad=True)
    o = getattr(torch.optim, c['name'])([w], **c['options'])
    for g in data['gradients']:
        w.grad = torch.tensor(g, dtype=torch.float64)
        o.step()
    results.append(w.tolist())
json.dump(results, sys.stdout)
`

const random = generator(7)
const draw = () => Array.from({ length: 37 }, () => Math.fround(4 * random() - 2))
const start = draw()
const gradients = Array.from({ length: 10 }, draw)

/** An ε that float32 keeps and nothing depends on: PyTorch adds it elsewhere. */
const small = 1e-30

interface Pair {
  readonly own: optimizer.OptimizerName
  readonly options: object
  readonly name: string
  readonly theirs: object
}

const pairs: readonly Pair[] = [
  {
    own: 'sgd',
    options: { learningRate: 0.1, momentum: 0.9, wd: 0.1 },
    name: 'SGD',
    theirs: { lr: 0.1, momentum: 0.9, weight_decay: 0.1 },
  },
  {
    own: 'nag',
    options: { learningRate: 0.1, momentum: 0.9, wd: 0.1 },
    name: 'SGD',
    theirs: { lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.1 },
  },
  { own: 'adam', options: { wd: 0.1, epsilon: small }, name: 'Adam', theirs: { weight_decay: 0.1, eps: small } },
  { own: 'adamw', options: { epsilon: small }, name: 'AdamW', theirs: { weight_decay: 0, eps: small } },
  {
    own: 'adamax',
    options: { wd: 0.1, beta2: 0.9 },
    name: 'Adamax',
    theirs: { weight_decay: 0.1, betas: [0.9, 0.9], eps: 0 },
  },
  {
    own: 'rmsprop',
    options: { wd: 0.1, gamma1: 0.8, epsilon: small },
    name: 'RMSprop',
    theirs: { lr: 0.001, alpha: 0.8, weight_decay: 0.1, eps: small },
  },
  {
    own: 'rmsprop',
    options: { centered: true, gamma2: 0.5, epsilon: small },
    name: 'RMSprop',
    theirs: { lr: 0.001, alpha: 0.9, centered: true, momentum: 0.5, eps: small },
  },
  { own: 'adagrad', options: { learningRate: 0.1, eps: small }, name: 'Adagrad', theirs: { lr: 0.1, eps: small } },
  { own: 'adadelta', options: { epsilon: 1e-3 }, name: 'Adadelta', theirs: { rho: 0.9, eps: 1e-3 } },
]

test('ten steps of each', async () => {
  const python = process.env['GLUEBALL_TORCH_PYTHON'] ?? 'python3'
  const cases = pairs.map(({ name, theirs }) => ({ name, options: theirs }))
  const input = JSON.stringify({ start, gradients, cases })
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], { input, encoding: 'utf8', maxBuffer: 2 ** 26 })
  expect(status, stderr).toBe(0)
  const wanted = JSON.parse(stdout) as number[][]
  for (const [i, { own, options }] of pairs.entries()) {
    const weight = new gluon.Parameter('weight', { shape: [start.length] })
    weight.initialize({ init: 'zeros' })
    weight.setData(nd.array(start))
    const trainer = new gluon.Trainer([weight], own as string, options)
    for (const gradient of gradients) {
      autograd.record(() => weight.data().multiply(nd.array(gradient))).backward()
      trainer.step(1)
    }
    const got = await weight.data().toArray()
    for (const [k, want] of wanted[i].entries()) {
      expect(Math.abs(got[k] - want), `${own} ${JSON.stringify(options)}, weight ${k}`).toBeLessThan(2e-6)
    }
  }
})
