import { expect, test } from 'vitest'
import { printPdf } from './print-pdf.ts'

test('without a browser the page is still there to print, and the issue says so', () => {
  expect(printPdf('report.html', 'report.pdf', ['no-such-browser'])).toMatchObject({
    ok: false,
    issue: { code: 'pdf-browser', remedy: expect.stringContaining('report.html') },
  })
})
