// The command from end to end: LeNet on a few images of the embedded subset, and whatever a user may type wrong.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { encode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { epochLines, glueball, metricsOf, root, scratch, start, weightsOf } from './cli.ts'

const folder = scratch()
afterAll(() => folder.remove())
const at = (...names: string[]) => join(folder.path, ...names)

const small = ['--dataset', 'fashion-mnist-subset', '--limit-train', '640', '--limit-test', '200', '--batch-size', '64']
const lenet = (out: string, ...more: string[]) => ['train', 'lenet', ...small, '--out', at(out), ...more]

describe('a whole run', () => {
  beforeAll(async () => {
    const run = await glueball(
      ...lenet('whole', '--epochs', '3', '--momentum', '0.9', '--lr', '0.03', '--threads', '2'),
    )
    expect(run).toMatchObject({ code: 0, stderr: '' })
    writeFileSync(at('whole', 'stdout'), run.stdout)
  })

  test('prints machine, data, network and recipe, progress, the tutorial’s lines, curves and what comes next', () => {
    const text = readFileSync(at('whole', 'stdout'), 'utf8')
    expect(text).toMatch(/^Machine {2}Node \d+.*, WebAssembly SIMD engine \(.*\), 2 threads\nData {5}.*embedded subset/)
    expect(text).toContain('640 training and 200 test images, 28×28\n')
    expect(text).toContain('Network  lenet, 44,426 parameters, 10 classes\n')
    expect(text).toContain('changed here: batch-size 64 (recipe: 256)')
    expect(text).toMatch(/^ {2}\d+:\d\d {2}epoch 0\/3 {2}step 0\/10 {2}the first step is running$/m)
    expect(epochLines(text).length).toBe(3)
    expect(text).toContain('accuracy by epoch')
    expect(text).toMatch(/What next:\n(.*\n)*.*report\.html/)
  })

  test('keeps checkpoints, numbers and a report', () => {
    expect(metricsOf(at('whole')).map(({ event }) => event)).toEqual(
      expect.arrayContaining(['start', 'progress', 'epoch', 'end']),
    )
    const report = readFileSync(at('whole', 'report.html'), 'utf8')
    expect(report).toContain('LeNet on Fashion-MNIST (subset)')
    expect(report.match(/<img/g)?.length).toBeGreaterThan(24)
    const [head, ...rows] = readFileSync(at('whole', 'metrics.csv'), 'utf8').trimEnd().split('\n')
    expect(head).toMatch(/^epoch,update,train_loss,train_accuracy,test_loss,test_accuracy,learning_rate,/)
    const epochs = metricsOf(at('whole')).filter(({ event }) => event === 'epoch')
    expect(rows.map((row) => row.split(',').map(Number).slice(0, 4))).toEqual(
      epochs.map(({ epoch, update, loss, trainAccuracy }) => [epoch, update, loss, trainAccuracy]),
    )
  })

  test('evaluate gives the accuracy that was printed', async () => {
    const printed = epochLines(readFileSync(at('whole', 'stdout'), 'utf8')).map((line) => line.slice(-8))
    const last = await glueball('evaluate', at('whole', 'last'))
    expect(last).toMatchObject({ code: 0, stderr: '' })
    expect(last.stdout).toContain(`Test acc:${printed[2]},`)
    const best = JSON.parse((await glueball('evaluate', at('whole'), '--json', '--threads', '1')).stdout)
    expect(best.accuracy.toFixed(6)).toBe([...printed].sort().at(-1))
    expect(best.confusion.flat().reduce((a: number, b: number) => a + b)).toBe(200)
  })

  test('predict names the classes of an image, and says what it did to it', async () => {
    const images = gunzipSync(readFileSync(join(root, 'data/t10k-images-idx3-ubyte.gz'))).subarray(16, 16 + 784)
    const inverted = images.map((value) => 255 - value)
    writeFileSync(
      at('boot.png'),
      encode({ width: 28, height: 28, data: new Uint8Array(images), channels: 1, depth: 8 }),
    )
    writeFileSync(
      at('light.png'),
      encode({ width: 28, height: 28, data: new Uint8Array(inverted), channels: 1, depth: 8 }),
    )
    const { code, stdout } = await glueball('predict', at('whole'), at('boot.png'), at('light.png'), '--json')
    expect(code).toBe(0)
    const [boot, light] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(boot.guesses.length).toBe(3)
    expect(boot.guesses).toEqual(light.guesses)
    expect(boot.prepared).toEqual([])
    expect(light.prepared[0]).toContain('inverted')
    const shown = await glueball('predict', at('whole'), at('boot.png'), '--top', '10')
    const shares = [...shown.stdout.matchAll(/([\d.]+) %/g)].map((match) => Number(match[1]))
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(100, 0)
  })

  test('JSON lines and other threads: the same numbers and the same bits', async () => {
    const args = ['--epochs', '3', '--momentum', '0.9', '--lr', '0.03', '--threads', '3', '--json']
    const { code, stdout, stderr } = await glueball(...lenet('json', ...args))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events[0].event).toBe('start')
    expect(events[1]).toMatchObject({ event: 'checkpoint', epoch: 0, step: 0 })
    expect(events[2]).toMatchObject({ event: 'progress', step: 0, loss: null })
    expect(events.at(-1).event).toBe('end')
    const lines = events
      .filter(({ event }) => event === 'epoch')
      .map((e) => [e.epoch, e.loss, e.trainAccuracy, e.testAccuracy].map((n) => n.toFixed(6)).join())
    const printed = epochLines(readFileSync(at('whole', 'stdout'), 'utf8'))
    expect(lines.length).toBe(3)
    printed.forEach((line, i) => {
      const numbers = line.match(/[\d.]{8}/g) as string[]
      expect(lines[i].split(',').slice(1)).toEqual(numbers)
    })
    expect(await weightsOf(at('json'))).toBe(await weightsOf(at('whole')))
  })

  test('a finished run goes on to the bits of a longer one, even when its last checkpoint is damaged', async () => {
    const args = ['--momentum', '0.9', '--lr', '0.03']
    await glueball(...lenet('short', '--epochs', '2', ...args))
    const last = readFileSync(at('short', 'last'))
    last[last.length >> 1] ^= 1
    writeFileSync(at('short', 'last'), last)
    const { code, stderr, stdout } = await glueball('train', '--resume', at('short'), '--epochs', '3')
    expect(code).toBe(0)
    expect(stderr).toMatch(/^warning: .*last is damaged.*: going on with .*last\.previous\n$/)
    expect(epochLines(stdout).at(-1)).toBe(epochLines(readFileSync(at('whole', 'stdout'), 'utf8')).at(-1))
    expect(await weightsOf(at('short'))).toBe(await weightsOf(at('whole')))
    const epochs = metricsOf(at('short')).filter(({ event }) => event === 'epoch')
    expect(epochs).toEqual(metricsOf(at('whole')).filter(({ event }) => event === 'epoch'))
  })
})

test('Ctrl-C saves and stops with 130, and the run goes on to the bits of an uninterrupted one', async () => {
  const args = (epochs: number) => ['--epochs', String(epochs), '--optimizer', 'adam', '--json', '--seed', '5']
  // more epochs than it can come to, however late the signal is
  const run = start(lenet('interrupted', ...args(100_000)))
  await run.seen(/"event":"epoch"/)
  run.child.kill('SIGINT')
  const stopped = await run.done
  expect(stopped.code).toBe(130)
  expect(stopped.stderr).toBe('stopping after this step and saving; Ctrl-C again ends it at once\n')
  const { event, epoch } = JSON.parse(stopped.stdout.trimEnd().split('\n').at(-1) as string)
  expect(event).toBe('stopped')
  const whole = start(lenet('uninterrupted', ...args(epoch + 2)))
  expect((await glueball('train', '--resume', at('interrupted'), '--json', '--epochs', String(epoch + 2))).code).toBe(0)
  expect((await whole.done).code).toBe(0)
  expect(await weightsOf(at('interrupted'))).toBe(await weightsOf(at('uninterrupted')))
})

test('a loss that is not finite stops the run, names the step and keeps the last good checkpoint', async () => {
  const { code, stderr } = await glueball(...lenet('nan', '--lr', '1e20'))
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^error: \[train\] the loss is (NaN|Infinity) in epoch 0 at step \d+ \(update \d+\); the last good checkpoint is kept in .*nan\. Begin anew with a lower --lr\n$/,
  )
  expect((await glueball('evaluate', at('nan', 'last'))).code).toBe(0)
})

test('so does a test loss that is not finite, after a last step that went too far', async () => {
  const { code, stderr } = await glueball(...lenet('far', '--limit-train', '64', '--epochs', '2', '--lr', '1e38'))
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^error: \[train\] the test loss is NaN after epoch 0 \(update 1\); the last good checkpoint is kept in .*far\. Begin anew with a lower --lr\n$/,
  )
})

test('the reference engine trains too', async () => {
  const args = [
    '--ctx',
    'reference',
    '--epochs',
    '1',
    '--limit-train',
    '32',
    '--limit-test',
    '16',
    '--batch-size',
    '16',
  ]
  const { code, stdout } = await glueball(
    'train',
    'lenet',
    '--dataset',
    'fashion-mnist-subset',
    '--out',
    at('reference'),
    ...args,
  )
  expect(code).toBe(0)
  expect(stdout).toContain('reference engine')
  expect(epochLines(stdout).length).toBe(1)
})

test('a folder whose files are whole but of no known edition is used with a line of warning', async () => {
  const path = at('unknown')
  cpSync(join(root, 'data'), path, { recursive: true })
  const images = join(path, 'train-images-idx3-ubyte.gz')
  writeFileSync(images, gzipSync(gunzipSync(readFileSync(images)).fill(1, 20, 30), { level: 1 }))
  const args = [
    '--data-dir',
    path,
    '--limit-train',
    '64',
    '--limit-test',
    '16',
    '--epochs',
    '1',
    '--out',
    at('unknown-run'),
  ]
  const { code, stderr } = await glueball('train', 'lenet', ...args)
  expect(code).toBe(0)
  expect(stderr).toMatch(/^warning: .*of no known edition: .*\n$/)
})

test('summary shows the tutorial’s network', async () => {
  const { code, stdout } = await glueball('summary', 'nin', '--input', '1,1,224,224')
  expect(code).toBe(0)
  expect(stdout).toContain('Total params: 1992166')
  expect(stdout).toMatch(/\(1, 96, 54, 54\)/)
  const small = await glueball('summary', 'nin', '--input', '1,1,60,60')
  expect(small.code).toBe(2)
  expect(small.stderr.trimEnd().split('\n').length).toBe(1)
})

test('info names what was chosen and why, and --version the version', async () => {
  const { code, stdout } = await glueball('info')
  expect(code).toBe(0)
  for (const name of ['runtime', 'processor', 'memory', 'SIMD', 'rung', 'memory limit', 'data fashion-mnist-subset']) {
    expect(stdout).toMatch(new RegExp(`^${name} `, 'm'))
  }
  expect(await glueball('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})

test('the program itself exits with the code of its command line', async () => {
  const { code, stdout, stderr } = await glueball('train', 'mlp')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^error: \[train\] there is no model mlp\. There are: nin, lenet, alexnet, .* vgg19_bn\n$/)
})

test('run starts a program with the package resolved, and passes on its arguments and its end', async () => {
  writeFileSync(
    at('program.ts'),
    "import { nd } from 'glueball'\nconsole.log(nd.zeros([2, 3]).shape.join(), process.argv.slice(2).join())\nprocess.exitCode = 7\n",
  )
  expect(await glueball('run', at('program.ts'), '--help', '-x')).toMatchObject({ code: 7, stdout: '2,3 --help,-x\n' })
})

test('run takes a file for a program: a device would have no end', async () => {
  for (const path of ['/dev/zero', folder.path])
    expect(await glueball('run', path)).toMatchObject({
      code: 2,
      stderr: `[run] there is no file ${path}: give the path of a TypeScript or JavaScript file\n`,
    })
})
