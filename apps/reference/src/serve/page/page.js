const form = document.querySelector('#attempt')
const status = document.querySelector('#status')
const decisions = document.querySelector('#decisions')
const attempts = new Map()
let socket
let lastId = 0

form.elements.time.value = new Date().toISOString().replace(/\.\d+Z$/, 'Z')

function connect() {
  socket = new WebSocket(`${location.protocol.replace('http', 'ws')}//${location.host}/loads/ws`)
  socket.addEventListener('open', () => say('Ready.'))
  socket.addEventListener('message', ({ data }) => heard(JSON.parse(data)))
  socket.addEventListener('close', () => {
    say('The connection is lost; trying again.')
    setTimeout(connect, 1000)
  })
}

function heard({ id, reply, error }) {
  const attempt = attempts.get(id)
  attempts.delete(id)
  if (attempt === undefined) return
  if (error !== undefined)
    return say(error.errors?.map(({ path, reason }) => `${path} ${reason}`).join('; ') ?? error.title)
  const word = reply.accepted ? 'accepted' : 'declined'
  const item = document.createElement('li')
  item.className = word
  item.textContent = `${attempt.id}: ${attempt.load_amount} for customer ${attempt.customer_id} ${word} (${reply.reason})`
  decisions.prepend(item)
  say(`Attempt ${attempt.id} ${word}: ${reply.reason}`)
}

function say(text) {
  status.textContent = text
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (socket.readyState !== WebSocket.OPEN) return say('Not connected yet; try again in a moment.')
  const attempt = Object.fromEntries(new FormData(form))
  attempts.set(++lastId, attempt)
  socket.send(JSON.stringify({ id: lastId, request: attempt }))
  form.elements.id.select()
})

connect()
