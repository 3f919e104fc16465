// One thread of the measurement in peak.ts: runs the micro-kernel, says that it is warm, then what it reaches.
import { parentPort, workerData } from 'node:worker_threads'
import { item } from '../src/kernel/wasm/asm.ts'
import { itemFunction } from '../src/kernel/wasm/func.ts'
import { gemm } from '../src/kernel/wasm/gemm.ts'
import { inline } from '../src/kernel/wasm/inline.ts'
import type { Rung } from '../src/kernel/wasm/rung.ts'
import { tile } from '../src/kernel/wasm/tiles.ts'

// one tile of C, K = 256: A of 6 rows is 6 KiB and B of 16 columns is 16 KiB, together less than any L1
const K = 256
const [A, B, C] = [4096, 16384, 65536]
const rounds = 200

const rung = workerData as Rung
const size = tile(rung)
const width = size.vectors * 4
const kernel = item({ rounds: 'i32' }, (f, { args }) => {
  const pointers = { a: f.local('i32', A), b: f.local('i32', B), c: f.local('i32', C) }
  f.times(args.rounds, () =>
    gemm(
      f,
      {
        ...{ rung, tile: size, rows: size.rows, columns: width, start: 'zero', aRow: 4, cRow: width * 4 },
        k: [{ count: K, a: size.rows * 4 }],
      },
      pointers,
    ),
  )
})
const { run, ints, floats } = inline([itemFunction('run', kernel)], 2)
for (let i = A / 4; i < C / 4; i++) floats[i] = Math.random() - 0.5
ints[0] = rounds

/** Calls the kernel for `milliseconds` ms and returns its speed in GFLOP/s. */
function speedFor(milliseconds: number): number {
  const start = performance.now()
  let calls = 0
  while (performance.now() - start < milliseconds) {
    run.run(0, 0, 0)
    calls++
  }
  return (calls * rounds * 2 * size.rows * width * K) / (performance.now() - start) / 1e6
}

speedFor(500) // V8's optimising compiler takes over meanwhile
parentPort?.postMessage(0)
parentPort?.once('message', () => {
  // windows shorter than the system's time slices: some see a core to themselves on a busy machine too
  parentPort?.postMessage(Math.max(...Array.from({ length: 500 }, () => speedFor(2))))
  parentPort?.close()
})
