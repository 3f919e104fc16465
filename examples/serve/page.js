// Names what is in a picture, in the browser: the picture never leaves it.
import * as ort from 'onnxruntime-web/wasm'

ort.env.wasm.wasmPaths = '/onnxruntime/'
const { file, side, channels, classes } = await (await fetch('/network.json')).json()
const session = await ort.InferenceSession.create(`/${file}`)
const input = document.querySelector('input')
const output = document.querySelector('output')

/** The picture as the network was trained on: (1, channels, side, side), from 0 to 1. */
function tensorOf(picture) {
  const canvas = new OffscreenCanvas(side, side).getContext('2d')
  canvas.drawImage(picture, 0, 0, side, side)
  const { data } = canvas.getImageData(0, 0, side, side)
  const pixels = side * side
  const grey = (at) => Math.round(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2])
  const values = Float32Array.from({ length: channels * pixels }, (_, i) => {
    const at = 4 * (i % pixels)
    return (channels === 1 ? grey(at) : data[at + Math.floor(i / pixels)]) / 255
  })
  return new ort.Tensor('float32', values, [1, channels, side, side])
}

/** Scores as probabilities. */
function softmax(scores) {
  const most = Math.max(...scores)
  const powers = Array.from(scores, (score) => Math.exp(score - most))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / sum)
}

input.addEventListener('change', async () => {
  const picture = await createImageBitmap(input.files[0])
  const { scores } = await session.run({ images: tensorOf(picture) })
  const found = softmax(scores.data).map((probability, i) => ({ probability, name: classes[i] }))
  const best = found.reduce((a, b) => (b.probability > a.probability ? b : a))
  output.textContent = `${best.name}: ${(100 * best.probability).toFixed(1)} %`
  output.dataset.probabilities = JSON.stringify(found)
})
input.dataset.ready = 'true'
