// The certificate of analysis: one model, laid out as a page. What is pending stands in large type; who decided what and when stands where the decision does.
import { escapeHtml, htmlTable, unescapeHtml } from '../format/index.ts'
import { type Coi, showCoi } from './coi.ts'
import { againstRelease, testStandings } from './disposition-commands.ts'
import { cellsText, doseOf } from './dose.ts'
import type { LotFile } from './lot-file.ts'
import { limitText } from './quantity.ts'

export interface CertificateSignature {
  readonly name: string
  readonly account: string
  readonly meaning: string
  readonly time: string
  readonly command: string
  /** Number of its event in the log. */
  readonly event: number
}

/** The event that released the lot, and the proof that the log holds it. */
export interface ReleaseProof {
  readonly index: number
  /** Canonical text. */
  readonly event: string
  readonly proof: string
}

export interface Certificate {
  readonly lot: string
  readonly version: number
  readonly product: string
  readonly coi: string
  readonly template: string
  readonly disposition: string
  readonly pending: number
  readonly constructs: readonly {
    readonly receptor: string
    readonly construct: string
    readonly insert_sha256: string
    readonly share: string
    readonly vector_lot: string
  }[]
  /** From what was counted to the cells that the dose is stated in. */
  readonly dose: readonly { readonly cells: string; readonly number: string; readonly basis: string }[]
  readonly tests: readonly {
    readonly test: string
    readonly method: string
    readonly limit: string
    readonly result: string
    readonly verdict: string
    readonly basis: string
    readonly analyst: string
    readonly reviewer: string
    readonly superseded: readonly string[]
  }[]
  readonly deviations: readonly { readonly id: string; readonly class: string; readonly description: string; readonly status: string }[]
  readonly open: readonly string[]
  readonly signatures: readonly CertificateSignature[]
  readonly checkpoint: string
  /** Undefined while the lot is not released. */
  readonly release: ReleaseProof | undefined
}

/** Same file, signatures, checkpoint and proof: same certificate. */
export function certificateOf(
  file: LotFile,
  signatures: readonly CertificateSignature[],
  checkpoint: string,
  release: ReleaseProof | undefined,
): Certificate {
  const standings = testStandings(file)
  return {
    lot: file.row.id,
    version: file.row.version,
    product: file.lot.product_type,
    coi: file.lot.coi,
    template: file.lot.template,
    disposition: file.lot.disposition,
    pending: standings.filter(one => one.verdict === 'pending').length,
    constructs: file.lot.arms.map(({ receptor, construct, construct_sha256, share, vector_lot }) => ({
      receptor,
      construct,
      insert_sha256: construct_sha256,
      share,
      vector_lot,
    })),
    dose: doseOf(file).map(({ cells, number, basis }) => ({ cells, number: cellsText(number), basis })),
    tests: file.template.release.map((test, i) => {
      const standing = standings[i]!
      const counted = file.results.find(row => row.id === standing.result)?.data
      return {
        test: test.name,
        method: test.method,
        limit: limitText(test),
        result:
          counted === undefined
            ? ''
            : counted.value === ''
              ? `${counted.raw} ${counted.unit}`
              : `${counted.value}${test.text_limit === null ? ` ${test.unit}` : ''}`,
        verdict: standing.verdict,
        basis: counted?.basis ?? '',
        analyst: counted?.analyst ?? '',
        reviewer: counted?.reviewer ?? '',
        superseded: file.results
          .filter(row => row.data.test === test.name && row.data.status === 'invalidated')
          .map(row => `${row.data.raw} ${row.data.unit} (invalidated)`),
      }
    }),
    deviations: file.deviations.map(({ id, data }) => ({ id, class: data.class, description: data.description, status: data.status })),
    open: againstRelease(file, false),
    signatures,
    checkpoint,
    release,
  }
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]) => (rows.length === 0 ? '<p>none</p>' : htmlTable(head, rows))

/** `350 000 000`: nine digits in a row are misread. */
const grouped = (number: string): string => number.replace(/\B(?=(\d{3})+$)/g, '\u00a0')

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}table{border-collapse:collapse;width:100%;font-size:.86rem}th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #d8dee4;vertical-align:top;overflow-wrap:break-word}th{background:#f3f5f7;white-space:nowrap}.pending{font-size:2rem;font-weight:700;color:#9a3412;margin:.6rem 0}.disposition{display:inline-block;padding:.1rem .6rem;border:2px solid;border-radius:.3rem;font-weight:700}pre{font-size:.75rem;background:#f3f5f7;padding:.6rem;overflow-wrap:anywhere;white-space:pre-wrap}.note{color:#57606a;font-size:.85rem}'

const releaseSection = (release: ReleaseProof | undefined): string =>
  release === undefined
    ? ''
    : `<p class="note">The release is event ${release.index} of the record, of this text; the code above holds the proof that the checkpoint seals it. To check it without the record: cognate audit proof, with this page and the log’s key.</p>
<pre id="release-event">${escapeHtml(release.event)}</pre>
<pre id="release-proof">${escapeHtml(release.proof)}</pre>`

/** What of a certificate's page a proof is checked by; undefined where the lot was not released. */
export function releaseOnPage(html: string): Pick<ReleaseProof, 'event' | 'proof'> | undefined {
  const [event, proof] = ['release-event', 'release-proof'].map(id => new RegExp(`<pre id="${id}">([^<]*)</pre>`).exec(html)?.[1])
  return event === undefined || proof === undefined ? undefined : { event: unescapeHtml(event), proof: unescapeHtml(proof) }
}

/** The page; `qr` is an SVG of the proof of release, or of the checkpoint, or nothing. No script, nothing from outside. */
export function certificateHtml(certificate: Certificate, qr = ''): string {
  const { coi } = certificate
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Certificate of analysis ${escapeHtml(certificate.lot)}</title><style>${STYLE}</style></head><body>
<h1>Certificate of analysis</h1>
<p>${escapeHtml(certificate.product)} lot <b>${escapeHtml(certificate.lot)}</b>, version ${certificate.version} of its record, made by ${escapeHtml(certificate.template)}<br>
Identity <b>${coi === '' ? 'none (vector)' : escapeHtml(showCoi(coi as Coi))}</b> · for autologous use only · for investigational use only</p>
<p><span class="disposition">${escapeHtml(certificate.disposition.toUpperCase())}</span></p>
${certificate.pending > 0 ? `<p class="pending">${certificate.pending} test${certificate.pending === 1 ? '' : 's'} pending</p>` : ''}
<h2>Inserts</h2>${table(
    ['receptor', 'construct', 'insert SHA-256', 'share', 'vector lot'],
    certificate.constructs.map(one => [one.receptor, one.construct, one.insert_sha256, one.share, one.vector_lot]),
  )}
<h2>Dose</h2>${table(
    ['cells', 'number', 'basis'],
    certificate.dose.map(one => [one.cells, grouped(one.number), one.basis]),
  )}
<h2>Tests</h2>${table(
    ['test', 'method', 'limit', 'result', 'verdict', 'analyst', 'reviewer'],
    certificate.tests.map(one => [
      one.test,
      one.method,
      one.limit,
      [one.result, one.basis, ...one.superseded].filter(text => text !== '').join('; '),
      one.verdict,
      one.analyst,
      one.reviewer,
    ]),
  )}
<h2>Deviations</h2>${table(
    ['id', 'class', 'description', 'status'],
    certificate.deviations.map(one => [one.id, one.class, one.description, one.status]),
  )}
<h2>What stands against a full release</h2>${certificate.open.length === 0 ? '<p>nothing</p>' : `<ul>${certificate.open.map(text => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`}
<h2>Signatures</h2>${table(
    ['name', 'account', 'meaning', 'time (UTC)', 'of'],
    certificate.signatures.map(one => [one.name, one.account, one.meaning, one.time, one.command]),
  )}
<h2>Proof</h2><p class="note">The record up to this certificate is sealed by this checkpoint; compare it with the copy that your site keeps elsewhere.</p>${qr}<pre>${escapeHtml(certificate.checkpoint)}</pre>
${releaseSection(certificate.release)}
<p class="note">Made by Cognate, research software: it supports the decision of the persons who sign above.</p>
</body></html>
`
}
