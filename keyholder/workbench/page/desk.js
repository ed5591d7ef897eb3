/** What every view of the page is given. Types alone. */

/** @typedef {{running: boolean, came: number, code: string | null, lines: {text: string, warns: boolean}[]}} Fetching */
/** @typedef {{focus: () => void, leave: () => void, renew?: () => Promise<void>}} Shown what a view gives; renew: more reports are here */
/**
 * @typedef {object} State what /api/state tells, as far as more than one module needs it
 * @property {number} reports
 * @property {{code: string | null, name: string | null, reports: number}[]} countries
 * @property {{channel: string[], status: string[], kind: string[], net: string[], level: string[]}} values
 * @property {string} holder this keyholder's id
 * @property {number} [incidents]
 * @property {number} [idle_seconds]
 * @property {{times: number, reports: number, changed: number, records: number}} news all that came since the start
 * @property {Fetching | null} fetching
 * @property {{done: number, total: number, seconds_left: number | null} | null} opening
 */
/**
 * @typedef {object} Desk what every view is given
 * @property {import("./api.js").Api} api
 * @property {import("./filters.js").Filters} filters
 * @property {State} state
 * @property {Set<string>} marked ids of reports
 * @property {{row?: number, id?: string}} remembered where in the list somebody is
 * @property {(view: string, wanted?: any) => void} go
 * @property {(text: string) => void} say
 * @property {(error: unknown) => void} fail
 * @property {(operation: Record<string, unknown>) => Promise<any>} operate null where it was refused
 * @property {() => Promise<void>} mergeMarked
 */

export {};
