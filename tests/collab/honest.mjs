// Records what honest Yjs editors send to the server of one paragraph, in the order it arrives.
//
//   npm install yjs@13.6.33 && node honest.mjs RUNS SEED > honest.json
//
// Each run is one paragraph with three to six editors who type, strike, paste, undo, redo, go off
// line, reload, come back, lose acknowledgements and send again. Nothing here knows of the gate.
import * as Y from 'yjs'

const [runs, seed] = process.argv.slice(2).map(Number)
let state = seed
const random = () => { // mulberry32: the same traffic for the same seed
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const below = n => Math.floor(random() * n)
const chance = p => random() < p
const pick = list => list[below(list.length)]

const CHARS = [...'aeiou áéíóúñü nrstl,.;:()[]«»—–“”¿¡'.split(''), '\u00a0', '😀', '🇸🇻', 'e\u0301', '𝄞']
const WORDS = ['migración', 'los Estados miembros', 'derechos humanos', 'cooperación 😀 regional', 'San José',
  'the Conference', 'protection of migrants', 'señalan', 'niñez', 'Plan “Puebla”', 'año 2017']

// Cursors stand between characters, never inside a surrogate pair: an editor's rule.
const boundary = (text, at) => (at > 0 && at < text.length && /[\udc00-\udfff]/.test(text[at]) ? at - 1 : at)

class Editor {
  constructor (room) {
    this.room = room
    this.start(room.lease())
    this.online = true
    Y.applyUpdate(this.doc, room.diff(Y.encodeStateVector(this.doc)), 'server')
    room.editors.push(this)
  }

  start (client) {
    this.doc = new Y.Doc()
    this.doc.clientID = client
    this.texts = ['es', 'en'].map(name => this.doc.getText(name))
    // An undo manager keeps what is struck; without one Yjs forgets it (ContentDeleted).
    this.undo = chance(0.6) ? new Y.UndoManager(this.texts, { captureTimeout: pick([0, 500]) }) : null
    this.inbox = []
    this.outbox = []
    this.stored = [] // unsent work of the ids this tab had before it was reloaded
    this.acknowledged = 0
    this.cursor = 0
    this.doc.on('update', (update, origin) => { if (origin !== 'server') this.outbox.push(update) })
  }

  act () {
    const text = chance(0.7) ? this.texts[0] : this.texts[1]
    const now = text.toString()
    if (chance(0.01)) this.undo?.clear()
    if (chance(0.15)) this.cursor = below(now.length + 1)
    const at = boundary(now, Math.min(this.cursor, now.length))
    const dice = random()
    if (dice < 0.5) {
      const char = pick(CHARS)
      text.insert(at, char)
      this.cursor = at + char.length
    } else if (dice < 0.62) { // backspace
      const from = boundary(now, Math.max(0, at - 1))
      text.delete(from, at - from)
      this.cursor = from
    } else if (dice < 0.70) { // a word, or a paste
      const words = Array.from({ length: chance(0.2) ? 8 : 1 }, () => pick(WORDS)).join(' ')
      text.insert(at, words)
      this.cursor = at + words.length
    } else if (dice < 0.77) { // strike a range
      const to = boundary(now, Math.min(now.length, at + below(12)))
      if (to > at) text.delete(at, to - at)
    } else if (dice < 0.83) { // autocorrect: strike and write in one transaction
      const to = boundary(now, Math.min(now.length, at + below(6)))
      this.doc.transact(() => {
        if (to > at) text.delete(at, to - at)
        text.insert(at, pick(WORDS))
        if (chance(0.3)) text.delete(at, 1) // typed and struck before it was sent
      })
    } else if (dice < 0.86) { // dead key: compose, then replace
      this.doc.transact(() => { text.insert(at, '´'); text.delete(at, 1); text.insert(at, 'á') })
    } else if (dice < 0.88) { // everything replaced, in both languages at once
      this.doc.transact(() => {
        for (const each of this.texts) { each.delete(0, each.length); each.insert(0, pick(WORDS)) }
      })
    } else if (dice < 0.96) {
      this.undo?.undo()
    } else {
      this.undo?.redo()
    }
  }

  receive (all) {
    while (this.inbox.length && (all || chance(0.8))) Y.applyUpdate(this.doc, this.inbox.shift(), 'server')
  }

  send () {
    if (!this.outbox.length) return
    const updates = this.outbox
    this.outbox = []
    this.acknowledged = Y.getState(this.doc.store, this.doc.clientID)
    if (chance(0.5)) this.room.take(this, Y.mergeUpdates(updates))
    else for (const each of updates) this.room.take(this, each)
    if (chance(0.05)) this.room.take(this, Y.mergeUpdates(updates)) // acknowledgement lost, sent again
    if (chance(0.05)) { // sent again together with what came after
      this.act()
      this.room.take(this, Y.mergeUpdates([...updates, ...this.outbox]))
      this.outbox = []
    }
  }

  // Back on line: fetch what was missed, send what is unsent in one diff. Others' structs are left
  // out by claiming that the server has them, which it does.
  resync () {
    Y.applyUpdate(this.doc, this.room.diff(Y.encodeStateVector(this.doc)), 'server')
    this.inbox = []
    for (const [client, update] of this.stored) this.room.take(this, update, client)
    this.stored = []
    if (!this.outbox.length) return
    this.outbox = []
    const own = this.doc.clientID
    this.room.take(this, this.unsent(Y.decodeStateVector(Y.encodeStateVector(this.room.doc)).get(own) ?? 0))
  }

  // A diff with one's own structs from `clock` on, and nobody else's.
  unsent (clock) {
    const vector = Y.decodeStateVector(Y.encodeStateVector(this.doc))
    vector.set(this.doc.clientID, clock)
    return Y.encodeStateAsUpdate(this.doc, Y.encodeStateVector(vector))
  }

  // The page is loaded again without a network: the document comes from the device, the id is new,
  // and what was unsent under the old one is set aside as it is.
  reload () {
    const document = Y.encodeStateAsUpdate(this.doc)
    const stored = [...this.stored]
    if (this.outbox.length) stored.push([this.doc.clientID, this.unsent(this.acknowledged)])
    this.start(this.room.lease())
    this.stored = stored
    Y.applyUpdate(this.doc, document, 'server')
  }
}

class Room {
  constructor () {
    this.doc = new Y.Doc()
    this.doc.getText('es'); this.doc.getText('en')
    this.editors = []
    this.record = []
    this.clients = new Set()
  }

  lease () {
    let client
    do { client = chance(0.2) ? below(1000) : below(2 ** 32) } while (this.clients.has(client))
    this.clients.add(client)
    return client
  }

  diff (vector) { return Y.encodeStateAsUpdate(this.doc, vector) }

  take (from, update, client = from.doc.clientID) {
    this.record.push([client, Buffer.from(update).toString('base64')])
    Y.applyUpdate(this.doc, update)
    for (const each of this.editors) if (each !== from && each.online) each.inbox.push(update)
  }
}

const recorded = []
for (let run = 0; run < runs; run++) {
  const room = new Room()
  for (let n = 3 + below(4); n > 0; n--) new Editor(room) // eslint-disable-line no-new
  while (room.record.length < 260) {
    const editor = pick(room.editors)
    if (chance(0.02)) { editor.online = false; editor.inbox = [] }
    for (let n = 1 + below(5); n > 0; n--) editor.act()
    if (editor.online) {
      editor.receive(false)
      if (chance(0.8)) editor.send()
    } else if (chance(0.1)) {
      editor.reload()
    } else if (chance(0.15)) {
      editor.online = true
      editor.resync()
    }
    if (chance(0.005)) { // a page reloaded: everything sent, a new id
      editor.online = true
      editor.resync()
      editor.start(room.lease())
      editor.resync()
    }
  }
  for (const editor of room.editors) { editor.online = true; editor.resync() }
  for (const editor of room.editors) editor.receive(true)
  const [es, en] = ['es', 'en'].map(name => room.doc.getText(name).toString())
  for (const editor of room.editors) {
    if (editor.texts[0].toString() !== es || editor.texts[1].toString() !== en) throw new Error('the editors differ')
  }
  recorded.push({ updates: room.record, es, en })
}
const kinds = {}
for (const { updates } of recorded) {
  for (const [, update] of updates) {
    for (const struct of Y.decodeUpdate(Buffer.from(update, 'base64')).structs) {
      const kind = struct.content ? struct.content.constructor.name : struct.constructor.name
      kinds[kind] = (kinds[kind] ?? 0) + 1
    }
  }
}
console.error(kinds, recorded.reduce((n, r) => n + r.updates.length, 0))
console.log(JSON.stringify({ made: `yjs 13.6.33, tests/collab/honest.mjs ${runs} ${seed}`, runs: recorded }))
