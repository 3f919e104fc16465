// `glueball info`: what this machine can do, which engine and rung are chosen and why, and which data are at hand.
import { findImages } from '../../gluon/data/vision/source.ts'
import { gpuRow, infoRows } from '../machine.ts'
import { print, printJson } from '../terminal/printing.ts'
import { command } from '../usage.ts'

/** The command. */
export const info = command({
  name: 'info',
  description: 'Shows the runtime, the processor, the chosen engine and why, and the data at hand',
  args: { json: { type: 'boolean', description: 'prints one JSON object' } },
  examples: [['info', 'the first thing to read when something is slow']],
  async run({ json }) {
    const rows = [...infoRows(), await gpuRow(), ...(await dataRows())]
    if (json) printJson(Object.fromEntries(rows))
    else {
      const width = Math.max(...rows.map(([name]) => name.length))
      for (const [name, value] of rows) print(`${name.padEnd(width)}  ${value}`)
    }
    return 0
  },
})

async function dataRows(): Promise<[string, string][]> {
  const rows: [string, string][] = []
  for (const collection of ['fashion-mnist', 'fashion-mnist-subset', 'mnist'] as const) {
    rows.push([`data ${collection}`, await whereIs(collection)])
  }
  return rows
}

async function whereIs(collection: 'fashion-mnist' | 'fashion-mnist-subset' | 'mnist'): Promise<string> {
  try {
    const found = await findImages({ collection, train: false, download: false })
    const note = collection === 'fashion-mnist' && found.notice ? ' (the whole set is downloaded at its first use)' : ''
    return `${found.edition} in ${found.origin}${note}`
  } catch (error) {
    return collection === 'mnist' ? 'not at hand; it is downloaded at its first use' : (error as Error).message
  }
}
