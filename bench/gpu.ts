// With --ctx gpu: the adapter, what each convolution asks of a GPU, and the tutorial's run at the end.
import { findPeer, peers } from '../scripts/peers.ts'
import type { WebGpuEngine } from '../src/engines/webgpu/engine.ts'
import { gpu } from '../src/index.ts'
import { runChild } from './children.ts'
import { script } from './systems.ts'

/** What the systems compute on. */
export interface Adapter {
  readonly name: string
  /** Whether it computes on the CPU. */
  readonly software: boolean
}

/**
 * The adapter that all systems of this run get: the machine's own, else the one in software that Chromium brings. Throws
 * what is missing where there is none.
 */
export async function findAdapter(): Promise<Adapter> {
  const peer = peers.find(({ suffix }) => suffix === 'webgpu')!
  // the processes of the systems inherit it
  if (!findPeer({ ...peer, environment: {} })) Object.assign(process.env, peer.environment)
  const engine = (await gpu()).engine as WebGpuEngine
  const { adapter: name, tiles } = engine
  await engine.close()
  return { name, software: tiles === 'small' }
}

/** The tutorial's own run, whose lines go to the standard output. */
const tutorial = ['train', 'nin', '--recipe', 'tutorial', '--epochs', '20', '--ctx', 'gpu']

/** It may take an hour. */
const TUTORIAL_MS = 3_600_000

/** Runs the tutorial's twenty epochs, which show the accuracy of each; a software adapter leaves them out. */
export async function runTutorial({ name, software }: Adapter): Promise<void> {
  const line = `glueball ${tutorial.join(' ')}`
  if (software) return console.log(`\n${line}: left out, it would take ${name} days`)
  console.log(`\n${line}`)
  const { command, args } = script('../src/cli/main.ts', ...tutorial)
  const code = await runChild(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }, TUTORIAL_MS)
  if (code !== 0) throw new Error(`[bench] the tutorial's epochs failed (${code}): see above`)
}
