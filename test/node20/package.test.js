// The installed package on the machine's own Node: it loads, computes, ends by itself, and its command answers.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { autograd, gluon, init, nd, nn } from 'glueball'
import * as ndEntry from 'glueball/nd'

const manifest = JSON.parse(readFileSync('node_modules/glueball/package.json', 'utf8'))

test('two arrays are added', async () => {
  const sum = nd.ones([2, 3]).add(nd.ones([2, 3]))
  assert.deepEqual([...sum.shape], [2, 3])
  assert.equal(await nd.mean(sum).asscalar(), 2)
})

test('a namespace has an entry of its own', async () => {
  assert.equal(ndEntry.ones, nd.ones)
  const program = "import * as nd from 'glueball/nd'; console.log(await nd.ones([4]).sum().asscalar())"
  assert.equal(String(execFileSync(process.execPath, ['--input-type=module', '-e', program])), '4\n')
})

test('a network learns', async () => {
  const net = new nn.Sequential()
  net.add(new nn.Conv2D(8, 3, { activation: 'relu' }), new nn.MaxPool2D(), new nn.Flatten(), new nn.Dense(2))
  net.initialize({ init: new init.Xavier() })
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1, momentum: 0.9 })
  const crossLoss = new gluon.loss.SoftmaxCrossEntropyLoss()
  const [x, y] = [nd.random.uniform({ shape: [4, 1, 8, 8] }), nd.array([0, 1, 1, 0])]
  const losses = []
  for (let step = 0; step < 30; step++) {
    const loss = autograd.record(() => crossLoss(net(x), y))
    loss.backward()
    trainer.step(4)
    losses.push(await nd.mean(loss).asscalar())
  }
  assert.ok(losses[29] < losses[0] / 2, `the loss went from ${losses[0]} to ${losses[29]}`)
})

test('a program ends by itself once its values are read', () => {
  const program = "import { nd } from 'glueball'; console.log(await nd.sum(nd.ones([4])).asscalar())"
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 600_000 })
  assert.equal(String(printed), '4\n')
})

test('the package needs nothing else', () => {
  assert.deepEqual(Object.keys(manifest.dependencies ?? {}), [])
})

test('the command says how it is used', () => {
  const help = execFileSync(process.execPath, [`node_modules/glueball/${manifest.bin.glueball}`, '--help'])
  assert.match(String(help), /train/)
  assert.doesNotMatch(String(help), /subset|examples\//, 'the examples want nothing that only the repository has')
})
