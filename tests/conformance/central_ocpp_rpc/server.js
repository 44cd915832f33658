// A foreign central system: the server of npm's `ocpp-rpc` in strict mode.
//
//     NODE_PATH=…/node_modules node server.js
//
// Steered over standard input and output as tests/conformance/central.py says. In strict mode the
// package checks every payload against its own schemas, in both directions.
'use strict';

const readline = require('readline');
const { setTimeout } = require('timers/promises');
const { RPCServer } = require('ocpp-rpc');

const cards = {}; // idTagInfo by idTag; any other card is Invalid
const transactions = new Map(); // transactionId by the message id of its StartTransaction
const late = {}; // by action: after how many seconds its answer is sent
let numbers = 0;
let wallbox = null; // the newest connection counts

const tell = (event, what = {}) => console.log(JSON.stringify({ event, ...what }));

const answers = {
  BootNotification: () => ({ status: 'Accepted', currentTime: new Date().toISOString(), interval: 300 }),
  Heartbeat: () => ({ currentTime: new Date().toISOString() }),
  Authorize: ({ idTag }) => ({ idTagInfo: info(idTag) }),
  StartTransaction: ({ idTag }, messageId) => {
    if (!transactions.has(messageId)) transactions.set(messageId, ++numbers);
    return { transactionId: transactions.get(messageId), idTagInfo: info(idTag) };
  },
  StopTransaction: ({ idTag }) => (idTag === undefined ? {} : { idTagInfo: info(idTag) }),
  DataTransfer: () => ({ status: 'UnknownVendorId' }),
  SignCertificate: () => ({ status: 'Accepted' }),
};
for (const action of ['MeterValues', 'StatusNotification', 'DiagnosticsStatusNotification',
  'FirmwareStatusNotification', 'SignedFirmwareStatusNotification', 'SecurityEventNotification',
  'LogStatusNotification']) {
  answers[action] = () => ({});
}

function info(idTag) {
  return cards[idTag] ?? { status: 'Invalid' };
}

function serve(client) {
  wallbox = client;
  tell('connected', { identity: client.identity, subprotocol: client.protocol });
  client.on('disconnect', () => wallbox === client && tell('disconnected'));
  client.on('strictValidationFailure', ({ method, params, result, error, outbound }) => tell('violation', {
    sender: outbound ? 'central' : 'wallbox',
    action: method,
    what: `${error.message}: ${JSON.stringify(result ?? params)}`,
  }));
  client.on('badMessage', ({ buffer, error }) => tell('violation', {
    sender: 'wallbox', action: '', what: `${error.message}: ${buffer}`,
  }));
  for (const [action, decide] of Object.entries(answers)) {
    client.handle(action, async ({ params, messageId }) => {
      const answer = decide(params, messageId);
      tell('call', { id: messageId, action, payload: params, answer });
      if (late[action]) await setTimeout(1000 * late[action]);
      return answer;
    });
  }
}

async function obey(line) {
  const { cards: told, late_s: lateS, request, action, payload } = JSON.parse(line);
  Object.assign(cards, told);
  Object.assign(late, lateS);
  if (request === undefined) return;
  try {
    if (wallbox === null) throw new Error('not connected');
    tell('answer', { request, payload: await wallbox.call(action, payload, { callTimeoutMs: 30000 }) });
  } catch (error) {
    tell('answer', { request, error: error.rpcErrorCode ?? 'NoAnswer', what: error.message });
  }
}

const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true });
server.auth((accept) => accept({}));
server.on('client', serve);
server.listen(0, '127.0.0.1').then((http) => {
  tell('listening', { port: http.address().port });
  const orders = readline.createInterface({ input: process.stdin });
  orders.on('line', obey);
  orders.on('close', () => process.exit(0));
});
