// Gives the JavaScript peers in Node what a page has: navigator.gpu and WebGPU's classes and flags, of the package webgpu.
import { create, globals } from 'webgpu'

Object.assign(globalThis, globals)
Object.defineProperty(navigator, 'gpu', { value: create([]) })
