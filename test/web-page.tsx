// The web app in a document without a browser, against a site's real server: what a person opens, reads, fills in, presses and signs.
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { expect } from 'vitest'
import { COOKIE, STATION_COOKIE } from '../packages/node/src/api/cookies.ts'
import { App } from '../packages/web/src/app.tsx'
import { makeClient } from '../packages/web/src/client/record-client.ts'
import type { Person, Site } from './record-site.ts'

// React's act() asks for it
;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true

export class Browser {
  readonly #site: Site
  #mounted: Root | undefined
  /** As a browser would keep them. */
  cookie = ''
  station = ''
  readonly kept = new Map<string, string>()
  page: HTMLElement = document.createElement('div')
  #signed = false

  constructor(site: Site) {
    this.#site = site
  }

  /** A browser's fetch, straight into the server. */
  readonly send = (async (path: string, init: RequestInit) => {
    const reply = await this.#site.app.inject({
      method: init.method as 'GET',
      url: path,
      headers: init.headers as Record<string, string>,
      cookies: {
        ...(this.cookie === '' ? {} : { [COOKIE]: this.cookie }),
        ...(this.station === '' ? {} : { [STATION_COOKIE]: this.station }),
      },
      ...(init.body === undefined ? {} : { payload: init.body instanceof ArrayBuffer ? Buffer.from(init.body) : (init.body as string) }),
    })
    const set = reply.cookies.find(one => one.name === COOKIE)
    if (set !== undefined) this.cookie = set.value
    const station = reply.cookies.find(one => one.name === STATION_COOKIE)
    if (station !== undefined) this.station = station.value
    return new Response(new Uint8Array(reply.rawPayload), { status: reply.statusCode })
  }) as typeof fetch

  readonly storage = {
    getItem: (key: string) => this.kept.get(key) ?? null,
    setItem: (key: string, text: string) => void this.kept.set(key, text),
    removeItem: (key: string) => void this.kept.delete(key),
  }

  async show(element: React.ReactNode): Promise<void> {
    await act(async () => this.#mounted?.unmount())
    this.page = document.createElement('div')
    document.body.replaceChildren(this.page)
    this.#mounted = createRoot(this.page)
    await act(async () => this.#mounted!.render(element))
  }

  async open(address: string): Promise<void> {
    location.hash = address
    await this.show(<App client={makeClient(this.send, this.storage)} />)
  }

  readonly #wait = () => act(() => new Promise<void>(resolve => setTimeout(resolve, 20)))

  /** Waits until the page says this; answers all that it says. `patience`: milliseconds. */
  async until(text: string, patience = 10_000): Promise<string> {
    const end = Date.now() + patience
    while (!this.page.textContent!.includes(text) && Date.now() < end) await this.#wait()
    expect(this.page.textContent).toContain(text)
    return this.page.textContent!
  }

  /** Waits until what is looked at is what is wanted. */
  async sees<T>(look: () => T, wanted: T): Promise<void> {
    const end = Date.now() + 10_000
    while (JSON.stringify(look()) !== JSON.stringify(wanted) && Date.now() < end) await this.#wait()
    expect(look()).toEqual(wanted)
  }

  async submit(form: Element): Promise<void> {
    await act(async () => form.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true })))
  }

  async signIn(password: string, code: string, account: string): Promise<void> {
    await this.until('Sign in to the record')
    this.fill({ account, password, code })
    this.#signed = false
    await this.submit(this.page.querySelector('form')!)
  }

  /** Another person sits down, and opens this. */
  async seat(person: Person, address: string): Promise<void> {
    this.cookie = ''
    await this.open(address)
    await this.signIn(person.password, person.code(), person.account)
  }

  field(name: string): HTMLInputElement {
    const field = [...this.page.querySelectorAll<HTMLInputElement>('[name]')].find(one => one.name === name)
    if (field === undefined)
      throw new Error(
        `no field ${name}; there are ${[...this.page.querySelectorAll<HTMLInputElement>('[name]')].map(one => one.name).join(', ')}`,
      )
    return field
  }

  /** Fills fields by name; a list checks those boxes. */
  fill(fields: Readonly<Record<string, string | readonly string[] | boolean>>): void {
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') this.field(name).value = value
      else if (typeof value === 'boolean') this.field(name).checked = value
      else for (const box of this.page.querySelectorAll<HTMLInputElement>(`[name="${name}"]`)) box.checked = value.includes(box.value)
    }
  }

  /** As a keyboard does it: React hears of it. */
  async type(field: HTMLInputElement, text: string): Promise<void> {
    const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!
    await act(async () => {
      setter.call(field, text)
      field.dispatchEvent(new Event('input', { bubbles: true }))
    })
  }

  /** Chooses an option by its words. */
  async pick(select: HTMLSelectElement, words: string): Promise<void> {
    await act(async () => {
      select.selectedIndex = [...select.options].findIndex(option => option.text.includes(words))
      select.dispatchEvent(new Event('change', { bubbles: true }))
    })
  }

  /** As a scanner does it: a character at a time, quicker than any person. */
  async scan(field: HTMLInputElement, text: string): Promise<void> {
    for (const letter of text) {
      if (letter === '\u001d')
        await act(async () => field.dispatchEvent(new KeyboardEvent('keydown', { key: ']', ctrlKey: true, bubbles: true })))
      else await this.type(field, field.value + letter)
    }
  }

  async choose(name: string, option: number): Promise<void> {
    const select = this.field(name) as unknown as HTMLSelectElement
    await act(async () => {
      select.selectedIndex = option
      select.dispatchEvent(new Event('change', { bubbles: true }))
    })
  }

  buttons(): readonly string[] {
    return [...this.page.querySelectorAll('button')].map(button => button.textContent!)
  }

  links(): readonly string[] {
    return [...this.page.querySelectorAll('a')].map(link => link.textContent!)
  }

  async press(label: string): Promise<void> {
    await act(async () => [...this.page.querySelectorAll('button')].find(button => button.textContent === label)!.click())
  }

  /** Signs what is asked, with a code the first time. Answers what was shown. */
  async sign(person: Person, meaning: string): Promise<{ readonly command: string; readonly input: Record<string, unknown> }> {
    await this.until(`You sign this as ${meaning}`)
    const shown = JSON.parse(this.page.querySelector('pre')!.textContent!)
    const form = this.page.querySelector('dialog form')!
    const [password, code] = ['password', 'code'].map(name => form.querySelector<HTMLInputElement>(`[name=${name}]`)!)
    password!.value = person.password
    code!.value = this.#signed ? '' : person.code()
    this.#signed = true
    await this.submit(form)
    const end = Date.now() + 10_000
    while (this.page.querySelector('dialog') !== null && Date.now() < end) await this.#wait()
    expect(this.page.querySelector('dialog')?.textContent ?? '').toBe('')
    await this.#wait()
    return shown
  }
}
