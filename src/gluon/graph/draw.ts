// The picture of a graph: a row for each node, arcs where a value skips rows, and bars of the memory that is alive.
import { escapeHtml } from '../../core/printable.ts'
import type { ExplainedNode, Explanation } from './explain.ts'
import type { GraphNode, GraphValue } from './graph.ts'
import { quantity } from './work.ts'

/** Sizes in pixels. */
const [rowHeight, top, arcs, barStart, width] = [26, 56, 90, 700, 960]

const style = `text { font: 12px system-ui, sans-serif; fill: #222 } .small { fill: #666; font-size: 11px }
rect.op { fill: #e8eef7; stroke: #5b7db1 } rect.product { fill: #cfe0f5; stroke: #2f5d9b } rect.view { fill: #fff; stroke: #bbb }
rect.live { fill: #f0c987 } path { fill: none; stroke: #999 } .title { font-weight: 600 }
@media (prefers-color-scheme: dark) { svg { background: #1b1d21 } text { fill: #e6e6e6 } .small { fill: #aaa }
rect.op { fill: #2b3648 } rect.product { fill: #2f4c75 } rect.view { fill: #1b1d21; stroke: #555 } rect.live { fill: #8a6a2f } }`

/** The text of an SVG file. */
export function drawGraph(explanation: Explanation): string {
  const { graph, nodes, peakBytes } = explanation
  const height = top + nodes.length * rowHeight + 12
  const title = `${graph.block.className}: ${explanation.summary()}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeHtml(title)}</title><style>${style}</style>`,
    `<text class="title" x="12" y="22">${escapeHtml(title)}</text>`,
    `<text class="small" x="${arcs}" y="44">op, output, block</text><text class="small" x="${barStart}" y="44">alive while it runs</text>`,
    ...arcsOf(graph.nodes),
    ...nodes.map((node, i) => row(node, graph.nodes[i], i, peakBytes)),
    '</svg>',
    '',
  ].join('\n')
}

/** The middle of a row. */
const middle = (i: number) => top + i * rowHeight + rowHeight / 2

function row(node: ExplainedNode, { view }: GraphNode, i: number, most: number): string {
  const y = middle(i)
  const kind = view ? 'view' : node.operations > 1e6 && /^(conv|matmul)$/.test(node.op) ? 'product' : 'op'
  const length = Math.round((node.live / Math.max(1, most)) * (width - barStart - 90))
  const details = `${node.operations > 0 ? `${quantity(node.operations)}FLOP, ` : ''}${quantity(node.bytes)}B`
  return [
    `<g><title>${escapeHtml(`${node.block}: ${node.op}, ${details}`)}</title>`,
    `<rect class="${kind}" x="${arcs}" y="${y - 10}" width="130" height="20" rx="4"/>`,
    `<text x="${arcs + 8}" y="${y + 4}">${escapeHtml(shortened(node.op, 19))}</text>`,
    `<text x="${arcs + 142}" y="${y + 4}">${escapeHtml(shortened(node.output, 32))}</text>`,
    `<text class="small" x="${arcs + 340}" y="${y + 4}">${escapeHtml(shortened(node.block, 44))}</text>`,
    `<rect class="live" x="${barStart}" y="${y - 8}" width="${length}" height="16"/>`,
    `<text class="small" x="${barStart + length + 6}" y="${y + 4}">${quantity(node.live)}B</text></g>`,
  ].join('')
}

/** A line from each node to the next that reads it, and an arc to those further down. */
function arcsOf(nodes: readonly GraphNode[]): string[] {
  const makers = new Map<GraphValue, number>()
  return nodes.flatMap(({ inputs, outputs }, i) => {
    const from = new Set(inputs.flatMap((value) => makers.get(value) ?? []))
    for (const value of outputs) makers.set(value, i)
    return [...from].map((j) => {
      if (j === i - 1) return `<path d="M${arcs + 65} ${middle(j) + 10}V${middle(i) - 10}"/>`
      const reach = arcs - Math.min(80, 12 + 6 * Math.log2(i - j) ** 1.5)
      return `<path d="M${arcs} ${middle(j)}C${reach} ${middle(j)} ${reach} ${middle(i)} ${arcs} ${middle(i)}"/>`
    })
  })
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
