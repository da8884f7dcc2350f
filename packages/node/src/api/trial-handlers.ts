// Handlers of the trials: a trial is seen by those whose study has its name.
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import type { z } from 'zod'
import { done, type Handlers } from './handler.ts'
import { bytesOf, type Files, type PageQuery, sendFile, sendPage, sendPicture } from './results-files.ts'
import type { Gate } from './scope.ts'
import type { Call } from './server.ts'
import { isOutdated, makeReadOut, readOutFiles, type TrialEntry, type TrialPlace, trialLine, trialsOf } from './trial-desk.ts'
import type { readOutBody } from './trial-routes.ts'

interface Found {
  readonly entry: TrialEntry
  readonly place: TrialPlace
  /** Of the cut that the call names. */
  readonly files: Files
}

export function trialHandlers(place: TrialPlace | undefined, gate: Gate): Handlers {
  const find = async (call: Call): Promise<Result<Found, Issue>> => {
    const id = call.params.id!
    const entry = trialsOf(place).find(one => one.id === id)
    if (entry === undefined || place === undefined)
      return fail(issue('not-found', `there is no trial ${id}`, 'see which trials the server has; its folder is given by `serve --trials`'))
    const may = await gate.allowed(call, placeOf(entry), { kind: 'trial', id, version: 0 })
    return may.ok ? ok({ entry, place, files: readOutFiles(place, entry, call.params.cut ?? '') }) : may
  }

  return {
    async 'trial.list'(call) {
      const visible = trialsOf(place).filter(entry => call.mayAt(placeOf(entry)).ok)
      return done({ given: place !== undefined, trials: visible.map(entry => trialLine(place!, entry)) })
    },
    async 'trial.cut'(call) {
      const found = await find(call)
      if (!found.ok) return found
      const { entry, place: has } = found.value
      if (!entry.file.ok) return fail({ ...entry.file.issue, code: 'input' })
      const { cut = entry.file.value.data_cut } = call.body as z.infer<typeof readOutBody>
      const made = await makeReadOut(has, entry, cut)
      if (!made.ok) return made
      await gate.note(call, 'data-cut', { kind: 'trial', id: entry.id, version: 0 }, cut)
      return done({ cut }, { status: 201 })
    },
    async 'trial.show'(call) {
      const found = await find(call)
      if (!found.ok) return found
      const { entry, place: has, files } = found.value
      const cut = call.params.cut!
      if (files.size === 0) return fail(issue('not-found', `${entry.id} has no read-out of ${cut}`, 'a statistician makes it'))
      return done({ ...trialLine(has, entry), cut, outdated: isOutdated(has, entry, cut), files: [...files.keys()].toSorted() })
    },
    async 'trial.table'(call) {
      const found = await find(call)
      return found.ok ? sendPage(found.value.files, call.params.table!, call.query as PageQuery) : found
    },
    async 'trial.file'(call) {
      const found = await find(call)
      return found.ok ? sendFile(found.value.files, call.params.file!, `${call.params.id}-${call.params.cut}`) : found
    },
    async 'trial.figure'(call) {
      const found = await find(call)
      if (!found.ok) return found
      const name = call.params.figure!
      const svg = bytesOf(found.value.files, `figures/${name}.svg`)
      return svg.ok ? sendPicture(svg.value.toString('utf8'), name) : svg
    },
  }
}

/** Trials are of every site of their study; one that cannot be read says nothing but its name. */
const placeOf = ({ file }: TrialEntry) => ({ site: '', study: file.ok ? file.value.trial : '' })
