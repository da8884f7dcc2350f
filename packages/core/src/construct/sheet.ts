// The sheet a molecular biologist signs: map to scale, junctions spelled, every check of the gate, caveats, checksum and label. One printable page a construct.
import { escapeHtml, htmlTable, raw } from '../format/index.ts'
import { CHAIN_NAME, isBetaLike } from './chain-locus.ts'
import type { ConstantSet } from './constant-set.ts'
import { type Construct, type ConstructPart, type DeclaredChain, failedChecks, receptorChains } from './construct.ts'
import { constructFigure, type MapPart } from './map-figure.ts'
import { partProtein } from './order.ts'

const STYLE = `*{box-sizing:border-box}body{margin:0;font:14px/1.45 system-ui,sans-serif;color:#1c2833}section{max-width:900px;margin:0 auto;padding:20px;break-after:page}h1{font-size:21px;margin:0}h2{font-size:15px;margin:18px 0 4px}
table{border-collapse:collapse;width:100%;font-size:12px}th,td{text-align:left;vertical-align:top;padding:3px 6px;border-bottom:1px solid #dbe7f0}.seq,code{font-family:ui-monospace,monospace;font-size:11px;word-break:break-all}.note{background:#fdf3e7;border-left:4px solid #c8553d;padding:6px 10px}
.head{display:flex;justify-content:space-between;gap:16px}.label{text-align:center;font-size:10px}.sign td{height:34px}.parts td:nth-child(2){white-space:nowrap}svg{max-width:100%;height:auto}`

/** A long value keeps its start and says that more follows; gate.tsv has all of it. */
const short = (text: string): string => (text.length > 90 ? `${text.slice(0, 89)}…` : text)

const mapKind = (part: ConstructPart): MapPart['kind'] =>
  part.role === 'junction'
    ? 'junction'
    : part.chain !== undefined
      ? isBetaLike(part.chain)
        ? 'beta'
        : 'alpha'
      : part.role === 'user'
        ? 'user'
        : part.role === 'furin' || part.role === 'spacer' || part.role === '2a'
          ? 'linker'
          : 'end'

export const mapParts = (construct: Construct): readonly MapPart[] =>
  construct.parts.map(part => ({ label: part.label.replace('-region', ''), start: part.start, end: part.end, kind: mapKind(part) }))

export interface SheetContext {
  readonly title: string
  readonly notice: string
  readonly synthetic: boolean
  readonly constantSets: ReadonlyMap<string, ConstantSet>
}

/** `labels`: construct id → SVG of its barcode label, made at the rim. */
export function sheetHtml(constructs: readonly Construct[], labels: ReadonlyMap<string, string>, context: SheetContext): string {
  const synthetic = context.synthetic ? '<p class="note"><strong>Synthetic patient.</strong></p>' : ''
  const pages = constructs.map(construct => page(construct, labels.get(construct.id) ?? '', context, synthetic))
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escapeHtml(context.title)}: construct sheet</title><style>${STYLE}</style></head><body>${pages.join('\n')}</body></html>\n`
}

function page(construct: Construct, label: string, context: SheetContext, synthetic: string): string {
  const { declaration } = construct
  const verdict = construct.status === 'ready' ? 'every check holds' : `refused: ${failedChecks(construct.gate).join(', ')}`
  const chains = receptorChains(declaration)
  const substitutions = (chain: DeclaredChain) =>
    context.constantSets
      .get(chain.constantSet)
      ?.chains[chain.locus]?.substitutions.map(s => `${s.from}${s.number}${s.to}`)
      .join(' ') || 'none'
  const facts = [
    [construct.productType === 'car' ? 'chain' : 'receptor', construct.receptorId],
    ['status', verdict],
    ...chains.map(chain => [CHAIN_NAME[chain.locus], `${chain.vCall} ${chain.junctionAa} ${chain.jCall}`]),
    ...(chains.length === 0
      ? []
      : [
          [
            'constant regions',
            `${chains[0]!.constantSet}; ${chains.map(chain => `${CHAIN_NAME[chain.locus]} ${substitutions(chain)}`).join(', ')}`,
          ],
        ]),
    ['layout', `${construct.layout}${declaration.linkers.length > 0 ? `, ${declaration.linkers.join(', ')}` : ''}`],
    [
      'codons',
      `adaptation index ${construct.cai.toFixed(3)}, GC ${(100 * construct.gc).toFixed(1)} %, ${construct.changedCodons.length} codons ${construct.codons === 'match-usage' ? 'out of their turn' : 'not the most frequent'}, limits ${declaration.preset}`,
    ],
    ['length', `${construct.insert.length} nt, ${construct.protein.length} residues`],
    ['SHA-256 of the insert', construct.sha256],
    ...(construct.plasmid === undefined
      ? []
      : [
          ['plasmid', `${construct.plasmid.record.definition}; ${construct.plasmid.record.sequence.length} bases`],
          ['SHA-256 of the plasmid', construct.plasmid.sha256],
        ]),
  ]
  const parts = construct.parts.map((part: ConstructPart) => [
    part.label,
    `${part.start + 1}-${part.end}`,
    raw(
      `<code>${escapeHtml(part.role === 'junction' ? `${partProtein(construct, part)} ${construct.insert.slice(part.start, part.end)}` : '')}</code>`,
    ),
    part.origin,
  ])
  return `<section><div class="head"><div><h1>${escapeHtml(construct.id)}</h1>${synthetic}<p class="note">${escapeHtml(context.notice)}</p></div><div class="label">${label}<br>${escapeHtml(construct.id)} ${construct.sha256.slice(0, 12)}</div></div>
${constructFigure(mapParts(construct), construct.insert.length)}
${htmlTable(['', ''], facts)}
<h2>Parts</h2>${htmlTable(['part', 'bases', 'spelled', 'from'], parts, 'parts')}
<h2>Checks</h2>${htmlTable(
    ['check', 'verdict', 'observed', 'expected'],
    construct.gate.map(g => [g.check, g.verdict, short(g.observed), short(g.expected)]),
  )}
<h2>Caveats, to be accepted by name</h2>${
    construct.caveats.length === 0
      ? '<p>None.</p>'
      : htmlTable(
          ['caveat', 'in words', 'accepted by'],
          construct.caveats.map(c => [c.code, c.text, '']),
        )
  }
<h2>Signatures</h2>${htmlTable(
    ['role', 'name', 'date', 'signature'],
    [
      ['designed', '', '', ''],
      ['checked', '', '', ''],
    ],
    'sign',
  )}</section>`
}
