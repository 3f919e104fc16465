// Loaded before a program (--import): its GPU's device is destroyed at the signal SIGUSR2, or by the submit of the queue
// that the environment variable GLUEBALL_PULL_AT numbers, from 1.
import { globals } from 'webgpu'

const { prototype } = (globals as { readonly GPUAdapter: { readonly prototype: GPUAdapter } }).GPUAdapter
const { requestDevice } = prototype
let left = Number(process.env['GLUEBALL_PULL_AT'] ?? 0)

prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor)
  process.once('SIGUSR2', () => device.destroy())
  const { queue } = device
  const { submit } = queue
  queue.submit = (buffers) => {
    submit.call(queue, buffers)
    if (--left === 0) device.destroy()
  }
  return device
}
