// The app: who is signed in, and the screen that the address after # names. Whatever the record takes from this person's roles can be given in it.
import { useEffect, useState } from 'react'
import type { WhoAnswer } from './client/answers.ts'
import { commandForms, type InterfaceDescription, mayDo } from './client/command-forms.ts'
import type { Desk } from './client/desk.ts'
import type { Client } from './client/record-client.ts'
import { useAnswer } from './client/use-answer.ts'
import { Case, CaseFrame } from './screens/case/case.tsx'
import { Cases } from './screens/case/cases.tsx'
import { Compared } from './screens/case/compared.tsx'
import { Constructs } from './screens/construct/constructs.tsx'
import { Bedside, Orders } from './screens/infusion/bedside.tsx'
import { FollowUp } from './screens/infusion/follow-up.tsx'
import { Board } from './screens/lot/board.tsx'
import { ImportResults } from './screens/lot/import-results.tsx'
import { Lot } from './screens/lot/lot.tsx'
import { PerformStep } from './screens/lot/perform-step.tsx'
import { Recall, RecallOf, Recalls } from './screens/lot/recall.tsx'
import { Template, Templates } from './screens/lot/templates.tsx'
import { Trace } from './screens/lot/trace.tsx'
import { Neoantigen } from './screens/neoantigen/neoantigen.tsx'
import { Neoantigens } from './screens/neoantigen/neoantigens.tsx'
import { Present } from './screens/presentation/present.tsx'
import { Receptor } from './screens/receptor/receptor.tsx'
import { Receptors } from './screens/receptor/receptors.tsx'
import { Command } from './screens/record/command.tsx'
import { Duties } from './screens/record/duties.tsx'
import { ReadOut } from './screens/response/read-out.tsx'
import { Trials } from './screens/response/trials.tsx'
import { Safety } from './screens/safety/safety.tsx'
import { Design } from './screens/screen/design.tsx'
import { Plates } from './screens/screen/screen.tsx'
import { Selection } from './screens/selection/selection.tsx'
import { Enrol } from './screens/sign-in/enrol.tsx'
import { Factors } from './screens/sign-in/factors.tsx'
import { OwnAccount } from './screens/sign-in/own-account.tsx'
import { SignIn } from './screens/sign-in/sign-in.tsx'
import { BindStation } from './screens/sign-in/station.tsx'
import { Variants } from './screens/variant/variants.tsx'

/** Words of the address after #; none of one that was cut off within a letter. */
function wordsOf(hash: string): readonly string[] {
  try {
    return hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent)
  } catch {
    return []
  }
}

function useAddress(): readonly string[] {
  const read = () => wordsOf(location.hash)
  const [address, setAddress] = useState(read)
  useEffect(() => {
    const follow = () => setAddress(read())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return address
}

export function App({ client }: { readonly client: Client }) {
  const { result: who, again } = useAnswer<WhoAnswer>(client, '/session')
  const [screen] = useAddress()
  if (who === undefined) return null
  return (
    <>
      {who.ok ? <Menu who={who.value} onSignOut={() => void client.signOut().then(again)} /> : null}
      <main>
        {who.ok ? (
          <CurrentScreen client={client} who={who.value} />
        ) : screen === 'enrol' ? (
          <Enrol client={client} />
        ) : screen === 'station' ? (
          <BindStation client={client} />
        ) : (
          <SignIn client={client} onSignedIn={again} />
        )}
      </main>
      <footer className="muted">Research software: it records and checks decisions, it does not make them.</footer>
    </>
  )
}

/** What this person's roles read. */
function Menu({ who, onSignOut }: { readonly who: WhoAnswer; readonly onSignOut: () => void }) {
  const hasRecord = who.local !== true
  return (
    <nav aria-label="Screens">
      {mayDo(who, 'read-case') ? (
        <>
          <a href="#/cases">Cases</a>
          <a href="#/present">Presentation</a>
        </>
      ) : null}
      {mayDo(who, 'read-trial') ? <a href="#/trials">Trials</a> : null}
      {hasRecord && mayDo(who, 'read-record') ? (
        <>
          <a href="#/board">Board</a>
          <a href="#/bedside">Bedside</a>
          <a href="#/follow-up">Follow-up</a>
          {mayDo(who, 'decide-quality') ? <a href="#/recalls">Recalls</a> : null}
        </>
      ) : null}
      {hasRecord ? (
        <>
          <a href="#/do">Record</a>
          {mayDo(who, 'propose-account') ? <a href="#/factors">Second factors</a> : null}
          <a className="muted who" href="#/account">
            {who.name}, {who.roles.join(', ')}
          </a>
          {who.before === undefined || who.before.refused === 0 ? null : (
            <a className="mark bad" href="#/account">
              {who.before.refused} refused since you last signed in
            </a>
          )}
          <button type="button" onClick={onSignOut}>
            Sign out
          </button>
        </>
      ) : (
        <span className="muted who">{who.name}</span>
      )}
    </nav>
  )
}

function CurrentScreen({ client, who }: { readonly client: Client; readonly who: WhoAnswer }) {
  const { result: description } = useAnswer<InterfaceDescription>(client, '/openapi.json')
  const [screen, id, more, one] = useAddress()
  if (description === undefined) return null
  const desk: Desk = { client, who, forms: description.ok ? commandForms(description.value, who) : [] }
  if (screen === 'present') return <Present client={client} />
  if (screen === 'trials')
    return id !== undefined && more !== undefined ? (
      <ReadOut key={`${id} ${more}`} client={client} id={id} cut={more} screen={one ?? ''} />
    ) : (
      <Trials desk={desk} />
    )
  if (screen === 'cases' && id !== undefined) return <OneCase key={id} desk={desk} id={id} screen={more ?? ''} one={one} />
  if (screen === 'cases') return <Cases desk={desk} />
  if (screen === 'compared') return <Compared client={client} />
  if (screen === 'lot' && id !== undefined) return <Lot key={id} desk={desk} id={id} />
  if (screen === 'trace' && id !== undefined) return <Trace key={id} client={client} id={id} />
  if (screen === 'step' && id !== undefined && more !== undefined)
    return <PerformStep key={`${id} ${more}`} desk={desk} lot={id} step={more} />
  if (screen === 'do') return id === undefined ? <Duties desk={desk} /> : <Command key={`${id} ${more}`} desk={desk} name={id} id={more} />
  if (screen === 'import') return <ImportResults client={client} />
  if (screen === 'bedside') return id === undefined ? <Orders desk={desk} /> : <Bedside key={id} desk={desk} order={id} />
  if (screen === 'account') return <OwnAccount desk={desk} />
  if (screen === 'templates') return id === undefined ? <Templates desk={desk} /> : <Template key={id} desk={desk} id={id} />
  if (screen === 'recalls') return id === undefined ? <Recalls desk={desk} /> : <Recall key={id} desk={desk} id={id} />
  if (screen === 'recall-of' && id !== undefined) return <RecallOf key={id} desk={desk} start={id} />
  if (screen === 'factors') return <Factors desk={desk} />
  if (screen === 'follow-up') return <FollowUp desk={desk} />
  if (who.local !== true && mayDo(who, 'read-record')) return <Board client={client} />
  return mayDo(who, 'read-case') ? <Cases desk={desk} /> : <Duties desk={desk} />
}

/** A case, or one of its stages; `one`: an item of the stage. */
function OneCase({
  desk,
  id,
  screen,
  one,
}: {
  readonly desk: Desk
  readonly id: string
  readonly screen: string
  readonly one: string | undefined
}) {
  return (
    <CaseFrame desk={desk} id={id} screen={screen}>
      {given => {
        if (screen === 'variants') return <Variants {...given} />
        if (screen === 'neoantigens')
          return one === undefined ? <Neoantigens {...given} /> : <Neoantigen key={one} given={given} named={one} />
        if (screen === 'receptors')
          return one === undefined ? <Receptors {...given} /> : <Receptor key={one} given={given} receptor={one} />
        if (screen === 'design') return <Design given={given} design={one} />
        if (screen === 'screen') return <Plates {...given} />
        if (screen === 'safety') return <Safety {...given} />
        if (screen === 'selection') return <Selection {...given} />
        if (screen === 'constructs') return <Constructs {...given} />
        return <Case {...given} />
      }}
    </CaseFrame>
  )
}
