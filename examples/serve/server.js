// Serves a page, and names what is in a picture, by a network that `glueball export` wrote. Usage: node server.js [PORT]
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, relative } from 'node:path'
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { gluon, image, nd } from 'glueball'
import { Hono } from 'hono'

const { file, side, channels, classes } = JSON.parse(await readFile('network.json', 'utf8'))
const net = await gluon.SymbolBlock.fromOnnx(await readFile(file))
const toTensor = new gluon.data.vision.transforms.ToTensor()

/** The probability of each class in a picture's bytes (JPEG, PNG or GIF). */
async function probabilities(bytes) {
  const picture = await image.imdecode(bytes, { flag: channels === 1 ? 0 : 1 })
  const pixels = toTensor(image.imresize(picture, side, side))
  const values = await nd.softmax(net(pixels.expandDims(0))).toArray()
  return Object.fromEntries(classes.map((name, i) => [name, values[i]]))
}

const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))
const app = new Hono()

// an isolated page runs ONNX Runtime on all cores
app.use(async (context, next) => {
  await next()
  context.header('Cross-Origin-Opener-Policy', 'same-origin')
  context.header('Cross-Origin-Embedder-Policy', 'require-corp')
})
app.post('/predict', async (context) => {
  try {
    return context.json(await probabilities(new Uint8Array(await context.req.arrayBuffer())))
  } catch (error) {
    return context.json({ error: error.message }, 400)
  }
})
app.get(
  '/onnxruntime/*',
  serveStatic({
    root: relative(process.cwd(), runtime),
    rewriteRequestPath: (path) => path.replace(/^\/onnxruntime/, ''),
  }),
)
for (const name of ['page.js', 'network.json', file]) app.get(`/${name}`, serveStatic({ path: name }))
app.get('/', serveStatic({ path: 'index.html' }))

serve({ fetch: app.fetch, port: Number(process.argv[2] ?? 8000), hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}`),
)
