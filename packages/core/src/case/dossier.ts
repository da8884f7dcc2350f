// The dossier: one self-contained, printable page a tumour board can read. Input is what the stages wrote; nothing is computed here but the layout.
import { type Caveat, type FunnelRow, isLeftBehind } from '../base/index.ts'
import { constructFigure, type MapPart } from '../construct/index.ts'
import { escapeHtml, htmlTable, raw } from '../format/index.ts'
import { cellFunnel, cloneScores, lesionBars, tumourFunnel } from './case-figures.ts'
import type { Row } from './table-page.ts'

export interface DossierInput {
  readonly caseName: string
  readonly synthetic: boolean
  readonly facts: readonly (readonly [string, string])[]
  readonly funnel: readonly FunnelRow[]
  readonly neoantigens: readonly Row[]
  /** Rows of fusions.tsv, splicing.tsv and antigens.tsv. */
  readonly further: { readonly fusions: readonly Row[]; readonly splicing: readonly Row[]; readonly antigens: readonly Row[] }
  /** Motif logos of the patient's alleles, SVG. */
  readonly motifs: readonly string[]
  readonly lesions: readonly string[]
  readonly clonotypes: readonly Row[]
  readonly receptors: readonly Row[]
  /** The cells on a plane, SVG; empty where too few have expression. */
  readonly cellMap: string
  /** Rows of screen.tsv and selection.tsv, and the plates as SVG; empty without screens. */
  readonly screen: readonly Row[]
  readonly plates: readonly string[]
  readonly selection: readonly Row[]
  readonly constructs: readonly { readonly row: Row; readonly parts: readonly MapPart[] }[]
  readonly caveats: readonly Caveat[]
  /** Path, SHA-256, what it is. */
  readonly provenance: readonly (readonly [string, string, string])[]
  readonly software: string
}

/** Of every printable page. */
export const PAGE_STYLE = `:root{color-scheme:light}*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:#1c2833;background:#fff}main{max-width:1040px;margin:0 auto;padding:24px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:36px 0 8px;border-bottom:2px solid #2e6f9e;padding-bottom:4px}h3{font-size:15px;margin:20px 0 4px}p{margin:6px 0}
.note{background:#fdf3e7;border-left:4px solid #c8553d;padding:8px 12px;margin:12px 0}.muted{color:#5d6d7e;font-size:13px}nav a{margin-right:14px;color:#2e6f9e}
table{border-collapse:collapse;width:100%;font-size:13px}th,td{text-align:left;vertical-align:top;padding:4px 8px;border-bottom:1px solid #dbe7f0}th{background:#f3f7fa;font-weight:600}.scroll{overflow-x:auto}
code,.seq{font-family:ui-monospace,monospace;font-size:12px}.seq{word-break:break-all}td code{white-space:nowrap}td:nth-child(4){white-space:nowrap}.tier{font-weight:600}mark{background:#f6c9bf;padding:0 1px}dl{display:grid;grid-template-columns:200px 1fr;gap:2px 12px;margin:8px 0}dt{color:#5d6d7e}dd{margin:0}
svg{max-width:100%;height:auto;display:block;margin:8px 0}.motifs{display:flex;flex-wrap:wrap;gap:4px 20px}@media print{main{max-width:none;padding:0}h2{break-after:avoid}tr,svg,.construct{break-inside:avoid}nav{display:none}}`

export const RESEARCH_NOTICE =
  'Research software. It supports decisions and does not make them: every line here is to be checked by the people responsible for the patient.'

export function dossierHtml(input: DossierInput): string {
  const sections = [
    summary(input),
    neoantigenSection(input),
    furtherSection(input),
    clonotypeSection(input),
    receptorSection(input),
    screenSection(input),
    constructSection(input),
    caveatSection(input),
    provenanceSection(input),
  ]
  const synthetic = input.synthetic
    ? '<p class="note"><strong>Synthetic patient.</strong> This case was generated; no person stands behind it.</p>'
    : ''
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(input.caseName)}: Cognate dossier</title><style>${PAGE_STYLE}</style></head><body><main>
<h1>${escapeHtml(input.caseName)}</h1><p class="muted">Cognate dossier: from the tumour's mutations to constructs</p>${synthetic}<p class="note">${RESEARCH_NOTICE}</p>
<nav><a href="#summary">Summary</a><a href="#neoantigens">Neoantigens</a><a href="#clonotypes">T cells</a><a href="#receptors">Receptors</a><a href="#screens">Screens</a><a href="#constructs">Constructs</a><a href="#caveats">Caveats</a><a href="#provenance">Provenance</a></nav>
${sections.join('\n')}
</main></body></html>
`
}

function summary({ facts, funnel }: DossierInput): string {
  const list = facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('')
  const cells = cellFunnel(funnel)
  const reasons = funnel.filter(isLeftBehind)
  return `<h2 id="summary">Summary</h2><dl>${list}</dl><h3>From the tumour</h3>${tumourFunnel(funnel)}${cells === '' ? '' : `<h3>From its T cells</h3>${cells}`}
<details><summary>What was left behind, and why</summary>${htmlTable(
    ['stage', 'reason', 'count', 'example'],
    reasons.map(row => [row.stage, row.reason, row.count.toLocaleString('en-US'), row.example]),
  )}</details>`
}

/** Best peptide with its changed residues marked. */
function markedPeptide(row: Row): string {
  const changed = new Set((row.changed_positions ?? '').split(',').map(Number))
  return [...(row.best_peptide ?? '')]
    .map((residue, i) => (changed.has(i + 1) ? `<mark>${escapeHtml(residue)}</mark>` : escapeHtml(residue)))
    .join('')
}

function neoantigenSection({ neoantigens, motifs, funnel }: DossierInput): string {
  if (neoantigens.length === 0) {
    const why = funnel
      .filter(row => row.stage === 'variants' && !['in', 'out', 'alleles', 'consequences'].includes(row.reason))
      .toSorted((a, b) => b.count - a.count)
      .slice(0, 3)
    return `<h2 id="neoantigens">Neoantigens</h2><p class="note">No neoantigen was found. The commonest reasons: ${escapeHtml(why.map(row => `${row.reason} (${row.count}; ${row.example})`).join('; ') || 'no record was read')}.</p>`
  }
  const rows = neoantigens
    .slice(0, 30)
    .map(row => [
      row.rank ?? '',
      raw(`<strong>${escapeHtml(row.gene ?? '')}</strong> ${escapeHtml(row.amino_acid_change ?? '')}`),
      raw(`<code>${markedPeptide(row)}</code>`),
      row.best_allele ?? '',
      raw(`<span class="tier">${escapeHtml(row.tier ?? '')}</span>`),
      row.reasons ?? '',
    ])
  return `<h2 id="neoantigens">Neoantigens</h2><p class="muted">Best peptide of each variant; changed residues marked. The rank adds log-odds terms whose weights are priors, not yet fitted to outcomes. Showing ${rows.length} of ${neoantigens.length}; all in neoantigens.tsv.</p>${htmlTable(['rank', 'variant', 'peptide', 'allele', 'tier', 'why'], rows)}${motifSection(motifs)}`
}

/** What no small variant made, each source by its own order; nothing where the case has none. */
function furtherSection({ further }: DossierInput): string {
  const sources = [
    ['Fusions', 'fusions.tsv', further.fusions, (row: Row) => [row.gene, (row.kind ?? '').replaceAll('_', ' ')]],
    ['New splice junctions', 'splicing.tsv', further.splicing, (row: Row) => [row.gene, row.junction_id]],
    ['Listed antigens', 'antigens.tsv', further.antigens, (row: Row) => [row.gene, row.antigen_id]],
  ] as const
  return sources
    .filter(([, , rows]) => rows.length > 0)
    .map(([title, file, rows, nameOf]) => {
      const shown = rows.slice(0, 15).map(row => {
        const [gene = '', what = ''] = nameOf(row)
        return [
          row.rank ?? '',
          raw(`<strong>${escapeHtml(gene)}</strong> ${escapeHtml(what)}`),
          raw(`<code>${escapeHtml(row.best_peptide ?? '')}</code>`),
          row.best_allele ?? '',
          raw(`<span class="tier">${escapeHtml(row.tier ?? '')}</span>`),
          `${row.percentile_mt ?? ''} %`,
        ]
      })
      return `<h3>${title}</h3><p class="muted">By tier, then by the percentile of the best peptide; they have no place in the rank above. Showing ${shown.length} of ${rows.length}; all in ${file}.</p>${htmlTable(['', 'antigen', 'peptide', 'allele', 'tier', 'percentile'], shown)}`
    })
    .join('')
}

/** What each allele likes, by the model: to read a peptide against its allele. */
const motifSection = (motifs: readonly string[]): string =>
  motifs.length === 0
    ? ''
    : `<h3>What the patient's alleles present</h3><p class="muted">Motif of each allele: residues of the peptides the model ranks best among random ones, as tall as their information against the proteome; anchors in bold. A peptide whose residues at the anchors do not fit is presented poorly.</p><div class="motifs">${motifs.join('')}</div>`

/** What was tested, what answered, and who was chosen or not, in a sentence each. */
function screenSection({ screen, plates, selection, provenance }: DossierInput): string {
  const designed = provenance.some(([path]) => path === 'plate-map.csv')
    ? ' The plates that would test the shortlist are designed: plate-map.csv says what goes into which well, screen-order.csv what to order.'
    : ''
  if (screen.length === 0)
    return `<h2 id="screens">Screens and selection</h2><p class="muted">No plates were given: receptors below were taken by rank, and none is proven to see a mutation.${designed}</p>`
  const positive = screen.filter(row => row.call === 'positive')
  const answers = positive
    .slice(0, 40)
    .map(row => [
      row.receptor_id ?? '',
      row.neoantigen_id ?? '',
      row.presenter_hla ?? '',
      row.plate ?? '',
      row.replicates ?? '',
      row.ec50_molar === undefined || row.ec50_molar === '' ? (row.p ?? '') : `EC50 ${Number(row.ec50_molar).toExponential(1)} M`,
      row.mutant_over_wild_type ?? '',
    ])
  // who was never tested is counted, not listed
  const tested = selection.filter(row => row.chosen === 'true' || (row.mutation ?? '') !== '' || row.evidence_level === '1')
  const chosen = tested
    .slice(0, 30)
    .map(row => [
      row.rank || '–',
      raw(`<code>${escapeHtml(row.receptor_id ?? '')}</code>`),
      row.mutation ?? '',
      row.evidence_level ?? '',
      row.reason ?? '',
    ])
  const figures = plates.length === 0 ? '' : `<details><summary>Plates (${plates.length})</summary>${plates.join('')}</details>`
  return `<h2 id="screens">Screens and selection</h2><p class="muted">${positive.length} of ${screen.length} tests answered. A receptor is chosen only behind every gate; two people sign the payload. ${selection.length - tested.length} receptors without any evidence are not listed.</p><h3>Selection</h3>${htmlTable(['rank', 'receptor', 'mutation', 'level', 'why'], chosen)}<h3>Answers</h3>${htmlTable(['receptor', 'antigen', 'HLA', 'plate', 'wells', 'p or EC50', 'mutant over wild type'], answers)}${figures}`
}

function clonotypeSection({ lesions, clonotypes, receptors, cellMap }: DossierInput): string {
  if (clonotypes.length === 0) return '<h2 id="clonotypes">T cells of the tumour</h2><p class="muted">No T-cell sequencing was given.</p>'
  const scores = cloneScores(clonotypes, receptors)
  const scatter =
    scores === ''
      ? ''
      : `<h3>Signature score against clone size</h3><p class="muted">UCell score of the signature with the smallest p, mean over the clone's cells. Red: above chance and on the shortlist.</p>${scores}`
  return `<h2 id="clonotypes">T cells of the tumour</h2><h3>Lesions × clonotypes</h3><p class="muted">Shortlisted clonotypes first (red), then the largest (blue).</p>${lesionBars(lesions, clonotypes, receptors)}${scatter}${mapSection(cellMap)}`
}

const mapSection = (cellMap: string): string =>
  cellMap === ''
    ? ''
    : `<h3>Cells by their expression</h3><p class="muted">UMAP of the cells that have a receptor and expression, receptor genes left out; lesions are not corrected for their runs. A picture to look at: nothing is decided by it. Points in cell-map.tsv.</p>${cellMap}`

function receptorSection({ receptors }: DossierInput): string {
  const listed = receptors.filter(row => row.shortlisted === 'true')
  const shown = (listed.length > 0 ? listed : receptors).slice(0, 25)
  if (shown.length === 0) return '<h2 id="receptors">Receptors</h2><p class="muted">No receptor with both chains was found.</p>'
  const rows = shown.map(row => [
    row.rank ?? '',
    raw(`<code>${escapeHtml(row.receptor_id ?? '')}</code>`),
    raw(`${escapeHtml(row.tra_v_call ?? '')} <code>${escapeHtml(row.tra_junction_aa ?? '')}</code> ${escapeHtml(row.tra_j_call ?? '')}`),
    raw(`${escapeHtml(row.trb_v_call ?? '')} <code>${escapeHtml(row.trb_junction_aa ?? '')}</code> ${escapeHtml(row.trb_j_call ?? '')}`),
    row.lineage ?? '',
    row.reasons ?? '',
  ])
  const none =
    listed.length === 0
      ? '<p class="note">No clone scored above chance: the largest clones are listed, which says nothing about what they recognise.</p>'
      : ''
  return `<h2 id="receptors">Receptors</h2><p class="muted">Evidence level 1 at most: a gene signature is a reason to test a receptor, not a proof. Alphas and betas as sequenced in the cells.</p>${none}${htmlTable(['rank', 'receptor', 'alpha', 'beta', 'lineage', 'why'], rows)}`
}

function constructSection({ constructs }: DossierInput): string {
  if (constructs.length === 0) return '<h2 id="constructs">Constructs</h2><p class="muted">No construct was asked for or possible.</p>'
  const blocks = constructs.map(({ row, parts }) => {
    const id = escapeHtml(row.construct_id || row.receptor_id || '')
    if (row.status !== 'ready')
      return `<div class="construct"><h3>${id}: refused</h3><p class="note">${escapeHtml(row.failed_checks ?? '')}</p></div>`
    return `<div class="construct"><h3>${id} for ${escapeHtml(row.receptor_id ?? '')}: ready</h3>${constructFigure(parts, Number(row.insert_length))}
<dl><dt>alpha</dt><dd>${escapeHtml(row.a_v_call ?? '')} <code>${escapeHtml(row.a_junction_aa ?? '')}</code> ${escapeHtml(row.a_j_call ?? '')}</dd><dt>beta</dt><dd>${escapeHtml(row.b_v_call ?? '')} <code>${escapeHtml(row.b_junction_aa ?? '')}</code> ${escapeHtml(row.b_j_call ?? '')}</dd>
<dt>constant regions, linker</dt><dd>${escapeHtml(row.constant_set ?? '')}, ${escapeHtml(row.linker ?? '')}</dd><dt>codons</dt><dd>adaptation index ${escapeHtml(row.cai ?? '')}, GC ${(100 * Number(row.gc)).toFixed(1)} %, limits ${escapeHtml(row.preset ?? '')}</dd><dt>SHA-256 of the insert</dt><dd class="seq">${escapeHtml(row.sha256 ?? '')}</dd>${row.caveats === '' ? '' : `<dt>caveats</dt><dd>${escapeHtml(row.caveats ?? '')}</dd>`}</dl></div>`
  })
  return `<h2 id="constructs">Constructs</h2><p class="muted">Each passed every check of the gate, or is refused with the checks that failed. Sequences in constructs.gb; checks in gate.tsv.</p>${blocks.join('\n')}`
}

function caveatSection({ caveats }: DossierInput): string {
  const list =
    caveats.length === 0
      ? '<p>None.</p>'
      : htmlTable(
          ['what', 'in words'],
          caveats.map(c => [c.code, c.text]),
        )
  return `<h2 id="caveats">Caveats</h2>${list}`
}

function provenanceSection({ provenance, software }: DossierInput): string {
  return `<h2 id="provenance">Provenance</h2><p class="muted">${escapeHtml(software)}</p>${htmlTable(
    ['file', 'SHA-256', 'what'],
    provenance.map(([file, sha, what]) => [file, raw(`<code>${escapeHtml(sha)}</code>`), what]),
  )}`
}
