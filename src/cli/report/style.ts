// The style of report.html, in light and in dark.

/** Shades of the confusion matrix, from the least to a whole class. */
export const shades = 20

/** A rule for each shade: the page's content policy refuses styles that stand at an element. */
const shadeRules = Array.from({ length: shades }, (_, i) => {
  return `.s${i + 1} { background: rgba(var(--heat), ${(0.08 + (0.62 * (i + 1)) / shades).toFixed(3)}); }`
})

/** The style sheet. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1c2430; --soft: #5b6675; --line: #dfe4ea;
  --train: #2563c9; --test: #c2570c; --heat: 37, 99, 201; --right: #1a7f4b; --wrong: #c0362c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1b212a; --ink: #e6eaf0; --soft: #9aa6b5; --line: #313a46;
    --train: #6ea8ff; --test: #f2a154; --heat: 110, 168, 255; --right: #55c98a; --wrong: #f2837a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 17px; margin: 0 0 14px; }
p { margin: 0 0 10px; }
.soft { color: var(--soft); }
.row { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); margin-top: 16px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px; min-width: 0; overflow-x: auto; }
.figures { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); margin-top: 20px; }
.figures .card { padding: 14px 18px; }
.figure { font-size: 25px; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--line); stroke-width: 1; }
.train { stroke: var(--train); fill: var(--train); } .test { stroke: var(--test); fill: var(--test); }
path.train, path.test { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
.band { stroke: none; opacity: 0.2; }
.legend { display: flex; gap: 18px; color: var(--soft); font-size: 13px; margin-top: 8px; }
.legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 6px; vertical-align: middle; }
.legend .train { background: var(--train); } .legend .test { background: var(--test); }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
td, th { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
tr:last-child td, tr:last-child th { border-bottom: 0; }
th { color: var(--soft); white-space: nowrap; width: 1%; padding-right: 18px; }
td { overflow-wrap: anywhere; }
.matrix { font-variant-numeric: tabular-nums; font-size: 12.5px; min-width: 640px; }
.matrix td { text-align: center; padding: 6px 4px; border: 1px solid var(--card); min-width: 40px; border-radius: 6px; }
.matrix th { border: 0; padding: 4px 10px 4px 0; text-align: right; width: auto; vertical-align: middle; }
.matrix thead th { text-align: center; padding: 4px 2px; font-size: 11.5px; vertical-align: bottom; white-space: normal; }
.matrix td.score { color: var(--soft); background: none; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 14px; }
.gallery figure { margin: 0; }
.gallery img { width: 100%; aspect-ratio: 1; image-rendering: pixelated; border-radius: 8px; background: #000; display: block; border: 2px solid transparent; }
.gallery .wrong img { border-color: var(--wrong); } .gallery .right img { border-color: var(--right); }
figcaption { font-size: 12px; line-height: 1.35; margin-top: 6px; }
figcaption b { font-weight: 600; } .wrong b { color: var(--wrong); } .right b { color: var(--right); }
${shadeRules.join('\n')}
`
