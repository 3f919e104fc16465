// Prints how far element-wise functions and their slopes are from truth, in units of the last place, beside PyTorch.
// Usage: npm run ulp -- [--stride N] [--exhaustive] [--engines reference,relaxed,plain,gpu] [NAME…]
import { parseArgs } from 'node:util'
import { machinesOf } from './ulpMachines.ts'
import { functions, measure, Truth } from './ulpMeasure.ts'
import { tableOf, tableStride } from './ulpTable.ts'

const options = { stride: { type: 'string' }, exhaustive: { type: 'boolean' }, engines: { type: 'string' } } as const
const { values, positionals } = parseArgs({ options, allowPositionals: true })
const stride = values.exhaustive ? 1 : Number(values.stride ?? tableStride)
const wrong = positionals.find((name) => !(name in functions))
if (wrong) throw new Error(`there is no function ${wrong}: there are ${Object.keys(functions).join(', ')}`)

const { machines, stop } = await machinesOf((values.engines ?? 'reference,relaxed,plain').split(','))
const truth = new Truth()
const found = new Map<string, Awaited<ReturnType<typeof measure>>>()
for (const name of positionals.length > 0 ? positionals : Object.keys(functions).sort()) {
  process.stderr.write(`${name}\n`)
  found.set(name, await measure(name, machines, truth, { stride }))
}
console.log(tableOf(found, machines).join('\n'))
truth.close()
await stop()
process.exit(0)
