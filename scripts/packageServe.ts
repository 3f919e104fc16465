// examples/serve with the packed package: its server and its page name the same class of a picture, by one network.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { decodeIdxImages, unpackIdx } from '../src/io/idx.ts'
import { inChromium } from './packagePages.ts'

/** The packages of the example, but for this one. */
export function packagesOfServe(root: string): Readonly<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'examples/serve/package.json'), 'utf8'))
  const { glueball, ...others } = dependencies
  return others
}

/** Trains LeNet for a moment and exports it into the folder. */
function train(root: string, folder: string): boolean {
  const launch = (...args: string[]) =>
    spawnSync(process.execPath, ['runtime/launch.js', 'cli', ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  const few = ['--epochs', '1', '--limit-train', '640', '--limit-test', '64']
  const trained = launch('train', 'lenet', '--dataset', 'fashion-mnist-subset', ...few, '--out', join(folder, 'run'))
  return trained.status === 0 && launch('export', join(folder, 'run'), '--out', join(folder, 'net.onnx')).status === 0
}

/** A picture of the test images, as a PNG. */
async function writePicture(root: string, path: string): Promise<void> {
  const name = 't10k-images-idx3-ubyte.gz'
  const { data, rows, columns } = decodeIdxImages(
    await unpackIdx(readFileSync(join(root, 'data', name)), 3, name),
    name,
  )
  const [width, height] = [columns, rows]
  writeFileSync(path, encode({ width, height, channels: 1, data: data.slice(0, width * height) }))
}

/** What the page says of a picture: its probabilities by class. */
function inPage(address: string, picture: string): Promise<Readonly<Record<string, number>>> {
  return inChromium(async (browser) => {
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('console', (message) => void (/warning|error/.test(message.type()) && errors.push(message.text())))
    page.on('pageerror', ({ message }) => void errors.push(message))
    await page.goto(address)
    await page.locator('input[data-ready]').setInputFiles(picture)
    const found = await page.locator('output[data-probabilities]').getAttribute('data-probabilities')
    if (errors.length > 0) throw new Error(errors.join('\n'))
    const list: readonly { readonly name: string; readonly probability: number }[] = JSON.parse(found ?? '[]')
    return Object.fromEntries(list.map(({ name, probability }) => [name, probability]))
  })
}

/** Whether the example's server, in `node`, and its page agree to 1e-5; says what they found. */
export async function checkServe(root: string, consumer: string, node: string): Promise<boolean> {
  const [folder, picture] = [join(consumer, 'serve'), join(consumer, 'picture.png')]
  cpSync(join(root, 'examples/serve'), folder, { recursive: true })
  await writePicture(root, picture)
  if (!train(root, folder)) return false
  const server = spawn(node, ['server.js', '0'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const address = await new Promise<string>((resolve, reject) => {
      server.stdout.once('data', (line) => resolve(String(line).trim()))
      server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
    })
    const answer = await fetch(`${address}/predict`, { method: 'POST', body: readFileSync(picture) })
    const [onServer, onPage] = [(await answer.json()) as Record<string, number>, await inPage(address, picture)]
    const apart = Object.entries(onServer).map(([name, probability]) => Math.abs(probability - onPage[name]))
    const refused = await fetch(`${address}/predict`, { method: 'POST', body: 'no picture' })
    const passed = apart.length === 10 && apart.every((distance) => distance < 1e-5) && refused.status === 400
    console.log('examples/serve, server and page:', onServer, onPage, passed ? 'agree' : 'differ')
    return passed
  } finally {
    server.kill()
  }
}
