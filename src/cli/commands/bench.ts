// `glueball bench`: hands over to the repository's benchmark.
import { handOver } from '../programs/launcher.ts'
import { command } from '../usage.ts'

/** The command. */
export const bench = command({
  name: 'bench',
  description: 'Times training and inference beside other libraries (in the repository)',
  args: {
    only: { type: 'string', description: 'one case, as in nin-112-b128-infer', valueHint: 'NAME' },
    systems: { type: 'string', description: 'which systems, as in glueball,pytorch', valueHint: 'A,B' },
    ctx: {
      type: 'string',
      description: 'cpu or gpu: which of our engines, beside peers of its kind',
      valueHint: 'cpu',
    },
    threads: { type: 'string', description: 'threads for each system', valueHint: 'N' },
    turns: { type: 'string', description: 'timed steps of each system', valueHint: 'N' },
    sweep: { type: 'boolean', description: 'single operations beside PyTorch, the slowest first' },
    profile: { type: 'boolean', description: 'where the time of our own step goes, call by call' },
    explain: { type: 'boolean', description: 'the algorithm that runs each call' },
    json: { type: 'string', description: 'writes the numbers to a file', valueHint: 'FILE' },
  },
  passes: true,
  examples: [
    ['bench', 'all cases and all systems found on this machine; up to 25 minutes'],
    ['bench --systems glueball,pytorch --threads 2', 'beside PyTorch alone'],
    ['bench --sweep --threads 2', 'single operations beside PyTorch: about ten minutes'],
    ['bench --profile --only nin-112-b128-train', 'where the time of a training step goes'],
    ['bench -- --help', 'all cases and systems'],
  ],
  async run(_args, rawArgs) {
    await handOver(['bench', ...rawArgs])
    throw new Error(
      '[bench] the benchmark is part of the repository, not of the package: run it in a clone by npm run bench',
    )
  },
})
