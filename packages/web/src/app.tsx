// The app: who is signed in, and the screen that the address after # names. It shows, and two duties of a second person are signed in it; everything else is signed at the command line.
import { useEffect, useState } from 'react'
import type { WhoAnswer } from './client/answers.ts'
import type { Client } from './client/record-client.ts'
import { useAnswer } from './client/use-answer.ts'
import { Board } from './screens/lot/board.tsx'
import { Lot } from './screens/lot/lot.tsx'
import { Trace } from './screens/lot/trace.tsx'
import { SignIn } from './screens/sign-in/sign-in.tsx'

function useAddress(): readonly string[] {
  const read = () => location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent)
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
  if (who === undefined) return null
  return (
    <>
      {who.ok ? (
        <nav aria-label="Screens">
          <a href="#/board">Board</a>
          <span className="muted who">
            {who.value.name}, {who.value.roles.join(', ')}
          </span>
          <button type="button" onClick={() => void client.signOut().then(again)}>
            Sign out
          </button>
        </nav>
      ) : null}
      <main>{who.ok ? <CurrentScreen client={client} who={who.value} /> : <SignIn client={client} onSignedIn={again} />}</main>
      <footer className="muted">
        Research software: it records and checks decisions, it does not make them. What has no button here is signed by{' '}
        <code>cognate lot</code>.
      </footer>
    </>
  )
}

function CurrentScreen({ client, who }: { readonly client: Client; readonly who: WhoAnswer }) {
  const [screen, id] = useAddress()
  if (screen === 'lot' && id !== undefined) return <Lot key={id} client={client} id={id} who={who} />
  if (screen === 'trace' && id !== undefined) return <Trace key={id} client={client} id={id} />
  return <Board client={client} />
}
