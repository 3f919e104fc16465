// The GPU engine keeps to the table of docs/engines.md.
import type { WebGpuEngine } from '../src/engines/webgpu/engine.ts'
import { gpu } from '../src/index.ts'
import { testTable } from './ulpPinned.ts'

/** The table is SwiftShader's; other GPUs round quotients and roots within 2.5 units, of which a function has two at most. */
const { adapter } = (await gpu()).engine as WebGpuEngine
await testTable(['gpu'], /swiftshader/i.test(adapter) ? 0 : 5)
