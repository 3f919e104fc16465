// The bench: NiN's training step and inference, ours and the peers' in turns, each in a process of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findPython, peers } from '../scripts/peers.ts'
import { type Case, cases } from './nin.ts'
import { median, System } from './system.ts'

const help = `Times a training step and inference of NiN at 112, batch 128, in turns with the peers found on this machine.

  npm run bench -- --systems glueball,pytorch --threads 2 --json bench.json

  --only NAME      one case: ${cases.map(({ name }) => name).join(', ')}
  --systems A,B    of glueball, pytorch, onnxruntime, tfjs-cpu, tfjs-wasm, jax-wasm; all where left out
  --threads N      threads of each system; 2 where left out
  --turns N        timed steps of each system; 7 where left out
  --json FILE      writes { machine, cases } there`

const text = { type: 'string' } as const
const { values: args } = parseArgs({
  options: { only: text, systems: text, threads: text, turns: text, json: text, help: { type: 'boolean' } },
})
const here = import.meta.dirname
const threads = args.threads ?? '2'
const data = mkdtempSync(join(tmpdir(), 'glueball-bench-'))

/** Every system that can be asked for: its command for a case. PyTorch stands for the better of its layouts. */
function commands(name: string, kase: string): [label: string, command: string, args: string[]][] {
  const shared = ['--case', kase, '--threads', threads, '--data', data]
  const node = (script: string, ...more: string[]): [string, string, string[]] => [
    name,
    process.execPath,
    ['--conditions=source', join(here, script), ...shared, ...more],
  ]
  if (name === 'glueball') return [node('glueball.ts')]
  if (name === 'pytorch') {
    const python = findPython(peers[0]) ?? 'python3'
    const script = join(here, 'peers/pytorch.py')
    return ['nchw', 'channels_last'].map((layout) => [name, python, [script, ...shared, '--layout', layout]])
  }
  if (name === 'onnxruntime') return [node('peers/onnxruntime.mjs')]
  if (name.startsWith('tfjs-')) return [node('peers/tfjs.mjs', '--backend', name.slice(5))]
  return [node('peers/jax.mjs')]
}

function installPeers(): void {
  if (existsSync(join(here, 'peers/node_modules'))) return
  console.log('installing the JavaScript peers once')
  spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: join(here, 'peers'), stdio: 'inherit' })
}

interface Row {
  readonly imagesPerSecond?: number
  readonly samples?: readonly number[]
  readonly peakBytes?: number
  readonly reason?: string
}

async function time({ name: kase, operations }: Case, names: readonly string[]): Promise<Record<string, Row>> {
  const rows: Record<string, Row> = {}
  const running: System[] = []
  for (const name of names) {
    for (const [label, command, list] of commands(name, kase)) {
      const system = new System(label, command, list)
      try {
        const { slow } = await system.ready()
        if (slow) {
          await system.run()
          await system.exit()
          keep(rows, system, 'under 5 images/s: one timed step of its smallest batch')
        } else running.push(system)
      } catch (error) {
        system.kill()
        rows[name] ??= { reason: (error as Error).message }
      }
    }
  }
  for (let turn = 0; turn < Number(args.turns ?? 7); turn++) for (const system of running) await system.run()
  for (const system of running) {
    await system.exit()
    keep(rows, system)
  }
  const ours = rows.glueball?.imagesPerSecond
  console.log(`\n${kase}`)
  for (const [name, row] of Object.entries(rows)) {
    if (row.imagesPerSecond === undefined) {
      console.log(`  ${name.padEnd(12)} left out: ${row.reason}`)
      continue
    }
    const rate = `${row.imagesPerSecond.toPrecision(4)} img/s`.padStart(14)
    const flops = `${((row.imagesPerSecond * operations) / 1e9).toFixed(1)} GFLOP/s`.padStart(16)
    const peak = `${((row.peakBytes ?? 0) / 2 ** 20).toFixed(0)} MiB`.padStart(10)
    const ratio = ours ? `  glueball is ${(ours / row.imagesPerSecond).toPrecision(3)} ×` : ''
    console.log(`  ${name.padEnd(12)}${rate}${flops}${peak}${name === 'glueball' ? '' : ratio}  ${row.reason ?? ''}`)
  }
  return rows
}

/** Keeps a system's figures, unless a faster layout of the same system has been kept. */
function keep(rows: Record<string, Row>, system: System, reason?: string): void {
  const imagesPerSecond = median(system.imagesPerSecond)
  if ((rows[system.name]?.imagesPerSecond ?? 0) > imagesPerSecond) return
  const { imagesPerSecond: samples, peakBytes } = system
  rows[system.name] = { imagesPerSecond, samples, peakBytes, ...(reason && { reason }) }
}

async function main(): Promise<void> {
  if (args.help) return console.log(help)
  const all = ['glueball', 'pytorch', 'onnxruntime', 'tfjs-cpu', 'tfjs-wasm', 'jax-wasm']
  const names = args.systems?.split(',') ?? all
  const chosen = cases.filter(({ name }) => !args.only || name === args.only)
  const unknown = names.find((name) => !all.includes(name)) ?? (chosen.length === 0 ? args.only : undefined)
  if (unknown) {
    console.error(`[bench] there is no ${unknown}\n\n${help}`)
    process.exit(2)
  }
  if (names.some((name) => !['glueball', 'pytorch'].includes(name))) installPeers()
  spawnSync(process.execPath, ['--conditions=source', join(here, 'inputs.ts'), data], { stdio: 'inherit' })
  const machine = {
    cpu: cpus()[0].model,
    cores: cpus().length,
    threads: Number(threads),
    load: loadavg()[0],
    node: process.version,
  }
  console.log(machine)
  const results = []
  for (const kase of chosen) results.push({ name: kase.name, systems: await time(kase, names) })
  if (args.json) writeFileSync(args.json, `${JSON.stringify({ machine, cases: results }, null, 2)}\n`)
}

await main()
