// `glueball lr`: raises the learning rate from step to step, and says from where on it is too high.

import { loadData } from '../datasets.ts'
import { startEngine } from '../machine.ts'
import { settingArgs, typedFrom } from '../settings/settingArgs.ts'
import { optimizerTitles, type Settings, settingsFrom } from '../settings/settings.ts'
import { numberOf } from '../settings/values.ts'
import { rateCurve } from '../terminal/curves.ts'
import { print, printError, printJson } from '../terminal/printing.ts'
import { readPretrained, startFrom } from '../training/fineTune.ts'
import { findRate, type RateFinding } from '../training/rateFinder.ts'
import { openSession } from '../training/session.ts'
import { command, UsageError } from '../usage.ts'

const [low, high, many] = [1e-6, 10, 100]

const {
  epochs: _epochs,
  lr: _lr,
  'lr-schedule': _schedule,
  warmup: _warmup,
  accumulate: _accumulate,
  'limit-test': _limit,
  ...kept
} = settingArgs

/** The command. */
export const lr = command({
  name: 'lr',
  description: 'Looks for a learning rate: raises it from step to step until the loss explodes',
  args: {
    ...kept,
    from: { type: 'string', description: `the first rate (default ${low})`, valueHint: '0.000001' },
    to: { type: 'string', description: `the last rate (default ${high})`, valueHint: '10' },
    steps: { type: 'string', description: `steps between them (default ${many})`, valueHint: '100' },
    json: { type: 'boolean', description: 'prints rates and losses as one line of JSON' },
  },
  examples: [
    ['lr nin', 'Network in Network with its recipe'],
    ['lr lenet --dataset fashion-mnist-subset --momentum 0.9', 'LeNet on the embedded images, with momentum'],
  ],
  async run({ from, to, steps, json, ...given }) {
    const range = {
      from: numberOf('[lr] --from', from, { above: 0 }) ?? low,
      to: numberOf('[lr] --to', to, { above: 0 }) ?? high,
      steps: numberOf('[lr] --steps', steps, { whole: true, from: 2, to: 10_000 }) ?? many,
    }
    if (range.to <= range.from) {
      throw new UsageError(`[lr] --to must be above --from, got ${range.from} and ${range.to}`)
    }
    // a schedule would set the rate
    const typed = { ...(await typedFrom(given)), 'lr-schedule': 'constant', warmup: '0' }
    const settings = settingsFrom(typed)
    const weights = await readPretrained(settings)
    await startEngine(settings, undefined)
    const data = await loadData(settings, 'both')
    for (const notice of data.notices) printError(`warning: ${notice}`)
    const hooks = { tell() {}, stopped: () => false, async save() {}, async evaluated() {}, saveEvery: Infinity }
    const { network, training, batches } = openSession(settings, data, hooks, undefined)
    if (weights) startFrom(network, weights, settings)
    let count = 0
    const finding = await findRate(training.estimator, batches, range, ({ rate, loss }) => {
      if (!json && ++count % 10 === 0)
        print(`  step ${count}/${range.steps}  rate ${rate.toPrecision(3)}  loss ${loss.toFixed(3)}`)
    })
    if (json) printJson(finding)
    else print(textOf(finding, settings))
    return 0
  },
})

function textOf(finding: RateFinding, { model, optimizer, batchSize }: Settings): string {
  const { points, lowest, suggested } = finding
  const columns = process.stdout.isTTY ? process.stdout.columns : 80
  const picture = rateCurve(points, columns)
  if (lowest === null || suggested === null) {
    return `${picture}\nThe loss never fell: try a lower --from, or other settings.`
  }
  return [
    picture,
    `The smoothed loss is lowest at ${lowest.toPrecision(2)}; above it the rate is too high.`,
    `For ${model} with ${optimizerTitles[optimizer]} and batches of ${batchSize}, begin with a tenth of it: --lr ${Number(suggested.toPrecision(2))}`,
  ].join('\n')
}
