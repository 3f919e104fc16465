// Loaded before a program (--import): at the signal SIGUSR2 its GPU's device is destroyed.
import { globals } from 'webgpu'

const { prototype } = (globals as { readonly GPUAdapter: { readonly prototype: GPUAdapter } }).GPUAdapter
const { requestDevice } = prototype

prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor)
  process.once('SIGUSR2', () => device.destroy())
  return device
}
