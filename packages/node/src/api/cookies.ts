// What a browser keeps for the server: the session, and which registered station it is. No script reads them.
import type { FastifyReply } from 'fastify'

export const COOKIE = '__Host-cognate'
export const STATION_COOKIE = '__Host-cognate-station'
/** As long as browsers keep any. */
const STATION_SECONDS = 400 * 86_400

const RULES = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' } as const

/** An empty token ends the session. */
export function setCookie(reply: FastifyReply, token: string): void {
  if (token === '') reply.clearCookie(COOKIE, RULES)
  else reply.setCookie(COOKIE, token, RULES)
}

export const setStationCookie = (reply: FastifyReply, token: string): FastifyReply =>
  reply.setCookie(STATION_COOKIE, token, { ...RULES, maxAge: STATION_SECONDS })
