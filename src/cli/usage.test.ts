// What was typed: wrong options, commands and values are refused with what exists.
import { expect, test } from 'vitest'
import { editDistance, nearest } from '../core/nearest.ts'
import { settingsFrom, type Typed } from './settings/settings.ts'
import { numberOf, shapeFrom } from './settings/values.ts'
import { checkOptions, command, helpOf, UsageError } from './usage.ts'

const args = {
  model: { type: 'positional', description: 'which' },
  epochs: { type: 'string', description: 'how many', valueHint: '10' },
  'batch-size': { type: 'string', description: 'how large', valueHint: '128' },
  json: { type: 'boolean', description: 'as JSON' },
} as const

const messageOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
  return 'nothing was thrown'
}

test('edit distance counts insertions, deletions, changes and swaps of neighbours', () => {
  expect(editDistance('', 'abc')).toBe(3)
  expect(editDistance('epochs', 'epohcs')).toBe(1)
  expect(editDistance('kitten', 'sitting')).toBe(3)
  expect(nearest('lennet', ['nin', 'lenet'])).toBe('lenet')
  expect(nearest('resnet50', ['nin', 'lenet'])).toBeUndefined()
})

test('unknown options name the nearest and all there are', () => {
  expect(messageOf(() => checkOptions('train', ['nin', '--epohcs', '3'], args))).toBe(
    '[train] there is no option --epohcs. Did you mean --epochs? There are: --epochs, --batch-size, --json',
  )
  expect(messageOf(() => checkOptions('train', ['-e', '3'], args))).toContain('there is no option -e.')
  checkOptions('train', ['--epochs=3', '--batch-size', '-4', 'nin', '--json', '--', '--whatever'], args)
})

test('options need their values, and flags take none', () => {
  expect(messageOf(() => checkOptions('train', ['--epochs'], args))).toBe(
    '[train] --epochs needs a value, as in --epochs 10',
  )
  expect(messageOf(() => checkOptions('train', ['--epochs', '--json'], args))).toContain('--epochs needs a value')
  expect(messageOf(() => checkOptions('train', ['--epochs='], args))).toContain('--epochs needs a value')
  expect(messageOf(() => checkOptions('train', ['--json=yes'], args))).toBe(
    '[train] --json takes no value, got --json=yes',
  )
})

test('a command hands over what was typed, and refuses what is too much', async () => {
  let seen: unknown
  const typed = command({
    name: 'try',
    description: 'Tries',
    args,
    examples: [['try it', 'tries it']],
    async run({ model, epochs, 'batch-size': batch, json }) {
      seen = { model, epochs, batch, json }
      return 0
    },
  })
  expect(await typed.run(['lenet', '--batch-size=64', '--json'])).toBe(0)
  expect(seen).toEqual({ model: 'lenet', epochs: undefined, batch: '64', json: true })
  await expect(typed.run(['lenet', 'nin'])).rejects.toThrow("one argument too many: 'nin'")
  const help = await helpOf(typed)
  expect(help).toContain('--batch-size=<128>')
  expect(help).toContain('glueball try it')
  expect(help).not.toContain('\u001B')
})

test('numbers and shapes', () => {
  expect(numberOf('--lr', '1e-3', { above: 0 })).toBe(0.001)
  expect(numberOf('--lr', undefined)).toBeUndefined()
  expect(messageOf(() => numberOf('--lr', '0', { above: 0 }))).toBe("--lr takes a positive number, got '0'")
  expect(messageOf(() => numberOf('--epochs', '1.5', { whole: true, from: 1 }))).toBe(
    "--epochs takes a positive integer, got '1.5'",
  )
  expect(messageOf(() => numberOf('--threads', '65', { whole: true, from: 1, to: 64 }))).toBe(
    "--threads takes an integer from 1 to 64, got '65'",
  )
  expect(messageOf(() => numberOf('--seed', 'NaN'))).toContain("got 'NaN'")
  expect(shapeFrom('--input', '1,1,224,224')).toEqual([1, 1, 224, 224])
  expect(messageOf(() => shapeFrom('--input', '1,0'))).toContain("got '1,0'")
})

test.each<[Typed, string]>([
  [{ model: 'mlp' }, '[train] there is no model mlp. There are: nin, lenet, alexnet, '],
  [{ model: 'lennet' }, '[train] there is no model lennet. Did you mean lenet? There are: nin, lenet, alexnet, '],
  [
    { recipe: 'stabel' },
    '[train] there is no nin recipe stabel. Did you mean stable? There are: adam, stable, tutorial',
  ],
  [{ dataset: 'cifar' }, 'There are: fashion-mnist, fashion-mnist-subset, mnist'],
  [{ ctx: 'tpu' }, 'There are: cpu, gpu, reference'],
  [{ resize: '66' }, 'nin needs images of at least 67 pixels a side, got --resize 66'],
  [{ model: 'alexnet', resize: '62' }, 'alexnet needs images of at least 63 pixels a side, got --resize 62'],
  [{ model: 'lenet', resize: '8' }, 'lenet needs images of at least 16 pixels a side'],
  [{ optimizer: 'adams' }, '[train] there is no optimizer adams. Did you mean adam? There are: sgd, adam'],
  [{ momentum: '0.9' }, '[train] --momentum is for --optimizer sgd: leave it out, got --momentum 0.9'],
  [{ lr: '-1' }, "[train] --lr takes a positive number, got '-1'"],
  [{ epochs: '0' }, "[train] --epochs takes a positive integer, got '0'"],
  [{ dataset: 'fashion-mnist-subset', 'data-dir': 'x' }, 'leave out --data-dir'],
  [{ adapter: 'NVIDIA' }, '[train] --adapter chooses a GPU: give --ctx gpu with it, got --adapter NVIDIA'],
])('settings refuse %j', (typed, message) => {
  expect(messageOf(() => settingsFrom(typed))).toContain(message)
})

test('the tutorial’s recipe is its settings exactly, and what is typed comes first', () => {
  expect(settingsFrom({ recipe: 'tutorial' })).toMatchObject({
    model: 'nin',
    resize: 112,
    batchSize: 128,
    epochs: 20,
    optimizer: 'sgd',
    lr: 0.2,
    momentum: 0,
    wd: 0,
    schedule: 'constant',
    warmup: 0,
    init: 'xavier',
    lastRelu: true,
    seed: 0,
  })
  expect(settingsFrom({ recipe: 'tutorial', lr: '0.1', epochs: '2', threads: '3' })).toMatchObject({
    lr: 0.1,
    epochs: 2,
    threads: 3,
  })
  expect(settingsFrom({})).toMatchObject({ model: 'nin', recipe: 'adam', lastRelu: false, dataset: 'fashion-mnist' })
  expect(settingsFrom({ model: 'lenet' })).toMatchObject({ resize: 28, batchSize: 256, lr: 0.1, init: 'xavier' })
})

test('another optimizer than the recipe’s brings its own rate and momentum', () => {
  const of = (typed: Typed) => {
    const { optimizer, lr, momentum } = settingsFrom(typed)
    return { optimizer, lr, momentum }
  }
  expect(of({ optimizer: 'adam' })).toEqual({ optimizer: 'adam', lr: 0.0005, momentum: 0 })
  expect(of({ optimizer: 'sgd' })).toEqual({ optimizer: 'sgd', lr: 0.01, momentum: 0.9 })
  expect(of({ optimizer: 'sgd', momentum: '0' })).toEqual({ optimizer: 'sgd', lr: 0.01, momentum: 0 })
  expect(of({ model: 'lenet', optimizer: 'adam' })).toEqual({ optimizer: 'adam', lr: 0.0005, momentum: 0 })
  expect(of({ model: 'lenet', optimizer: 'sgd' })).toEqual({ optimizer: 'sgd', lr: 0.1, momentum: 0 })
})
