// Where the page begins.
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { makeClient } from './client/record-client.ts'

createRoot(document.getElementById('app')!).render(<App client={makeClient()} />)
